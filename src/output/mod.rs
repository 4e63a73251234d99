//! Prints records as a table, JSON lines, JSON or CSV, and neutralises strangers' text on the way.

pub mod progress;
mod records;
pub mod spreadsheet_text;
pub mod terminal_text;

pub use records::{Format, Record, Records};
