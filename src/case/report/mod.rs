//! Reports of a case's figures: for a terminal, and as one HTML page.

mod html;
mod label;
mod terminal;
mod words;

pub use html::html;
pub use terminal::terminal;
pub use words::Language;
