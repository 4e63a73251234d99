//! The custody log: who did what to the case, when; each entry chained to the
//! one before and signed.
//!
//! `custody.jsonl` has one line an entry, in canonical JSON (RFC 8785):
//!
//! ```text
//! {"entry":{…},"hash":"<SHA-256 of the entry's bytes>","signature":"<Ed25519 over the same bytes, base64>"}
//! ```
//!
//! The signed bytes stand in the line as they were signed, so that `sed` and
//! `openssl` are enough to check them. `custody.head` is a copy of the newest
//! line: a log that was cut at its end no longer reaches its head.

mod action;
mod entry;
mod log;

pub use action::Action;
pub use entry::{CLOCK, Entry, Line, SCHEMA};
pub use log::{Fault, HEAD_FILE, LOG_FILE, Log};

pub(super) use entry::is_inside;
pub(super) use log::{Tail, open_log, read_log};
