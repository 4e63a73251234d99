//! Reads ads from files: encoding, blocks of whole records, records.
//!
//! A file is read once, in blocks of whole records ([`blocks`]), so that memory
//! does not grow with it and several threads can work at once. What is packed is
//! unpacked on the way, an archive is read file by file, and every kind of file
//! that is neither text nor CSV is turned into JSON lines as it is read.

pub(crate) mod archive;
pub mod blocks;
mod elements;
pub mod encoding;
mod ending;
pub mod json;
mod kind;
pub mod layout;
mod mail;
mod page;
mod parquet;
mod positioned;
mod produced;
pub mod record;
mod source;
mod unpack;

pub use blocks::{Block, Blocks};
pub use ending::Ending;
pub use kind::Kind;
pub use layout::{Counted, Input, Layout, LayoutError, Mapping};
pub use record::{Fault, Original, Record};
pub use source::{How, Inputs, RATIO, Source};
