//! The items: each a bag whose manifests are whole, and vouched for by the log.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::archive::Acquired;
use super::folder::relative;
use super::work::Work;
use super::{Check, Report, Task};
use crate::evidence::custody::{LOG_FILE, Line, Log, is_inside};
use crate::evidence::digest::Sha256;
use crate::evidence::draft::{MANIFEST, TAG_MANIFEST, digest_in};
use crate::evidence::plain_file;
use crate::evidence::recovery;
use crate::evidence::store::{ITEMS, LOCK_FILE, Store, StoreError};

/// Plans the hashing of the files of all items, and reports what is missing or unknown.
pub(super) fn plan(
    store: &Store,
    log: &Log,
    left_behind: &BTreeSet<String>,
    report: &mut Report,
    tasks: &mut Vec<Task>,
) -> Result<(), StoreError> {
    let mut known = BTreeSet::new();
    let files = log.files();
    for (name, expected, line) in log.entered() {
        known.insert(name.to_owned());
        if is_elsewhere(store, &format!("{ITEMS}/{name}"), left_behind) {
            continue;
        }
        report.items += 1;
        let prefix = format!("{ITEMS}/{name}/");
        let behind = files.range(prefix.as_str()..).map(|(file, _)| *file);
        let vouched = behind.map_while(|file| file.strip_prefix(&prefix));
        let mut item = Item {
            store,
            name,
            folder: place(store, name, line)?,
            vouched: vouched.map(str::to_owned).collect(),
            faults: Vec::new(),
        };
        if item.folder.is_symlink() {
            item.fault(TAG_MANIFEST, "is reached by a link".to_owned());
        }
        item.plan(expected, tasks)?;
        let faults = item.faults.into_iter().map(|(file, detail)| Check {
            item: Some(name.to_owned()),
            check: "bag",
            ok: false,
            file: Some(file),
            detail,
        });
        report.checks.extend(faults);
    }
    let unknown = unknown_items(store, &known)?;
    report.checks.extend(unknown.into_iter().map(|name| Check {
        file: Some(format!("{ITEMS}/{name}")),
        item: Some(name),
        check: "bag",
        ok: false,
        detail: format!("is not known to {LOG_FILE}"),
    }));
    Ok(())
}

/// True for a file of an item that was left behind when the case changed hands, and that is
/// not here.
pub(in crate::evidence) fn is_elsewhere(
    store: &Store,
    file: &str,
    left_behind: &BTreeSet<String>,
) -> bool {
    let item = file.strip_prefix(ITEMS).and_then(|rest| rest.split('/').nth(1));
    item.is_some_and(|item| {
        left_behind.contains(item) && store.item(item).symlink_metadata().is_err()
    })
}

/// Where the item is: in its place, or, after a crash, beside it.
fn place(store: &Store, name: &str, line: &Line) -> io::Result<PathBuf> {
    let place = store.item(name);
    if place.exists() {
        return Ok(place);
    }
    Ok(recovery::waiting_item(store.root(), line)?.unwrap_or(place))
}

fn unknown_items(store: &Store, known: &BTreeSet<String>) -> io::Result<Vec<String>> {
    let Ok(entries) = fs::read_dir(store.root().join(ITEMS)) else { return Ok(Vec::new()) };
    let mut unknown = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Unfinished ones are folders; a file that only calls itself so is none.
        let unfinished = recovery::is_unfinished(&name) && entry.file_type()?.is_dir();
        if !known.contains(&name) && !unfinished {
            unknown.push(name);
        }
    }
    unknown.sort();
    Ok(unknown)
}

struct Item<'a> {
    store: &'a Store,
    name: &'a str,
    folder: PathBuf,
    /// Files in it that came later, such as time-stamps: an entry of their own vouches for each.
    vouched: BTreeSet<String>,
    /// File and what is wrong with it.
    faults: Vec<(String, String)>,
}

