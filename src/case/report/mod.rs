//! Reports of a case's figures: for a terminal, as Markdown, as one HTML page, and as PDF/A.

mod html;
mod label;
mod markdown;
mod method;
#[cfg(feature = "pdf")]
mod pdf;
mod terminal;
mod words;

#[cfg(feature = "pdf")]
use html::excerpt;
pub use html::{html, network};
pub use markdown::markdown;
#[cfg(feature = "pdf")]
pub use pdf::{Pdf, PdfError, pdf};
pub use terminal::terminal;
pub use words::Language;
