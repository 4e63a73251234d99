//! The ledger: the ads of a case, one JSON line an ad, known by platform and id.
//!
//! A line is `{"ad_id":"…","from":"dump.jsonl:17","record":{…}}`; the record is the scan's,
//! byte for byte. Importing the same records again changes nothing; a record that the
//! ledger has in another form takes the old one's place.

mod incoming;

pub use incoming::Incoming;
use incoming::Place;

use std::io::{self, BufRead, BufReader, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use fs_err::File;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::ad::{Ad, Known, SCAN_SCHEMA, ScanRecord, Text, Verdict};
use super::decisions::Decisions;
use super::rates::Rates;
use crate::evidence::plain_file;
use crate::scan::pipeline;
use crate::scan::read::{Block, Blocks};

/// Name of the ledger in a case folder.
pub const LEDGER_FILE: &str = "ads.jsonl";

/// Bytes that one record may have.
const LONGEST_LINE: usize = 64 << 20;

/// What went wrong with a ledger or an import as a whole.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The ledger or the input cannot be read or written.
    #[error("cannot read or write `{path}`")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A record of another version of the scan.
    #[error("{place}: the record is of version `{found}`, and this program reads `{SCAN_SCHEMA}`")]
    OtherVersion {
        /// As `file:line`.
        place: String,
        /// The version that stands there.
        found: String,
    },
    /// None of the records went through the scan.
    #[error("{name}: no record has a `pugmark` object, so none was scanned")]
    NotScanned {
        /// The input.
        name: String,
    },
    /// The ledger itself is damaged.
    #[error("{path}:{line}: not a line of a ledger")]
    Damaged {
        /// The ledger.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
        /// Why.
        source: serde_json::Error,
    },
}

/// What joining records to a ledger comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Joined {
    /// Ads that the ledger did not have.
    pub added: u64,
    /// Ads that it had in another form.
    pub updated: u64,
    /// Ads that it had already.
    pub unchanged: u64,
    /// Ads in the ledger afterwards.
    pub ads: u64,
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    ad_id: Text<'a>,
    #[serde(borrow)]
    record: &'a RawValue,
}

/// A line with its record read.
#[derive(Deserialize)]
struct WholeLine<'a> {
    #[serde(borrow)]
    ad_id: Text<'a>,
    #[serde(borrow, default)]
    from: Text<'a>,
    #[serde(borrow)]
    record: ScanRecord<'a>,
}

impl WholeLine<'_> {
    fn read(bytes: &[u8], known: &mut Known) -> Result<Ad, serde_json::Error> {
        let line: WholeLine<'_> = serde_json::from_slice(bytes)?;
        let finding = line.record.finding.map(|found| found.keep(known)).transpose()?;
        Ok(Ad {
            ad_id: (&*line.ad_id).into(),
            from: (&*line.from).into(),
            offer: line.record.offer.sharing(known),
            finding: finding.unwrap_or_default(),
        })
    }
}

