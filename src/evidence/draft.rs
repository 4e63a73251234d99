//! An item while it is built: a BagIt 1.0 bag (RFC 8493) beside its final place.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use fs_err as fs;
use uuid::Uuid;

use super::digest::{HashingWriter, Sha256};
use super::durable;
use super::file_name;
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
    lock: Option<File>,
}

impl Draft {
    /// Starts an item in `store`.
    ///
    /// # Errors
    ///
    /// When the case folder cannot be written to.
    pub fn begin(store: &Store) -> Result<Self, StoreError> {
        // Under the lock of the case, so that nobody finds the folder without its own lock.
        // Shared: many may begin at once, but not while somebody sets unfinished ones aside.
        let _case = store.lock_to_begin()?;
        let id = Uuid::new_v4();
        let folder = store.root().join(ITEMS).join(format!("{UNFINISHED}{}", id.simple()));
        fs::create_dir(&folder)?;
        let lock = OpenOptions::new().create_new(true).write(true).open(folder.join(LOCK_FILE))?;
        let _ = lock.try_lock();
        fs::create_dir(folder.join(DATA))?;
        Ok(Self { folder, id, payload: BTreeMap::new(), lock: Some(lock) })
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
        fs::create_dir_all(durable::parent(&place))?;
        let file = fs::OpenOptions::new().write(true).create_new(true).open(&place)?;
        Ok(PayloadFile {
            path: path.to_owned(),
            out: HashingWriter::new(BufWriter::with_capacity(1 << 16, file)),
        })
    }

    /// Ends a payload file and notes its digest for the manifest.
    ///
    /// # Errors
    ///
    /// When the last bytes cannot be written.
    pub fn finish(&mut self, mut file: PayloadFile) -> io::Result<(Sha256, u64)> {
        file.out.flush()?;
        let (_, digest, bytes) = file.out.into_parts();
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
    /// When a tag file cannot be written, or the bag not be made durable.
    pub fn seal(mut self, name: &str, description: &str, clock: Clock) -> io::Result<SealedItem> {
        let manifest =
            lines(self.payload.iter().map(|(path, (digest, _))| (path.as_str(), digest)), "data/");
        let tags = [
            ("bag-info.txt", self.info(description, clock)),
            ("bagit.txt", BAGIT.to_owned()),
            (MANIFEST, manifest),
        ];
        let mut digests = BTreeMap::new();
        for (name, text) in &tags {
            fs::write(self.folder.join(name), text)?;
            digests.insert(*name, Sha256::of(text.as_bytes()));
        }
        let tag_manifest = lines(digests.iter().map(|(path, digest)| (*path, digest)), "");
        fs::write(self.folder.join(TAG_MANIFEST), &tag_manifest)?;
        durable::sync_tree(&self.folder)?;
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
    out: HashingWriter<BufWriter<fs::File>>,
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
    lock: Option<File>,
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

    pub(super) fn move_to(self, place: &Path) -> io::Result<()> {
        fs::remove_file(self.folder.join(LOCK_FILE))?;
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

fn lines<'a>(files: impl Iterator<Item = (&'a str, &'a Sha256)>, folder: &str) -> String {
    files.map(|(path, digest)| format!("{digest}  {folder}{path}\n")).collect()
}
