//! Rows of CSV that are safe to open in a spreadsheet, whatever strangers wrote in the cells.

use std::borrow::Cow;

use super::terminal_text;

/// What a formula begins with; the last four are the wide forms of East Asian keyboards.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// What may end a cell in a spreadsheet that reads the file its own way: with semicolons
/// (Excel in most of Europe) or tabs (what LibreOffice proposes).
const ENDS: [char; 4] = [';', '\t', '\n', '\r'];

/// Puts an apostrophe before what a spreadsheet would run as a formula: at the start of the
/// cell, also behind blanks, and where a spreadsheet may see a new cell start.
///
/// Source: OWASP, CSV Injection. Plain numbers such as `-12.5` stay as they are.
#[must_use]
pub fn neutralise(cell: &str) -> Cow<'_, str> {
    let harmless = !cell.contains(FORMULA) && !cell.starts_with(['\t', '\r']);
    if harmless || is_number(cell) {
        return Cow::Borrowed(cell);
    }
    let mut safe = String::with_capacity(cell.len() + 1);
    if cell.starts_with(['\t', '\r']) {
        safe.push('\'');
    }
    let mut starts = true;
    for (at, c) in cell.char_indices() {
        if starts && FORMULA.contains(&c) && !is_number(&cell[at..]) {
            safe.push('\'');
        }
        let passed_over = c.is_whitespace() || c == '"' || terminal_text::is_unsafe(c);
        starts = ENDS.contains(&c) || (starts && passed_over);
        safe.push(c);
    }
    Cow::Owned(safe)
}

/// True when `text` is a number up to where a cell may end.
fn is_number(text: &str) -> bool {
    let end = text.find(ENDS).unwrap_or(text.len());
    text[..end].trim().parse::<f64>().is_ok()
}

/// Returns `cells` as a line of CSV, neutralised. Cells with a semicolon or a tab are quoted
/// as well, so that a spreadsheet that cuts at those too sees the same cells.
#[must_use]
pub fn row<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut line = String::new();
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        let cell = neutralise(cell);
        if cell.contains([',', '"']) || cell.contains(ENDS) {
            line.push('"');
            line.push_str(&cell.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(&cell);
        }
    }
    if line.is_empty() {
        // An empty line is no row to most readers.
        line.push_str("\"\"");
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::{neutralise, row};

    #[test]
    fn formulas_get_an_apostrophe_and_numbers_do_not() {
        assert_eq!(neutralise("=HYPERLINK(\"http://x\")"), "'=HYPERLINK(\"http://x\")");
        assert_eq!(neutralise("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(neutralise("-12.5"), "-12.5");
        assert_eq!(neutralise("ivory"), "ivory");
    }

    #[test]
    fn a_formula_is_found_behind_blanks_and_where_a_spreadsheet_may_cut() {
        assert_eq!(neutralise(" \u{a0}=1+1"), " \u{a0}'=1+1");
        assert_eq!(neutralise("\u{feff}=1+1"), "\u{feff}'=1+1");
        assert_eq!(neutralise("a;=1+1;b"), "a;'=1+1;b");
        assert_eq!(neutralise("a; \"=1+1\""), "a; \"'=1+1\"");
        assert_eq!(neutralise("a\n=1+1\r\n@x"), "a\n'=1+1\r\n'@x");
        assert_eq!(neutralise("\t=1+1"), "'\t'=1+1");
    }

    #[test]
    fn signs_inside_words_and_numbers_between_ends_stay() {
        for text in ["a=b", "tusk - old", "me@post.example", "10;-5;+3", "x;a-b", "+4915112345"] {
            assert_eq!(neutralise(text), text);
        }
    }

    #[test]
    fn a_row_quotes_what_any_spreadsheet_may_cut_at() {
        assert_eq!(
            row(["a", "b;c", "d,e", "f\tg", "h\"i"]),
            "a,\"b;c\",\"d,e\",\"f\tg\",\"h\"\"i\"\n"
        );
        assert_eq!(row([""]), "\"\"\n");
        assert_eq!(row(["", ""]), ",\n");
    }
}
