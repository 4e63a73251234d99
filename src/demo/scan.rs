//! Scans the embedded ads.

use jiff::civil::Date;

use crate::case::ad::{Offer, ScanRecord, Verdict};
use crate::lexicon::Vocabulary;
use crate::scan::read::{Input, LayoutError, Mapping, record};
use crate::scan::{Options, Scanner, Scope, Weights};
use crate::species::Species;

/// Bytes that a record may have.
const LONGEST_RECORD: usize = 1 << 20;

/// Why the examples could not be scanned.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// Their layout.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A record.
    #[error("ads.jsonl:{line}: {why}")]
    Record {
        /// Counted from 1.
        line: u64,
        /// What is wrong.
        why: String,
    },
    /// The system.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// The ads with what was found in them.
pub(super) struct Scanned {
    /// Scan records, one a line.
    pub(super) records: Vec<u8>,
    /// Each ad with its verdict.
    pub(super) offers: Vec<(Offer, Verdict)>,
}

pub(super) fn scan(ads: &'static str, on: Date) -> Result<Scanned, ScanError> {
    let vocabulary = Vocabulary::embedded();
    let weights = Weights::embedded();
    let options = Options { scope: Scope::Listed, on };
    let scanner = Scanner::new(&vocabulary, Species::embedded(), &weights, options);
    let mapping = Mapping::default();
    let input = Input::open(Box::new(ads.as_bytes()), "ads.jsonl", &mapping, LONGEST_RECORD)?;
    let mut scanned = Scanned { records: Vec::new(), offers: Vec::new() };
    for block in input.blocks {
        let block = block?;
        for (line, read) in record::records(&block, &input.layout, &mapping) {
            let wrong = |why: String| ScanError::Record { line, why };
            let read = read.map_err(|fault| wrong(fault.to_string()))?;
            let start = scanned.records.len();
            let finding = scanner.judge(&read.ad());
            record::write_json(&mut scanned.records, &read, &input.layout, &finding);
            let written: ScanRecord<'_> = serde_json::from_slice(&scanned.records[start..])
                .map_err(|err| wrong(err.to_string()))?;
            let verdict = written.finding.map(|finding| finding.verdict).unwrap_or_default();
            scanned.offers.push((written.offer, verdict));
            scanned.records.push(b'\n');
        }
    }
    Ok(scanned)
}
