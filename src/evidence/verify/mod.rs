//! Checks a case: every byte, every link of the custody log, every signature, every record.
//!
//! Reads only. What is wrong is said with the file it is wrong in; what interrupted
//! commands left behind is named, and is no fault.

mod archive;
mod bag;
mod folder;
mod work;

use std::collections::BTreeMap;

use fs_err as fs;
use serde::Serialize;

use super::custody::Log;
use super::digest::Sha256;
use super::key::PublicKey;
use super::store::{KEYS, Store, StoreError};
use super::timestamp::check_stamps;

use work::Task;

#[cfg(test)]
mod tests;

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The item; `None` for the case as a whole.
    pub item: Option<String>,
    /// What was checked: `custody`, `signatures`, `files`, `bag`, `warc`, `timestamp`, `unfinished`, `total`.
    pub check: &'static str,
    /// Whether all is well.
    pub ok: bool,
    /// The file that is wrong, relative to the case folder.
    pub file: Option<String>,
    /// What was found, in words.
    pub detail: String,
}

/// Everything that was checked.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The checks, the case first, then the items by number.
    pub checks: Vec<Check>,
    /// Items that the custody log vouches for.
    pub items: usize,
    /// Files whose bytes were hashed.
    pub files: usize,
    /// Their size.
    pub bytes: u64,
    /// Entries of the custody log.
    pub entries: usize,
}

impl Report {
    /// Number of checks that failed.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.checks.iter().filter(|check| !check.ok).count()
    }

    /// The check that sums up all others.
    #[must_use]
    pub fn total(&self) -> Check {
        let failed = self.failed();
        let Self { items, files, bytes, entries, .. } = self;
        let seen =
            format!("{items} items, {files} files, {bytes} bytes, {entries} custody entries");
        let detail = match failed {
            0 => format!("{seen}: all as recorded"),
            1 => format!("{seen}: 1 check failed"),
            _ => format!("{seen}: {failed} checks failed"),
        };
        Check { item: None, check: "total", ok: failed == 0, file: None, detail }
    }
}

/// Checks the case of `store`. `progress` is told the number of bytes hashed since
/// it was last told, from several threads.
///
/// # Errors
///
/// When the case cannot be read at all; what is wrong in it is in the report.
pub fn verify(store: &Store, progress: &(dyn Fn(u64) + Sync)) -> Result<Report, StoreError> {
    let lock = store.lock_shared()?;
    let log = Log::read(store.root())?;
    let keys = read_keys(store)?;
    let mut report = Report { entries: log.lines.len(), ..Report::default() };
    report.checks = check_log(&log, &keys);
    let mut tasks = Vec::new();
    folder::plan(store, &log, &mut report, &mut tasks)?;
    bag::plan(store, &log, &mut report, &mut tasks)?;
    report.checks.extend(check_stamps(store, &log).into_iter().map(|(file, item, result)| Check {
        item,
        check: "timestamp",
        ok: result.is_ok(),
        file: Some(file),
        detail: result.unwrap_or_else(|why| why),
    }));
    drop(lock);
    work::run(&tasks, &mut report, progress);
    report.checks.sort_by(|a, b| (&a.item, a.ok, order(a)).cmp(&(&b.item, b.ok, order(b))));
    Ok(report)
}

/// Where a check stands among those of its item.
fn order(check: &Check) -> usize {
    ["custody", "signatures", "files", "bag", "warc", "timestamp", "unfinished"]
        .iter()
        .position(|name| *name == check.check)
        .unwrap_or(usize::MAX)
}

fn check_log(log: &Log, keys: &BTreeMap<Sha256, PublicKey>) -> Vec<Check> {
    let signatures = log.check_signatures(keys);
    let mut checks = Vec::new();
    let entries = log.lines.len();
    if log.faults.is_empty() {
        let torn = match log.torn_bytes {
            0 => String::new(),
            bytes => format!("; {bytes} bytes of an entry that was cut off while written"),
        };
        let detail = format!("{entries} entries, each follows the one before{torn}");
        checks.push(Check { item: None, check: "custody", ok: true, file: None, detail });
    }
    if signatures.is_empty() && entries > 0 {
        let signers: BTreeMap<_, _> = log.lines.iter().map(|line| (line.entry.key, ())).collect();
        let signers: Vec<String> = signers.keys().map(ToString::to_string).collect();
        let detail = format!("{entries} signatures by {}", signers.join(", "));
        checks.push(Check { item: None, check: "signatures", ok: true, file: None, detail });
    }
    let faults = log.faults.iter().map(|fault| ("custody", fault));
    checks.extend(faults.chain(signatures.iter().map(|fault| ("signatures", fault))).map(
        |(check, fault)| Check {
            item: None,
            check,
            ok: false,
            file: Some(fault.file.clone()),
            detail: fault.detail.clone(),
        },
    ));
    checks
}

/// The keys in the case; a file that is no key is a fault of the file, found elsewhere.
fn read_keys(store: &Store) -> Result<BTreeMap<Sha256, PublicKey>, StoreError> {
    let mut keys = BTreeMap::new();
    let Ok(folder) = fs::read_dir(store.root().join(KEYS)) else { return Ok(keys) };
    for entry in folder {
        let pem = fs::read(entry?.path()).unwrap_or_default();
        if let Some(key) = str::from_utf8(&pem).ok().and_then(PublicKey::from_pem) {
            keys.insert(key.fingerprint(), key);
        }
    }
    Ok(keys)
}
