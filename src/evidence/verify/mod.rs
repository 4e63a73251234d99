//! Checks a case: every byte, every link of the custody log, every signature, every record.
//!
//! Reads only. What is wrong is said with the file it is wrong in; what interrupted
//! commands left behind is named, and is no fault.

mod archive;
mod bag;
mod folder;
mod revisit;
mod work;

use std::collections::BTreeSet;

use serde::Serialize;

use super::custody::{CLOCK, LOG_FILE, Log};
use super::digest::Sha256;
use super::keys::CaseKeys;
use super::memory::Memory;
use super::store::{Store, StoreError};
use super::timestamp::check_stamps;
use super::transfer::{Anchor, check_receipts};

pub(super) use bag::is_elsewhere;
pub(super) use folder::relative;
use work::Task;

#[cfg(test)]
mod tests;

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The item; `None` for the case as a whole.
    pub item: Option<String>,
    /// What was checked: `custody`, `memory`, `signatures`, `keys`, `files`, `bag`, `warc`, `revisit`, `timestamp`, `receipt`, `unfinished`, `total`.
    pub check: &'static str,
    /// Whether all is well.
    pub ok: bool,
    /// The file that is wrong, relative to the case folder.
    pub file: Option<String>,
    /// What was found, in words.
    pub detail: String,
}

impl Check {
    /// A check of the case as a whole that failed.
    #[must_use]
    pub fn failed(check: &'static str, file: Option<String>, detail: String) -> Self {
        Self { item: None, check, ok: false, file, detail }
    }

    fn of(check: &'static str, file: String, result: Result<String, String>) -> Self {
        let ok = result.is_ok();
        Self { item: None, check, ok, file: Some(file), detail: result.unwrap_or_else(|why| why) }
    }
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

    /// The checks that failed.
    #[must_use]
    pub fn into_failed(self) -> Vec<Check> {
        self.checks.into_iter().filter(|check| !check.ok).collect()
    }

    /// The check that sums up all others.
    #[must_use]
    pub fn total(&self) -> Check {
        let failed = self.failed();
        let entry = if self.entries == 1 { "entry" } else { "entries" };
        let seen = format!(
            "{} item{}, {} file{}, {} byte{}, {} custody {entry}",
            self.items,
            more(self.items == 1),
            self.files,
            more(self.files == 1),
            self.bytes,
            more(self.bytes == 1),
            self.entries,
        );
        let detail = match failed {
            0 => format!("{seen}: all as recorded"),
            1 => format!("{seen}: 1 check failed"),
            _ => format!("{seen}: {failed} checks failed"),
        };
        Check { item: None, check: "total", ok: failed == 0, file: None, detail }
    }
}

/// The ending of a noun that is counted.
fn more(is_one: bool) -> &'static str {
    if is_one { "" } else { "s" }
}

/// What is known of a case from elsewhere, to check it against.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// Fingerprints of the keys that may sign, with their predecessors and successors; all
    /// may where none is named.
    pub signers: Vec<Sha256>,
    /// What this machine remembers of the cases it wrote to.
    pub memory: Option<Memory>,
    /// Entries that must be in the log, each with the file that shows it was there.
    pub anchors: Vec<(String, Anchor)>,
    /// Items that are not here, apart from those that the log says were left behind.
    pub left_behind: BTreeSet<String>,
}

