//! Makes JSON lines of Parquet, several row groups at a time, in their order; where each value
//! stands is said beside them, so that nobody parses them again.

mod cells;

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::num::NonZero;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use bytes::Bytes;
use parquet::basic::Repetition;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{
    ChunkReader, FileReader, Length, RowGroupReader, SerializedFileReader,
};
use parquet::record::Field;
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;

use super::blocks::{Block, Blocks, Value};
use super::positioned::Positioned;
use crate::contained::contained;
use cells::{Cells, cells, json};

/// Rows that are decoded at a time.
const ROWS: usize = 1024;

/// Bytes of a piece of lines, at least.
const PIECE: usize = 512 << 10;

/// Pieces of a row group that may wait until those before it are done.
const WAITING: usize = 4;

type Reader = SerializedFileReader<Source>;

/// The names of the columns of `file`, and its rows, a line of JSON each; rows of more than
/// `limit` bytes are left out.
pub(super) fn open(
    file: File,
    limit: usize,
) -> io::Result<(Vec<String>, impl Iterator<Item = io::Result<Block>> + Send)> {
    let length = file.metadata()?.len();
    let source = Source { file: Arc::new(file), length };
    let reader = contained(|| SerializedFileReader::new(source)).ok_or_else(unexpected)?;
    let reader = Arc::new(reader.map_err(damaged)?);
    let schema = reader.metadata().file_metadata().schema_descr();
    let fields = schema.root_schema().get_fields();
    let names: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let groups = reader.num_row_groups();
    let threads = cores.min(groups).max(1);
    let workers =
        (0..threads).map(|first| start(&reader, (first..groups).step_by(threads))).collect();
    let has_finding = names.iter().any(|name| name == "pugmark");
    let rows = Rows { workers, group: 0, groups };
    Ok((names, Pieces { rows, cut: VecDeque::new(), line: 1, limit, has_finding }))
}

/// Lines of JSON, and where the values of each stand.
#[derive(Default)]
struct Piece {
    bytes: Vec<u8>,
    values: Vec<Value>,
    rows: u64,
    /// The bytes of the longest line.
    longest: usize,
}

impl Piece {
    /// An empty one with the usual room.
    fn roomy() -> Self {
        Self { bytes: Vec::with_capacity(PIECE + PIECE / 4), ..Self::default() }
    }

    /// Leaves an empty one, and gives what was in it.
    fn replace(&mut self) -> Self {
        let values = Vec::with_capacity(self.values.len());
        std::mem::replace(self, Self { values, ..Self::roomy() })
    }
}

/// What a worker says: some rows, or the end of a row group.
enum Said {
    Piece(Piece),
    End,
}

/// Rows as blocks.
struct Pieces {
    rows: Rows,
    /// The blocks of rows of which some are too long.
    cut: VecDeque<Block>,
    line: u64,
    limit: usize,
    /// The file holds what an earlier scan found, which is taken out of each record.
    has_finding: bool,
}

impl Pieces {
    fn block(&mut self, piece: Piece) -> io::Result<Block> {
        let Piece { bytes, values, rows, longest } = piece;
        let line = self.line;
        self.line += rows;
        if longest <= self.limit {
            let values = if self.has_finding { Vec::new() } else { values };
            return Ok(Block { line, bytes, values, too_long: None });
        }
        for block in Blocks::lines(bytes.as_slice(), self.limit) {
            let block = block?;
            let at = |within: u64| line + within - 1;
            let too_long = block.too_long.map(at);
            self.cut.push_back(Block { line: at(block.line), too_long, ..block });
        }
        Ok(self.cut.pop_front().unwrap_or_default())
    }
}

impl Iterator for Pieces {
    type Item = io::Result<Block>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(block) = self.cut.pop_front() {
            return Some(Ok(block));
        }
        let piece = self.rows.next()?;
        Some(piece.and_then(|piece| self.block(piece)))
    }
}

