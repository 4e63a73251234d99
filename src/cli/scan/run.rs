//! Runs a scan: files in, judged records out, in their order.

use std::io::{self, Read};
use std::num::NonZero;
use std::path::Path;

use anyhow::Context as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::cli::exit::Hint;
use crate::cli::{Outcome, Streams};
use crate::output::Format;
use crate::scan::pipeline;
use crate::scan::read::{Block, Input, LayoutError, Mapping, record};

use super::answer::{print_explanation, write_page};
use super::args::Args;
use super::batch::{Batch, Judging, SEPARATOR, Top, Worker, add_top};
use super::checkpoint::{self, Checkpoint};
use super::live;
use super::rows::{self, Printed, Row};
use super::stats::Stats;

/// More faults of one file than these are counted but not named.
const NAMED: u64 = 1000;

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let mapping = mapping(args)?;
    let judge = args.judge.load(streams)?;
    let scanner = judge.scanner();
    let format = match (args.format.choice(), args.line_buffered) {
        (None, true) => Format::Jsonl,
        (choice, _) => streams.format(choice),
    };
    let judging = Judging { args, mapping: &mapping, scanner: &scanner, format };
    let scan = Scan { args, mapping: &mapping, judging };
    if let Some(id) = &args.explain {
        return scan.explain(id, judge.weights(), streams);
    }
    let mut totals = Totals::default();
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
    for file in files {
        scan.file(file, streams, &mut totals, checkpoint.as_mut())?;
    }
    let outcome = totals.finish(args, format, streams)?;
    if let Some(checkpoint) = checkpoint {
        checkpoint.finish(streams)?;
    }
    Ok(outcome)
}

fn is_stdin(file: &Path) -> bool {
    file.as_os_str() == "-"
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
    judging: Judging<'a>,
}

/// What all files came to.
#[derive(Default, Serialize, Deserialize)]
struct Totals {
    flagged: u64,
    selected: u64,
    left_out: u64,
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
        let take = |batch, streams: &mut Streams| self.take(batch, "stdin", streams, totals);
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
        let reading = (self.mapping, args.max_record);
        Ok(format!("{version} {files:?} --as-of {on} {format:?} {verdicts:?} {reading:?}"))
    }

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

    fn file(
        &self,
        file: &Path,
        streams: &mut Streams,
        totals: &mut Totals,
        mut checkpoint: Option<&mut Checkpoint>,
    ) -> anyhow::Result<()> {
        let finished = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.finished());
        if finished == u64::MAX {
            checkpoint.into_iter().for_each(Checkpoint::next_input);
            return Ok(());
        }
        let blocks_done = usize::try_from(finished).unwrap_or(usize::MAX);
        let input = self.open(file, streams)?;
        let Input { file: name, layout, blocks, .. } = input;
        if self.judging.format == Format::Csv
            && totals.written == 0
            && finished == 0
            && self.judging.prints_ads()
        {
            streams.data().write_all(&rows::csv_header(&layout))?;
        }
        let bar = streams.progress(None, "ads");
        let worker = || {
            let mut worker = Worker::new(self.judging, &layout);
            move |block: &Block| worker.block(block)
        };
        let take = |batch: Batch| {
            bar.inc(batch.judged);
            self.take(batch, &name, streams, totals)?;
            match &mut checkpoint {
                Some(checkpoint) => checkpoint.block(&*totals, streams),
                None => Ok(()),
            }
        };
        let blocks = blocks.skip(blocks_done);
        let result = pipeline::run(blocks, self.threads(), worker, take);
        bar.finish_and_clear();
        if let Some(checkpoint) = checkpoint {
            checkpoint.next_input();
        }
        result
    }

    fn threads(&self) -> NonZero<usize> {
        let cores = || std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        self.args.threads.unwrap_or_else(cores)
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
                        let finding = self.judging.scanner.judge(&ad);
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
        for top in std::mem::take(&mut self.top) {
            self.put(top.printed, format, streams)?;
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
