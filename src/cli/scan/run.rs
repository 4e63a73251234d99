//! Runs a scan: files in, judged records out, in their order.

use std::io::{self, Read};
use std::num::NonZero;
use std::path::Path;

use anyhow::Context as _;

use crate::cli::exit::Hint;
use crate::cli::{Outcome, Streams};
use crate::output::Format;
use crate::scan::read::{Block, Fault, Input, Layout, LayoutError, Mapping, record};
use crate::scan::{Finding, Scanner, Verdict, pipeline};

use super::answer::{print_explanation, write_page};
use super::args::Args;
use super::rows::{self, Printed, Row};
use super::stats::Stats;

/// More faults of one file than these are counted but not named.
const NAMED: u64 = 1000;

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let mapping = mapping(args)?;
    let judge = args.judge.load(streams)?;
    let scanner = judge.scanner();
    let scan = Scan { args, mapping: &mapping, scanner: &scanner, format: format(args, streams) };
    if let Some(id) = &args.explain {
        return scan.explain(id, judge.weights(), streams);
    }
    let mut totals = Totals::default();
    let stdin = [std::path::PathBuf::from("-")];
    let files = if args.files.is_empty() { &stdin[..] } else { &args.files };
    for file in files {
        scan.file(file, streams, &mut totals)?;
    }
    totals.finish(args, scan.format, streams)
}

fn format(args: &Args, streams: &Streams) -> Format {
    streams.format(args.format.choice())
}

fn mapping(args: &Args) -> anyhow::Result<Mapping> {
    let mut mapping = Mapping::default();
    for pair in &args.map {
        anyhow::ensure!(
            mapping.add(pair),
            "`--map {pair}` is not of the form ROLE=FIELD, where ROLE is one of id, title, text, \
             price, currency, quantity, country, category, language"
        );
    }
    Ok(mapping)
}

struct Scan<'a> {
    args: &'a Args,
    mapping: &'a Mapping,
    scanner: &'a Scanner<'a>,
    format: Format,
}

/// A judged record on its way out.
struct Judged {
    score: u8,
    verdict: Verdict,
    printed: Option<Printed>,
}

/// What a block came to.
#[derive(Default)]
struct Batch {
    judged: Vec<Judged>,
    faults: Vec<(u64, Fault)>,
    repaired: Vec<(u64, &'static str)>,
    stats: Stats,
}

/// What all files came to.
#[derive(Default)]
struct Totals {
    flagged: u64,
    selected: u64,
    left_out: u64,
    written: u64,
    rows: Vec<Row>,
    top: Vec<Judged>,
    stats: Stats,
}

impl Scan<'_> {
    fn open(&self, file: &Path, streams: &mut Streams) -> anyhow::Result<Input> {
        let name =
            if file.as_os_str() == "-" { "stdin".into() } else { file.display().to_string() };
        let source: Box<dyn Read + Send> = if file.as_os_str() == "-" {
            Box::new(io::stdin())
        } else {
            Box::new(fs_err::File::open(file)?)
        };
        let limit = self.args.max_record.get() << 20;
        let input = Input::open(source, &name, self.mapping, limit).map_err(|err| match err {
            LayoutError::NoText { .. } | LayoutError::NoColumn { .. } => {
                let hint = Hint("name the column with --map text=COLUMN".to_owned());
                anyhow::Error::new(err).context(hint)
            }
            other => anyhow::Error::new(other),
        })?;
        if let Some(encoding) = input.encoding {
            streams.message(format_args!("{}: read as {encoding}", input.file));
        }
        Ok(input)
    }

    fn file(&self, file: &Path, streams: &mut Streams, totals: &mut Totals) -> anyhow::Result<()> {
        let input = self.open(file, streams)?;
        let Input { file: name, layout, blocks, .. } = input;
        if self.format == Format::Csv && totals.written == 0 && self.prints_ads() {
            streams.data().write_all(&rows::csv_header(&layout))?;
        }
        let bar = streams.progress(None, "ads");
        let work = |block: &Block| self.block(block, &layout);
        let take = |batch: Batch| {
            bar.inc(u64::try_from(batch.judged.len()).unwrap_or(0));
            self.take(batch, &name, streams, totals)
        };
        let result = pipeline::run(blocks, self.threads(), work, take);
        bar.finish_and_clear();
        result
    }

    fn threads(&self) -> NonZero<usize> {
        let cores = || std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        self.args.threads.unwrap_or_else(cores)
    }

    fn prints_ads(&self) -> bool {
        !self.args.count && !self.args.stats
    }

    fn is_selected(&self, verdict: Verdict) -> bool {
        match self.args.only.as_slice() {
            [] => !self.args.count || verdict == Verdict::Flag,
            only => only.iter().any(|choice| choice.verdict() == verdict),
        }
    }

    fn block(&self, block: &Block, layout: &Layout) -> Batch {
        let mut batch = Batch::default();
        if let Some(line) = block.too_long {
            batch.faults.push((line, Fault::TooLong(self.args.max_record.get())));
        }
        for (line, read) in record::records(block, layout, self.mapping) {
            match read {
                Ok(record) => self.record(&record, layout, &mut batch),
                Err(fault) => batch.faults.push((line, fault)),
            }
        }
        batch
    }