impl Item<'_> {
    fn plan(&mut self, expected: Sha256, tasks: &mut Vec<Task>) -> io::Result<()> {
        let Some(tag_manifest) = self.read(TAG_MANIFEST) else { return Ok(()) };
        let found = Sha256::of(&tag_manifest);
        let mut listed = self.vouched.clone();
        listed.insert(TAG_MANIFEST.to_owned());
        if found == expected {
            tasks.push(self.task(TAG_MANIFEST, expected, LOG_FILE));
            for (path, digest) in self.parse(TAG_MANIFEST, &tag_manifest) {
                tasks.push(self.task(&path, digest, TAG_MANIFEST));
                listed.insert(path);
            }
        } else {
            self.fault(
                TAG_MANIFEST,
                format!("has changed: SHA-256 is {found}, but {expected} in {LOG_FILE}"),
            );
            let others = ["manifest-blake3.txt", "manifest-sha1.txt", "manifest-md5.txt"];
            listed.extend(["bagit.txt", "bag-info.txt", MANIFEST].map(str::to_owned));
            listed.extend(others.map(str::to_owned));
        }
        let manifest = self.read(MANIFEST).unwrap_or_default();
        let vouched = digest_in(&tag_manifest, MANIFEST) == Some(Sha256::of(&manifest));
        if found == expected && !vouched {
            // Its own task names it; what it says of others is worth nothing.
            return self.check_listing(&listed, false);
        }
        let payload = self.parse(MANIFEST, &manifest);
        for (path, digest) in &payload {
            tasks.push(self.task(path, *digest, MANIFEST));
            if path == "data/capture.warc.gz" {
                // Apart from its hash, so that two cores can share a large one.
                let mut read = self.task(path, *digest, MANIFEST);
                read.work = Work::Read(self.acquired());
                tasks.push(read);
            }
        }
        listed.extend(payload.into_keys());
        self.check_listing(&listed, true)
    }

    /// Checks that the folder holds what is listed and nothing else; without a manifest to go
    /// by (`with_payload` is false) what is in `data/` is not judged.
    fn check_listing(&mut self, listed: &BTreeSet<String>, with_payload: bool) -> io::Result<()> {
        let mut found = BTreeSet::new();
        let mut odd = Vec::new();
        walk(&self.folder, &self.folder, &mut found, &mut odd)?;
        for path in odd {
            self.fault(&path, "is neither a file nor a folder".to_owned());
        }
        if self.folder != self.store.item(self.name) {
            // A crash kept the item from its place; the lock of its maker is still there.
            found.remove(LOCK_FILE);
        }
        for path in found.difference(listed) {
            if with_payload || !path.starts_with("data/") {
                self.fault(path, "is in no manifest".to_owned());
            }
        }
        Ok(())
    }

    fn read(&mut self, name: &str) -> Option<Vec<u8>> {
        match plain_file::read(&self.folder.join(name), plain_file::LIST) {
            Ok(bytes) => Some(bytes),
            Err(err) => {
                self.fault(name, format!("cannot be read: {}", err.kind()));
                None
            }
        }
    }

    /// Reads the lines of a manifest.
    fn parse(&mut self, name: &str, bytes: &[u8]) -> BTreeMap<String, Sha256> {
        let mut files = BTreeMap::new();
        for (index, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
            let parsed = str::from_utf8(line).ok().and_then(|line| {
                let (digest, path) = line.strip_suffix('\n')?.split_once("  ")?;
                Some((Sha256::from_hex(digest)?, path))
            });
            match parsed {
                Some((digest, path)) if is_inside(path) => {
                    files.insert(path.to_owned(), digest);
                }
                _ => self.fault(name, format!("line {} cannot be understood", index + 1)),
            }
        }
        files
    }

    fn acquired(&self) -> Acquired {
        let record = self.folder.join("data/acquisition.json");
        let bytes = plain_file::read(&record, plain_file::LIST).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    fn task(&self, path: &str, expected: Sha256, vouched_by: &'static str) -> Task {
        Task {
            item: Some(self.name.to_owned()),
            path: self.folder.join(path),
            name: self.in_case(path),
            work: Work::Hash { expected, vouched_by },
        }
    }

    fn fault(&mut self, path: &str, detail: String) {
        self.faults.push((self.in_case(path), detail));
    }

    fn in_case(&self, path: &str) -> String {
        format!("{}/{path}", relative(self.store.root(), &self.store.item(self.name)))
    }
}

fn walk(
    root: &Path,
    folder: &Path,
    files: &mut BTreeSet<String>,
    odd: &mut Vec<String>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let path = relative(root, &entry.path());
        if kind.is_dir() {
            walk(root, &entry.path(), files, odd)?;
        } else if kind.is_file() {
            files.insert(path);
        } else {
            odd.push(path);
        }
    }
    Ok(())
}
