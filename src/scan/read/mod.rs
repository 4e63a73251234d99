//! Reads ads from files: encoding, blocks of whole records, records.
//!
//! A file is read once, in blocks of whole records ([`blocks`]), so that memory
//! does not grow with it and several threads can work at once.

pub mod blocks;
pub mod encoding;
pub mod json;
pub mod layout;
pub mod record;

pub use blocks::{Block, Blocks};
pub use layout::{Input, Layout, LayoutError, Mapping};
pub use record::{Fault, Original, Record};
