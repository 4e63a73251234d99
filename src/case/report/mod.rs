//! Reports of a case's figures: for a terminal, as Markdown, and as one HTML page.

mod html;
mod label;
mod markdown;
mod method;
mod terminal;
mod words;

pub use html::{html, network};
pub use markdown::markdown;
pub use terminal::terminal;
pub use words::Language;
