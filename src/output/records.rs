//! One printer for every command that answers with records.

use std::borrow::Cow;
use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use super::{spreadsheet_text, terminal_text};

/// How records are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A table for people.
    Table,
    /// For people who listen, or read narrow: one field a line, as `name: value`, records apart by an empty line.
    List,
    /// One JSON array.
    Json,
    /// JSON lines: one object a record.
    Jsonl,
    /// Comma-separated values with a header row.
    Csv,
}

/// Something that prints as a row as well as a JSON object.
pub trait Record: Serialize {
    /// Heads of the columns of the table and CSV forms.
    const COLUMNS: &'static [&'static str];

    /// The cells of this record, one per column, as plain text.
    fn cells(&self) -> Vec<String>;
}

/// Prints records one after the other in one [`Format`].
///
/// JSON lines and CSV are written as they come; a table is held until
/// [`Records::finish`], because its columns depend on all rows.
pub struct Records<'a> {
    out: &'a mut dyn Write,
    format: Format,
    written: usize,
    table: Table,
}

impl<'a> Records<'a> {
    /// Starts printing to `out`; `width` is the number of columns a table may take.
    pub fn new(out: &'a mut dyn Write, format: Format, width: u16) -> Self {
        let mut table = Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY);
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        Self { out, format, written: 0, table }
    }

    /// Prints `record`.
    ///
    /// # Errors
    ///
    /// Any error of the writer below.
    pub fn put<R: Record>(&mut self, record: &R) -> io::Result<()> {
        match self.format {
            Format::Table => {
                if self.written == 0 {
                    self.table.set_header(R::COLUMNS);
                }
                let cells = record.cells();
                self.table.add_row(
                    cells.iter().map(|cell| terminal_text::escape(&cut(cell)).into_owned()),
                );
            }
            Format::List => self.put_list(R::COLUMNS, &record.cells())?,
            Format::Json => {
                self.out.write_all(if self.written == 0 { b"[\n" } else { b",\n" })?;
                serde_json::to_writer(&mut *self.out, record)?;
            }
            Format::Jsonl => {
                serde_json::to_writer(&mut *self.out, record)?;
                self.out.write_all(b"\n")?;
            }
            Format::Csv => {
                if self.written == 0 {
                    let head = spreadsheet_text::row(R::COLUMNS.iter().copied());
                    self.out.write_all(head.as_bytes())?;
                }
                let cells = record.cells();
                let row = spreadsheet_text::row(cells.iter().map(String::as_str));
                self.out.write_all(row.as_bytes())?;
            }
        }
        self.written += 1;
        Ok(())
    }

    fn put_list(&mut self, columns: &[&str], cells: &[String]) -> io::Result<()> {
        if self.written > 0 {
            self.out.write_all(b"\n")?;
        }
        for (column, cell) in columns.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            let cell = terminal_text::escape(cell);
            writeln!(self.out, "{column}: {}", cell.trim_end().replace('\n', "; "))?;
        }
        Ok(())
    }

    /// Prints what closes the form; an empty JSON run prints `[]`, an empty table nothing.
    ///
    /// # Errors
    ///
    /// Any error of the writer below.
    pub fn finish(self) -> io::Result<()> {
        match self.format {
            Format::Table if self.written > 0 => writeln!(self.out, "{}", self.table),
            Format::Json if self.written == 0 => writeln!(self.out, "[]"),
            Format::Json => writeln!(self.out, "\n]"),
            Format::Table | Format::List | Format::Jsonl | Format::Csv => Ok(()),
        }
    }
}

/// Characters that a cell of a table shows: a page may have a title of megabytes.
const LONGEST_CELL: usize = 10_000;

fn cut(cell: &str) -> Cow<'_, str> {
    match cell.char_indices().nth(LONGEST_CELL) {
        Some((end, _)) => Cow::Owned(format!("{} … (cut, {} bytes)", &cell[..end], cell.len())),
        None => Cow::Borrowed(cell),
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::{Format, Record, Records};

    #[derive(Serialize)]
    struct Ad {
        title: String,
    }

    impl Record for Ad {
        const COLUMNS: &'static [&'static str] = &["title"];
        fn cells(&self) -> Vec<String> {
            vec![self.title.clone()]
        }
    }

    fn print(format: Format, titles: &[&str]) -> String {
        let mut out = Vec::new();
        let mut records = Records::new(&mut out, format, 80);
        for title in titles {
            records.put(&Ad { title: (*title).to_owned() }).unwrap();
        }
        records.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_cell_without_end_is_cut_in_a_table_only() {
        let long = "t".repeat(2 << 20);
        let table = print(Format::Table, &[&long]);
        assert!(table.len() < 30_000 && table.contains("(cut, 2097152 bytes)"), "{}", table.len());
        assert!(print(Format::Csv, &[&long]).contains(&long));
    }

    #[test]
    fn json_is_one_array_also_when_it_is_empty() {
        assert_eq!(print(Format::Json, &[]), "[]\n");
        assert_eq!(
            print(Format::Json, &["a", "b"]),
            "[\n{\"title\":\"a\"},\n{\"title\":\"b\"}\n]\n"
        );
    }

    #[test]
    fn a_formula_in_csv_is_text() {
        assert_eq!(print(Format::Csv, &["=1+1"]), "title\n'=1+1\n");
    }

    #[test]
    fn a_list_has_a_field_a_line_and_leaves_out_what_is_empty() {
        assert_eq!(
            print(Format::List, &["a\nb", "", "\u{1b}c"]),
            "title: a; b\n\n\ntitle: \\u{1b}c\n"
        );
    }

    #[test]
    fn a_table_obeys_no_escape_sequence() {
        assert!(!print(Format::Table, &["\u{1b}[2J"]).contains('\u{1b}'));
    }
}
