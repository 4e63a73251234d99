//! Judges the records of a block and puts them into the form that was asked for.

use serde_json::value::{RawValue, to_raw_value};

use crate::output::Format;
use crate::scan::duplicates;
use crate::scan::likeness::Print;
use crate::scan::prefilter::Sieve;
use crate::scan::read::{Block, Fault, Layout, Mapping, record};
use crate::scan::{Finding, Scanner, Verdict};

use super::args::Args;
use super::rows::{self, Printed, Row};
use super::stats::Stats;

/// What every block of a scan is judged with.
#[derive(Clone, Copy)]
pub(super) struct Judging<'a> {
    pub args: &'a Args,
    pub mapping: &'a Mapping,
    pub scanner: &'a Scanner<'a>,
    pub format: Format,
}

/// One thread's judging.
pub(super) struct Worker<'a> {
    judging: Judging<'a>,
    layout: &'a Layout,
    sieve: Sieve<'a>,
    clear: Finding,
    clear_json: Box<RawValue>,
}

/// One of the ads with the highest scores.
pub(super) struct Top {
    pub score: u8,
    pub printed: Printed,
}

/// An ad that counts only once all before it are known.
pub(super) struct Held {
    pub score: u8,
    pub verdict: Verdict,
    /// What it is compared by with the ads before it.
    pub likeness: Option<Print>,
    /// What it adds to the figures.
    pub stats: Box<Stats>,
    pub printed: Option<Printed>,
}

/// What a block came to.
#[derive(Default)]
pub(super) struct Batch {
    /// Ads that were judged.
    pub judged: u64,
    /// Ads that were flagged.
    pub flagged: u64,
    /// Ads that have the verdicts asked for.
    pub selected: u64,
    /// Ads that are printed in `bytes`.
    pub written: u64,
    /// What is printed as it stands.
    pub bytes: Vec<u8>,
    /// What is printed as a table.
    pub rows: Vec<Row>,
    /// The ads with the highest scores, where only those are asked for.
    pub top: Vec<Top>,
    /// Ads that are compared with those before them, or of which a sample is printed.
    pub held: Vec<Held>,
    /// Records that were left out.
    pub faults: Vec<(u64, Fault)>,
    /// Records in another encoding than their file.
    pub repaired: Vec<(u64, &'static str)>,
    /// Figures.
    pub stats: Stats,
}

impl Judging<'_> {
    /// True when ads are printed one by one.
    pub(super) fn prints_ads(&self) -> bool {
        !self.args.count && !self.args.stats
    }

    /// True when nothing is asked of an ad but its verdict.
    fn only_counts(&self) -> bool {
        let args = self.args;
        args.count && !args.stats && !args.dedup && args.sample.is_none() && !args.full
    }

    /// True when something is said of ads that are clear.
    fn shows_clear(&self) -> bool {
        self.prints_ads() && self.is_selected(Verdict::Clear)
    }

    /// True for a verdict that was asked for.
    pub(super) fn is_selected(&self, verdict: Verdict) -> bool {
        match self.args.only.as_slice() {
            [] => !self.args.count || verdict == Verdict::Flag,
            only => only.iter().any(|choice| choice.verdict() == verdict),
        }
    }
}

/// Adds `new` to the `count` highest scores; of equal scores the first stays first.
pub(super) fn add_top(top: &mut Vec<Top>, new: Top, count: usize) {
    let at = top.partition_point(|other| other.score >= new.score);
    if at < count {
        top.insert(at, new);
        top.truncate(count);
    }
}

impl<'a> Worker<'a> {
    pub(super) fn new(judging: Judging<'a>, layout: &'a Layout) -> Self {
        let (sieve, clear) = (judging.scanner.sieve(), Finding::clear());
        let clear_json = to_raw_value(&clear).expect("a finding is always JSON");
        Self { judging, layout, sieve, clear, clear_json }
    }

    /// Judges the records of `block`.
    pub(super) fn block(&mut self, block: &Block) -> Batch {
        let mut batch = Batch::default();
        if let Some(line) = block.too_long {
            let limit = self.judging.args.input.max_record.get();
            batch.faults.push((line, Fault::TooLong(limit)));
        }
        for (line, read) in record::records(block, self.layout, self.judging.mapping) {
            match read {
                Ok(record) => self.record(&record, &mut batch),
                Err(fault) => batch.faults.push((line, fault)),
            }
        }
        batch
    }

