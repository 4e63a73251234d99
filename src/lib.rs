//! Looks up, finds, preserves and reports online trade in protected wildlife.
//!
//! The way of the data: names go to [`species`]; ad dumps go through [`scan`],
//! which reads with the words of [`lexicon`]; web pages and files become
//! [`evidence`]; a [`case`] joins all three and reports. Each of these can be
//! used on its own and knows nothing of the command line.
//!
//! - [`species`]: taxa, their listings under CITES and Regulation (EC) No 338/97, and search by any name.
//! - [`lexicon`]: the words of ads in every language, compiled for matching.
//! - [`scan`]: reads records, matches, extracts and judges.
//! - [`evidence`]: captures, archives, hashes, logs and verifies.
//! - [`case`]: the ledger of a case, its figures and reports.
//! - [`output`]: records as table, JSON lines, JSON or CSV; neutralises strangers' text.
//! - [`clock`]: the only place that asks for the time.
//! - [`demo`]: the whole way on embedded examples.
//! - [`cli`]: the commands.

pub mod case;
pub mod cli;
pub mod clock;
mod contained;
pub mod demo;
pub mod evidence;
#[doc(hidden)]
pub mod foreign;
pub mod lexicon;
pub mod output;
pub mod scan;
pub mod species;
