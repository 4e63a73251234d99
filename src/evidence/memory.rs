//! What this machine remembers of cases it has written to: the newest entry of each log.
//!
//! A log whose end was cut off, with its head and items set back to match, is sound in
//! itself. This finds it on the machine that wrote the log; elsewhere a time-stamp or a
//! receipt that is kept outside the case does.

use std::collections::BTreeMap;
use std::io::{self, Write};
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

/// The newest entry of one copy of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    number: u64,
    hash: Sha256,
    time: Timestamp,
    /// Which folder it was written to, wherever it is moved.
    #[serde(default)]
    folder: Option<FolderId>,
    /// Another copy of the case was there when this one was first written to: what is written
    /// here, the other need not have.
    #[serde(default)]
    is_branch: bool,
}

/// What a folder keeps when it is renamed, and a copy of it does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct FolderId {
    created: Timestamp,
    device: u64,
    number: u64,
}

/// The newest entry of each copy of a case, by the folder it was written to: a copy lives
/// its own life.
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
        let folder = FolderId::of(root);
        let known: Heads = own(&heads, root).map(|(path, head)| (path.clone(), *head)).collect();
        heads.retain(|path, _| !known.contains_key(path));
        let is_branch = match known.values().next() {
            Some(head) => head.is_branch,
            None => heads.iter().any(|(path, head)| head.is_there(path)),
        };
        let entry = &newest.entry;
        let (number, hash, time) = (entry.number, newest.hash, entry.time);
        let head = Head { number, hash, time, folder, is_branch };
        heads.insert(name(root), head);
        fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&serde_json::to_vec(&heads)?)?;
        file.persist(self.file(case)).map_err(|err| err.error)?;
        Ok(())
    }

    /// Says whether the log of the folder `root` reaches what is remembered; `None` when
    /// nothing is.
    pub(super) fn check(&self, root: &Path, log: &Log) -> Option<Result<String, String>> {
        let heads = self.heads(log.lines.first()?.hash);
        let has = |head: &Head| log.lines.iter().any(|line| line.hash == head.hash);
        if let Some((_, head)) = own(&heads, root).find(|(_, head)| !has(head)) {
            return Some(Err(cut(head)));
        }
        if own(&heads, root).next().is_some() {
            return Some(Ok("the log reaches the newest entry that this machine wrote".to_owned()));
        }
        // Of a folder that is no more, this one may be what is left.
        let is_lost = |path: &str, head: &Head| !head.is_branch && !Path::new(path).exists();
        let mut lost = heads.iter().filter(|(path, head)| is_lost(path, head) && !has(head));
        // A disk that is not at hand took its folder along, and all above it.
        let at_hand = |path: &str| Path::new(path).parent().is_some_and(Path::exists);
        if let Some((path, head)) = lost.find(|(path, _)| at_hand(path)) {
            return Some(Err(left_over(path, head)));
        }
        let (path, head) = heads.iter().max_by_key(|(_, head)| head.number)?;
        let what = match has(head) {
            true => "is as new as",
            false if head.is_branch => "is a copy, and has not what was written to",
            false => "is a copy, older than",
        };
        Some(Ok(format!("this folder {what} `{path}`, to which this machine wrote")))
    }

    fn file(&self, case: Sha256) -> PathBuf {
        self.folder.join(format!("{case}.json"))
    }
}

impl Head {
    /// True when the folder `path` is still the one that was written to.
    fn is_there(&self, path: &str) -> bool {
        let now = FolderId::of(Path::new(path));
        Path::new(path).exists() && (self.folder.is_none() || self.folder == now)
    }
}

impl FolderId {
    /// `None` where the file system does not tell.
    fn of(folder: &Path) -> Option<Self> {
        let facts = fs::metadata(folder).ok()?;
        let created = Timestamp::try_from(facts.created().ok()?).ok()?;
        let (device, number) = place(&facts);
        Some(Self { created, device, number })
    }
}

#[cfg(unix)]
fn place(facts: &std::fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (facts.dev(), facts.ino())
}

/// The time of creation alone must do.
#[cfg(not(unix))]
fn place(_facts: &std::fs::Metadata) -> (u64, u64) {
    (0, 0)
}

/// What was written to this folder: under this name, or under the one it had before.
fn own<'a>(heads: &'a Heads, root: &Path) -> impl Iterator<Item = (&'a String, &'a Head)> {
    let (here, folder) = (name(root), FolderId::of(root));
    heads
        .iter()
        .filter(move |(path, head)| **path == here || folder.is_some() && head.folder == folder)
}

/// Why nothing may be added to a log that ends with `last`; `None` when something may.
pub(super) fn refuse(heads: &Heads, root: &Path, last: &Line) -> Option<String> {
    let (number, hash) = (last.entry.number, last.hash);
    let differs = |head: &Head| number < head.number || number == head.number && hash != head.hash;
    own(heads, root).find(|(_, head)| differs(head)).map(|(_, head)| cut(head))
}

fn cut(head: &Head) -> String {
    let Head { number, time, .. } = head;
    format!(
        "entry {number} of {time:.0}, which this machine wrote, is not in {LOG_FILE}: \
         the log was cut or replaced by another copy"
    )
}

fn left_over(path: &str, head: &Head) -> String {
    let Head { number, time, .. } = head;
    format!(
        "entry {number} of {time:.0}, which this machine wrote, is not in {LOG_FILE}: `{path}`, \
         which had it, is gone, and this is an older copy, or the log was cut"
    )
}

/// The folder by one name, however it was reached.
fn name(root: &Path) -> String {
    let path = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    path.to_string_lossy().into_owned()
}
