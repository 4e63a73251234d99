//! One record of a block: its fields, and how it stood in the file.

use std::borrow::Cow;

use serde::Serialize;

use super::blocks::{Block, Value, closing_quote, csv_records};
use super::encoding;
use super::json::{self, Object};
use super::layout::{Column, Layout, Mapping};
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
        Layout::Text => Box::new(lines(block).map(|line| (line.number, Ok(text(&line))))),
        Layout::Table { columns } if !block.values.is_empty() => {
            let values = block.values.chunks(columns.len());
            let rows = lines(block).zip(values);
            Box::new(rows.map(|(line, values)| (line.number, row(&line, values, columns))))
        }
        Layout::Json | Layout::Table { .. } => {
            let mut roles = Roles::new(mapping);
            Box::new(lines(block).map(move |line| (line.number, object(&line, &mut roles))))
        }
        Layout::Csv { delimiter, columns } => {
            let mut line = block.line;
            let whole = simdutf8::basic::from_utf8(&block.bytes).ok();
            Box::new(
                csv_records(&block.bytes, *delimiter)
                    .map(move |(from, to)| {
                        let at = line;
                        let raw = &block.bytes[from..to];
                        line += u64::try_from(memchr::memchr_iter(b'\n', raw).count()).unwrap_or(0);
                        Line {
                            number: at,
                            begin: from,
                            raw,
                            text: whole.map(|text| &text[from..to]),
                        }
                    })
                    // The header is the first line of the file.
                    .filter(|line| line.number > 1 && !line.raw.trim_ascii().is_empty())
                    .map(move |line| (line.number, cells(&line, *delimiter, columns))),
            )
        }
    }
}

/// A line of a block, without its end.
struct Line<'a> {
    number: u64,
    /// Its first byte in the block.
    begin: usize,
    raw: &'a [u8],
    /// `raw` as text, if the whole block is UTF-8.
    text: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn utf_8(&self) -> Option<&'a str> {
        self.text.or_else(|| std::str::from_utf8(self.raw).ok())
    }
}

/// The lines of a block that are not empty.
fn lines(block: &Block) -> impl Iterator<Item = Line<'_>> {
    let whole = simdutf8::basic::from_utf8(&block.bytes).ok();
    let mut from = 0;
    let ends = memchr::memchr_iter(b'\n', &block.bytes).chain([block.bytes.len()]);
    ends.zip(block.line..)
        .map(move |(end, number)| {
            let begin = std::mem::replace(&mut from, end + 1);
            let line = &block.bytes[begin..end];
            let raw = line.strip_suffix(b"\r").unwrap_or(line);
            Line { number, begin, raw, text: whole.map(|text| &text[begin..begin + raw.len()]) }
        })
        .filter(|line| !line.raw.trim_ascii().is_empty())
}

/// The text of `raw`, which is `utf_8` or else in its likeliest encoding.
fn decoded<'a>(raw: &'a [u8], utf_8: Option<&'a str>) -> (Cow<'a, str>, Option<&'static str>) {
    match utf_8 {
        Some(text) => (Cow::Borrowed(text), None),
        None => {
            let encoding = encoding::guess(raw);
            let (text, _) = encoding.decode_without_bom_handling(raw);
            (text, Some(encoding.name()))
        }
    }
}

fn text<'a>(line: &Line<'a>) -> Record<'a> {
    let (text, repaired) = decoded(line.raw, line.utf_8());
    let fields = vec![(Role::Text, Cow::Borrowed("text"), text.clone())];
    Record { line: line.number, original: Original::Line(text), fields, repaired }
}

/// What the fields of one file are for: their names are looked up once.
struct Roles<'a> {
    mapping: &'a Mapping,
    known: Vec<(String, Option<Role>)>,
}

/// More names than these are not remembered.
const REMEMBERED: usize = 256;

impl<'a> Roles<'a> {
    fn new(mapping: &'a Mapping) -> Self {
        Self { mapping, known: Vec::new() }
    }

    /// What the field `name` is for; most records have their fields in one order.
    fn of(&mut self, place: usize, name: &str) -> Option<Role> {
        let known = self.known.get(place).filter(|known| known.0 == name);
        if let Some((_, role)) = known.or_else(|| self.known.iter().find(|known| known.0 == name)) {
            return *role;
        }
        let role = self.mapping.role(name);
        if self.known.len() < REMEMBERED {
            self.known.push((name.to_owned(), role));
        }
        role
    }
}

fn object<'a>(line: &Line<'a>, roles: &mut Roles<'_>) -> Result<Record<'a>, Fault> {
    let text = line.utf_8().ok_or(Fault::NotText)?.trim();
    let object: Object<'_> =
        serde_json::from_str(text).map_err(|err| Fault::Json(err.to_string()))?;
    let mut fields = Vec::with_capacity(object.members.len());
    fields.extend(object.members.iter().enumerate().filter_map(|(place, (name, value))| {
        Some((roles.of(place, name)?, name.clone(), json::text(value)?))
    }));
    check(&fields)?;
    let original = original(text, &object);
    Ok(Record { line: line.number, original, fields, repaired: None })
}

