//! The evidence in a case folder: items and custody log, read and added to.
//!
//! Whatever is put into the folder is first made whole and durable beside its
//! place, then promised by an entry of the custody log, then moved into place.
//! A crash before the entry leaves something unfinished, which the next writer
//! sets aside; a crash after it leaves a promise, which the next writer keeps.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use fs_err as fs;
use jiff::Timestamp;

use super::custody::{HEAD_FILE, LOG_FILE, Line, Log, Tail};
use super::digest::Sha256;
use super::key::{KeyError, Signer, passphrase_from_environment};
use super::memory::Memory;
use super::writer::Writer;
use super::{durable, key};
use crate::clock::Clock;
use crate::evidence::plain_file;

/// Folder of the items in a case folder.
pub const ITEMS: &str = "items";
/// Folder of the public keys in a case folder.
pub const KEYS: &str = "keys";
/// Folder of what interrupted commands left behind: no evidence.
pub const QUARANTINE: &str = "quarantine";
/// How the name of a folder below `items/` starts while its item is being built.
pub(crate) const UNFINISHED: &str = ".unfinished-";
/// Empty file whose lock keeps two programs from writing at once.
pub(crate) const LOCK_FILE: &str = ".lock";
/// File of the public key of whoever made the case.
pub const FIRST_KEY: &str = "keys/pugmark.pub";

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why a case folder cannot be read or added to.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no custody log.
    #[error("`{0}` is no case folder: it has no {LOG_FILE}")]
    NoCase(PathBuf),
    /// There is something already.
    #[error("`{0}` exists already")]
    Exists(PathBuf),
    /// The folder cannot be written to.
    #[error("cannot write to `{path}`")]
    ReadOnly {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another program holds the lock for too long.
    #[error("another program is writing to `{0}`, and has not finished within 60 s")]
    Busy(PathBuf),
    /// The log must not be added to.
    #[error("cannot add to the custody log: {0}")]
    DamagedLog(String),
    /// The key that would sign was replaced in this case.
    #[error("key {key} was replaced by {by} in this case, and signs no more entries")]
    KeyReplaced {
        /// Fingerprint of the key that would sign.
        key: Sha256,
        /// Fingerprint of the key that took over.
        by: Sha256,
    },
    /// A step failed half-way; the next writer completes it.
    #[error("an earlier step on this case failed half-way: start again")]
    HalfDone,
    /// No key to sign with.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Anything else of the file system, with the path.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Who writes: the key that signs and the clock that dates.
pub struct Custodian {
    pub(super) signer: Signer,
    pub(super) clock: Clock,
}

impl Custodian {
    /// The user of this machine, with a key made on first use. Where a passphrase protects
    /// it, that comes from the file that `PUGMARK_PASSPHRASE_FILE` names.
    ///
    /// # Errors
    ///
    /// When no key can be had: see [`Signer::of_user`].
    pub fn of_user(clock: Clock) -> Result<Self, KeyError> {
        Ok(Self::new(Signer::of_user(&passphrase_from_environment)?, clock))
    }

    /// Signs with `signer` and dates by `clock`.
    #[must_use]
    pub fn new(signer: Signer, clock: Clock) -> Self {
        Self { signer, clock }
    }

    /// The key that checks what this custodian signs.
    #[must_use]
    pub fn public_key(&self) -> key::PublicKey {
        self.signer.public()
    }

    /// What this custodian's machine remembers of cases.
    #[must_use]
    pub fn memory(&self) -> Memory {
        Memory::new(self.signer.ring().folder())
    }

    /// The clock that dates entries.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock
    }
}

