//! One record of a block: its fields, and how it stood in the file.

use std::borrow::Cow;

use serde::Serialize;

use super::blocks::{Block, csv_records};
use super::encoding;
use super::json::{self, Object};
use super::layout::{Layout, Mapping};
use crate::scan::ad::{Ad, Role};

/// Why a record was left out, in words for after `file:line: `.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No JSON object.
    #[error("left out: no whole JSON object ({0})")]
    Json(String),
    /// No field with text.
    #[error("left out: no field holds the text of the ad (name it with --map text=FIELD)")]
    NoText,
    /// Another number of cells than the header.
    #[error("left out: {found} cells, but the header has {expected}")]
    Ragged {
        /// Cells in the record.
        found: usize,
        /// Columns in the header.
        expected: usize,
    },
    /// Bytes that are no text.
    #[error("left out: not UTF-8")]
    NotText,
    /// Longer than the limit.
    #[error("left out: longer than {0} MiB")]
    TooLong(usize),
}

/// How a record stood in the file.
#[derive(Debug)]
pub enum Original<'a> {
    /// A line of text.
    Line(Cow<'a, str>),
    /// A JSON object: its text up to the closing brace, and whether it has members.
    Json {
        /// The text before the closing brace.
        open: Cow<'a, str>,
        /// True for `{}`.
        empty: bool,
    },
    /// Cells.
    Cells(Vec<Cow<'a, str>>),
}

/// A record.
#[derive(Debug)]
pub struct Record<'a> {
    /// Its line in the file, from 1.
    pub line: u64,
    /// How it stood there.
    pub original: Original<'a>,
    /// Its fields with what they are for.
    pub fields: Vec<(Role, Cow<'a, str>, Cow<'a, str>)>,
    /// The encoding of a record that is none of the file's.
    pub repaired: Option<&'static str>,
}

impl Record<'_> {
    /// The ad that the record is.
    #[must_use]
    pub fn ad(&self) -> Ad<'_> {
        let mut ad = Ad::default();
        for wanted in [true, false] {
            for (role, name, value) in &self.fields {
                if (*role == Role::Title) == wanted {
                    ad.take(*role, name, value);
                }
            }
        }
        ad
    }
}

/// The records of `block`, or why each was left out, with its line.
pub fn records<'a>(
    block: &'a Block,
    layout: &'a Layout,
    mapping: &'a Mapping,
) -> Box<dyn Iterator<Item = (u64, Result<Record<'a>, Fault>)> + 'a> {
    match layout {
        Layout::Text => Box::new(lines(block).map(|(line, raw)| (line, Ok(text(line, raw))))),
        Layout::Json => {
            Box::new(lines(block).map(|(line, raw)| (line, object(line, raw, mapping))))
        }
        Layout::Csv { delimiter, columns } => {
            let mut line = block.line;
            Box::new(
                csv_records(&block.bytes, *delimiter)
                    .map(move |(from, to)| {
                        let at = line;
                        let raw = &block.bytes[from..to];
                        line += u64::try_from(memchr::memchr_iter(b'\n', raw).count()).unwrap_or(0);
                        (at, raw)
                    })
                    // The header is the first line of the file.
                    .filter(|(line, raw)| *line > 1 && !raw.trim_ascii().is_empty())
                    .map(move |(line, raw)| (line, cells(line, raw, *delimiter, columns))),
            )
        }
    }
}

/// The lines of a block that are not empty, without their ends.
fn lines(block: &Block) -> impl Iterator<Item = (u64, &[u8])> {
    block
        .bytes
        .split(|byte| *byte == b'\n')
        .zip(block.line..)
        .map(|(raw, line)| (line, raw.strip_suffix(b"\r").unwrap_or(raw)))
        .filter(|(_, raw)| !raw.trim_ascii().is_empty())
}

/// The text of `raw`; bytes that are no UTF-8 are read in their likeliest encoding.
fn decoded(raw: &[u8]) -> (Cow<'_, str>, Option<&'static str>) {
    match std::str::from_utf8(raw) {
        Ok(text) => (Cow::Borrowed(text), None),
        Err(_) => {
            let encoding = encoding::guess(raw);
            let (text, _) = encoding.decode_without_bom_handling(raw);
            (text, Some(encoding.name()))
        }
    }
}

fn text(line: u64, raw: &[u8]) -> Record<'_> {
    let (text, repaired) = decoded(raw);
    let fields = vec![(Role::Text, Cow::Borrowed("text"), text.clone())];
    Record { line, original: Original::Line(text), fields, repaired }
}

