//! Runs a scan: files in, judged records out, in their order.

use std::cell::RefCell;
use std::io::{self, IsTerminal};
use std::num::NonZero;
use std::path::Path;

use anyhow::Context as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::cli::exit::Hint;
use crate::cli::{Outcome, Streams};
use crate::output::Format;
use crate::scan::Verdict;
use crate::scan::duplicates;
use crate::scan::pipeline;
use crate::scan::read::{Block, How, Input, Layout, record};
use crate::scan::sample::Sample;

use super::answer::{print_explanation, write_page};
use super::args::Args;
use super::batch::{Batch, Held, Judging, SEPARATOR, Top, Worker, add_top};
use super::checkpoint::{self, Checkpoint};
use super::inputs;
use super::live;
use super::progress::Progress;
use super::rows::{self, Printed, Row};
use super::stats::Stats;

/// More faults of one file than these are counted but not named.
const NAMED: u64 = 1000;

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let how = args.input.how()?;
    let judge = args.judge.load(streams)?;
    let scanner = judge.scanner();
    let format = match (args.format.choice(), args.line_buffered) {
        (None, true) => Format::Jsonl,
        (choice, _) => streams.format(choice),
    };
    let judging = Judging { args, mapping: &how.mapping, scanner: &scanner, format };
    let progress = RefCell::new(Progress::new(&args.files, streams));
    let scan = Scan { args, how: &how, judging, progress };
    if let Some(id) = &args.explain {
        return scan.explain(id, judge.weights(), streams);
    }
    let mut totals = Totals { sample: args.sample.map(Sample::new), ..Totals::default() };
    if args.line_buffered {
        scan.live(streams, &mut totals)?;
        return totals.finish(args, format, streams);
    }
    let mut checkpoint = scan.output(streams, judge.date())?;
    if let Some(known) = checkpoint.as_ref().map(Checkpoint::totals).transpose()?.flatten() {
        totals = known;
    }
    let stdin = [std::path::PathBuf::from("-")];
    let files = if args.files.is_empty() { &stdin[..] } else { &args.files };
    if files.iter().any(|file| is_stdin(file)) && io::stdin().is_terminal() {
        streams.message("Reading ads from this terminal, one a line; Ctrl-D ends them.");
    }
    for file in files {
        scan.file(file, streams, &mut totals, checkpoint.as_mut())?;
    }
    drop(scan);
    let outcome = totals.finish(args, format, streams)?;
    if let Some(checkpoint) = checkpoint {
        checkpoint.finish(streams)?;
    }
    Ok(outcome)
}

fn is_stdin(file: &Path) -> bool {
    file.as_os_str() == "-"
}

struct Scan<'a> {
    args: &'a Args,
    how: &'a How,
    judging: Judging<'a>,
    progress: RefCell<Progress>,
}

/// What all files came to.
#[derive(Default, Serialize, Deserialize)]
struct Totals {
    read: u64,
    refused: u64,
    header: Vec<u8>,
    flagged: u64,
    selected: u64,
    left_out: u64,
    duplicates: u64,
    #[serde(skip)]
    seen: duplicates::Seen,
    #[serde(skip)]
    sample: Option<Sample<Printed>>,
    written: u64,
    #[serde(skip)]
    rows: Vec<Row>,
    #[serde(skip)]
    top: Vec<Top>,
    stats: Stats,
}