/// The evidence in one case folder.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// Lays out an empty store in the existing, empty folder `root`: folders, the
    /// custodian's public key and an empty log. The first entry is the caller's.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written to.
    pub fn create(root: &Path, custodian: &Custodian) -> Result<Self, StoreError> {
        for folder in [ITEMS, KEYS] {
            fs::create_dir(root.join(folder))?;
        }
        durable::write(&root.join(FIRST_KEY), custodian.public_key().to_pem().as_bytes())?;
        durable::sync_folder(&root.join(KEYS))?;
        for file in [LOCK_FILE, LOG_FILE] {
            durable::write(&root.join(file), b"")?;
        }
        durable::sync_folder(root)?;
        Ok(Self { root: root.to_owned() })
    }

    /// Opens the store in the case folder `root`, for reading so far.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoCase`] when there is no custody log.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        if !root.join(LOG_FILE).is_file() {
            return Err(StoreError::NoCase(root.to_owned()));
        }
        Ok(Self { root: root.to_owned() })
    }

    /// The case folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the item with this folder name is.
    #[must_use]
    pub fn item(&self, name: &str) -> PathBuf {
        self.root.join(ITEMS).join(name)
    }

    /// Reads the custody log, with what is wrong in it.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn log(&self) -> Result<Log, StoreError> {
        let _lock = self.lock_shared()?;
        Ok(Log::read(&self.root)?)
    }

    /// When the newest entry of the log was made, if `clock` has not come to that yet: what is
    /// added now is given that time. `None` while all is well.
    ///
    /// # Errors
    ///
    /// When the log cannot be read.
    pub fn newest_ahead_of(&self, clock: Clock) -> Result<Option<Timestamp>, StoreError> {
        let _lock = self.lock_shared()?;
        let tail = Tail::read(&self.root)?.map_err(StoreError::DamagedLog)?;
        let now = clock.now();
        Ok(tail.last.map(|line| line.entry.time).filter(|&time| time > now))
    }

    /// Waits until nobody else writes to the case, keeps or sets aside what an
    /// interrupted program left, and returns the right to add.
    ///
    /// # Errors
    ///
    /// [`StoreError::ReadOnly`], [`StoreError::Busy`], or [`StoreError::DamagedLog`].
    pub fn lock<'a>(&'a self, custodian: &'a Custodian) -> Result<Writer<'a>, StoreError> {
        Writer::begin(self, custodian, self.lock_exclusive()?)
    }

    /// The lock alone. It ends when the file is closed.
    pub(super) fn lock_exclusive(&self) -> Result<File, StoreError> {
        let file = self.lock_file()?;
        self.wait(|| file.try_lock())?;
        Ok(file)
    }

    fn lock_file(&self) -> Result<File, StoreError> {
        let read_only = |source| StoreError::ReadOnly { path: self.root.clone(), source };
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true);
        options.open(self.root.join(LOCK_FILE)).map_err(read_only)
    }

    /// Keeps writers away while the folder is listed; `None` where no lock can be
    /// had because nobody can write either.
    pub(super) fn lock_shared(&self) -> Result<Option<File>, StoreError> {
        let Ok(file) = plain_file::open(&self.root.join(LOCK_FILE)).map(fs::File::into_file) else {
            return Ok(None);
        };
        self.wait(|| file.try_lock_shared())?;
        Ok(Some(file))
    }

    fn wait(
        &self,
        mut try_lock: impl FnMut() -> Result<(), TryLockError>,
    ) -> Result<(), StoreError> {
        let start = Instant::now();
        let mut pause = Duration::from_micros(100);
        loop {
            match try_lock() {
                Ok(()) => return Ok(()),
                // Some network file systems have no locks: one writer at a time is then the user's care.
                Err(TryLockError::Error(err)) if err.kind() == ErrorKind::Unsupported => {
                    return Ok(());
                }
                Err(TryLockError::Error(err)) => return Err(err.into()),
                Err(TryLockError::WouldBlock) if start.elapsed() > PATIENCE => {
                    return Err(StoreError::Busy(self.root.clone()));
                }
                Err(TryLockError::WouldBlock) => {
                    thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(5));
                }
            }
        }
    }

    /// Adds `lines` to the log, all or none, and makes them durable.
    pub(super) fn append(&self, lines: &[Line]) -> io::Result<()> {
        let mut log = fs::OpenOptions::new().append(true).open(self.root.join(LOG_FILE))?;
        let text: String = lines.iter().map(|line| format!("{}\n", line.text)).collect();
        let before = log.metadata()?.len();
        log.write_all(text.as_bytes()).and_then(|()| log.sync_data()).inspect_err(|_| {
            // Nothing was promised: a full disk must not leave half a line.
            let _ = log.set_len(before);
        })
    }

    /// Says that all up to `line` is in its place.
    pub(super) fn set_head(&self, line: &Line) -> io::Result<()> {
        durable::replace(&self.root.join(HEAD_FILE), format!("{}\n", line.text).as_bytes())
    }
}
