//! The package: a tar file that `tar -x` opens, read here with suspicion.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use fs_err as fs;
use tar::{Archive, Builder, Entry, EntryType, Header};

use super::{CASE, RECEIPT, SIGNATURE, TransferError};
use crate::evidence::custody::is_inside;
use crate::evidence::digest::{Hasher, HashingWriter, Sha256};
use crate::evidence::durable;
use crate::evidence::plain_file;

/// Longest path of a member, as on Linux.
const LONGEST_PATH: u64 = 4096;

/// Writes a package beside its place.
pub(super) struct PackageWriter {
    tar: Builder<HashingWriter<BufWriter<tempfile::NamedTempFile>>>,
    place: PathBuf,
    /// When it is made, in seconds: the time of all members.
    time: u64,
}

impl PackageWriter {
    /// Starts the package `place`, which must not exist.
    pub(super) fn create(place: &Path, time: jiff::Timestamp) -> Result<Self, TransferError> {
        if place.symlink_metadata().is_ok() {
            return Err(TransferError::Exists(place.to_owned()));
        }
        let file = tempfile::NamedTempFile::new_in(durable::parent(place))?;
        let tar = Builder::new(HashingWriter::new(BufWriter::with_capacity(1 << 17, file)));
        let time = u64::try_from(time.as_second()).unwrap_or_default();
        Ok(Self { tar, place: place.to_owned(), time })
    }

    /// Adds `bytes` as the member `name`.
    pub(super) fn put(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.append(name, bytes.len() as u64, bytes)
    }

    /// Adds the file at `path` as the member `name`.
    pub(super) fn put_file(&mut self, name: &str, path: &Path) -> io::Result<()> {
        let file = plain_file::open(path)?;
        let size = file.metadata()?.len();
        self.append(name, size, file)
    }

    fn append(&mut self, name: &str, size: u64, content: impl Read) -> io::Result<()> {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_mtime(self.time);
        header.set_size(size);
        let content = content.take(size);
        self.tar.append_data(&mut header, name, content)
    }

    /// Ends the package, makes it durable and puts it into its place; returns its hash and size.
    pub(super) fn finish(self) -> io::Result<(Sha256, u64)> {
        let mut out = self.tar.into_inner()?;
        out.flush()?;
        let (file, digest, bytes) = out.into_parts();
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(&self.place).map_err(|err| err.error)?;
        durable::sync_folder(durable::parent(&self.place))?;
        Ok((digest, bytes))
    }
}

/// Unpacks the package at `path` into the empty folder `into`; returns its hash.
///
/// Only files and folders with plain names are taken, each once: a member that leads
/// elsewhere, a link or a device refuses the whole package.
pub(super) fn unpack(path: &Path, into: &Path) -> Result<Sha256, TransferError> {
    let name = path.display().to_string();
    let broken = |err: io::Error| TransferError::refused(&name, format!("cannot be read: {err}"));
    let mut input = HashingReader::new(BufReader::with_capacity(1 << 17, fs::File::open(path)?));
    let mut archive = Archive::new(&mut input);
    let mut long_name = None;
    // Raw: what lengthens names, or changes sizes, is not followed unseen.
    for entry in archive.entries().map_err(broken)?.raw(true) {
        let mut entry = entry.map_err(broken)?;
        if entry.header().entry_type() == EntryType::GNULongName {
            long_name = Some(read_name(&mut entry).map_err(broken)?);
            continue;
        }
        let member = long_name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
        let member = String::from_utf8_lossy(&member).into_owned();
        take(&mut entry, &member, into)?;
    }
    io::copy(&mut input, &mut io::sink()).map_err(broken)?;
    Ok(input.hasher.digest())
}

fn read_name(entry: &mut Entry<'_, impl Read>) -> io::Result<Vec<u8>> {
    if entry.size() > LONGEST_PATH {
        return Err(io::Error::other("a name in it is too long"));
    }
    let mut name = Vec::new();
    entry.read_to_end(&mut name)?;
    while name.last() == Some(&0) {
        name.pop();
    }
    Ok(name)
}

fn take(entry: &mut Entry<'_, impl Read>, member: &str, into: &Path) -> Result<(), TransferError> {
    let refused = |why: &str| Err(TransferError::refused(member, why));
    let kind = entry.header().entry_type();
    let path = member.strip_suffix('/').unwrap_or(member);
    let known = path == RECEIPT || path == SIGNATURE || path == CASE;
    if !is_inside(path) || !(known || path.starts_with(&format!("{CASE}/"))) {
        return refused("leads out of the package");
    }
    let place = into.join(path);
    match kind {
        EntryType::Directory => Ok(fs::create_dir_all(place)?),
        EntryType::Regular => {
            fs::create_dir_all(durable::parent(&place))?;
            let file = fs::OpenOptions::new().write(true).create_new(true).open(&place);
            let mut file = match file {
                Err(err) if err.kind() == io::ErrorKind::AlreadyExists => {
                    return refused("is there twice");
                }
                file => file?,
            };
            let copied = io::copy(entry, &mut file)?;
            if copied != entry.size() { refused("is cut off") } else { Ok(()) }
        }
        _ => refused("is neither a file nor a folder"),
    }
}

/// Hashes what is read through it.
struct HashingReader<R> {
    inner: R,
    hasher: Hasher,
}

impl<R: Read> HashingReader<R> {
    fn new(inner: R) -> Self {
        Self { inner, hasher: Hasher::default() }
    }
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        Ok(count)
    }
}
