//! A case as one encrypted package for another investigator, and back.
//!
//! The package is a tar file of the case folder, encrypted with age to the keys of those who
//! may open it: `age -d` and `tar x` open it without this program.
//!
//! Source: the age file format, <https://age-encryption.org/v1>.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};

use age::secrecy::ExposeSecret;
use age::x25519::{Identity, Recipient};
use fs_err as fs;

use super::{Folder, FolderError};
use crate::evidence::{
    Action, Check, Custodian, Expected, HashingWriter, Sha256, Store, StoreError, user_folder,
    verify,
};

/// The key that opens packages, beside the signing key.
const KEY_FILE: &str = "age-key.txt";

/// Why a case cannot be sealed or a package not be opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// No such key.
    #[error("`{0}` is no age public key (age1…)")]
    NoRecipient(String),
    /// The private key.
    #[error("`{0}` holds no age private key (AGE-SECRET-KEY-1…)")]
    NoIdentity(PathBuf),
    /// Neither `PUGMARK_HOME` nor `XDG_DATA_HOME` nor `HOME` is set.
    #[error("no folder for the key that opens packages: set PUGMARK_HOME or HOME")]
    NoHome,
    /// Another key is asked for.
    #[error("`{0}` is sealed for another key")]
    OtherKey(PathBuf),
    /// Damaged, or no package.
    #[error("`{path}` is no sealed case, or it is damaged: {why}")]
    Damaged {
        /// The package.
        path: PathBuf,
        /// In words.
        why: String,
    },
    /// There is something at the path already.
    #[error("`{0}` exists already")]
    Exists(PathBuf),
    /// What came out of the package does not pass its checks.
    #[error("the case in the package does not pass its checks")]
    Unsound(Vec<Check>),
    /// Encryption.
    #[error("cannot encrypt")]
    Encrypt(#[from] age::EncryptError),
    /// The case.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Its log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Files.
    #[error("cannot read or write")]
    Io(#[from] io::Error),
}

/// Reads the user's key that opens packages, and makes one on first use: `age-key.txt`
/// beside the signing key.
///
/// # Errors
///
/// [`SealError::NoHome`], [`SealError::NoIdentity`], or when it cannot be read or made.
pub fn identity_of_user() -> Result<Identity, SealError> {
    let folder = user_folder().ok_or(SealError::NoHome)?;
    let path = folder.join(KEY_FILE);
    if !path.exists() {
        fs::create_dir_all(&folder)?;
        let key = Identity::generate();
        let text =
            format!("# public key: {}\n{}\n", key.to_public(), key.to_string().expose_secret());
        // A temporary file of this crate is mode 0600 from the start.
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(&path) {
            Err(err) if err.error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(err.error.into());
            }
            _ => {}
        }
    }
    identity_in(&path)
}

/// Reads the key in the file `path`, as `age-keygen` writes it.
///
/// # Errors
///
/// [`SealError::NoIdentity`], or when the file cannot be read.
pub fn identity_in(path: &Path) -> Result<Identity, SealError> {
    let text = fs::read_to_string(path)?;
    let key = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    key.and_then(|key| key.parse().ok()).ok_or_else(|| SealError::NoIdentity(path.to_owned()))
}

