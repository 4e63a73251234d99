//! The ledger of a case, its figures and reports.

pub mod ad;
pub mod country;
mod day;
pub mod decisions;
pub mod duplicates;
pub mod export;
mod folder;
mod import;
pub mod ledger;
pub mod links;
pub mod notice;
pub mod rates;
pub mod report;
pub mod summary;

pub use folder::{CASE_FILE, CaseDetails, CaseRecord, Folder, FolderError, SCHEMA};
pub use import::{ImportError, Imported, import};
