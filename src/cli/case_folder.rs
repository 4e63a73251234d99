//! Which case a command means, and what to do when it cannot be used.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::{Hint, Streams};
use crate::case::{Folder, FolderError};
use crate::evidence::{Custodian, StoreError};

/// So many seconds a clock may be behind before that is told.
const LATE: i64 = 60;

/// The `--case` option of commands that add to a case.
#[derive(Debug, clap::Args)]
pub(super) struct CaseArg {
    /// Case folder; else the one the current folder is in
    #[arg(long = "case", value_name = "DIR", env = "PUGMARK_CASE")]
    folder: Option<PathBuf>,
}

impl CaseArg {
    /// Opens the case that is meant.
    pub(super) fn open(&self) -> anyhow::Result<Folder> {
        open(self.folder.as_deref())
    }
}

/// The case folder of commands that work on a whole case.
#[derive(Debug, clap::Args)]
pub(super) struct CaseDir {
    /// Case folder; else `PUGMARK_CASE` or the one the current folder is in
    #[arg(value_name = "CASE", env = "PUGMARK_CASE")]
    dir: Option<PathBuf>,
}

impl CaseDir {
    /// Opens the case that is meant.
    pub(super) fn open(&self) -> anyhow::Result<Folder> {
        open(self.dir.as_deref())
    }
}

/// Opens the case at `folder`, else the one that the current folder is in.
pub(super) fn open(folder: Option<&Path>) -> anyhow::Result<Folder> {
    let folder = match folder {
        Some(folder) => folder.to_owned(),
        None => find()?,
    };
    Folder::open(&folder).map_err(explain_folder)
}

/// The folder of the case that is meant, whatever its state.
pub(super) fn find() -> anyhow::Result<PathBuf> {
    let current = std::env::current_dir().context("cannot tell the current folder")?;
    Folder::find(&current)
        .with_context(|| {
            Hint("name its folder, set PUGMARK_CASE to it, or work inside of it".to_owned())
        })
        .with_context(|| "no case folder was named".to_owned())
}

/// Says when this machine's clock stands well before the newest entry of the log. What is wrong
/// with a log that cannot be read, whoever adds to it is told.
pub(super) fn tell_clock(case: &Folder, custodian: &Custodian, streams: &mut Streams) {
    let clock = custodian.clock();
    let Ok(Some(newest)) = case.store().newest_ahead_of(clock) else { return };
    let seconds = newest.as_second() - clock.now().as_second();
    if seconds > LATE {
        streams.warning(format_args!(
            "the newest entry of the custody log is dated {newest:.0}, {seconds} s ahead of this \
             machine's clock: one of the two is wrong; new entries keep that time, and what the \
             clock says stands in them"
        ));
    }
}

/// Says what to do about an error of a case folder, where that is known.
pub(super) fn explain_folder(err: FolderError) -> anyhow::Error {
    let hint = match &err {
        FolderError::Exists(_) => "choose another folder; a case is never overwritten",
        FolderError::NoCase { .. } => "make a case with `pugmark case new DIR --title TITLE`",
        FolderError::NotMade { .. } => "choose a folder in which you may write",
        FolderError::Store(_) => match err {
            FolderError::Store(err) => return explain_store(err),
            _ => return err.into(),
        },
    };
    anyhow::Error::new(err).context(Hint(hint.to_owned()))
}

/// Says what to do about an error of the evidence in a case, where that is known.
pub(super) fn explain_store(err: StoreError) -> anyhow::Error {
    match store_hint(&err) {
        Some(hint) => anyhow::Error::new(err).context(Hint(hint.to_owned())),
        None => err.into(),
    }
}

/// What to do about an error of the evidence in a case.
pub(super) fn store_hint(err: &StoreError) -> Option<&'static str> {
    match err {
        StoreError::NoCase(_) => Some("make a case with `pugmark case new DIR --title TITLE`"),
        StoreError::ReadOnly { .. } => {
            Some("work on a copy of the case in a folder in which you may write")
        }
        StoreError::DamagedLog(_) => Some("`pugmark evidence verify` says what is wrong"),
        StoreError::KeyReplaced { .. } => {
            Some("sign with the key that took over: copy `signing-key.pem` from where it is")
        }
        StoreError::HalfDone
        | StoreError::Exists(_)
        | StoreError::Busy(_)
        | StoreError::Key(_)
        | StoreError::Io(_) => None,
    }
}
