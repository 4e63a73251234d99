//! The right to add to a case: held by one program at a time.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::custody::{Action, CLOCK, Entry, Line, Log, SCHEMA, Tail, open_log};
use super::digest::{HashingWriter, Sha256};
use super::draft::SealedItem;
use super::keys::CaseKeys;
use super::store::{Custodian, ITEMS, Store, StoreError};
use super::{durable, memory, recovery};

/// Name and version of the program, as custody entries and bags give it.
pub const TOOL: &str = concat!("pugmark ", env!("CARGO_PKG_VERSION"));

/// Adds entries, files and items to a case; others wait until it is dropped.
pub struct Writer<'a> {
    pub(super) store: &'a Store,
    custodian: &'a Custodian,
    last: Option<Line>,
    /// Hash of the first entry: it tells this case from all others.
    case: Option<Sha256>,
    half_done: bool,
    _lock: File,
}

impl<'a> Writer<'a> {
    pub(super) fn begin(
        store: &'a Store,
        custodian: &'a Custodian,
        lock: File,
    ) -> Result<Self, StoreError> {
        let tail = Tail::read(store.root())?.map_err(StoreError::DamagedLog)?;
        let case = first_hash(store.root())?;
        if let Some((case, last)) = case.zip(tail.last.as_ref()) {
            let heads = custodian.memory().heads(case);
            if let Some(why) = memory::refuse(&heads, store.root(), last) {
                return Err(StoreError::DamagedLog(why));
            }
        }
        let set_aside = recovery::recover(store, &tail)?;
        let last = tail.last;
        let mut writer = Self { store, custodian, last, case, half_done: false, _lock: lock };
        writer.introduce_key()?;
        if !set_aside.is_empty() {
            writer.append(Action::new("quarantine").with("set_aside", set_aside))?;
        }
        Ok(writer)
    }

    /// The newest entry of the custody log.
    pub(super) fn newest(&self) -> Option<&Line> {
        self.last.as_ref()
    }

