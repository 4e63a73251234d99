//! How what is read of a file is laid out: text, CSV or JSON lines, and which field is for what.

use std::collections::BTreeMap;
use std::io::{self, Read};

use super::blocks::{Block, Blocks, csv_records};
use super::elements::Elements;
use super::encoding::{self, Decoded};
use super::ending::{Ended, Ending};
use super::kind::{self, Kind};
use super::source::{How, Source};
use super::unpack::Bytes;
use super::{archive, mail, page, parquet};
use crate::scan::ad::Role;

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// It cannot be read at all.
    #[error("cannot read {file}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// No column holds text.
    #[error("{file}:1: no column holds the text of the ads; there are: {columns}")]
    NoText {
        /// The file.
        file: String,
        /// The columns.
        columns: String,
    },
    /// A column that `--map` names is not there.
    #[error("{file}:1: there is no column `{column}`; there are: {columns}")]
    NoColumn {
        /// The file.
        file: String,
        /// The column asked for.
        column: String,
        /// The columns.
        columns: String,
    },
}

/// Fields that the user names: `text=omschrijving`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    fields: BTreeMap<String, Role>,
}

impl Mapping {
    /// Adds `role=field`; false when it is not of that form.
    #[must_use]
    pub fn add(&mut self, pair: &str) -> bool {
        let Some((role, field)) = pair.split_once('=') else { return false };
        let Some(role) = Role::of_key(role.trim()) else { return false };
        self.fields.insert(field.trim().to_owned(), role);
        true
    }

    /// What the field `name` is for.
    #[must_use]
    pub fn role(&self, name: &str) -> Option<Role> {
        if let Some(role) = self.fields.get(name) {
            return Some(*role);
        }
        // A role that the user gave to a field is no other field's.
        Role::of_name(name).filter(|role| !self.fields.values().any(|given| given == role))
    }
}

/// The name of a column and what it is for.
pub type Column = (String, Option<Role>);

/// How a file is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// An ad a line.
    Text,
    /// An object a line.
    Json,
    /// Cells with a header.
    Csv {
        /// The byte between cells.
        delimiter: u8,
        /// The columns in order, with what each is for.
        columns: Vec<Column>,
    },
    /// Columns of values, made into an object a line.
    Table {
        /// The columns in order.
        columns: Vec<Column>,
    },
}

/// What the numbers of records in messages count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Lines of the file.
    Lines,
    /// Records: the file has no lines of its own.
    Records,
}

/// A file that is ready to be read.
pub struct Input {
    /// Its name in messages.
    pub file: String,
    /// Its layout.
    pub layout: Layout,
    /// What the numbers of its records count.
    pub counted: Counted,
    /// The name of its encoding, where it is not UTF-8.
    pub encoding: Option<&'static str>,
    /// Its records.
    pub blocks: Box<dyn Iterator<Item = io::Result<Block>> + Send>,
    /// How it ended, once its records have been read.
    pub ending: Ending,
}

impl Input {
    /// Finds packing, encoding and layout of `input`, which is called `file` in messages;
    /// records longer than `limit` bytes are left out.
    ///
    /// # Errors
    ///
    /// [`LayoutError`] when it cannot be read, or is CSV without a text column.
    pub fn open(
        input: Box<dyn Read + Send>,
        file: &str,
        mapping: &Mapping,
        limit: usize,
    ) -> Result<Self, LayoutError> {
        Self::of(Source::Stream(input), file, &How::new(mapping, limit))
    }

    /// Opens `source`, which is no archive and is called `file` in messages.
    pub(super) fn of(source: Source, file: &str, how: &How) -> Result<Self, LayoutError> {
        let unreadable = |source| LayoutError::Unreadable { file: file.to_owned(), source };
        let source = source.unpack(how.ratio).map_err(unreadable)?;
        let (sample, source) = source.peek().map_err(unreadable)?;
        if how.from.is_none() && archive::is_archive(&sample) {
            let said = "an archive in an archive or a packed file is not read";
            return Err(unreadable(io::Error::other(said)));
        }
        let kind = how.from.or_else(|| kind::find(&sample)).or_else(|| kind::by_name(file));
        match kind {
            Some(Kind::Html) => {
                Ok(Self::records(page::line(source.into_stream(), how.limit), file, how))
            }
            Some(Kind::Eml) => {
                Ok(Self::records(mail::message(source.into_stream(), how.limit), file, how))
            }
            Some(Kind::Mbox) => {
                Ok(Self::records(mail::mailbox(source.into_stream(), how.limit), file, how))
            }
            Some(Kind::Parquet) => {
                let opened = source.into_file().and_then(|file| parquet::open(file, how.limit));
                let (names, blocks) = opened.map_err(unreadable)?;
                let columns = names.into_iter().map(|name| column(name, &how.mapping)).collect();
                let (blocks, ending) = Ended::new(blocks);
                let input = Self::objects(Box::new(blocks), ending, file);
                Ok(Self { layout: Layout::Table { columns }, ..input })
            }
            kind => Self::text(source.into_stream(), kind, file, how),
        }
    }

