//! An item while it is built: a BagIt 1.0 bag (RFC 8493) beside its final place.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use fs_err as fs;
use uuid::Uuid;

use super::digest::{HashingWriter, Sha256};
use super::durable;
use super::file_name;
use super::other_digests::{Also, OthersWriter};
use super::store::{ITEMS, LOCK_FILE, Store, StoreError, UNFINISHED};
use super::writer::TOOL;
use crate::clock::Clock;

/// Manifest of the payload.
pub const MANIFEST: &str = "manifest-sha256.txt";
/// Manifest of everything beside the payload.
pub const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
/// Folder of the payload.
pub const DATA: &str = "data";

const BAGIT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// An item that is being built. Dropped without [`Draft::seal`], it is removed.
pub struct Draft {
    folder: PathBuf,
    id: Uuid,
    payload: BTreeMap<String, (Sha256, u64)>,
    also: Also,
    /// Digests by other algorithms, by the manifests' names of these and the files' paths.
    others: BTreeMap<&'static str, BTreeMap<String, String>>,
    lock: Option<Lock>,
}

impl Draft {
    /// Starts an item in `store`.
    ///
    /// # Errors
    ///
    /// When the case folder cannot be written to.
    pub fn begin(store: &Store) -> Result<Self, StoreError> {
        let id = Uuid::new_v4();
        let items = store.root().join(ITEMS);
        let folder = items.join(format!("{UNFINISHED}{}", id.simple()));
        let read_only = |source| StoreError::ReadOnly { path: store.root().to_owned(), source };
        fs::create_dir(&folder).map_err(read_only)?;
        let lock = Lock::hold(&folder)?;
        // Last, because who finds the folder without it leaves it alone: see `recovery`.
        fs::create_dir(folder.join(DATA))?;
        Ok(Self {
            folder,
            id,
            payload: BTreeMap::new(),
            also: Also::default(),
            others: BTreeMap::new(),
            lock: Some(lock),
        })
    }

    /// Hashes by these algorithms as well.
    #[must_use]
    pub fn also(mut self, also: Also) -> Self {
        self.also = also;
        self
    }

    /// Where the payload goes, for reading back what was written.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.join(DATA)
    }

    /// Starts the payload file `path` (relative to `data/`, made of safe names).
    ///
    /// # Errors
    ///
    /// When the file cannot be made, or is there already.
    pub fn create(&self, path: &str) -> io::Result<PayloadFile> {
        let place = self.data().join(path);
        if path.contains('/') {
            fs::create_dir_all(durable::parent(&place))?;
        }
        let file = fs::OpenOptions::new().write(true).create_new(true).open(&place)?;
        Ok(PayloadFile {
            path: path.to_owned(),
            out: HashingWriter::new(OthersWriter::new(
                BufWriter::with_capacity(1 << 16, file),
                self.also,
            )),
        })
    }

    /// Ends a payload file and notes its digest for the manifest.
    ///
    /// # Errors
    ///
    /// When the last bytes cannot be written.
    pub fn finish(&mut self, mut file: PayloadFile) -> io::Result<(Sha256, u64)> {
        file.out.flush()?;
        let (others, digest, bytes) = file.out.into_parts();
        for (algorithm, other) in others.digests() {
            self.others.entry(algorithm).or_default().insert(file.path.clone(), other);
        }
        self.payload.insert(file.path, (digest, bytes));
        Ok((digest, bytes))
    }

    /// Writes a whole payload file.
    ///
    /// # Errors
    ///
    /// As [`Draft::create`] and [`Draft::finish`].
    pub fn write(&mut self, path: &str, bytes: &[u8]) -> io::Result<Sha256> {
        let mut file = self.create(path)?;
        file.write_all(bytes)?;
        Ok(self.finish(file)?.0)
    }

    /// Closes the bag: nothing can be added to it any more. `name` becomes part of
    /// the folder's name, `description` stands in `bag-info.txt`.
    ///
    /// # Errors
    ///
    /// When a tag file cannot be written.
    pub fn seal(mut self, name: &str, description: &str, clock: Clock) -> io::Result<SealedItem> {
        let manifest =
            lines(self.payload.iter().map(|(path, (digest, _))| (path.as_str(), digest)), "data/");
        let mut tags = BTreeMap::from([
            ("bag-info.txt".to_owned(), self.info(description, clock)),
            ("bagit.txt".to_owned(), BAGIT.to_owned()),
            (MANIFEST.to_owned(), manifest),
        ]);
        for (algorithm, digests) in &self.others {
            let manifest = lines(digests.iter().map(|(path, hex)| (path.as_str(), hex)), "data/");
            tags.insert(format!("manifest-{algorithm}.txt"), manifest);
        }
        let mut digests = BTreeMap::new();
        for (name, text) in &tags {
            fs::write(self.folder.join(name), text)?;
            digests.insert(name.as_str(), Sha256::of(text.as_bytes()));
        }
        let tag_manifest = lines(digests.iter().map(|(path, digest)| (*path, digest)), "");
        fs::write(self.folder.join(TAG_MANIFEST), &tag_manifest)?;
        Ok(SealedItem {
            folder: std::mem::take(&mut self.folder),
            slug: file_name::slug(name),
            tag_manifest: Sha256::of(tag_manifest.as_bytes()),
            lock: self.lock.take(),
        })
    }

    /// Leaves the folder as it is: the next writer finds it unfinished and sets it aside.
    pub fn leave(mut self) {
        self.folder = PathBuf::new();
    }

    fn info(&self, description: &str, clock: Clock) -> String {
        let bytes: u64 = self.payload.values().map(|(_, bytes)| bytes).sum();
        let lines = [
            ("Bag-Software-Agent", TOOL.to_owned()),
            ("Bagging-Date", clock.today().to_string()),
            ("External-Description", file_name::one_line(description)),
            ("External-Identifier", self.id.urn().to_string()),
            ("Payload-Oxum", format!("{bytes}.{}", self.payload.len())),
        ];
        lines.iter().map(|(label, value)| format!("{label}: {value}\n")).collect()
    }
}

