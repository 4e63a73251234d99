//! The case folder: what the case is about, around the evidence it holds.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fs_err as fs;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::evidence::plain_file;
use crate::evidence::{
    Action, Custodian, FIRST_KEY, ITEMS, README, README_FILE, Store, StoreError, Writer,
    make_readable,
};

/// File name of the case's own record.
pub const CASE_FILE: &str = "case.json";
/// Name and version of that record.
pub const SCHEMA: &str = "pugmark.case/1";

/// What the person who opens a case says about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseDetails {
    /// What the case is about, in a line.
    pub title: String,
    /// The reference that the office gives it.
    pub number: Option<String>,
    /// Who investigates.
    pub investigator: Option<String>,
    /// On which law the collection rests.
    pub legal_basis: Option<String>,
    /// Until which day persons' data are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retain_until: Option<Date>,
}

/// The record in `case.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseRecord {
    /// [`SCHEMA`].
    pub schema: String,
    /// Tells this case from every other one.
    pub id: Uuid,
    /// What its keeper said about it.
    #[serde(flatten)]
    pub details: CaseDetails,
    /// When the folder was made.
    pub created: Timestamp,
}

/// Why a case folder cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is something at the path already.
    #[error("`{0}` exists already")]
    Exists(PathBuf),
    /// The folder cannot be made.
    #[error("cannot make a case folder at `{path}`")]
    NotMade {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// `case.json` is missing or says something else.
    #[error("`{path}` is no case folder: {why}")]
    NoCase {
        /// The folder.
        path: PathBuf,
        /// What is wrong, in words.
        why: String,
    },
    /// The evidence in it cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An open case folder.
#[derive(Clone, Debug)]
pub struct Folder {
    store: Store,
    record: CaseRecord,
}

impl Folder {
    /// Makes a case folder at `path`, whole or not at all.
    ///
    /// # Errors
    ///
    /// [`FolderError::Exists`] when something is there, [`FolderError::NotMade`]
    /// when it cannot be written.
    pub fn create(
        path: &Path,
        details: CaseDetails,
        custodian: &Custodian,
    ) -> Result<Self, FolderError> {
        if path.symlink_metadata().is_ok() {
            return Err(FolderError::Exists(path.to_owned()));
        }
        let not_made = |source| FolderError::NotMade { path: path.to_owned(), source };
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(not_made)?;
        let staged =
            tempfile::Builder::new().prefix(".case-").tempdir_in(parent).map_err(not_made)?;
        let record = CaseRecord {
            schema: SCHEMA.to_owned(),
            id: Uuid::new_v4(),
            details,
            created: custodian.clock().now(),
        };
        fill(staged.path(), &record, custodian)?;
        make_readable(staged.path(), &staged.path().join(ITEMS)).map_err(not_made)?;
        fs::rename(staged.path(), path).map_err(not_made)?;
        let _ = staged.keep();
        Self::open(path)
    }

    /// Opens the case folder at `path`.
    ///
    /// # Errors
    ///
    /// [`FolderError::NoCase`] when it is none.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let no_case = |why: String| FolderError::NoCase { path: path.to_owned(), why };
        let text = plain_file::read_text(&path.join(CASE_FILE), plain_file::SMALL)
            .map_err(|_| no_case(format!("it has no readable {CASE_FILE}")))?;
        let record: CaseRecord = serde_json::from_str(&text)
            .map_err(|err| no_case(format!("{CASE_FILE} cannot be understood: {err}")))?;
        if record.schema != SCHEMA {
            return Err(no_case(format!("its schema is `{}`, not `{SCHEMA}`", record.schema)));
        }
        Ok(Self { store: Store::open(path)?, record })
    }

    /// Finds the case folder that `start` is, or is in.
    #[must_use]
    pub fn find(start: &Path) -> Option<PathBuf> {
        let mut folders = start.ancestors();
        folders.find(|folder| folder.join(CASE_FILE).is_file()).map(Path::to_owned)
    }

    /// What the case is about.
    #[must_use]
    pub fn record(&self) -> &CaseRecord {
        &self.record
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.store.root()
    }

    /// The evidence in it.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The right to add to the case; others wait until it is dropped.
    ///
    /// # Errors
    ///
    /// When the case cannot be written to, or its log must not be added to.
    pub fn lock<'a>(&'a self, custodian: &'a Custodian) -> Result<Writer<'a>, StoreError> {
        self.store.lock(custodian)
    }
}

fn fill(root: &Path, record: &CaseRecord, custodian: &Custodian) -> Result<(), StoreError> {
    let store = Store::create(root, custodian)?;
    let mut json = serde_json::to_vec_pretty(record).map_err(io::Error::from)?;
    json.push(b'\n');
    for (name, bytes) in [(CASE_FILE, json.as_slice()), (README_FILE, README.as_bytes())] {
        let mut file = fs::File::create(root.join(name))?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    let action = Action::new("create").with("case", record.id);
    store.lock(custodian)?.vouch(action, &[CASE_FILE, README_FILE, FIRST_KEY])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{CaseDetails, Folder, FolderError};
    use crate::clock::Clock;
    use crate::evidence::{Custodian, Signer};

    fn custodian(home: &std::path::Path) -> Custodian {
        Custodian::new(Signer::in_folder(&home.join("home")).unwrap(), Clock::System)
    }

    fn details() -> CaseDetails {
        CaseDetails { title: "Ivory at a market".to_owned(), ..CaseDetails::default() }
    }

    #[test]
    fn a_case_is_made_once_and_opened_again() {
        let home = tempfile::tempdir().unwrap();
        let custodian = custodian(home.path());
        let path = home.path().join("cases/first");
        let made = Folder::create(&path, details(), &custodian).unwrap();
        let opened = Folder::open(&path).unwrap();
        assert_eq!(opened.record(), made.record());
        let log = opened.store().log().unwrap();
        assert_eq!(log.faults, []);
        assert_eq!(log.files().len(), 3);
        let again = Folder::create(&path, details(), &custodian);
        assert!(matches!(again, Err(FolderError::Exists(_))));
    }

    #[test]
    fn a_case_is_found_from_a_folder_inside_it() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("case");
        Folder::create(&path, details(), &custodian(home.path())).unwrap();
        assert_eq!(Folder::find(&path.join("items/0001-x/data")), Some(path));
        assert_eq!(Folder::find(home.path()), None);
    }
}