/// The object of a table whose values stand at `values` in the block.
fn row<'a>(line: &Line<'a>, values: &[Value], columns: &'a [Column]) -> Result<Record<'a>, Fault> {
    let text = line.text.ok_or(Fault::NotText)?;
    let value = |(from, to): Value| {
        let at = |byte: u32| (byte as usize).checked_sub(line.begin);
        json::text_of(text.get(at(from)?..at(to)?)?)
    };
    let mut fields = Vec::with_capacity(columns.len());
    fields.extend(columns.iter().zip(values).filter_map(|((name, role), at)| {
        Some(((*role)?, Cow::Borrowed(name.as_str()), value(*at)?))
    }));
    check(&fields)?;
    let open = Cow::Borrowed(text.strip_suffix('}').unwrap_or(text));
    let original = Original::Json { open, empty: columns.is_empty() };
    Ok(Record { line: line.number, original, fields, repaired: None })
}

/// An ad has a title or a text.
fn check(fields: &[(Role, Cow<'_, str>, Cow<'_, str>)]) -> Result<(), Fault> {
    let has_text = fields.iter().any(|(role, _, _)| matches!(role, Role::Title | Role::Text));
    has_text.then_some(()).ok_or(Fault::NoText)
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

fn cells<'a>(line: &Line<'a>, delimiter: u8, columns: &'a [Column]) -> Result<Record<'a>, Fault> {
    let (text, repaired) = decoded(line.raw, line.utf_8());
    let mut cells: Vec<Cow<'a, str>> = Vec::with_capacity(columns.len());
    match text {
        Cow::Borrowed(text) => cells.extend(split(text, delimiter)),
        Cow::Owned(text) => {
            cells.extend(split(&text, delimiter).map(|cell| Cow::Owned(cell.into_owned())));
        }
    }
    if cells.len() != columns.len() {
        return Err(Fault::Ragged { found: cells.len(), expected: columns.len() });
    }
    let mut fields = Vec::with_capacity(columns.len());
    fields.extend(columns.iter().zip(&cells).filter_map(|((name, role), cell)| {
        Some(((*role)?, Cow::Borrowed(name.as_str()), cell.clone()))
    }));
    Ok(Record { line: line.number, original: Original::Cells(cells), fields, repaired })
}

/// The cells of one record of CSV, as the crate csv cuts them, borrowed where no
/// quote is doubled.
fn split(record: &str, delimiter: u8) -> impl Iterator<Item = Cow<'_, str>> {
    let record = record.strip_suffix('\n').unwrap_or(record);
    let record = record.strip_suffix('\r').unwrap_or(record);
    let bytes = record.as_bytes();
    let mut delimiters = memchr::memchr_iter(delimiter, bytes);
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let from = next?;
        let is_quoted = bytes.get(from) == Some(&b'"');
        let closed = if is_quoted { closing_quote(bytes, from + 1) } else { from };
        let end = delimiters.find(|at| *at >= closed);
        next = end.map(|end| end + 1);
        let cell = &record[from..end.unwrap_or(record.len())];
        Some(if is_quoted { unquoted(cell, closed - from) } else { Cow::Borrowed(cell) })
    })
}

/// A cell that begins with a quote; the closing one ends before the byte `closed`.
fn unquoted(cell: &str, closed: usize) -> Cow<'_, str> {
    let is_closed = closed >= 2 && cell.as_bytes()[closed - 1] == b'"';
    let inner = &cell[1..if is_closed { closed - 1 } else { closed }];
    if closed == cell.len() && memchr::memchr(b'"', inner.as_bytes()).is_none() {
        return Cow::Borrowed(inner);
    }
    Cow::Owned(inner.replace("\"\"", "\"") + &cell[closed..])
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
            out.extend_from_slice(b"{\"line\":");
            put(out, &record.line);
            out.extend_from_slice(b",\"text\":");
            put(out, text);
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
                put(out, name);
                out.push(b':');
                put(out, cell);
                out.push(b',');
            }
        }
        (Original::Cells(_), _) => out.push(b'{'),
    }
    out.extend_from_slice(b"\"pugmark\":");
    put(out, finding);
    out.push(b'}');
}

fn put(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    serde_json::to_writer(out, value).expect("texts, numbers and findings are always JSON");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::split;

    proptest! {
        #[test]
        fn cells_are_cut_as_the_crate_csv_cuts_them(record in "[ab,\" é]{1,40}") {
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .from_reader(record.as_bytes());
            let theirs = reader.records().next().unwrap().unwrap();
            let ours: Vec<_> = split(&record, b',').collect();
            prop_assert_eq!(ours, theirs.iter().collect::<Vec<_>>());
        }
    }
}