fn object<'a>(line: u64, raw: &'a [u8], mapping: &Mapping) -> Result<Record<'a>, Fault> {
    let text = std::str::from_utf8(raw).map_err(|_| Fault::NotText)?.trim();
    let object: Object<'_> =
        serde_json::from_str(text).map_err(|err| Fault::Json(err.to_string()))?;
    let fields: Vec<_> = object
        .members
        .iter()
        .filter_map(|(name, value)| Some((mapping.role(name)?, name.clone(), json::text(value)?)))
        .collect();
    if !fields.iter().any(|(role, _, _)| matches!(role, Role::Title | Role::Text)) {
        return Err(Fault::NoText);
    }
    let original = original(text, &object);
    Ok(Record { line, original, fields, repaired: None })
}

/// The object as it stands; the finding of an earlier scan is taken out.
fn original<'a>(text: &'a str, object: &Object<'a>) -> Original<'a> {
    if object.members.iter().all(|(name, _)| name != "pugmark") {
        let open = text.strip_suffix('}').unwrap_or(text);
        return Original::Json { open: Cow::Borrowed(open), empty: object.members.is_empty() };
    }
    let members: Vec<String> = object
        .members
        .iter()
        .filter(|(name, _)| name != "pugmark")
        .map(|(name, value)| format!("{}:{}", quoted(name), value.get()))
        .collect();
    let open = format!("{{{}", members.join(","));
    Original::Json { open: Cow::Owned(open), empty: members.is_empty() }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string is always JSON")
}

fn cells<'a>(
    line: u64,
    raw: &'a [u8],
    delimiter: u8,
    columns: &'a [(String, Option<Role>)],
) -> Result<Record<'a>, Fault> {
    let (text, repaired) = decoded(raw);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut row = csv::StringRecord::new();
    reader.read_record(&mut row).map_err(|_| Fault::NotText)?;
    if row.len() != columns.len() {
        return Err(Fault::Ragged { found: row.len(), expected: columns.len() });
    }
    let cells: Vec<Cow<'a, str>> = row.iter().map(|cell| Cow::Owned(cell.to_owned())).collect();
    let fields: Vec<_> = columns
        .iter()
        .zip(&cells)
        .filter_map(|((name, role), cell)| {
            Some(((*role)?, Cow::Borrowed(name.as_str()), cell.clone()))
        })
        .collect();
    Ok(Record { line, original: Original::Cells(cells), fields, repaired })
}

/// Writes the record with `finding` beside it as one JSON object, without a line end.
pub fn write_json(
    out: &mut Vec<u8>,
    record: &Record<'_>,
    layout: &Layout,
    finding: &impl Serialize,
) {
    match (&record.original, layout) {
        (Original::Line(text), _) => {
            out.extend(format!("{{\"line\":{},\"text\":{}", record.line, quoted(text)).bytes());
            out.push(b',');
        }
        (Original::Json { open, empty }, _) => {
            out.extend_from_slice(open.as_bytes());
            if !empty {
                out.push(b',');
            }
        }
        (Original::Cells(cells), Layout::Csv { columns, .. }) => {
            out.push(b'{');
            for ((name, _), cell) in columns.iter().zip(cells) {
                out.extend(format!("{}:{},", quoted(name), quoted(cell)).bytes());
            }
        }
        (Original::Cells(_), _) => out.push(b'{'),
    }
    out.extend_from_slice(b"\"pugmark\":");
    serde_json::to_writer(&mut *out, finding).expect("a finding is always JSON");
    out.push(b'}');
}
