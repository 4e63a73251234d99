//! Reads records, matches, extracts and judges.
