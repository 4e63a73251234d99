//! The right to add to a case: held by one program at a time.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use fs_err as fs;

use super::custody::{Action, Entry, Line, SCHEMA, Tail};
use super::digest::{HashingWriter, Sha256};
use super::draft::SealedItem;
use super::store::{Custodian, FIRST_KEY, ITEMS, KEYS, Store, StoreError};
use super::{durable, recovery};

/// Name and version of the program, as custody entries and bags give it.
pub const TOOL: &str = concat!("pugmark ", env!("CARGO_PKG_VERSION"));

/// Adds entries, files and items to a case; others wait until it is dropped.
pub struct Writer<'a> {
    pub(super) store: &'a Store,
    custodian: &'a Custodian,
    last: Option<Line>,
    _lock: File,
}

impl<'a> Writer<'a> {
    pub(super) fn begin(
        store: &'a Store,
        custodian: &'a Custodian,
        lock: File,
    ) -> Result<Self, StoreError> {
        let tail = Tail::read(store.root())?.map_err(StoreError::DamagedLog)?;
        let set_aside = recovery::recover(store, &tail)?;
        let mut writer = Self { store, custodian, last: tail.last, _lock: lock };
        writer.introduce_key()?;
        if !set_aside.is_empty() {
            writer.append(Action::new("quarantine").with("set_aside", set_aside))?;
        }
        Ok(writer)
    }

    /// Adds an entry to the custody log; when this returns it is durable.
    ///
    /// # Errors
    ///
    /// When the log cannot be written; it is then as before.
    pub fn append(&mut self, action: Action) -> Result<Entry, StoreError> {
        self.append_with_files(action, BTreeMap::new())
    }

    /// Adds an entry that vouches for files of the case folder as they are now
    /// (paths relative to it).
    ///
    /// # Errors
    ///
    /// When a file cannot be read or the log cannot be written.
    pub fn vouch(&mut self, action: Action, paths: &[&str]) -> Result<Entry, StoreError> {
        let digest = |path: &&str| {
            let (digest, _) = Sha256::of_file(&self.store.root().join(path))?;
            Ok(((*path).to_owned(), digest))
        };
        let files = paths.iter().map(digest).collect::<io::Result<_>>()?;
        self.append_with_files(action, files)
    }

    /// Replaces the file at `path` (relative to the case folder) by what `write`
    /// writes, and adds an entry that vouches for it. A crash leaves the old file
    /// and log, or the new ones.
    ///
    /// # Errors
    ///
    /// What `write` returns, or when file or log cannot be written; both are then as before.
    pub fn replace(
        &mut self,
        path: &str,
        action: Action,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Entry, StoreError> {
        let staged = recovery::staged(self.store.root(), path);
        let digest = write_durably(&staged, write).inspect_err(|_| {
            let _ = fs::remove_file(&staged);
        })?;
        self.keep_staged(action, BTreeMap::from([(path.to_owned(), digest)]))
    }

    /// Adds or replaces files of the case (paths relative to it), and adds one entry
    /// that vouches for all of them. A crash leaves all old, or all new.
    ///
    /// # Errors
    ///
    /// When a file or the log cannot be written; all are then as before.
    pub fn put_files(
        &mut self,
        action: Action,
        files: BTreeMap<String, Vec<u8>>,
    ) -> Result<Entry, StoreError> {
        let mut digests = BTreeMap::new();
        for (path, bytes) in files {
            let staged = recovery::staged(self.store.root(), &path);
            durable::write(&staged, &bytes)?;
            digests.insert(path, Sha256::of(&bytes));
        }
        self.keep_staged(action, digests)
    }

    /// Promises the staged files by an entry and moves them into their places.
    fn keep_staged(
        &mut self,
        action: Action,
        files: BTreeMap<String, Sha256>,
    ) -> Result<Entry, StoreError> {
        let root = self.store.root().to_owned();
        durable::sync_folder(&root)?;
        // When this fails, what is staged is nothing, and the next writer sets it aside.
        let entry = self.append_with_files(action, files)?;
        for path in entry.files.keys() {
            let place = root.join(path);
            fs::create_dir_all(durable::parent(&place))?;
            fs::rename(recovery::staged(&root, path), &place)?;
            durable::sync_folder(durable::parent(&place))?;
        }
        Ok(entry)
    }

    /// Puts a sealed item into the case under the next free number, and adds an
    /// entry that vouches for it. Returns the name of its folder below `items/`.
    ///
    /// # Errors
    ///
    /// When the log cannot be written or the folder not be moved.
    pub fn admit(&mut self, item: SealedItem, action: Action) -> Result<String, StoreError> {
        let items = self.store.root().join(ITEMS);
        let number = recovery::last_item_number(&items)? + 1;
        let name = format!("{number:04}-{}", item.slug());
        let action = action.on(&name).with("tagmanifest", item.tag_manifest());
        self.append(action)?;
        item.move_to(&items.join(&name))?;
        durable::sync_folder(&items)?;
        Ok(name)
    }

    fn append_with_files(
        &mut self,
        action: Action,
        files: BTreeMap<String, Sha256>,
    ) -> Result<Entry, StoreError> {
        // A clock that was set back must not make the log look forged: time stands still instead.
        let now = self.custodian.clock.now();
        let time = self.last.as_ref().map_or(now, |line| line.entry.time.max(now));
        let entry = Entry {
            schema: SCHEMA.to_owned(),
            number: self.last.as_ref().map_or(1, |line| line.entry.number + 1),
            time,
            action: action.name,
            item: action.item,
            files,
            details: action.details,
            previous: self.last.as_ref().map(|line| line.hash),
            key: self.custodian.public_key().fingerprint(),
            tool: TOOL.to_owned(),
        };
        let line = Line::seal(entry, &self.custodian.signer);
        self.store.append(&line.text, line.entry.number)?;
        let entry = line.entry.clone();
        self.last = Some(line);
        Ok(entry)
    }

    /// Puts the custodian's public key into the case when it is new there.
    fn introduce_key(&mut self) -> Result<(), StoreError> {
        let Some(last) = &self.last else { return Ok(()) };
        let key = self.custodian.public_key();
        let fingerprint = key.fingerprint();
        if last.entry.key == fingerprint {
            return Ok(());
        }
        let pem = key.to_pem();
        let short = &fingerprint.to_string()[..16];
        let path = format!("{KEYS}/{short}.pub");
        let known = |path: &str| {
            fs::read(self.store.root().join(path)).is_ok_and(|bytes| bytes == pem.as_bytes())
        };
        if known(FIRST_KEY) || known(&path) {
            return Ok(());
        }
        let action = Action::new("key").with("fingerprint", fingerprint);
        self.replace(&path, action, |out| out.write_all(pem.as_bytes()))?;
        Ok(())
    }
}

fn write_durably(
    path: &PathBuf,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<Sha256> {
    let mut out = HashingWriter::new(BufWriter::new(fs::File::create(path)?));
    write(&mut out)?;
    out.flush()?;
    let (file, digest, _) = out.into_parts();
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(digest)
}
