//! Evidence that changes hands: a package with a receipt, which the receiver checks and
//! countersigns, and which the sender files.
//!
//! A package is one tar file: the case folder below `case/` (all of it, or with some of the
//! items), `receipt.json`, and `receipt.sig`, the sender's signature over the receipt. The
//! receiver's copy continues the sender's custody log.

mod package;
mod receipt;
mod receive;
mod send;

#[cfg(test)]
mod tests;

use std::io;
use std::path::PathBuf;

pub use receipt::{Anchor, Countersigned, Receipt};
pub use receive::{Received, Terms, receive};
pub use send::{Filed, Sent, file_receipt, send};

pub(super) use receipt::check_receipts;

use super::verify::Check;

/// Folder of receipts in a case folder.
pub(super) const TRANSFERS: &str = "transfers";
/// The case in a package.
const CASE: &str = "case";
const RECEIPT: &str = "receipt.json";
const SIGNATURE: &str = "receipt.sig";

/// Why evidence was not handed over.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// There is something at the path already.
    #[error("`{0}` exists already")]
    Exists(PathBuf),
    /// The case has no such item.
    #[error("the case has no item `{0}`")]
    NoItem(String),
    /// What would change hands is not as it was recorded; the checks say where.
    #[error("{} checks failed", .0.len())]
    NotSound(Vec<Check>),
    /// The package is none, or not one that this program takes.
    #[error("the package is refused: `{file}` {why}")]
    Refused {
        /// The member that is wrong.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// The receipt does not hold.
    #[error("the receipt does not hold: {0}")]
    Receipt(String),
    /// The package cannot be added to the case as an item.
    #[error(transparent)]
    Add(#[from] super::AddError),
    /// The case cannot be used.
    #[error(transparent)]
    Store(#[from] super::StoreError),
    /// A file cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl TransferError {
    fn refused(file: &str, why: impl Into<String>) -> Self {
        Self::Refused { file: file.to_owned(), why: why.into() }
    }
}