/// The cores that records are read with.
fn cores() -> NonZero<usize> {
    thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

/// Sorts ads by date, then by name; each is moved once, because it is large.
pub(super) fn by_date(ads: &mut [Ad]) {
    ads.sort_by_cached_key(|ad| (ad.offer.date, ad.ad_id.clone()));
    // Lists name all ads in this order, many times: what lies in memory in this order is read faster.
    for ad in ads {
        ad.ad_id = (&*ad.ad_id).into();
    }
}

/// The ledger file of a case.
#[derive(Clone, Debug)]
pub struct Ledger {
    path: PathBuf,
}

impl Ledger {
    /// The ledger in the case folder `case`; it need not exist yet.
    #[must_use]
    pub fn of(case: &Path) -> Self {
        Self { path: case.join(LEDGER_FILE) }
    }

    /// Calls `each` with every ad, in the ledger's order. A missing ledger has no ads.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Unusable`] and [`LedgerError::Damaged`].
    pub fn read(&self, mut each: impl FnMut(Ad)) -> Result<(), LedgerError> {
        let Some(file) = self.open()? else { return Ok(()) };
        let blocks = Blocks::lines(file, LONGEST_LINE);
        let parse = || {
            let mut known = Known::default();
            move |block: &Block| self.ads(block, &mut known)
        };
        let take = |ads: Result<Vec<Ad>, LedgerError>| {
            ads.map_err(io::Error::other)?.into_iter().for_each(&mut each);
            Ok::<(), io::Error>(())
        };
        pipeline::run(blocks, cores(), parse, take).map_err(|err| self.told(err))
    }

    /// The ads that `decisions` let count beside those of `verdicts`, by date, their prices
    /// converted with `rates`.
    ///
    /// # Errors
    ///
    /// Those of [`Ledger::read`].
    pub fn counted(
        &self,
        verdicts: &[Verdict],
        decisions: &Decisions,
        rates: &Rates,
    ) -> Result<Vec<Ad>, LedgerError> {
        let mut ads = Vec::new();
        self.read(|mut ad| {
            if decisions.let_count(&ad, verdicts) {
                rates.apply(&mut ad);
                ads.push(ad);
            }
        })?;
        by_date(&mut ads);
        Ok(ads)
    }

    /// The ads of the lines of `block`.
    fn ads(&self, block: &Block, known: &mut Known) -> Result<Vec<Ad>, LedgerError> {
        let damaged = |line, source| LedgerError::Damaged { path: self.path.clone(), line, source };
        if let Some(line) = block.too_long {
            let source = serde::de::Error::custom("longer than any record may be");
            return Err(damaged(line, source));
        }
        let mut ads = Vec::with_capacity(memchr::memchr_iter(b'\n', &block.bytes).count());
        for (bytes, number) in block.numbered().filter(|(bytes, _)| !bytes.is_empty()) {
            ads.push(WholeLine::read(bytes, known).map_err(|err| damaged(number, err))?);
        }
        Ok(ads)
    }

    /// An error of [`Ledger::read`] as it was before it went through the pipeline.
    fn told(&self, err: io::Error) -> LedgerError {
        let unusable = |source| LedgerError::Unusable { path: self.path.clone(), source };
        err.downcast::<LedgerError>().unwrap_or_else(unusable)
    }

    fn open(&self) -> Result<Option<File>, LedgerError> {
        match plain_file::open(&self.path) {
            Ok(file) => Ok(Some(file)),
            Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(LedgerError::Unusable { path: self.path.clone(), source }),
        }
    }

    /// Writes the ledger as it is with `incoming` joined to it: old lines, replaced where
    /// `incoming` has another form, then the new ones in their order. The caller holds the
    /// lock of the case and puts what was written in the ledger's place.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Unusable`] and [`LedgerError::Damaged`].
    pub fn join(&self, incoming: &Incoming, out: &mut dyn Write) -> Result<Joined, LedgerError> {
        let (joined, open) = self.old_lines(incoming, out)?;
        let unusable = |source| LedgerError::Unusable { path: self.path.clone(), source };
        incoming.copy(open, out).map_err(unusable)?;
        Ok(joined)
    }

    /// What [`Ledger::join`] would do.
    ///
    /// # Errors
    ///
    /// [`LedgerError::Unusable`] and [`LedgerError::Damaged`].
    pub fn count(&self, incoming: &Incoming) -> Result<Joined, LedgerError> {
        Ok(self.old_lines(incoming, &mut io::sink())?.0)
    }

    /// Writes the old lines, replaced where `incoming` has another form; returns what the
    /// whole comes to, and the places of the new ones.
    fn old_lines(
        &self,
        incoming: &Incoming,
        out: &mut dyn Write,
    ) -> Result<(Joined, Vec<Place>), LedgerError> {
        let mut joined = Joined::default();
        let mut open = incoming.places.clone();
        self.lines(|line, bytes| {
            let place = open.remove(&incoming::key(&line.ad_id));
            let new = place.map(|place| incoming.at(place)).transpose();
            match new.map_err(serde_json::Error::io)? {
                Some(new) if !same_record(&new, line.record) => {
                    joined.updated += 1;
                    out.write_all(&new)
                }
                found => {
                    joined.unchanged += u64::from(found.is_some());
                    out.write_all(bytes)
                }
            }
            .map_err(serde_json::Error::io)?;
            joined.ads += 1;
            Ok(())
        })?;
        joined.added = u64::try_from(open.len()).expect("a count is a u64");
        joined.ads += joined.added;
        Ok((joined, open.into_values().collect()))
    }

    /// Calls `each` with every line, read and as it stands (line feed included).
    fn lines(
        &self,
        mut each: impl FnMut(Line<'_>, &[u8]) -> Result<(), serde_json::Error>,
    ) -> Result<(), LedgerError> {
        let unusable = |source| LedgerError::Unusable { path: self.path.clone(), source };
        let Some(file) = self.open()? else { return Ok(()) };
        let mut reader = BufReader::with_capacity(1 << 20, file);
        let mut bytes = Vec::new();
        for number in 1.. {
            bytes.clear();
            if reader.read_until(b'\n', &mut bytes).map_err(unusable)? == 0 {
                break;
            }
            let read = serde_json::from_slice(&bytes).and_then(|line| each(line, &bytes));
            read.map_err(|source| match source.io_error_kind() {
                Some(_) => unusable(source.into()),
                None => LedgerError::Damaged { path: self.path.clone(), line: number, source },
            })?;
        }
        Ok(())
    }
}

fn same_record(new: &[u8], old: &RawValue) -> bool {
    serde_json::from_slice::<Line<'_>>(new).is_ok_and(|line| line.record.get() == old.get())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::path::Path;

    use super::{Incoming, Joined, LEDGER_FILE, Ledger, LedgerError};

    fn record(id: &str, score: u8) -> String {
        format!(
            "{{\"platform\":\"k.example\",\"id\":\"{id}\",\"x\": 1.0, \"pugmark\":\
             {{\"schema\":\"pugmark.scan/1\",\"verdict\":\"flag\",\"score\":{score}}}}}\n"
        )
    }

    fn import(case: &Path, input: &str) -> Result<(Joined, Vec<String>), LedgerError> {
        let mut left_out = Vec::new();
        let incoming = Incoming::read(
            case,
            Cursor::new(input.to_owned()),
            "scan.jsonl",
            &mut |place, why| {
                left_out.push(format!("{place}: {why}"));
            },
        )?;
        let mut bytes = Vec::new();
        let joined = Ledger::of(case).join(&incoming, &mut bytes)?;
        fs_err::write(case.join(LEDGER_FILE), bytes).unwrap();
        Ok((joined, left_out))
    }

    fn ledger(case: &Path) -> String {
        fs_err::read_to_string(case.join(LEDGER_FILE)).unwrap()
    }

    #[test]
    fn importing_the_same_records_again_changes_no_byte() {
        let case = tempfile::tempdir().unwrap();
        let input = record("1", 80) + &record("2", 90);
        let (first, _) = import(case.path(), &input).unwrap();
        assert_eq!(first, Joined { added: 2, ads: 2, ..Joined::default() });
        let before = ledger(case.path());
        let (second, _) = import(case.path(), &input).unwrap();
        assert_eq!(second, Joined { unchanged: 2, ads: 2, ..Joined::default() });
        assert_eq!(ledger(case.path()), before);
    }

    #[test]
    fn the_record_stays_byte_for_byte() {
        let case = tempfile::tempdir().unwrap();
        import(case.path(), &record("1", 80)).unwrap();
        assert!(ledger(case.path()).contains(record("1", 80).trim_end()));
    }

    #[test]
    fn a_record_in_another_form_takes_the_place_of_the_old_one() {
        let case = tempfile::tempdir().unwrap();
        import(case.path(), &(record("1", 80) + &record("2", 90))).unwrap();
        let (joined, _) = import(case.path(), &(record("3", 70) + &record("1", 60))).unwrap();
        assert_eq!(joined, Joined { added: 1, updated: 1, unchanged: 0, ads: 3 });
        let mut seen = Vec::new();
        let read = |ad: crate::case::ad::Ad| seen.push((ad.ad_id.to_string(), ad.finding.score));
        Ledger::of(case.path()).read(read).unwrap();
        let id = |id: &str| format!("k.example/{id}");
        assert_eq!(seen, [(id("1"), 60.0), (id("2"), 90.0), (id("3"), 70.0)]);
    }

    #[test]
    fn a_bad_line_is_named_and_the_others_are_kept() {
        let case = tempfile::tempdir().unwrap();
        let input = record("1", 80) + "{\"platform\":\n" + &record("2", 80) + "{\"id\":3}\n[]\n";
        let (joined, left_out) = import(case.path(), &input).unwrap();
        assert_eq!(joined.added, 2);
        assert_eq!(left_out.len(), 3);
        assert!(left_out[0].starts_with("scan.jsonl:2: not a JSON object"), "{left_out:?}");
        assert!(left_out[1].starts_with("scan.jsonl:4: no `pugmark` object"), "{left_out:?}");
    }

    #[test]
    fn records_of_another_version_and_records_not_scanned_are_refused() {
        let case = tempfile::tempdir().unwrap();
        let other = record("1", 80).replace("scan/1", "scan/2");
        assert!(matches!(import(case.path(), &other), Err(LedgerError::OtherVersion { .. })));
        let unscanned = "{\"id\":1}\n{\"id\":2}\n";
        assert!(matches!(import(case.path(), unscanned), Err(LedgerError::NotScanned { .. })));
    }
}
