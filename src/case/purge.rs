//! When the time is over for which a case may keep persons' data: take them out, and keep a
//! signed record of what went.
//!
//! What remains is `case.json`, the custody log with its keys, and the README: that a case
//! was kept, by whom, and what was destroyed, by name and hash.

use std::collections::BTreeMap;
use std::io;

use fs_err as fs;
use jiff::civil::Date;

use super::{CASE_FILE, Folder};
use crate::evidence::{Action, Custodian, ITEMS, KEYS, README_FILE, StoreError};

/// Why nothing was purged.
#[derive(Debug, thiserror::Error)]
pub enum PurgeError {
    /// The date has not come.
    #[error("the case is to be kept until {until}, and today is {today}")]
    TooEarly {
        /// The date in `case.json`.
        until: Date,
        /// The day.
        today: Date,
    },
    /// There is no date.
    #[error("the case has no retention date")]
    NoDate,
    /// There is nothing left to purge.
    #[error("the case holds nothing that could be purged")]
    Nothing,
    /// The case or its log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Files.
    #[error("cannot remove what is to be purged")]
    Io(#[from] io::Error),
}

/// What went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purged {
    /// Files of the case folder.
    pub files: Vec<String>,
    /// Items of evidence.
    pub items: Vec<String>,
}

/// Removes items, ads and decisions from `case` when its retention date is over on `today`,
/// or at once for a `reason`. The custody log names everything that went with its hash.
///
/// # Errors
///
/// [`PurgeError`]. When a file cannot be removed the log says already that it goes, and
/// `evidence verify` names what is still there.
pub fn purge(
    case: &Folder,
    custodian: &Custodian,
    reason: Option<&str>,
    today: Date,
) -> Result<Purged, PurgeError> {
    let until = case.record().details.retain_until;
    if reason.is_none() {
        let until = until.ok_or(PurgeError::NoDate)?;
        if today <= until {
            return Err(PurgeError::TooEarly { until, today });
        }
    }
    // Before the log is read, so that nothing comes in between that would be left.
    let mut writer = case.lock(custodian)?;
    let log = writer.log()?;
    let keep = |file: &str| {
        file == CASE_FILE || file == README_FILE || file.starts_with(&format!("{KEYS}/"))
    };
    let files: BTreeMap<String, String> = log
        .files()
        .into_iter()
        .filter(|(file, _)| !keep(file))
        .map(|(file, digest)| (file.to_owned(), digest.to_string()))
        .collect();
    let items: BTreeMap<String, String> = log
        .items()
        .into_iter()
        .map(|(item, digest)| (item.to_owned(), digest.to_string()))
        .collect();
    if files.is_empty() && items.is_empty() {
        return Err(PurgeError::Nothing);
    }
    let action = Action::new("purge")
        .with("retain_until", until)
        .with("reason", reason)
        .with("purged_files", &files)
        .with("purged_items", &items);
    writer.append(action)?;
    for file in files.keys().filter(|file| !file.starts_with(&format!("{ITEMS}/"))) {
        remove(fs::remove_file(case.path().join(file)))?;
    }
    for item in items.keys() {
        remove(fs::remove_dir_all(case.store().item(item)))?;
    }
    drop(writer);
    Ok(Purged { files: files.into_keys().collect(), items: items.into_keys().collect() })
}

/// What is gone already is no error.
fn remove(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(err) if err.kind() != io::ErrorKind::NotFound => Err(err),
        _ => Ok(()),
    }
}
