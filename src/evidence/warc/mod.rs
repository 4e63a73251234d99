//! WARC 1.1 (ISO 28500:2017): the archive of what was asked and answered.

mod aside;
mod member;
mod reader;
mod writer;

pub(super) use reader::{ReadRecord, WarcReader};
pub(super) use writer::{Kind, Packing, RecordHead, WarcWriter};
