//! Takes files as evidence: copied while hashed, originals only read.

use std::collections::BTreeSet;
use std::fs::FileType;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use fs_err as fs;
use jiff::Timestamp;
use serde::Serialize;

use super::capture::ACQUISITION_SCHEMA;
use super::content::Content;
use super::custody::Action;
use super::digest::Sha256;
use super::draft::Draft;
use super::file_name;
use super::interrupt::Interrupt;
use super::other_digests::Also;
use super::store::{Custodian, Store, StoreError};
use super::writer::TOOL;

/// Why a file was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// There is nothing of that name.
    #[error("there is no file or folder `{0}`")]
    Missing(PathBuf),
    /// It is a link, a device or something else that is no file and no folder.
    #[error("`{0}` is neither a file nor a folder (links are not followed)")]
    NoFile(PathBuf),
    /// The folder holds nothing that could be added.
    #[error("`{0}` holds no file")]
    Empty(PathBuf),
    /// The user stopped it.
    #[error("interrupted: `{0}` was not added")]
    Interrupted(PathBuf),
    /// The case cannot be written to.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be read or the copy not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A file or folder that became an item of the case.
#[derive(Clone, Debug, Serialize)]
pub struct Added {
    /// Name of the item's folder below `items/`.
    pub item: String,
    /// What was added, as the user called it.
    pub path: String,
    /// Files in it.
    pub files: usize,
    /// Their size in bytes.
    pub bytes: u64,
    /// What in a folder was left out, with the reason.
    pub left_out: Vec<LeftOut>,
}

/// Something in a folder that was not copied.
#[derive(Clone, Debug, Serialize)]
pub struct LeftOut {
    /// Its path below the folder.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// One copied file, for `acquisition.json`.
#[derive(Debug, Serialize)]
struct CopiedFile {
    /// Its path as it was, below what the user named.
    original: String,
    /// Its path in the item.
    path: String,
    bytes: u64,
    sha256: Sha256,
    /// When the original was last changed, as its file system says.
    modified: Option<Timestamp>,
    /// What the file says of itself; anybody can write that.
    #[serde(flatten)]
    content: Content,
}

#[derive(Serialize)]
struct AddRecord<'a> {
    schema: &'static str,
    method: &'static str,
    source: &'a str,
    started: Timestamp,
    finished: Timestamp,
    tool: &'static str,
    command: &'a [String],
    system: String,
    files: &'a [CopiedFile],
    left_out: &'a [LeftOut],
}

/// Adds the file or folder at `path` to the case as one item.
///
/// # Errors
///
/// [`AddError`]; the case is then as before.
pub fn add(
    store: &Store,
    custodian: &Custodian,
    path: &Path,
    command: &[String],
    also: Also,
    interrupt: &Interrupt,
) -> Result<Added, AddError> {
    let started = custodian.clock().now();
    let kind = kind(path)?;
    let mut copy = Copy {
        draft: Draft::begin(store)?.also(also),
        taken: BTreeSet::new(),
        files: Vec::new(),
        left_out: Vec::new(),
        interrupt,
    };
    let name = file_name::original(path);
    if kind.is_dir() {
        copy.folder(path, "", "files")?;
    } else {
        copy.file(path, &name, "files")?;
    }
    if copy.files.is_empty() {
        return Err(AddError::Empty(path.to_owned()));
    }
    let source = path.to_string_lossy();
    let record = AddRecord {
        schema: ACQUISITION_SCHEMA,
        method: "file",
        source: &source,
        started,
        finished: custodian.clock().now(),
        tool: TOOL,
        command,
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        files: &copy.files,
        left_out: &copy.left_out,
    };
    let mut json = serde_json::to_vec_pretty(&record).map_err(io::Error::from)?;
    json.push(b'\n');
    copy.draft.write("acquisition.json", &json)?;
    let sealed = copy.draft.seal(&name, &format!("Added from {source}"), custodian.clock())?;
    let bytes = copy.files.iter().map(|file| file.bytes).sum();
    let action = Action::new("add")
        .with("source", &source)
        .with("files", copy.files.len())
        .with("bytes", bytes)
        .with("left_out", copy.left_out.len());
    let item = store.lock(custodian)?.admit(sealed, action)?;
    let (files, left_out) = (copy.files.len(), copy.left_out);
    Ok(Added { item, path: source.into_owned(), files, bytes, left_out })
}

/// Whether `path` is a file or a folder; nothing else is added.
fn kind(path: &Path) -> Result<FileType, AddError> {
    let kind = match fs::symlink_metadata(path) {
        Err(err) if err.kind() == io::ErrorKind::NotFound => {
            return Err(AddError::Missing(path.to_owned()));
        }
        found => found?.file_type(),
    };
    if kind.is_file() || kind.is_dir() { Ok(kind) } else { Err(AddError::NoFile(path.to_owned())) }
}

struct Copy<'a> {
    draft: Draft,
    /// Paths in the item in lower case: some file systems know no difference.
    taken: BTreeSet<String>,
    files: Vec<CopiedFile>,
    left_out: Vec<LeftOut>,
    interrupt: &'a Interrupt,
}

impl Copy<'_> {
    fn folder(&mut self, folder: &Path, original: &str, place: &str) -> Result<(), AddError> {
        let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let original =
                if original.is_empty() { name.clone() } else { format!("{original}/{name}") };
            let kind = entry.file_type()?;
            if kind.is_dir() {
                let place = self.free(place, &name);
                self.folder(&entry.path(), &original, &place)?;
            } else if kind.is_file() {
                self.file(&entry.path(), &original, place)?;
            } else {
                let reason =
                    if kind.is_symlink() { "a link; left out" } else { "no file; left out" };
                self.left_out.push(LeftOut { path: original, reason: reason.to_owned() });
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, original: &str, place: &str) -> Result<(), AddError> {
        let mut source = fs::File::open(path)?;
        let before = source.metadata()?;
        let name = original.rsplit('/').next().unwrap_or(original);
        let target = self.free(place, name);
        let mut out = self.draft.create(&target)?;
        let mut block = vec![0; 1 << 18];
        loop {
            if self.interrupt.has_fired() {
                return Err(AddError::Interrupted(path.to_owned()));
            }
            match source.read(&mut block)? {
                0 => break,
                count => out.write_all(&block[..count])?,
            }
        }
        let (sha256, bytes) = self.draft.finish(out)?;
        let after = source.metadata()?;
        if bytes != before.len() || after.modified().ok() != before.modified().ok() {
            let reason = "changed while it was copied: the copy may hold parts of both";
            self.left_out.push(LeftOut { path: original.to_owned(), reason: reason.to_owned() });
        }
        self.files.push(CopiedFile {
            original: original.to_owned(),
            bytes,
            sha256,
            content: Content::read(&self.draft.data().join(&target), name)?,
            path: target,
            modified: before.modified().ok().and_then(|time| Timestamp::try_from(time).ok()),
        });
        Ok(())
    }

    /// A safe path in the item that nothing has yet.
    fn free(&mut self, folder: &str, name: &str) -> String {
        let name = file_name::safe(name);
        let mut candidates = std::iter::once(format!("{folder}/{name}"))
            .chain((2..).map(|number| format!("{folder}/{}", file_name::numbered(&name, number))));
        candidates
            .find(|path| self.taken.insert(path.to_lowercase()))
            .expect("numbers do not run out")
    }
}
