//! The case folder around the items: what the log vouches for, and what it does not know.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use fs_err as fs;

use super::bag::is_elsewhere;
use super::work::Work;
use super::{Check, Report, Task};
use crate::evidence::custody::{HEAD_FILE, LOG_FILE, Log};
use crate::evidence::digest::Sha256;
use crate::evidence::recovery;
use crate::evidence::store::{ITEMS, KEYS, LOCK_FILE, QUARANTINE, Store, StoreError};
use crate::evidence::timestamp::HEAD_STAMPS;
use crate::evidence::transfer::TRANSFERS;

/// Plans the hashing of the files of the case, and reports what has no business there.
pub(super) fn plan(
    store: &Store,
    log: &Log,
    left_behind: &BTreeSet<String>,
    report: &mut Report,
    tasks: &mut Vec<Task>,
) -> Result<(), StoreError> {
    let root = store.root();
    let mut vouched = BTreeSet::new();
    for (name, expected) in log.files() {
        if is_elsewhere(store, name, left_behind) {
            continue;
        }
        vouched.insert(name.to_owned());
        let mut path = root.join(name);
        let staged = recovery::staged(root, name);
        if is_promised(log, name, expected, &staged) {
            path = staged;
        }
        tasks.push(Task {
            item: None,
            path,
            name: name.to_owned(),
            work: Work::Hash { expected, vouched_by: LOG_FILE },
        });
    }
    let count = vouched.len();
    let detail = format!("{count} files of the case have an entry in {LOG_FILE}");
    report.checks.push(Check { item: None, check: "files", ok: count > 0, file: None, detail });
    check_listing(root, &vouched, log, report)?;
    Ok(())
}

/// True when a new entry vouches for a file that a crash kept from its place.
fn is_promised(log: &Log, name: &str, expected: Sha256, staged: &Path) -> bool {
    log.pending().any(|line| line.entry.files.contains_key(name))
        && staged.is_file()
        && Sha256::of_file(staged).is_ok_and(|(found, _)| found == expected)
}

fn check_listing(
    root: &Path,
    vouched: &BTreeSet<String>,
    log: &Log,
    report: &mut Report,
) -> io::Result<()> {
    let mut faults = Vec::new();
    let mut unfinished: BTreeSet<String> = BTreeSet::new();
    for path in recovery::unfinished(root)? {
        unfinished.insert(relative(root, &path));
    }
    for folder in ["", KEYS, HEAD_STAMPS, TRANSFERS] {
        let Ok(entries) = fs::read_dir(root.join(folder)) else {
            if folder == HEAD_STAMPS || folder == TRANSFERS {
                continue;
            }
            faults.push((folder.to_owned(), "is missing"));
            continue;
        };
        for entry in entries {
            let entry = entry?;
            let name = relative(root, &entry.path());
            let is_file = entry.file_type()?.is_file();
            let known = match name.as_str() {
                LOG_FILE | HEAD_FILE => is_file,
                LOCK_FILE => is_file && entry.metadata()?.len() == 0,
                ITEMS | KEYS | QUARANTINE | HEAD_STAMPS | TRANSFERS => entry.file_type()?.is_dir(),
                name => is_file && (vouched.contains(name) || unfinished.contains(name)),
            };
            if !known {
                faults.push((name, "is not known to the custody log"));
            }
        }
    }
    let mut promised = BTreeSet::new();
    for line in log.pending() {
        promised.extend(recovery::waiting_item(root, line)?.map(|path| relative(root, &path)));
    }
    for (file, detail) in faults {
        let (file, detail) = (Some(file), detail.to_owned());
        report.checks.push(Check { item: None, check: "files", ok: false, file, detail });
    }
    for file in unfinished {
        if promised.contains(&file) {
            continue;
        }
        let detail = "was left behind by an interrupted command: no evidence".to_owned();
        report.checks.push(Check {
            item: None,
            check: "unfinished",
            ok: true,
            file: Some(file),
            detail,
        });
    }
    Ok(())
}

/// The path of `path` in the case, with slashes.
pub(in crate::evidence) fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
