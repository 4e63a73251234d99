//! Brings the data up to date from the official lists, which are not part of the program.
//!
//! The lists come from the Checklist of CITES Species or the API of Species+ ([`fetch`]), or from
//! their CSV exports (`export`). What they say is laid beside the data in use ([`merge()`]): where
//! they differ, the official list holds from now on, and each difference is a [`Change`]. The result
//! is compiled, checked and put in place in one step ([`install`]); until then nothing is touched.

mod draft;
mod export;
mod fetch;
mod http;
mod merge;
mod official;
mod store;

use std::path::PathBuf;

pub use export::{parse as parse_export, read as read_export};
pub use fetch::{Fetch, Progress, Site, fetch};
pub use merge::{Change, Merged, merge};
pub use official::{Official, OfficialRow};
pub use store::{INDEX_FILE, install, installed};

use super::compile::Faults;
use super::index::IndexError;

/// Why the data could not be brought up to date; those in use stay as they were.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// The server could not be reached or refused.
    #[error("cannot read {url}: {reason}")]
    Server {
        /// The address.
        url: String,
        /// What went wrong, the last time.
        reason: String,
    },
    /// The server's pages do not make a whole list.
    #[error("the list is not whole: {0}")]
    Incomplete(String),
    /// A file that is no export of Species+ or the Checklist.
    #[error("{}: {reason}", path.display())]
    Export {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The merged tables cannot be compiled.
    #[error("the updated data break the schema: {0}")]
    Faults(#[from] Faults),
    /// The compiled data cannot be read back.
    #[error("the updated data cannot be read back")]
    Index(#[from] IndexError),
    /// The updated data hold less than those in use.
    #[error("the updated data hold {new} {what}, those in use {old}")]
    Shrunk {
        /// What was counted.
        what: &'static str,
        /// How many are in use.
        old: usize,
        /// How many would be.
        new: usize,
    },
    /// A file or folder could not be read or written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}
