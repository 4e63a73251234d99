//! What this machine remembers of cases it has written to: the newest entry of each log.
//!
//! A log whose end was cut off, with its head and items set back to match, is sound in
//! itself. This finds it on the machine that wrote the log; elsewhere a time-stamp or a
//! receipt that is kept outside the case does.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::custody::{LOG_FILE, Line, Log};
use super::digest::Sha256;
use super::key::user_folder;

/// Folder of what is remembered, in the folder of the user's key.
const HEADS: &str = "heads";

/// The newest entries of the cases that this machine has written to.
#[derive(Clone, Debug)]
pub struct Memory {
    folder: PathBuf,
}

/// An entry of a custody log, by number and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    number: u64,
    hash: Sha256,
    time: Timestamp,
}

/// The newest entry of one case, by the folder it was written to: a copy lives its own life.
pub(super) type Heads = BTreeMap<String, Head>;

impl Memory {
    /// What is remembered in `home`, the folder of a user's key.
    #[must_use]
    pub fn new(home: &Path) -> Self {
        Self { folder: home.join(HEADS) }
    }

    /// What is remembered beside the user's key; `None` where no folder for it is known.
    #[must_use]
    pub fn of_user() -> Option<Self> {
        Some(Self::new(&user_folder()?))
    }

    /// What is remembered of the case whose first entry has the hash `case`.
    pub(super) fn heads(&self, case: Sha256) -> Heads {
        let bytes = fs::read(self.file(case)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Remembers that `newest` was written to the log in the folder `root`.
    pub(super) fn note(&self, case: Sha256, root: &Path, newest: &Line) -> io::Result<()> {
        let mut heads = self.heads(case);
        let entry = &newest.entry;
        // What was written where no folder is now (it was moved here) is part of this log.
        heads.retain(|path, head| Path::new(path).exists() || head.number > entry.number);
        let head = Head { number: entry.number, hash: newest.hash, time: entry.time };
        heads.insert(name(root), head);
        fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        serde_json::to_writer(&mut file, &heads)?;
        file.persist(self.file(case)).map_err(|err| err.error)?;
        Ok(())
    }

    /// Says whether the log of the folder `root` reaches what is remembered; `None` when
    /// nothing is.
    pub(super) fn check(&self, root: &Path, log: &Log) -> Option<Result<String, String>> {
        let heads = self.heads(log.lines.first()?.hash);
        let has = |head: &Head| log.lines.iter().any(|line| line.hash == head.hash);
        let here = name(root);
        // Of a folder that is no more, this one may be what became of it.
        let mut own = heads.iter().filter(|(path, _)| **path == here || !Path::new(path).exists());
        if let Some((_, head)) = own.clone().find(|(_, head)| !has(head)) {
            return Some(Err(cut(head)));
        }
        if own.next().is_some() {
            return Some(Ok("the log reaches the newest entry that this machine wrote".to_owned()));
        }
        let (path, head) = heads.iter().max_by_key(|(_, head)| head.number)?;
        let what = if has(head) { "is as new as" } else { "is a copy, older than" };
        Some(Ok(format!("this folder {what} `{path}`, to which this machine wrote")))
    }

    fn file(&self, case: Sha256) -> PathBuf {
        self.folder.join(format!("{case}.json"))
    }
}

/// Why nothing may be added to a log that ends with `last`; `None` when something may.
pub(super) fn refuse(heads: &Heads, root: &Path, last: &Line) -> Option<String> {
    let head = heads.get(&name(root))?;
    let (number, hash) = (last.entry.number, last.hash);
    let differs = number < head.number || number == head.number && hash != head.hash;
    differs.then(|| cut(head))
}

fn cut(head: &Head) -> String {
    let Head { number, time, .. } = head;
    format!(
        "entry {number} of {time:.0}, which this machine wrote, is not in {LOG_FILE}: \
         the log was cut or replaced by an older copy"
    )
}

/// The folder by one name, however it was reached.
fn name(root: &Path) -> String {
    let path = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    path.to_string_lossy().into_owned()
}