impl Scan<'_> {
    /// Judges what comes on stdin line by line.
    fn live(&self, streams: &mut Streams, totals: &mut Totals) -> anyhow::Result<()> {
        let mut input = io::BufReader::new(io::stdin());
        let take = |batch, streams: &mut Streams| {
            let place = |line| format!("stdin:{line}");
            self.take(batch, &place, streams, totals)
        };
        live::run(self.judging, &mut input, streams, take)
    }

    /// Opens the file for the output, and the checkpoint that an earlier run may have left.
    fn output(&self, streams: &mut Streams, on: Date) -> anyhow::Result<Option<Checkpoint>> {
        let Some(output) = &self.args.output else { return Ok(None) };
        let Some(path) = &self.args.checkpoint else {
            streams.redirect(checkpoint::create(output)?.into_parts().0);
            return Ok(None);
        };
        let is_table = matches!(self.judging.format, Format::Table | Format::List);
        let reads_stdin = self.args.files.is_empty() || self.args.files.iter().any(|f| is_stdin(f));
        anyhow::ensure!(!is_table, "--checkpoint goes with --format jsonl, json or csv");
        anyhow::ensure!(!reads_stdin, "--checkpoint reads files: stdin cannot be read again");
        let checkpoint = Checkpoint::open(path, output, self.described(on)?)?;
        streams.redirect(checkpoint.output()?);
        Ok(Some(checkpoint))
    }

    /// What is scanned and how, so that another scan does not go on in its place.
    fn described(&self, on: Date) -> anyhow::Result<String> {
        let args = self.args;
        let mut files = Vec::new();
        for file in args.files.iter().chain(args.judge.files()) {
            files.push(format!("{} ({} bytes)", file.display(), fs_err::metadata(file)?.len()));
        }
        let (version, format) = (env!("CARGO_PKG_VERSION"), self.judging.format);
        let verdicts = (&args.only, args.count, args.stats, args.full, args.judge.scope());
        let reading = (&self.how.mapping, args.input.max_record, self.how.from, self.how.ratio);
        Ok(format!("{version} {files:?} --as-of {on} {format:?} {verdicts:?} {reading:?}"))
    }

    fn file(
        &self,
        file: &Path,
        streams: &mut Streams,
        totals: &mut Totals,
        mut checkpoint: Option<&mut Checkpoint>,
    ) -> anyhow::Result<()> {
        let inputs = match inputs::open(file, self.how) {
            Ok((inputs, handle)) => {
                self.progress.borrow_mut().file(handle);
                inputs
            }
            Err(err) => return self.refuse(err, self.args.files.len() < 2, streams, totals),
        };
        let is_alone = self.args.files.len() < 2 && !inputs.is_archive();
        for input in inputs {
            match input.map_err(inputs::refused) {
                Ok(input) => self.input(input, streams, totals, checkpoint.as_deref_mut())?,
                Err(err) => self.refuse(err, is_alone, streams, totals)?,
            }
        }
        Ok(())
    }

    /// An input that cannot be read is left out, unless it is the only one.
    fn refuse(
        &self,
        err: anyhow::Error,
        is_alone: bool,
        streams: &mut Streams,
        totals: &mut Totals,
    ) -> anyhow::Result<()> {
        if is_alone || self.args.strict {
            return Err(err);
        }
        totals.refused += 1;
        streams.warning(format_args!("left out: {}", innermost(&err)));
        Ok(())
    }

    fn input(
        &self,
        input: Input,
        streams: &mut Streams,
        totals: &mut Totals,
        mut checkpoint: Option<&mut Checkpoint>,
    ) -> anyhow::Result<()> {
        let finished = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.finished());
        if finished == u64::MAX {
            checkpoint.into_iter().for_each(Checkpoint::next_input);
            return Ok(());
        }
        totals.read += 1;
        if let Some(encoding) = input.encoding {
            streams.message(format_args!("{}: read as {encoding}", input.file));
        }
        let Input { file: name, layout, blocks, counted, ending, .. } = input;
        self.header(&layout, &name, streams, totals)?;
        let judging = self.judging;
        let worker = || {
            let mut worker = Worker::new(judging, &layout);
            move |block: &Block| worker.block(block)
        };
        let place = |number| Input::place(&name, counted, number);
        let take = |batch: Batch| {
            self.progress.borrow_mut().add(batch.judged);
            self.take(batch, &place, streams, totals)?;
            match &mut checkpoint {
                Some(checkpoint) => checkpoint.block(&*totals, streams),
                None => Ok(()),
            }
        };
        let blocks = blocks.skip(usize::try_from(finished).unwrap_or(usize::MAX));
        let result = pipeline::run(blocks, self.threads(), worker, take);
        result?;
        if let Some(checkpoint) = checkpoint {
            checkpoint.next_input();
        }
        if let Some(err) = ending.take() {
            anyhow::ensure!(!self.args.strict, "{name}: {err}");
            totals.refused += 1;
            streams.warning(format_args!("{name}: left out from here: {err}"));
        }
        Ok(())
    }

    /// Prints the header of CSV output once; files of other columns do not go under it.
    fn header(
        &self,
        layout: &Layout,
        name: &str,
        streams: &mut Streams,
        totals: &mut Totals,
    ) -> anyhow::Result<()> {
        if self.judging.format != Format::Csv || !self.judging.prints_ads() {
            return Ok(());
        }
        let header = rows::csv_header(layout);
        if totals.header.is_empty() {
            streams.data().write_all(&header)?;
            totals.header.clone_from(&header);
        }
        anyhow::ensure!(
            totals.header == header,
            "{name} has other columns than the file before it: print it alone or as JSON lines"
        );
        Ok(())
    }

    fn threads(&self) -> NonZero<usize> {
        let cores = || std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        self.args.threads.unwrap_or_else(cores)
    }

    fn take(
        &self,
        batch: Batch,
        place: &dyn Fn(u64) -> String,
        streams: &mut Streams,
        totals: &mut Totals,
    ) -> anyhow::Result<()> {
        for (line, encoding) in batch.repaired {
            streams.warning(format_args!("{}: not UTF-8, read as {encoding}", place(line)));
        }
        for (line, fault) in batch.faults {
            anyhow::ensure!(!self.args.strict, "{}: {fault}", place(line));
            totals.left_out += 1;
            if totals.left_out <= NAMED {
                streams.warning(format_args!("{}: {fault}", place(line)));
            }
        }
        totals.stats.merge(batch.stats);
        totals.flagged += batch.flagged;
        totals.selected += batch.selected;
        totals.rows.extend(batch.rows);
        for top in batch.top {
            add_top(&mut totals.top, top, self.args.top.unwrap_or(0));
        }
        if batch.written > 0 {
            totals.write(&batch.bytes, self.judging.format, streams)?;
            totals.written += batch.written;
        }
        for held in batch.held {
            totals.hold(held, self.judging, streams)?;
        }
        Ok(())
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
            for input in inputs::open(file, self.how)?.0 {
                let input = input.map_err(inputs::refused)?;
                if let Some(outcome) = self.explain_in(input, id, weights, streams)? {
                    return Ok(outcome);
                }
            }
        }
        Err(anyhow::anyhow!("there is no ad `{id}`")
            .context(Hint("an ad without a field `id` is known by its line".to_owned())))
    }

    fn explain_in(
        &self,
        input: Input,
        id: &str,
        weights: &crate::scan::Weights,
        streams: &mut Streams,
    ) -> anyhow::Result<Option<Outcome>> {
        for block in input.blocks {
            let block = block.with_context(|| format!("cannot read {}", input.file))?;
            for (line, read) in record::records(&block, &input.layout, &self.how.mapping) {
                let Ok(record) = read else { continue };
                let ad = record.ad();
                let matches = match &ad.id {
                    Some(known) => known == id,
                    None => line.to_string() == id,
                };
                if matches {
                    let finding = self.judging.scanner.judge(&ad);
                    if let Some(path) = &self.args.html {
                        write_page(path, &ad, &finding, weights)?;
                        streams.message(format_args!("wrote {}", path.display()));
                        return Ok(Some(Outcome::Done));
                    }
                    let format = self.args.format.choice();
                    print_explanation(streams, format, &ad, &finding, weights)?;
                    return Ok(Some(Outcome::Done));
                }
            }
        }
        Ok(None)
    }
}

