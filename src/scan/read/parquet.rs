//! Makes JSON lines of Parquet: several row groups at a time, in their order.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::num::NonZero;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use bytes::Bytes;
use parquet::basic::{ConvertedType, Repetition};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{
    ChunkReader, FileReader, Length, RowGroupReader, SerializedFileReader,
};
use parquet::record::Field;
use parquet::record::reader::RowIter;
use parquet::schema::types::{ColumnDescPtr, Type};

use super::positioned::Positioned;
use super::produced::Produced;

/// Rows that are decoded at a time.
const ROWS: usize = 1024;

/// Bytes of a piece of lines.
const PIECE: usize = 256 << 10;

/// Pieces of a row group that may wait until those before it are done.
const WAITING: usize = 4;

type Reader = SerializedFileReader<Source>;

/// The rows of `file`, a line of JSON each.
pub(super) fn lines(file: File) -> io::Result<impl Read + Send> {
    let length = file.metadata()?.len();
    let source = Source { file: Arc::new(file), length };
    let reader = Arc::new(SerializedFileReader::new(source).map_err(damaged)?);
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let groups = reader.num_row_groups();
    let threads = cores.min(groups).max(1);
    let workers =
        (0..threads).map(|first| start(&reader, (first..groups).step_by(threads))).collect();
    Ok(Produced::new(Rows { workers, group: 0, groups }))
}

/// What a worker says: a piece of lines, or the end of a row group.
enum Said {
    Piece(Vec<u8>),
    End,
}

fn start(
    reader: &Arc<Reader>,
    groups: impl Iterator<Item = usize> + Send + 'static,
) -> Receiver<io::Result<Said>> {
    let (say, hear) = sync_channel(WAITING);
    let reader = Arc::clone(reader);
    thread::spawn(move || {
        for group in groups {
            let end = reader.get_row_group(group).and_then(|group| decode(&*group, &say));
            let is_done = match end {
                Ok(()) => say.send(Ok(Said::End)).is_err(),
                Err(err) => {
                    let _ = say.send(Err(damaged(err)));
                    true
                }
            };
            if is_done {
                return;
            }
        }
    });
    hear
}

struct Rows {
    workers: Vec<Receiver<io::Result<Said>>>,
    group: usize,
    groups: usize,
}

impl Iterator for Rows {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.group < self.groups {
            match self.workers[self.group % self.workers.len()].recv() {
                Ok(Ok(Said::Piece(piece))) => return Some(Ok(piece)),
                Ok(Ok(Said::End)) => self.group += 1,
                Ok(Err(err)) => return self.stop(err),
                // The decoder gave up on bytes that it did not expect.
                Err(_) => return self.stop(io::Error::other("the Parquet file is damaged")),
            }
        }
        None
    }
}

impl Rows {
    fn stop(&mut self, err: io::Error) -> Option<io::Result<Vec<u8>>> {
        self.group = self.groups;
        Some(Err(err))
    }
}

fn damaged(err: ParquetError) -> io::Error {
    match err {
        ParquetError::NYI(what) => {
            io::Error::other(format!("Parquet of this kind is not read: {what}"))
        }
        err => io::Error::new(io::ErrorKind::InvalidData, err),
    }
}