/// Checks the case of `store`. `progress` is told the number of bytes hashed since
/// it was last told, from several threads.
///
/// # Errors
///
/// When the case cannot be read at all; what is wrong in it is in the report.
pub fn verify(
    store: &Store,
    expected: &Expected,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Report, StoreError> {
    let lock = store.lock_shared()?;
    let log = Log::read(store.root())?;
    let keys = CaseKeys::read(store.root())?;
    let mut report = Report { entries: log.lines.len(), ..Report::default() };
    report.checks = check_log(&log, &keys, &expected.signers);
    report.checks.extend(check_memory(store, &log, expected));
    report
        .checks
        .extend(expected.anchors.iter().map(|(file, anchor)| check_anchor(&log, file, *anchor)));
    let mut tasks = Vec::new();
    let left_behind = &log.left_behind() | &expected.left_behind;
    folder::plan(store, &log, &left_behind, &mut report, &mut tasks)?;
    bag::plan(store, &log, &left_behind, &mut report, &mut tasks)?;
    let receipts = check_receipts(store, &log, &keys);
    report
        .checks
        .extend(receipts.into_iter().map(|(file, result)| Check::of("receipt", file, result)));
    let stamps = check_stamps(store, &log, &left_behind).into_iter();
    report.checks.extend(stamps.map(|(file, item, result)| Check {
        item,
        check: "timestamp",
        ok: result.is_ok(),
        file: Some(file),
        detail: result.unwrap_or_else(|why| why),
    }));
    drop(lock);
    let mut away = left_behind;
    away.extend(log.purged_items());
    work::run(&tasks, &away, &mut report, progress);
    report.checks.sort_by(|a, b| (&a.item, a.ok, order(a)).cmp(&(&b.item, b.ok, order(b))));
    Ok(report)
}

/// Where a check stands among those of its item.
fn order(check: &Check) -> usize {
    [
        "custody",
        "memory",
        "signatures",
        "keys",
        "files",
        "bag",
        "warc",
        "revisit",
        "timestamp",
        "receipt",
        "unfinished",
    ]
    .iter()
    .position(|name| *name == check.check)
    .unwrap_or(usize::MAX)
}

/// Something outside the case shows that an entry was in the log.
fn check_anchor(log: &Log, shown_by: &str, anchor: Anchor) -> Check {
    let number = anchor.number;
    let ok = anchor.is_in(log);
    let detail = if ok {
        format!("entry {number} is the one that `{shown_by}` shows")
    } else {
        format!("entry {number}, which `{shown_by}` shows, is missing: the log was cut or replaced")
    };
    let file = (!ok).then(|| LOG_FILE.to_owned());
    Check { item: None, check: "custody", ok, file, detail }
}

fn check_memory(store: &Store, log: &Log, expected: &Expected) -> Option<Check> {
    let result = expected.memory.as_ref()?.check(store.root(), log)?;
    let file = result.is_err().then(|| LOG_FILE.to_owned());
    let ok = result.is_ok();
    Some(Check { item: None, check: "memory", ok, file, detail: result.unwrap_or_else(|why| why) })
}

fn check_log(log: &Log, keys: &CaseKeys, expected: &[Sha256]) -> Vec<Check> {
    let signatures = log.check_signatures(keys.all());
    let (signers, strangers) = keys.judge(log, expected);
    let mut checks = Vec::new();
    let mut sound = |check, detail| {
        checks.push(Check { item: None, check, ok: true, file: None, detail });
    };
    let entries = log.lines.len();
    if log.faults.is_empty() {
        let torn = match log.torn_bytes {
            0 => String::new(),
            bytes => format!("; {bytes} bytes of an entry that was cut off while written"),
        };
        let stood = log.lines.iter().filter(|line| line.entry.details.contains_key(CLOCK)).count();
        let stood = match stood {
            0 => String::new(),
            1 => "; for 1 of them the clock of the machine stood before the one before".to_owned(),
            _ => format!(
                "; for {stood} of them the clock of the machine stood before the one before"
            ),
        };
        sound("custody", format!("{entries} entries, each follows the one before{stood}{torn}"));
    }
    if signatures.is_empty() && entries > 0 {
        sound("signatures", format!("{entries} signatures hold"));
    }
    if strangers.is_empty() {
        signers.into_iter().for_each(|how| sound("keys", format!("key {how}")));
    }
    let faults = [("custody", &log.faults), ("signatures", &signatures), ("keys", &strangers)];
    checks.extend(faults.iter().flat_map(|(check, faults)| {
        faults.iter().map(|fault| Check {
            item: None,
            check,
            ok: false,
            file: Some(fault.file.clone()),
            detail: fault.detail.clone(),
        })
    }));
    checks
}