/// Seals `case` to `recipients` as the new file `out`; the custody log says to whom before
/// the package is made, so that it is in the package, and its hash afterwards.
///
/// # Errors
///
/// [`SealError`]; no package is then left.
pub fn seal(
    case: &Folder,
    custodian: &Custodian,
    recipients: &[String],
    out: &Path,
) -> Result<Sha256, SealError> {
    if out.symlink_metadata().is_ok() {
        return Err(SealError::Exists(out.to_owned()));
    }
    let keys = recipients
        .iter()
        .map(|text| text.parse().map_err(|_| SealError::NoRecipient(text.clone())))
        .collect::<Result<Vec<Recipient>, SealError>>()?;
    let mut writer = case.lock(custodian)?;
    writer.append(Action::new("seal").with("to", recipients))?;
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    let staged = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    let mut hashing = HashingWriter::new(BufWriter::new(staged.as_file()));
    let encryptor =
        age::Encryptor::with_recipients(keys.iter().map(|key| key as &dyn age::Recipient))?;
    let mut archive = tar::Builder::new(encryptor.wrap_output(&mut hashing)?);
    archive.mode(tar::HeaderMode::Deterministic);
    archive.follow_symlinks(false);
    archive.append_dir_all("case", case.path())?;
    archive.into_inner()?.finish()?;
    hashing.flush()?;
    let (_, digest, bytes) = hashing.into_parts();
    staged.as_file().sync_all()?;
    staged.persist_noclobber(out).map_err(|err| err.error)?;
    let name = out.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let action = Action::new("export").with("form", "seal").with("file", name);
    writer.append(action.with("sha256", digest).with("bytes", bytes))?;
    Ok(digest)
}

/// Opens the package `package` with `key` as the new case folder `out`, after all in it has
/// passed its checks; the custody log then says that it came in, and the package's hash.
///
/// # Errors
///
/// [`SealError`]; nothing is then left at `out`.
pub fn unseal(
    package: &Path,
    key: &Identity,
    custodian: &Custodian,
    out: &Path,
) -> Result<Folder, SealError> {
    if out.symlink_metadata().is_ok() {
        return Err(SealError::Exists(out.to_owned()));
    }
    let parent = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    let staged = tempfile::Builder::new().prefix(".unsealed-").tempdir_in(parent)?;
    unpack(package, key, staged.path())?;
    let root = staged.path().join("case");
    let report = verify(&Store::open(&root)?, &Expected::default(), &|_| {})?;
    if report.failed() > 0 {
        let faults = report.checks.into_iter().filter(|check| !check.ok);
        return Err(SealError::Unsound(faults.collect()));
    }
    let (digest, _) = Sha256::of_file(package)?;
    fs::rename(&root, out)?;
    let case = Folder::open(out)?;
    case.lock(custodian)?.append(Action::new("unseal").with("sha256", digest))?;
    Ok(case)
}

/// Unpacks plain files and folders below `case/`, and refuses anything else.
fn unpack(package: &Path, key: &Identity, into: &Path) -> Result<(), SealError> {
    let damaged = |why: String| SealError::Damaged { path: package.to_owned(), why };
    let decryptor = age::Decryptor::new_buffered(BufReader::new(fs::File::open(package)?))
        .map_err(|err| damaged(err.to_string()))?;
    let plain =
        decryptor.decrypt(std::iter::once(key as &dyn age::Identity)).map_err(|err| match err {
            age::DecryptError::NoMatchingKeys => SealError::OtherKey(package.to_owned()),
            err => damaged(err.to_string()),
        })?;
    let mut archive = tar::Archive::new(plain);
    for entry in archive.entries().map_err(|err| damaged(err.to_string()))? {
        let mut entry = entry.map_err(|err| damaged(err.to_string()))?;
        let path = entry.path().map_err(|err| damaged(err.to_string()))?.into_owned();
        let inside = path.starts_with("case")
            && path.components().all(|part| matches!(part, Component::Normal(_)));
        let place = into.join(&path);
        match entry.header().entry_type() {
            tar::EntryType::Directory if inside => fs::create_dir_all(&place)?,
            tar::EntryType::Regular if inside => {
                let mut file = File::create_new(&place)?;
                io::copy(&mut entry, &mut file).map_err(|err| damaged(err.to_string()))?;
                file.sync_all()?;
            }
            _ => return Err(damaged(format!("`{}` has no place in a case", path.display()))),
        }
    }
    // To the last byte: a package that was cut off ends in the middle of a block.
    let mut rest = archive.into_inner();
    io::copy(&mut rest.by_ref(), &mut io::sink()).map_err(|err| damaged(err.to_string()))?;
    Ok(())
}
