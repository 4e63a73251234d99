//! The ledger of a case, its figures and reports.