    fn record(&mut self, record: &record::Record<'_>, batch: &mut Batch) {
        if let Some(encoding) = record.repaired {
            batch.repaired.push((record.line, encoding));
        }
        batch.judged += 1;
        let args = self.judging.args;
        if self.judging.only_counts() {
            let verdict = self.verdict(record);
            batch.flagged += u64::from(verdict == Verdict::Flag);
            batch.selected += u64::from(self.judging.is_selected(verdict));
            return;
        }
        let found = self.judged(record);
        let finding = found.as_ref().unwrap_or(&self.clear);
        if (args.dedup || args.sample.is_some()) && self.judging.is_selected(finding.verdict) {
            batch.held.push(self.held(record, finding));
            return;
        }
        batch.stats.add(finding);
        batch.flagged += u64::from(finding.verdict == Verdict::Flag);
        if !self.judging.is_selected(finding.verdict) {
            return;
        }
        batch.selected += 1;
        if self.judging.prints_ads() {
            self.print(record, found.as_ref(), batch);
        }
    }

    fn held(&self, record: &record::Record<'_>, finding: &Finding) -> Held {
        let Judging { args, format, .. } = self.judging;
        let mut stats = Box::new(Stats::default());
        stats.add(finding);
        Held {
            score: finding.score,
            verdict: finding.verdict,
            likeness: args.dedup.then(|| duplicates::print(&record.ad(), finding)),
            stats,
            printed: (self.judging.prints_ads())
                .then(|| rows::printed(record, self.layout, finding, format)),
        }
    }

    /// The finding of an ad that names what one could be about.
    fn judged(&mut self, record: &record::Record<'_>) -> Option<Finding> {
        let scanner = self.judging.scanner;
        if self.judging.args.full {
            return Some(scanner.judge(&record.ad()));
        }
        if !self.may_hold_anchor(record) {
            return None;
        }
        match self.judging.shows_clear() {
            true => scanner.judge_named(&record.ad(), self.sieve.lookup()),
            false => scanner.judge_unless_clear(&record.ad(), self.sieve.lookup()),
        }
    }

    /// The verdict of an ad by itself.
    fn verdict(&mut self, record: &record::Record<'_>) -> Verdict {
        if !self.may_hold_anchor(record) {
            return Verdict::Clear;
        }
        self.judging.scanner.verdict_of(&record.ad(), self.sieve.lookup())
    }

    fn may_hold_anchor(&mut self, record: &record::Record<'_>) -> bool {
        let mut read = record.fields.iter().filter(|(role, _, _)| role.is_read());
        read.any(|(_, _, text)| self.sieve.may_hold_anchor(text))
    }

    /// Prints `record` with what was `found`; nothing: it is clear.
    fn print(&self, record: &record::Record<'_>, found: Option<&Finding>, batch: &mut Batch) {
        let format = self.judging.format;
        let finding = found.unwrap_or(&self.clear);
        if let Some(count) = self.judging.args.top {
            let printed = rows::printed(record, self.layout, finding, format);
            add_top(&mut batch.top, Top { score: finding.score, printed }, count);
            return;
        }
        batch.written += 1;
        match format {
            Format::Json => {
                batch.bytes.extend_from_slice(SEPARATOR);
                self.json(record, found, &mut batch.bytes);
            }
            Format::Jsonl => {
                self.json(record, found, &mut batch.bytes);
                batch.bytes.push(b'\n');
            }
            _ => match rows::printed(record, self.layout, finding, format) {
                Printed::Row(row) => batch.rows.push(*row),
                Printed::Bytes(bytes) => batch.bytes.extend_from_slice(&bytes),
            },
        }
    }
}

impl Worker<'_> {
    fn json(&self, record: &record::Record<'_>, found: Option<&Finding>, out: &mut Vec<u8>) {
        match found {
            Some(finding) => record::write_json(out, record, self.layout, finding),
            None => record::write_json(out, record, self.layout, &self.clear_json),
        }
    }
}

/// What stands before each record of a JSON array but the first.
pub(super) const SEPARATOR: &[u8] = b",\n";
