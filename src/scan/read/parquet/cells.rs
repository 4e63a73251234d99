//! The cells of a column of Parquet as JSON.

use parquet::basic::{ConvertedType, LogicalType};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::record::Field;
use parquet::schema::types::ColumnDescPtr;
use serde::Serialize;

/// The cells of a column, one after the other.
pub(super) trait Cells {
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

/// Reads the column `described`.
pub(super) fn cells(reader: ColumnReader, described: ColumnDescPtr) -> Box<dyn Cells> {
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
            typed(reader, described, |d, v, out| match is_plain(d) {
                true => plain(out, v),
                false => json(out, &Field::convert_int32(d, *v)),
            })
        }
        ColumnReader::Int64ColumnReader(reader) => {
            typed(reader, described, |d, v, out| match is_plain(d) {
                true => plain(out, v),
                false => json(out, &Field::convert_int64(d, *v)),
            })
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
        ColumnReader::ByteArrayColumnReader(reader) => {
            let write = if is_text(&described) { text } else { bytes };
            typed(reader, described, write)
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            typed(reader, described, |d, v, out| bytes(d, &ByteArray::from(v.clone()), out))
        }
    }
}

/// True for columns of text, also where the file does not say that they are.
fn is_text(described: &ColumnDescPtr) -> bool {
    matches!(
        described.converted_type(),
        ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON | ConvertedType::NONE
    ) && described.logical_type_ref().is_none_or(|kind| {
        matches!(kind, LogicalType::String | LogicalType::Enum | LogicalType::Json)
    })
}

/// Text as text; bytes that are none in base64.
fn text(_: &ColumnDescPtr, value: &ByteArray, out: &mut Vec<u8>) -> ParquetResult<()> {
    let bytes = value.data();
    if stands_as_it_is(bytes) {
        out.push(b'"');
        out.extend_from_slice(bytes);
        out.push(b'"');
        return Ok(());
    }
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => plain(out, text),
        Err(_) => json(out, &Field::Bytes(value.clone())),
    }
}

/// True for ASCII that JSON does not write otherwise.
fn stands_as_it_is(bytes: &[u8]) -> bool {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') & (byte != b'"') & (byte != b'\\');
    bytes.iter().fold(true, |all, byte| all & is_plain(*byte))
}

fn bytes(described: &ColumnDescPtr, value: &ByteArray, out: &mut Vec<u8>) -> ParquetResult<()> {
    if is_text(described) {
        return text(described, value, out);
    }
    match described.converted_type() {
        ConvertedType::INTERVAL => json(out, &Field::Bytes(value.clone())),
        _ => json(out, &Field::convert_byte_array(described, value.clone())?),
    }
}

/// Writes `value` as it is written in JSON.
pub(super) fn json(out: &mut Vec<u8>, value: &Field) -> ParquetResult<()> {
    plain(out, &value.to_json_value())
}

fn plain(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) -> ParquetResult<()> {
    serde_json::to_writer(out, value).map_err(|err| ParquetError::External(Box::new(err)))
}

/// True for numbers that are no days, times or fractions.
fn is_plain(described: &ColumnDescPtr) -> bool {
    described.converted_type() == ConvertedType::NONE && described.logical_type_ref().is_none()
}