/// Says that somebody works on an item: a lock on its folder itself, where the system can,
/// else on an empty file in it.
struct Lock {
    _held: File,
    is_file: bool,
}

impl Lock {
    fn hold(folder: &Path) -> io::Result<Self> {
        if cfg!(unix) {
            // A file less to make and to delete for every item: that is felt when there are many.
            let itself = fs::File::open(folder)?.into_file();
            if itself.lock().is_ok() {
                return Ok(Self { _held: itself, is_file: false });
            }
        }
        let lock = OpenOptions::new().create_new(true).write(true).open(folder.join(LOCK_FILE))?;
        let _ = lock.try_lock();
        Ok(Self { _held: lock, is_file: true })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.folder.as_os_str().is_empty() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// A payload file that is being written.
pub struct PayloadFile {
    path: String,
    out: HashingWriter<OthersWriter<BufWriter<fs::File>>>,
}

impl Write for PayloadFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A finished bag that waits for its place in the case.
pub struct SealedItem {
    folder: PathBuf,
    slug: String,
    tag_manifest: Sha256,
    lock: Option<Lock>,
}

impl SealedItem {
    /// What the folder's name will end with.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// SHA-256 of the tag manifest, which covers every byte of the bag.
    #[must_use]
    pub fn tag_manifest(&self) -> Sha256 {
        self.tag_manifest
    }

    /// Where it waits. It is not durable before [`durable::sync_trees`] has been there.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn move_to(self, place: &Path) -> io::Result<()> {
        if self.lock.as_ref().is_some_and(|lock| lock.is_file) {
            fs::remove_file(self.folder.join(LOCK_FILE))?;
        }
        drop(self.lock);
        fs::rename(&self.folder, place)
    }
}

/// The digest that a manifest gives for the file `name`.
pub(super) fn digest_in(manifest: &[u8], name: &str) -> Option<Sha256> {
    let text = str::from_utf8(manifest).ok()?;
    let line = text.lines().find_map(|line| line.strip_suffix(name)?.strip_suffix("  "))?;
    Sha256::from_hex(line)
}

fn lines<'a, D: Display + 'a>(
    files: impl Iterator<Item = (&'a str, &'a D)>,
    folder: &str,
) -> String {
    files.map(|(path, digest)| format!("{digest}  {folder}{path}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::Draft;
    use crate::clock::Clock;
    use crate::evidence::{Action, fresh};

    #[test]
    fn an_item_that_is_built_is_left_alone_and_one_that_was_left_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let custodian = fresh::custodian(&folder.path().join("home"));
        let root = folder.path().join("case");
        let store = fresh::store(&root, &custodian);
        store.lock(&custodian).unwrap().append(Action::new("create")).unwrap();
        let mut live = Draft::begin(&store).unwrap();
        let left = Draft::begin(&store).unwrap();
        let place = left.data();
        left.leave();
        drop(store.lock(&custodian).unwrap());
        assert!(live.data().is_dir() && !place.exists());
        live.write("text", b"x").unwrap();
        let sealed = live.seal("name", "", Clock::System).unwrap();
        drop(store.lock(&custodian).unwrap());
        let mut writer = store.lock(&custodian).unwrap();
        let item = store.item(&writer.admit(sealed, Action::new("add")).unwrap());
        drop(writer);
        let mut names: Vec<_> =
            fs_err::read_dir(&item).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        let bag = ["bag-info.txt", "bagit.txt", "data", "manifest-blake3.txt"];
        assert_eq!(names, [&bag[..], &["manifest-sha256.txt", "tagmanifest-sha256.txt"]].concat());
        assert_eq!(fs_err::read_dir(root.join("quarantine")).unwrap().count(), 1);
    }
}
