//! Makes text from strangers safe to open in a spreadsheet.

use std::borrow::Cow;

/// Puts an apostrophe before a cell that a spreadsheet would run as a formula.
///
/// Source: OWASP, CSV Injection: cells that start with `=`, `+`, `-`, `@`, tab
/// or carriage return. Plain numbers such as `-12.5` stay as they are.
#[must_use]
pub fn neutralise(cell: &str) -> Cow<'_, str> {
    let starts_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    if starts_formula && cell.parse::<f64>().is_err() {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::neutralise;

    #[test]
    fn formulas_get_an_apostrophe_and_numbers_do_not() {
        assert_eq!(neutralise("=HYPERLINK(\"http://x\")"), "'=HYPERLINK(\"http://x\")");
        assert_eq!(neutralise("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(neutralise("-12.5"), "-12.5");
        assert_eq!(neutralise("ivory"), "ivory");
    }
}