    /// The file `file` of text, cells or JSON.
    fn text(stream: Bytes, kind: Option<Kind>, file: &str, how: &How) -> Result<Self, LayoutError> {
        let unreadable = |source| LayoutError::Unreadable { file: file.to_owned(), source };
        let (stream, ending) = Ended::new(stream);
        let Decoded { text, encoding, sample } =
            encoding::decode(Box::new(stream)).map_err(unreadable)?;
        let encoding = (encoding != encoding_rs::UTF_8).then(|| encoding.name());
        if kind == Some(Kind::Json) {
            let place = kind::place(&sample, &how.mapping);
            let input = Self::records(Elements::new(text, place), file, how);
            // An error of the file itself comes first, and was taken for its end.
            return Ok(Self { encoding, ending: input.ending.after(ending), ..input });
        }
        let layout = find(&sample, kind, file, &how.mapping)?;
        let blocks = match &layout {
            Layout::Csv { delimiter, .. } => Blocks::csv(text, *delimiter, how.limit),
            Layout::Text | Layout::Json | Layout::Table { .. } => Blocks::lines(text, how.limit),
        };
        let (file, blocks) = (file.to_owned(), Box::new(blocks));
        Ok(Self { file, layout, counted: Counted::Lines, encoding, blocks, ending })
    }

    /// The file `file`, made into `lines` of JSON.
    fn records(lines: impl Read + Send + 'static, file: &str, how: &How) -> Self {
        let (lines, ending) = Ended::new(lines);
        Self::objects(Box::new(Blocks::lines(lines, how.limit)), ending, file)
    }

    /// The file `file`, made into `blocks` of JSON lines.
    fn objects(
        blocks: Box<dyn Iterator<Item = io::Result<Block>> + Send>,
        ending: Ending,
        file: &str,
    ) -> Self {
        let file = file.to_owned();
        let (layout, counted) = (Layout::Json, Counted::Records);
        Self { file, layout, counted, encoding: None, blocks, ending }
    }

    /// Where the record with `number` is, for messages.
    #[must_use]
    pub fn place(file: &str, counted: Counted, number: u64) -> String {
        match counted {
            Counted::Lines => format!("{file}:{number}"),
            Counted::Records => format!("{file}: record {number}"),
        }
    }
}

fn find(
    sample: &[u8],
    kind: Option<Kind>,
    file: &str,
    mapping: &Mapping,
) -> Result<Layout, LayoutError> {
    match kind {
        Some(Kind::Csv) if !sample.trim_ascii().is_empty() => csv(sample, file, mapping),
        Some(Kind::Jsonl) => Ok(Layout::Json),
        Some(_) => Ok(Layout::Text),
        None => Ok(csv(sample, file, mapping).ok().filter(is_convincing).unwrap_or(Layout::Text)),
    }
}

/// A line of text may hold a comma: a header has two columns of known names.
fn is_convincing(layout: &Layout) -> bool {
    let Layout::Csv { columns, .. } = layout else { return false };
    let known = columns.iter().filter(|(_, role)| role.is_some()).count();
    known >= 2 || (known == 1 && columns.len() == 1)
}

fn csv(sample: &[u8], file: &str, mapping: &Mapping) -> Result<Layout, LayoutError> {
    let line = sample.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |sign: u8| line.iter().filter(|byte| **byte == sign).count();
    let delimiter = [b',', b';', b'\t', b'|']
        .into_iter()
        .max_by_key(|sign| (count(*sign), *sign == b','))
        .unwrap_or(b',');
    let (from, to) = csv_records(sample, delimiter).next().unwrap_or((0, 0));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .from_reader(&sample[from..to]);
    let mut head = csv::ByteRecord::new();
    let _ = reader.read_byte_record(&mut head);
    let columns: Vec<Column> = head
        .iter()
        .map(|cell| column(String::from_utf8_lossy(cell).trim().to_owned(), mapping))
        .collect();
    check(&columns, file, mapping)?;
    Ok(Layout::Csv { delimiter, columns })
}

fn column(name: String, mapping: &Mapping) -> Column {
    let role = mapping.role(&name);
    (name, role)
}

fn check(columns: &[Column], file: &str, mapping: &Mapping) -> Result<(), LayoutError> {
    let names = || columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let missing =
        mapping.fields.keys().find(|field| columns.iter().all(|(name, _)| name != *field));
    if let Some(column) = missing {
        return Err(LayoutError::NoColumn {
            file: file.to_owned(),
            column: column.clone(),
            columns: names(),
        });
    }
    let has_text = columns.iter().any(|(_, role)| matches!(role, Some(Role::Text | Role::Title)));
    if !has_text {
        return Err(LayoutError::NoText { file: file.to_owned(), columns: names() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{Input, Layout, LayoutError, Mapping};

    fn layout(text: &str, file: &str, pairs: &[&str]) -> Result<Layout, LayoutError> {
        let mut mapping = Mapping::default();
        for pair in pairs {
            assert!(mapping.add(pair));
        }
        let input = Box::new(Cursor::new(text.as_bytes().to_vec()));
        Input::open(input, file, &mapping, 1 << 20).map(|input| input.layout)
    }

    #[test]
    fn layouts_are_told_apart_by_content() {
        assert_eq!(layout("{\"title\":\"a\"}\n", "-", &[]).unwrap(), Layout::Json);
        assert_eq!(layout("ivory, carved, old\n", "-", &[]).unwrap(), Layout::Text);
        assert!(matches!(
            layout("id;titel;preis\n1;a;2\n", "-", &[]).unwrap(),
            Layout::Csv { delimiter: b';', .. }
        ));
    }

    #[test]
    fn csv_without_text_is_refused_unless_mapped() {
        let text = "nr,inhoud\n1,a\n";
        let err = layout(text, "ads.csv", &[]).unwrap_err();
        assert_eq!(
            err.to_string(),
            "ads.csv:1: no column holds the text of the ads; there are: nr, inhoud"
        );
        assert!(layout(text, "ads.csv", &["text=inhoud"]).is_ok());
        assert!(layout(text, "ads.csv", &["text=x"]).is_err());
    }
}
