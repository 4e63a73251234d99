//! Days that a user names.

use jiff::civil::Date;

/// How a day is written.
const HOW: &str = "write a day as YYYY-MM-DD, for instance 2024-02-29";

/// Reads a day of the calendar.
///
/// # Errors
///
/// How to write one, when `text` is none.
pub(super) fn read(text: &str) -> Result<Date, &'static str> {
    let is_well_formed =
        text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_well_formed.then(|| text.parse().ok()).flatten().ok_or(HOW)
}
