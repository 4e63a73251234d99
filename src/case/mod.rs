//! The ledger of a case, its figures and reports.

pub mod ad;
pub mod country;
pub mod customs;
mod day;
pub mod decisions;
pub mod duplicates;
pub mod export;
mod folder;
mod import;
pub mod ledger;
pub mod links;
pub mod notice;
pub mod product;
pub mod purge;
pub mod rates;
pub mod redact;
pub mod report;
pub mod seal;
pub mod summary;

pub use folder::{CASE_FILE, CaseDetails, CaseRecord, Folder, FolderError, SCHEMA};
pub use import::{ImportError, Imported, import};