    fn record(&self, record: &record::Record<'_>, layout: &Layout, batch: &mut Batch) {
        if let Some(encoding) = record.repaired {
            batch.repaired.push((record.line, encoding));
        }
        let finding: Finding = self.scanner.judge(&record.ad());
        batch.stats.add(&finding);
        let (score, verdict) = (finding.score, finding.verdict);
        let wanted = self.is_selected(verdict) && self.prints_ads();
        let printed = wanted.then(|| rows::printed(record, layout, &finding, self.format));
        batch.judged.push(Judged { score, verdict, printed });
    }

    fn take(
        &self,
        batch: Batch,
        file: &str,
        streams: &mut Streams,
        totals: &mut Totals,
    ) -> anyhow::Result<()> {
        for (line, encoding) in batch.repaired {
            streams.warning(format_args!("{file}:{line}: not UTF-8, read as {encoding}"));
        }
        for (line, fault) in batch.faults {
            anyhow::ensure!(!self.args.strict, "{file}:{line}: {fault}");
            totals.left_out += 1;
            if totals.left_out <= NAMED {
                streams.warning(format_args!("{file}:{line}: {fault}"));
            }
        }
        totals.stats.merge(batch.stats);
        for judged in batch.judged {
            totals.flagged += u64::from(judged.verdict == Verdict::Flag);
            totals.selected += u64::from(self.is_selected(judged.verdict));
            if judged.printed.is_some() {
                self.put(judged, streams, totals)?;
            }
        }
        Ok(())
    }

    fn put(&self, judged: Judged, streams: &mut Streams, totals: &mut Totals) -> io::Result<()> {
        if let Some(count) = self.args.top {
            // The first of equal scores stays first.
            let at = totals.top.partition_point(|other| other.score >= judged.score);
            totals.top.insert(at, judged);
            totals.top.truncate(count);
            return Ok(());
        }
        match judged.printed {
            Some(printed) => totals.put(printed, self.format, streams),
            None => Ok(()),
        }
    }

    fn explain(
        &self,
        id: &str,
        weights: &crate::scan::Weights,
        streams: &mut Streams,
    ) -> anyhow::Result<Outcome> {
        let stdin = [std::path::PathBuf::from("-")];
        let files = if self.args.files.is_empty() { &stdin[..] } else { &self.args.files };
        for file in files {
            let input = self.open(file, streams)?;
            for block in input.blocks {
                let block = block.with_context(|| format!("cannot read {}", input.file))?;
                for (line, read) in record::records(&block, &input.layout, self.mapping) {
                    let Ok(record) = read else { continue };
                    let ad = record.ad();
                    let matches = match &ad.id {
                        Some(known) => known == id,
                        None => line.to_string() == id,
                    };
                    if matches {
                        let finding = self.scanner.judge(&ad);
                        if let Some(path) = &self.args.html {
                            write_page(path, &ad, &finding, weights)?;
                            streams.message(format_args!("wrote {}", path.display()));
                            return Ok(Outcome::Done);
                        }
                        let format = self.args.format.choice();
                        print_explanation(streams, format, &ad, &finding, weights)?;
                        return Ok(Outcome::Done);
                    }
                }
            }
        }
        Err(anyhow::anyhow!("there is no ad `{id}`")
            .context(Hint("an ad without a field `id` is known by its line".to_owned())))
    }
}

impl Totals {
    fn put(&mut self, printed: Printed, format: Format, streams: &mut Streams) -> io::Result<()> {
        match printed {
            Printed::Row(row) => self.rows.push(*row),
            Printed::Bytes(bytes) => {
                let out = streams.data();
                if format == Format::Json {
                    out.write_all(if self.written == 0 { b"[\n" } else { b",\n" })?;
                }
                out.write_all(&bytes)?;
                if format == Format::Jsonl {
                    out.write_all(b"\n")?;
                }
            }
        }
        self.written += 1;
        Ok(())
    }

    fn finish(
        mut self,
        args: &Args,
        format: Format,
        streams: &mut Streams,
    ) -> anyhow::Result<Outcome> {
        for judged in std::mem::take(&mut self.top) {
            if let Some(printed) = judged.printed {
                self.put(printed, format, streams)?;
            }
        }
        if args.count {
            writeln!(streams.data(), "{}", self.selected)?;
        } else if args.stats {
            streams.print(args.format.choice(), &self.stats.rows(self.left_out))?;
        } else if format == Format::Json {
            streams.data().write_all(if self.written == 0 { b"[]\n" } else { b"\n]\n" })?;
        } else if matches!(format, Format::Table | Format::List) {
            streams.print(Some(format), &self.rows)?;
        }
        if self.left_out > NAMED {
            let more = self.left_out - NAMED;
            streams.warning(format_args!("{more} further records were left out"));
        }
        Ok(match (self.left_out, self.flagged) {
            (1.., _) => Outcome::Partial,
            (0, 0) => Outcome::Negative,
            _ => Outcome::Done,
        })
    }
}
