//! What a writer finds when the one before was cut off: promises are kept, the
//! rest is set aside.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err as fs;

use super::custody::{LOG_FILE, Line, Tail, read_log};
use super::digest::Sha256;
use super::draft::{DATA, TAG_MANIFEST};
use super::durable;
use super::store::{ITEMS, LOCK_FILE, QUARANTINE, Store, UNFINISHED};

/// Longest time for which the folder of a new item can be without its lock.
const START: Duration = Duration::from_mins(1);

/// What stands before the name of an item in an entry of the log.
const ITEM_OF_ENTRY: &[u8] = br#""item":""#;
/// Bytes of a number and the hyphen behind it.
const LONGEST_NUMBER: usize = 12;

/// How the name of a file ends that waits for its place.
const STAGED: &str = "new";

/// Keeps what the newest entries promised and moves the rest of what is unfinished
/// into `quarantine/`; returns the paths it has there. The case must be locked.
pub(super) fn recover(store: &Store, tail: &Tail) -> io::Result<Vec<String>> {
    let root = store.root();
    for line in &tail.pending {
        keep_promises(store, line)?;
    }
    if let Some(last) = tail.pending.last() {
        store.set_head(last)?;
    }
    let mut set_aside = Vec::new();
    if !tail.torn.is_empty() {
        set_aside.push(quarantine_bytes(root, &tail.torn)?);
        let log = fs::OpenOptions::new().write(true).open(root.join(LOG_FILE))?;
        log.set_len(tail.end)?;
        log.sync_all()?;
    }
    for path in unfinished(root)? {
        set_aside.push(quarantine(root, &path)?);
    }
    Ok(set_aside)
}

/// Everything below `root` that is not in its place, and that nobody works on.
pub(super) fn unfinished(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join(ITEMS))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // In this order: what is laid out has its lock by then.
        if is_unfinished(&name) && !is_starting(&entry) && !is_live(&entry.path()) {
            found.push(entry.path());
        }
    }
    for entry in fs::read_dir(root)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == STAGED) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Where the file `path` of the case waits until an entry promises it.
pub(super) fn staged(root: &Path, path: &str) -> PathBuf {
    root.join(path.replace('/', "+")).with_added_extension(STAGED)
}

/// True for the name of the folder of an item that is being built.
pub(super) fn is_unfinished(name: &str) -> bool {
    name.starts_with(UNFINISHED)
}

/// True while the item in `folder` may not have its lock yet: it holds nothing, and is new.
fn is_starting(folder: &fs::DirEntry) -> bool {
    let path = folder.path();
    let holds = |name: &OsStr| name != LOCK_FILE;
    if path.join(DATA).exists()
        || fs::read_dir(&path).is_ok_and(|all| all.flatten().any(|one| holds(&one.file_name())))
    {
        return false;
    }
    let made = folder.metadata().and_then(|metadata| metadata.modified());
    made.ok().and_then(|made| made.elapsed().ok()).is_none_or(|age| age < START)
}

/// True when the program that builds the item in `folder` is still there.
pub(super) fn is_live(folder: &Path) -> bool {
    let is_held = |lock: File| matches!(lock.try_lock(), Err(TryLockError::WouldBlock));
    if cfg!(unix) && fs::File::open(folder).is_ok_and(|folder| is_held(folder.into_file())) {
        return true;
    }
    // Where folders cannot be locked, nobody relies on it.
    let lock = OpenOptions::new().write(true).open(folder.join(LOCK_FILE));
    lock.is_ok_and(|file: File| file.try_lock().is_err())
}

/// The highest number that an item has, or had before it was purged or left behind; 0 when there
/// is none.
pub(super) fn last_item_number(root: &Path) -> io::Result<u64> {
    let mut highest = 0;
    let mut see = |name: &[u8]| {
        let digits = name.split(|&byte| byte == b'-').next().and_then(|d| str::from_utf8(d).ok());
        let number = digits.and_then(|digits| digits.parse::<u32>().ok());
        highest = highest.max(number.map_or(0, u64::from));
    };
    for entry in fs::read_dir(root.join(ITEMS))? {
        see(entry?.file_name().as_encoded_bytes());
    }
    let log = read_log(root)?;
    // Quotation marks of what others wrote have a backslash before them in JSON.
    for at in memchr::memmem::find_iter(&log, ITEM_OF_ENTRY) {
        let name = &log[at + ITEM_OF_ENTRY.len()..];
        see(&name[..name.len().min(LONGEST_NUMBER)]);
    }
    Ok(highest)
}

/// The folder in which the item of `line` waits to be moved into its place.
pub(super) fn waiting_item(root: &Path, line: &Line) -> io::Result<Option<PathBuf>> {
    let Some(digest) = line.entry.tag_manifest() else { return Ok(None) };
    for entry in fs::read_dir(root.join(ITEMS))? {
        let entry = entry?;
        let manifest = entry.path().join(TAG_MANIFEST);
        if is_unfinished(&entry.file_name().to_string_lossy())
            && manifest.is_file()
            && Sha256::of_file(&manifest)?.0 == digest
        {
            return Ok(Some(entry.path()));
        }
    }
    Ok(None)
}

fn keep_promises(store: &Store, line: &Line) -> io::Result<()> {
    for (path, digest) in &line.entry.files {
        let place = store.root().join(path);
        let staged = staged(store.root(), path);
        if staged.is_file() && Sha256::of_file(&staged)?.0 == *digest {
            fs::create_dir_all(durable::parent(&place))?;
            fs::rename(&staged, &place)?;
            durable::sync_folder(durable::parent(&place))?;
        }
    }
    if let Some(name) = &line.entry.item {
        let place = store.item(name);
        if !place.exists()
            && let Some(folder) = waiting_item(store.root(), line)?
        {
            let _ = fs::remove_file(folder.join(LOCK_FILE));
            fs::rename(folder, &place)?;
            durable::sync_folder(durable::parent(&place))?;
        }
    }
    Ok(())
}

fn quarantine(root: &Path, path: &Path) -> io::Result<String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let place = free_place(root, name.trim_start_matches('.'))?;
    let _ = fs::remove_file(path.join(LOCK_FILE));
    fs::rename(path, root.join(&place))?;
    durable::sync_folder(durable::parent(path))?;
    Ok(place)
}

fn quarantine_bytes(root: &Path, bytes: &[u8]) -> io::Result<String> {
    let place = free_place(root, "custody-fragment")?;
    durable::write(&root.join(&place), bytes)?;
    Ok(place)
}

fn free_place(root: &Path, name: &str) -> io::Result<String> {
    fs::create_dir_all(root.join(QUARANTINE))?;
    let candidates = (1..).map(|number| format!("{QUARANTINE}/{name}-{number}"));
    let mut free = candidates.filter(|place| !root.join(place).exists());
    Ok(free.next().expect("numbers do not run out"))
}
