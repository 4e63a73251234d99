//! Names from stdin: one a line, one answer a line, in the same order, on all cores.

use std::io::{self, BufRead, BufReader, Read};
use std::num::NonZero;
use std::thread;

use crate::cli::{Hint, Outcome, Streams};
use crate::output::Format;
use crate::species::{Desk, Question, Species};

/// Bytes that are read at once.
const BLOCK: usize = 1 << 16;
/// The longest line that is taken for a name.
const LONGEST_NAME: usize = 4096;
/// How many faulty lines are named one by one.
const NAMED: usize = 20;

/// Answers and what is to be said about them.
#[derive(Debug, Default)]
struct Tally {
    lines: usize,
    unlisted: usize,
    faults: Vec<(usize, &'static str)>,
}

pub(super) fn run(
    species: &Species,
    question: Question<'_>,
    choice: Option<Format>,
    streams: &mut Streams,
) -> anyhow::Result<Outcome> {
    let mut input = Lines::new(io::stdin().lock())?;
    let tally = if streams.format(choice) == Format::Jsonl {
        jsonl(species, question, &mut input, streams)?
    } else {
        records(species, question, choice, &mut input, streams)?
    };
    for (line, fault) in tally.faults.iter().take(NAMED) {
        streams.warning(format_args!("stdin:{line}: {fault}"));
    }
    if tally.faults.len() > NAMED {
        streams.warning(format_args!("{} more lines like these", tally.faults.len() - NAMED));
    }
    if tally.lines == 0 {
        streams.message("stdin holds no names");
    }
    Ok(match tally {
        Tally { faults, .. } if !faults.is_empty() => Outcome::Partial,
        Tally { lines: 0, .. } | Tally { unlisted: 1.., .. } => Outcome::Negative,
        _ => Outcome::Done,
    })
}

/// JSON lines, made on all cores and written in order.
fn jsonl(
    species: &Species,
    question: Question<'_>,
    input: &mut Lines<impl BufRead>,
    streams: &mut Streams,
) -> anyhow::Result<Tally> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let desk = Desk::new(species, question);
    let mut tally = Tally::default();
    while let Some(block) = input.block()? {
        for part in answer_block(&desk, &block, threads) {
            streams.data().write_all(&part.bytes)?;
            tally.add(part.tally);
        }
        streams.data().flush()?;
    }
    Ok(tally)
}

struct Part {
    bytes: Vec<u8>,
    tally: Tally,
}

/// Answers the lines of `block`, cut into as many parts as there are `threads`.
fn answer_block(desk: &Desk<'_>, block: &[u8], threads: usize) -> Vec<Part> {
    thread::scope(|scope| {
        let workers: Vec<_> = split(block, threads)
            .into_iter()
            .map(|part| scope.spawn(move || answer_part(desk, part)))
            .collect();
        let join = |worker: thread::ScopedJoinHandle<'_, Part>| {
            worker.join().expect("answering a name does not panic")
        };
        workers.into_iter().map(join).collect()
    })
}

fn answer_part(desk: &Desk<'_>, part: &[u8]) -> Part {
    let mut bytes = Vec::with_capacity(part.len() * 48);
    let mut tally = Tally::default();
    for line in part.split_inclusive(|byte| *byte == b'\n') {
        let listed = desk.answer(&tally.name(line), &mut bytes);
        tally.unlisted += usize::from(!listed);
    }
    Part { bytes, tally }
}

/// The other forms, one record after the other.
fn records(
    species: &Species,
    question: Question<'_>,
    choice: Option<Format>,
    input: &mut Lines<impl BufRead>,
    streams: &mut Streams,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    let mut records = streams.records(choice);
    while let Some(block) = input.block()? {
        for line in block.split_inclusive(|byte| *byte == b'\n') {
            let name = tally.name(line);
            let answer = species.ask(&name, question);
            tally.unlisted += usize::from(!answer.is_listed());
            records.put(&answer)?;
        }
    }
    records.finish()?;
    Ok(tally)
}

impl Tally {
    /// The name on `line`; a line that holds none is noted and answered as unknown.
    fn name(&mut self, line: &[u8]) -> String {
        self.lines += 1;
        let line = line.trim_ascii();
        let fault = |tally: &mut Self, fault| {
            tally.faults.push((tally.lines, fault));
            String::from_utf8_lossy(&line[..line.len().min(80)]).into_owned()
        };
        match std::str::from_utf8(line) {
            _ if line.len() >= LONGEST_NAME => fault(self, "too long for a name"),
            Ok(name) => name.to_owned(),
            Err(_) => fault(self, "not UTF-8"),
        }
    }

    fn add(&mut self, later: Self) {
        self.faults
            .extend(later.faults.into_iter().map(|(line, fault)| (line + self.lines, fault)));
        self.lines += later.lines;
        self.unlisted += later.unlisted;
    }
}

/// Cuts `block` at line ends into about `count` parts of one size.
fn split(mut block: &[u8], count: usize) -> Vec<&[u8]> {
    let size = block.len() / count + 1;
    let mut parts = Vec::with_capacity(count);
    while block.len() > size {
        let end = memchr::memchr(b'\n', &block[size..]).map_or(block.len(), |at| size + at + 1);
        let (part, rest) = block.split_at(end);
        parts.push(part);
        block = rest;
    }
    if !block.is_empty() {
        parts.push(block);
    }
    parts
}

/// Whole lines in blocks of bounded size; of a line that is too long only the start.
struct Lines<R> {
    input: R,
    pending: Vec<u8>,
    /// True in the rest of a line whose start was handed out.
    skipping: bool,
}

impl<R: Read> Lines<BufReader<R>> {
    fn new(input: R) -> anyhow::Result<Self> {
        let mut input = BufReader::with_capacity(BLOCK, input);
        let start = input.fill_buf()?;
        if start.starts_with(&[0xFF, 0xFE]) || start.starts_with(&[0xFE, 0xFF]) {
            return Err(anyhow::anyhow!("stdin is UTF-16")).map_err(|err| {
                err.context(Hint("convert it: iconv -f UTF-16 -t UTF-8".to_owned()))
            });
        }
        if start.starts_with("\u{FEFF}".as_bytes()) {
            input.consume(3);
        }
        Ok(Self { input, pending: Vec::new(), skipping: false })
    }
}

impl<R: BufRead> Lines<R> {
    /// The lines that have come; `None` at the end. Waits for a whole line only.
    fn block(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                let rest = std::mem::take(&mut self.pending);
                return Ok((!rest.is_empty()).then_some(rest));
            }
            let taken = buffer.len();
            let mut fresh = buffer;
            if self.skipping {
                match memchr::memchr(b'\n', fresh) {
                    Some(at) => {
                        fresh = &fresh[at..];
                        self.skipping = false;
                    }
                    None => fresh = &[],
                }
            }
            self.pending.extend_from_slice(fresh);
            self.input.consume(taken);
            if let Some(block) = self.whole_lines() {
                return Ok(Some(block));
            }
        }
    }

    fn whole_lines(&mut self) -> Option<Vec<u8>> {
        if let Some(end) = memchr::memrchr(b'\n', &self.pending) {
            let rest = self.pending.split_off(end + 1);
            return Some(std::mem::replace(&mut self.pending, rest));
        }
        if self.pending.len() > LONGEST_NAME {
            self.pending.truncate(LONGEST_NAME);
            self.skipping = true;
        }
        None
    }
}