fn decode(group: &dyn RowGroupReader, say: &SyncSender<io::Result<Said>>) -> ParquetResult<()> {
    let mut table = Table::open(group)?;
    let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
    let mut piece = Vec::with_capacity(PIECE + PIECE / 8);
    let mut done = 0;
    while done < rows {
        let count = ROWS.min(rows - done);
        table.write(count, &mut piece)?;
        done += count;
        if piece.len() >= PIECE || done == rows {
            let full = std::mem::replace(&mut piece, Vec::with_capacity(PIECE + PIECE / 8));
            if say.send(Ok(Said::Piece(full))).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The columns of a row group.
struct Table<'a> {
    columns: Vec<Column>,
    /// Columns with lists, maps or groups, row by row.
    nested: Option<RowIter<'a>>,
}

struct Column {
    /// `"name":`
    key: Vec<u8>,
    /// Nothing for a column of `nested`.
    cells: Option<Box<dyn Cells>>,
}

impl<'a> Table<'a> {
    fn open(group: &'a dyn RowGroupReader) -> ParquetResult<Self> {
        let schema = group.metadata().schema_descr();
        let mut columns = Vec::new();
        let mut nested = Vec::new();
        let mut leaf = 0;
        for field in schema.root_schema().get_fields() {
            let is_flat =
                field.is_primitive() && field.get_basic_info().repetition() != Repetition::REPEATED;
            let cells = if is_flat {
                Some(cells(group.get_column_reader(leaf)?, schema.column(leaf)))
            } else {
                nested.push(Arc::clone(field));
                None
            };
            let name = serde_json::to_string(field.name()).expect("a string is always JSON");
            columns.push(Column { key: format!("{name}:").into_bytes(), cells });
            leaf += leaves(field);
        }
        let nested = match nested.as_slice() {
            [] => None,
            _ => {
                let name = schema.root_schema().name();
                let projected = Type::group_type_builder(name).with_fields(nested).build()?;
                Some(group.get_row_iter(Some(projected))?)
            }
        };
        Ok(Self { columns, nested })
    }

    fn write(&mut self, rows: usize, out: &mut Vec<u8>) -> ParquetResult<()> {
        for cells in self.columns.iter_mut().filter_map(|column| column.cells.as_mut()) {
            cells.fill(rows)?;
        }
        for _ in 0..rows {
            let row = self.nested.as_mut().and_then(Iterator::next).transpose()?;
            let mut values = row.iter().flat_map(|row| row.get_column_iter());
            out.push(b'{');
            for (number, column) in self.columns.iter_mut().enumerate() {
                if number > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(&column.key);
                match &mut column.cells {
                    Some(cells) => cells.write(out)?,
                    None => json(out, values.next().map_or(&Field::Null, |(_, value)| value))?,
                }
            }
            out.extend_from_slice(b"}\n");
        }
        Ok(())
    }
}

fn leaves(field: &Type) -> usize {
    if field.is_primitive() {
        1
    } else {
        field.get_fields().iter().map(|field| leaves(field)).sum()
    }
}

fn json(out: &mut Vec<u8>, value: &Field) -> ParquetResult<()> {
    serde_json::to_writer(out, &value.to_json_value())
        .map_err(|err| ParquetError::External(Box::new(err)))
}

/// The cells of a column, one after the other.
trait Cells {
    /// Decodes the next `rows` cells.
    fn fill(&mut self, rows: usize) -> ParquetResult<()>;
    /// Writes the next one.
    fn write(&mut self, out: &mut Vec<u8>) -> ParquetResult<()>;
}

type Write<T> = fn(&ColumnDescPtr, &T, &mut Vec<u8>) -> ParquetResult<()>;

struct Typed<T: DataType> {
    reader: ColumnReaderImpl<T>,
    described: ColumnDescPtr,
    write: Write<T::T>,
    values: Vec<T::T>,
    /// 0 for null, in columns that may be.
    levels: Vec<i16>,
    value: usize,
    row: usize,
}

impl<T: DataType> Cells for Typed<T> {
    fn fill(&mut self, rows: usize) -> ParquetResult<()> {
        self.values.clear();
        self.levels.clear();
        (self.value, self.row) = (0, 0);
        let levels = (self.described.max_def_level() > 0).then_some(&mut self.levels);
        let (read, _, _) = self.reader.read_records(rows, levels, None, &mut self.values)?;
        if read < rows {
            let said = format!("column {} ends early", self.described.name());
            return Err(ParquetError::EOF(said));
        }
        Ok(())
    }

    fn write(&mut self, out: &mut Vec<u8>) -> ParquetResult<()> {
        let level = self.levels.get(self.row).copied();
        self.row += 1;
        if level == Some(0) {
            out.extend_from_slice(b"null");
            return Ok(());
        }
        let value = self.values.get(self.value);
        let value = value.ok_or_else(|| ParquetError::EOF("a value is missing".to_owned()))?;
        self.value += 1;
        (self.write)(&self.described, value, out)
    }
}

fn cells(reader: ColumnReader, described: ColumnDescPtr) -> Box<dyn Cells> {
    fn typed<T: DataType + 'static>(
        reader: ColumnReaderImpl<T>,
        described: ColumnDescPtr,
        write: Write<T::T>,
    ) -> Box<dyn Cells> {
        let (values, levels) = (Vec::new(), Vec::new());
        Box::new(Typed { reader, described, write, values, levels, value: 0, row: 0 })
    }
    match reader {
        ColumnReader::BoolColumnReader(reader) => {
            typed(reader, described, |d, v, out| json(out, &Field::convert_bool(d, *v)))
        }
        ColumnReader::Int32ColumnReader(reader) => {
            typed(reader, described, |d, v, out| json(out, &Field::convert_int32(d, *v)))
        }
        ColumnReader::Int64ColumnReader(reader) => {
            typed(reader, described, |d, v, out| json(out, &Field::convert_int64(d, *v)))
        }
        ColumnReader::Int96ColumnReader(reader) => {
            typed(reader, described, |d, v, out| json(out, &Field::convert_int96(d, *v)))
        }
        ColumnReader::FloatColumnReader(reader) => {
            typed(reader, described, |d, v, out| json(out, &Field::convert_float(d, *v)))
        }
        ColumnReader::DoubleColumnReader(reader) => {
            typed(reader, described, |d, v, out| json(out, &Field::convert_double(d, *v)))
        }
        ColumnReader::ByteArrayColumnReader(reader) => typed(reader, described, bytes),
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            typed(reader, described, |d, v, out| bytes(d, &ByteArray::from(v.clone()), out))
        }
    }
}

/// Text as text, also where the file does not say that it is; other bytes in base64.
fn bytes(described: &ColumnDescPtr, value: &ByteArray, out: &mut Vec<u8>) -> ParquetResult<()> {
    let is_plain = matches!(
        described.converted_type(),
        ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON | ConvertedType::NONE
    ) && described.logical_type_ref().is_none_or(|kind| {
        use parquet::basic::LogicalType;
        matches!(kind, LogicalType::String | LogicalType::Enum | LogicalType::Json)
    });
    match std::str::from_utf8(value.data()) {
        Ok(text) if is_plain => {
            serde_json::to_writer(out, text).map_err(|err| ParquetError::External(Box::new(err)))
        }
        _ if described.converted_type() == ConvertedType::INTERVAL || is_plain => {
            json(out, &Field::Bytes(value.clone()))
        }
        _ => json(out, &Field::convert_byte_array(described, value.clone())?),
    }
}

/// A file that several threads read at once.
struct Source {
    file: Arc<File>,
    length: u64,
}

impl Length for Source {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Source {
    type T = BufReader<Positioned>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        Ok(BufReader::new(Positioned::new(Arc::clone(&self.file), start, self.length)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let end = start.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        if end > self.length {
            return Err(ParquetError::EOF("a part lies beyond the file's end".to_owned()));
        }
        let mut bytes = vec![0; length];
        Positioned::new(Arc::clone(&self.file), start, end).read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}