    /// The whole custody log, which nobody else adds to meanwhile.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn log(&self) -> Result<Log, StoreError> {
        Ok(Log::read(self.store.root())?)
    }

    /// Adds an entry to the custody log; when this returns it is durable.
    ///
    /// # Errors
    ///
    /// When the log cannot be written; it is then as before.
    pub fn append(&mut self, action: Action) -> Result<Entry, StoreError> {
        self.promise_one(action, BTreeMap::new(), |_| Ok(()))
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
        self.promise_one(action, files, |_| Ok(()))
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
        durable::sync_folder(self.store.root())?;
        let paths: Vec<String> = files.keys().cloned().collect();
        self.promise_one(action, files, |root| {
            for path in &paths {
                let place = root.join(path);
                fs::create_dir_all(durable::parent(&place))?;
                fs::rename(recovery::staged(root, path), &place)?;
                durable::sync_folder(durable::parent(&place))?;
            }
            Ok(())
        })
    }

    /// Puts a sealed item into the case: see [`Writer::admit_all`].
    ///
    /// # Errors
    ///
    /// As [`Writer::admit_all`].
    pub fn admit(&mut self, item: SealedItem, action: Action) -> Result<String, StoreError> {
        let names = self.admit_all(vec![(Some(item), action)])?;
        Ok(names.into_iter().flatten().next().expect("an item was given, so it has a name"))
    }

    /// Puts sealed items into the case under the next free numbers, each with an entry that
    /// vouches for it; an action without an item is an entry of its own. Returns the names
    /// of the items' folders below `items/`. Many at once cost little more than one.
    ///
    /// # Errors
    ///
    /// When the log cannot be written or a folder not be moved.
    pub fn admit_all(
        &mut self,
        items: Vec<(Option<SealedItem>, Action)>,
    ) -> Result<Vec<Option<String>>, StoreError> {
        let folder = self.store.root().join(ITEMS);
        let waiting: Vec<&Path> =
            items.iter().filter_map(|(item, _)| Some(item.as_ref()?.folder())).collect();
        durable::sync_trees(&waiting)?;
        durable::sync_folder(&folder)?;
        let mut number = recovery::last_item_number(self.store.root())?;
        let mut promises = Vec::new();
        let mut moves = Vec::new();
        let mut names = Vec::new();
        for (item, mut action) in items {
            let name = item.as_ref().map(|item| {
                number += 1;
                format!("{number:04}-{}", item.slug())
            });
            if let Some((item, name)) = item.zip(name.clone()) {
                action = action.on(&name).with("tagmanifest", item.tag_manifest());
                moves.push((item, folder.join(&name)));
            }
            promises.push((action, BTreeMap::new()));
            names.push(name);
        }
        self.promise(promises, |_| {
            for (item, place) in moves {
                item.move_to(&place)?;
            }
            durable::sync_folder(&folder)
        })?;
        Ok(names)
    }

    fn promise_one(
        &mut self,
        action: Action,
        files: BTreeMap<String, Sha256>,
        keep: impl FnOnce(&Path) -> io::Result<()>,
    ) -> Result<Entry, StoreError> {
        let mut entries = self.promise(vec![(action, files)], keep)?;
        Ok(entries.pop().expect("one action makes one entry"))
    }

    /// Adds entries to the log, then does with `keep` what they promise, then says in the
    /// head that it is done. What fails in between the next writer completes.
    fn promise(
        &mut self,
        actions: Vec<(Action, BTreeMap<String, Sha256>)>,
        keep: impl FnOnce(&Path) -> io::Result<()>,
    ) -> Result<Vec<Entry>, StoreError> {
        if self.half_done {
            return Err(StoreError::HalfDone);
        }
        let mut lines: Vec<Line> = Vec::new();
        for (action, files) in actions {
            let line = self.line(lines.last().or(self.last.as_ref()), action, files);
            lines.push(line);
        }
        self.store.append(&lines)?;
        self.half_done = true;
        keep(self.store.root())?;
        if let Some(last) = lines.last() {
            let head = self.store.set_head(last);
            // A head that lags is brought up by the next writer; a case without one is lost.
            if last.entry.number == 1 {
                head?;
            }
            let case = *self.case.get_or_insert(lines[0].hash);
            // To remember is a help, not a promise: a home that cannot be written to stops nobody.
            let _ = self.custodian.memory().note(case, self.store.root(), last);
            self.last = Some(last.clone());
        }
        self.half_done = false;
        Ok(lines.into_iter().map(|line| line.entry).collect())
    }

    fn line(&self, before: Option<&Line>, action: Action, files: BTreeMap<String, Sha256>) -> Line {
        let now = self.custodian.clock.now();
        let time = before.map_or(now, |line| line.entry.time.max(now));
        let mut details = action.details;
        if time != now {
            // A clock that was set back must not make the log look forged: time stands still
            // instead, and what the clock said stands beside it.
            details.insert(CLOCK.to_owned(), now.to_string().into());
        }
        let entry = Entry {
            schema: SCHEMA.to_owned(),
            number: before.map_or(1, |line| line.entry.number + 1),
            time,
            action: action.name,
            item: action.item,
            files,
            details,
            previous: before.map(|line| line.hash),
            key: self.custodian.public_key().fingerprint(),
            tool: TOOL.to_owned(),
        };
        Line::seal(entry, &self.custodian.signer)
    }

    /// Puts the custodian's public key into the case when it is new there, with the
    /// statements by which it took over from one that the case knows.
    fn introduce_key(&mut self) -> Result<(), StoreError> {
        let Some(last) = &self.last else { return Ok(()) };
        let key = self.custodian.public_key();
        let fingerprint = key.fingerprint();
        if last.entry.key == fingerprint {
            return Ok(());
        }
        let keys = CaseKeys::read(self.store.root())?;
        if let Some(handover) = keys.handovers().find(|handover| handover.from() == fingerprint) {
            return Err(StoreError::KeyReplaced { key: fingerprint, by: handover.to() });
        }
        if keys.get(fingerprint).is_some() {
            return Ok(());
        }
        let chain = self.custodian.signer.ring().handovers(fingerprint)?;
        let known = chain.iter().rposition(|(handover, _)| keys.get(handover.from()).is_some());
        let mut action = Action::new("key").with("fingerprint", fingerprint);
        let files = match known {
            Some(at) => {
                action = action.with("replaces", chain[at].0.from());
                keys.files_for(chain[at..].iter().map(|(handover, key)| (key, Some(handover))))
            }
            None => keys.files_for(std::iter::once((&key, None))),
        };
        self.put_files(action, files)?;
        Ok(())
    }
}

/// Hash of the first entry of the log at `root`; `None` while it has none.
fn first_hash(root: &Path) -> io::Result<Option<Sha256>> {
    let mut line = String::new();
    BufReader::new(open_log(root)?).read_line(&mut line)?;
    Ok(line.strip_suffix('\n').and_then(|line| Line::parse(line).ok()).map(|line| line.hash))
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
