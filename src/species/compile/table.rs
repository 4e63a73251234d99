//! A CSV file of `species-data/`, whose every complaint names file and line.

use std::fmt;
use std::path::Path;

/// What is wrong with a row, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// File as it is called in the folder.
    pub file: String,
    /// Line in the file; the first is 1; 0 when the file as a whole is meant.
    pub line: u64,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.reason),
            line => write!(f, "{}:{line}: {}", self.file, self.reason),
        }
    }
}

/// A table in memory.
#[derive(Clone, Debug, Default)]
pub struct Table {
    file: String,
    columns: Vec<String>,
    rows: Vec<(u64, csv::StringRecord)>,
}

/// A row of a [`Table`].
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    table: &'a Table,
    line: u64,
    cells: &'a csv::StringRecord,
}

impl Table {
    /// Reads `folder`/`file`; a file that does not exist is an empty table.
    pub(crate) fn read(folder: &Path, file: &str) -> Result<Self, Fault> {
        let path = folder.join(file);
        if !path.exists() {
            return Ok(Self { file: file.to_owned(), ..Self::default() });
        }
        let whole = |reason: String| Fault { file: file.to_owned(), line: 0, reason };
        let bytes = fs_err::read(&path).map_err(|err| whole(err.to_string()))?;
        Self::parse(file, &bytes)
    }

    /// Reads a table out of `bytes`.
    ///
    /// # Errors
    ///
    /// The first row that is no CSV or no UTF-8.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, Fault> {
        let fault = |line: u64, reason: String| Fault { file: file.to_owned(), line, reason };
        let mut reader = csv::Reader::from_reader(bytes);
        let header = reader.headers().map_err(|err| fault(1, err.to_string()))?;
        let columns = header.iter().map(str::to_owned).collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|err| {
                let line = err.position().map_or(0, csv::Position::line);
                fault(line, err.to_string())
            })?;
            rows.push((record.position().map_or(0, csv::Position::line), record));
        }
        Ok(Self { file: file.to_owned(), columns, rows })
    }

    /// Makes a table of rows that come from no file.
    #[must_use]
    pub fn from_rows(file: &str, columns: &[&str], rows: Vec<Vec<String>>) -> Self {
        let columns = columns.iter().map(|name| (*name).to_owned()).collect();
        let rows = rows.into_iter().enumerate();
        let rows = rows.map(|(at, cells)| (at as u64 + 2, cells.into())).collect();
        Self { file: file.to_owned(), columns, rows }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, cells)| Row { table: self, line: *line, cells })
    }

    /// A fault when one of `columns` is missing from a table that has rows.
    pub(crate) fn require(&self, columns: &[&str]) -> Result<(), Fault> {
        let missing: Vec<&str> = columns
            .iter()
            .filter(|name| !self.columns.iter().any(|column| column == *name))
            .copied()
            .collect();
        if self.rows.is_empty() || missing.is_empty() {
            return Ok(());
        }
        let reason = format!("no column `{}`", missing.join("`, `"));
        Err(Fault { file: self.file.clone(), line: 1, reason })
    }
}

impl<'a> Row<'a> {
    /// The cell under `column`, trimmed; empty where the table has no such column.
    pub(crate) fn get(&self, column: &str) -> &'a str {
        let at = self.table.columns.iter().position(|name| name == column);
        at.and_then(|at| self.cells.get(at)).unwrap_or("").trim()
    }

    pub(crate) fn fault(&self, reason: impl fmt::Display) -> Fault {
        Fault { file: self.table.file.clone(), line: self.line, reason: reason.to_string() }
    }

    /// The date under `column` as the number `YYYYMMDD`; `empty` for an empty cell.
    pub(crate) fn date(&self, column: &str, empty: u32) -> Result<u32, Fault> {
        match self.get(column) {
            "" => Ok(empty),
            "pending" if column == "from" => Ok(super::super::layout::PENDING),
            text => parse_date(text)
                .ok_or_else(|| self.fault(format!("`{column}` is no date YYYY-MM-DD: `{text}`"))),
        }
    }
}

/// Reads `YYYY-MM-DD` as the number `YYYYMMDD`.
fn parse_date(text: &str) -> Option<u32> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let sizes = (year.len(), month.len(), day.len()) == (4, 2, 2);
    let [year, month, day] = [year, month, day].map(|part| digits(part).then(|| part.parse().ok()));
    let (year, month, day): (u32, u32, u32) = (year??, month??, day??);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (sizes && (1..=last).contains(&day)).then_some(year * 10_000 + month * 100 + day)
}

#[cfg(test)]
mod tests {
    use super::{Table, parse_date};

    #[test]
    fn only_days_of_the_calendar_are_dates() {
        assert_eq!(parse_date("2024-02-29"), Some(20_240_229));
        for text in ["2023-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "26-01-01", "2026-01-32"]
        {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn a_ragged_row_is_named_by_its_line() {
        let fault = Table::parse("t.csv", b"a,b\n1,2\n3\n").unwrap_err();
        assert!(fault.to_string().starts_with("t.csv:3: "), "{fault}");
    }

    #[test]
    fn a_missing_column_is_named() {
        let table = Table::parse("t.csv", b"a,b\n1,2\n").unwrap();
        let fault = table.require(&["a", "c"]).unwrap_err();
        assert_eq!(fault.to_string(), "t.csv:1: no column `c`");
    }
}
