//! The ledger of a case, its figures and reports.

mod folder;

pub use folder::{CASE_FILE, CaseDetails, CaseRecord, Folder, FolderError, SCHEMA};
