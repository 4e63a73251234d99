//! Takes scan records into a case: ledger and custody log change together, or neither does.

use std::io::{self, Read};

use super::Folder;
use super::ledger::{Incoming, Joined, LEDGER_FILE, Ledger, LedgerError};
use crate::evidence::{Action, Custodian, StoreError};

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The records or the ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The case folder or its log.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an import did.
#[derive(Clone, Copy, Debug)]
pub struct Imported {
    /// What became of the ads.
    pub joined: Joined,
    /// Lines that were left out.
    pub left_out: u64,
}

/// Joins the scan records of `input`, called `name` in messages, to the ledger of `case`,
/// and writes into the custody log what came in and the hash of the ledger since.
/// `left_out` is told `file:line` and the reason of each line that is no scan record.
///
/// # Errors
///
/// [`ImportError`]; the case is then as before.
pub fn import(
    case: &Folder,
    custodian: &Custodian,
    input: impl Read + Send,
    name: &str,
    left_out: &mut dyn FnMut(&str, &str),
) -> Result<Imported, ImportError> {
    let incoming = Incoming::read(case.path(), input, name, left_out)?;
    let ledger = Ledger::of(case.path());
    let mut writer = case.lock(custodian)?;
    let joined = ledger.count(&incoming)?;
    let action = Action::new("import")
        .with("input", name)
        .with("input_sha256", incoming.input_sha256())
        .with("ads", joined.ads)
        .with("added", joined.added)
        .with("updated", joined.updated)
        .with("unchanged", joined.unchanged)
        .with("left_out", incoming.left_out());
    writer.replace(LEDGER_FILE, action, |out| {
        ledger.join(&incoming, out).map(drop).map_err(io::Error::other)
    })?;
    Ok(Imported { joined, left_out: incoming.left_out() })
}