fn start(
    reader: &Arc<Reader>,
    groups: impl Iterator<Item = usize> + Send + 'static,
) -> Receiver<io::Result<Said>> {
    let (say, hear) = sync_channel(WAITING);
    let reader = Arc::clone(reader);
    thread::spawn(move || {
        for group in groups {
            let decoded =
                contained(|| reader.get_row_group(group).and_then(|group| decode(&*group, &say)));
            let end = decoded.ok_or_else(unexpected).and_then(|end| end.map_err(damaged));
            let is_done = match end {
                Ok(()) => say.send(Ok(Said::End)).is_err(),
                Err(err) => {
                    let _ = say.send(Err(err));
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
    type Item = io::Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.group < self.groups {
            match self.workers[self.group % self.workers.len()].recv() {
                Ok(Ok(Said::Piece(piece))) => return Some(Ok(piece)),
                Ok(Ok(Said::End)) => self.group += 1,
                Ok(Err(err)) => return self.stop(err),
                Err(_) => return self.stop(unexpected()),
            }
        }
        None
    }
}

impl Rows {
    fn stop(&mut self, err: io::Error) -> Option<io::Result<Piece>> {
        self.group = self.groups;
        Some(Err(err))
    }
}

/// The decoder gave up on bytes that it did not expect.
fn unexpected() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the Parquet file is damaged")
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
    let mut piece = Piece::roomy();
    let mut done = 0;
    while done < rows {
        let count = ROWS.min(rows - done);
        table.write(count, &mut piece)?;
        done += count;
        let is_full = piece.bytes.len() >= PIECE || done == rows;
        if is_full && say.send(Ok(Said::Piece(piece.replace()))).is_err() {
            return Ok(());
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

    fn write(&mut self, rows: usize, piece: &mut Piece) -> ParquetResult<()> {
        for cells in self.columns.iter_mut().filter_map(|column| column.cells.as_mut()) {
            cells.fill(rows)?;
        }
        for _ in 0..rows {
            let begin = piece.bytes.len();
            self.write_row(piece)?;
            piece.rows += 1;
            piece.longest = piece.longest.max(piece.bytes.len() - begin);
        }
        Ok(())
    }

    fn write_row(&mut self, piece: &mut Piece) -> ParquetResult<()> {
        let row = self.nested.as_mut().and_then(Iterator::next).transpose()?;
        let mut values = row.iter().flat_map(|row| row.get_column_iter());
        let out = &mut piece.bytes;
        out.push(b'{');
        for (number, column) in self.columns.iter_mut().enumerate() {
            if number > 0 {
                out.push(b',');
            }
            out.extend_from_slice(&column.key);
            let from = short(out.len());
            match &mut column.cells {
                Some(cells) => cells.write(out)?,
                None => json(out, values.next().map_or(&Field::Null, |(_, value)| value))?,
            }
            piece.values.push((from, short(out.len())));
        }
        out.extend_from_slice(b"}\n");
        Ok(())
    }
}

/// Pieces are far shorter than 4 GiB but for rows that are left out.
fn short(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn leaves(field: &Type) -> usize {
    if field.is_primitive() {
        1
    } else {
        field.get_fields().iter().map(|field| leaves(field)).sum()
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

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Seek;
    use std::sync::Arc;

    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::{Block, open};

    /// A file with two columns; `second` is the name of the other one.
    fn file(second: &str, texts: &[&str]) -> File {
        let schema =
            format!("message ads {{ required int64 id; required binary {second} (UTF8); }}");
        let schema = Arc::new(parse_message_type(&schema).unwrap());
        let mut file = tempfile::tempfile().unwrap();
        let own = file.try_clone().unwrap();
        let mut writer = SerializedFileWriter::new(own, schema, Arc::default()).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let ids: Vec<i64> = (1..).take(texts.len()).collect();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&ids, None, None).unwrap();
        column.close().unwrap();
        let texts: Vec<ByteArray> = texts.iter().map(|text| ByteArray::from(*text)).collect();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&texts, None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        writer.close().unwrap();
        file.rewind().unwrap();
        file
    }

    fn blocks(file: File, limit: usize) -> Vec<Block> {
        open(file, limit).unwrap().1.map(Result::unwrap).collect()
    }

    #[test]
    fn the_places_of_values_are_those_in_the_lines() {
        let texts = ["ivory \"tusk\"", "Möbel\n\\", ""];
        let blocks = blocks(file("text", &texts), 1 << 20);
        let [block] = blocks.as_slice() else { panic!("{} blocks", blocks.len()) };
        let at = |value: usize| {
            let (from, to) = block.values[value];
            serde_json::from_slice(&block.bytes[from as usize..to as usize]).unwrap()
        };
        let values: Vec<serde_json::Value> = (0..block.values.len()).map(at).collect();
        assert_eq!(
            values,
            serde_json::json!([1, texts[0], 2, texts[1], 3, texts[2]]).as_array().unwrap()[..]
        );
    }

    #[test]
    fn a_row_that_is_too_long_is_left_out_and_the_others_keep_their_numbers() {
        let long = "x".repeat(3 << 20);
        let blocks = blocks(file("text", &["a", &long, "b"]), 2 << 20);
        let numbered: Vec<u64> =
            blocks.iter().flat_map(|block| block.numbered()).map(|(_, n)| n).collect();
        assert_eq!(numbered, [1, 3]);
        assert_eq!(blocks.iter().filter_map(|block| block.too_long).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn an_earlier_finding_is_looked_for_in_each_record() {
        let blocks = blocks(file("pugmark", &["{}"]), 1 << 20);
        assert!(blocks[0].values.is_empty() && !blocks[0].bytes.is_empty());
    }
}
