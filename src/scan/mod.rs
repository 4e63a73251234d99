//! Reads records, matches, extracts and judges.
//!
//! An [`ad::Ad`] is a record's fields. [`scanner::Scanner`] brings them into a
//! form in which words are found ([`normal`]), finds the terms of the lexicon
//! ([`matching`]), reads figures ([`extract`]), adds up points ([`judgement`],
//! [`weights`]) and puts the result into words ([`record`]).

pub mod ad;
mod category;
mod ceiling;
pub mod duplicates;
mod duty;
pub mod evaluation;
#[cfg(test)]
mod examples;
mod explain;
pub mod extract;
pub mod fit;
pub mod judgement;
pub mod labelled;
pub mod language;
pub mod likeness;
mod living;
pub mod lookup;
pub mod matching;
pub mod meaning;
mod negation;
pub mod normal;
pub mod page;
pub mod pipeline;
pub mod prefilter;
pub mod read;
mod recent;
pub mod record;
pub mod sample;
pub mod scanner;
pub mod weights;

pub use ad::Ad;
pub use meaning::Scope;
pub use record::{Finding, Verdict};
pub use scanner::{Options, Scanner};
pub use weights::Weights;