/// The causes of `err` without what the user can do about it.
fn innermost(err: &anyhow::Error) -> String {
    let hint = err.downcast_ref::<Hint>().map(ToString::to_string);
    let causes = err.chain().map(ToString::to_string).filter(|text| Some(text) != hint.as_ref());
    causes.collect::<Vec<_>>().join(": ")
}

impl Totals {
    /// Writes records; those of a JSON array have a separator before each.
    fn write(&mut self, bytes: &[u8], format: Format, streams: &mut Streams) -> io::Result<()> {
        let out = streams.data();
        match bytes.strip_prefix(SEPARATOR) {
            Some(bytes) if format == Format::Json && self.written == 0 => {
                out.write_all(b"[\n")?;
                out.write_all(bytes)
            }
            _ => out.write_all(bytes),
        }
    }

    /// Takes an ad that is compared with those before it, or that may be in the sample.
    fn hold(&mut self, held: Held, judging: Judging<'_>, streams: &mut Streams) -> io::Result<()> {
        if held.likeness.is_some_and(|print| !self.seen.add(print)) {
            self.duplicates += 1;
            return Ok(());
        }
        self.stats.merge(*held.stats);
        self.flagged += u64::from(held.verdict == Verdict::Flag);
        self.selected += 1;
        let Some(printed) = held.printed else { return Ok(()) };
        if let Some(count) = judging.args.top {
            add_top(&mut self.top, Top { score: held.score, printed }, count);
        } else if let Some(sample) = &mut self.sample {
            sample.give(printed);
        } else {
            self.put(printed, judging.format, streams)?;
        }
        Ok(())
    }

    fn put(&mut self, printed: Printed, format: Format, streams: &mut Streams) -> io::Result<()> {
        match printed {
            Printed::Row(row) => self.rows.push(*row),
            Printed::Bytes(mut bytes) => {
                match format {
                    Format::Json => drop(bytes.splice(..0, SEPARATOR.iter().copied())),
                    Format::Jsonl => bytes.push(b'\n'),
                    _ => {}
                }
                self.write(&bytes, format, streams)?;
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
        let sample = self.sample.take().map(Sample::take).unwrap_or_default();
        let top = std::mem::take(&mut self.top).into_iter().map(|top| top.printed);
        for printed in top.chain(sample) {
            self.put(printed, format, streams)?;
        }
        if args.count {
            writeln!(streams.data(), "{}", self.selected)?;
        } else if args.stats {
            streams
                .print(args.format.choice(), &self.stats.rows(self.left_out, self.duplicates))?;
        } else if format == Format::Json {
            streams.data().write_all(if self.written == 0 { b"[]\n" } else { b"\n]\n" })?;
        } else if matches!(format, Format::Table | Format::List) {
            streams.print(Some(format), &self.rows)?;
        }
        if self.left_out > NAMED {
            let more = self.left_out - NAMED;
            streams.warning(format_args!("{more} further records were left out"));
        }
        if self.duplicates > 0 {
            let count = self.duplicates;
            streams.message(format_args!("{count} ads are nearly the same as one before"));
        }
        anyhow::ensure!(self.read > 0 || self.refused == 0, "no input could be read");
        Ok(match (self.left_out + self.refused, self.flagged) {
            (1.., _) => Outcome::Partial,
            (0, 0) => Outcome::Negative,
            _ => Outcome::Done,
        })
    }
}
