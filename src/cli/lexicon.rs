//! `pugmark lexicon`: the word lists.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::lexicon::{Kind, Lexicon, Row, Vocabulary};
use crate::output::Record;
use crate::scan::lookup::Lookup;
use crate::scan::matching;
use crate::scan::normal::Text;

use super::format::FormatArgs;
use super::{Outcome, Streams};

/// See and check the word lists
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark lexicon list --language de --kind product
  pugmark lexicon check my.csv --ordinary shoes-and-sofas.txt")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(ListArgs),
    Check(CheckArgs),
    Stats(StatsArgs),
}

/// Print the terms
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark lexicon list --language de --kind product
  pugmark lexicon list --lexicon my.csv --format csv > terms.csv")]
struct ListArgs {
    /// Only this language (ISO 639-1)
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    /// Only this kind of term: product, specimen, craft, tell, …
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Add the words of this list
    #[arg(long, value_name = "CSV")]
    lexicon: Vec<PathBuf>,
    #[command(flatten)]
    format: FormatArgs,
}

/// Check the word lists, or one of your own
///
/// Each fault is named with file and line.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark lexicon check
  pugmark lexicon check my.csv --format csv

Exit code 1: something is wrong.")]
struct CheckArgs {
    /// Lists to check; the shipped ones when none is given
    #[arg(value_name = "CSV")]
    files: Vec<PathBuf>,
    /// Name the words that stand in these texts of ordinary goods, a text a line
    #[arg(long, value_name = "FILE")]
    ordinary: Option<PathBuf>,
    #[command(flatten)]
    format: FormatArgs,
}

/// Count the terms by language and kind
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark lexicon stats
  pugmark lexicon stats --format csv > terms.csv")]
struct StatsArgs {
    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    match &args.command {
        Command::List(args) => list(args, streams),
        Command::Check(args) => check(args, streams),
        Command::Stats(args) => stats(args, streams),
    }
}

/// A term as it is printed.
#[derive(Debug, Serialize)]
struct TermRecord<'a> {
    term: &'a str,
    language: String,
    kind: &'static str,
    refers_to: &'a [String],
    inflection: &'static str,
    weight: &'static str,
}

impl<'a> TermRecord<'a> {
    fn new(row: &'a Row) -> Self {
        let term = &row.term;
        let codes: Vec<&str> = term.languages.iter().map(crate::lexicon::Language::code).collect();
        Self {
            term: &term.text,
            language: codes.join("|"),
            kind: term.kind.name(),
            refers_to: &term.refers_to,
            inflection: term.inflection.name(),
            weight: term.weight.name(),
        }
    }
}

impl Record for TermRecord<'_> {
    const COLUMNS: &'static [&'static str] =
        &["term", "language", "kind", "refers_to", "inflection", "weight"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.term.to_owned(),
            self.language.clone(),
            self.kind.to_owned(),
            self.refers_to.join("|"),
            self.inflection.to_owned(),
            self.weight.to_owned(),
        ]
    }
}

fn list(args: &ListArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let mut lexicon = Lexicon::embedded();
    for path in &args.lexicon {
        lexicon = super::scan::with_list(lexicon, path)?;
    }
    let wanted = |record: &TermRecord<'_>| {
        args.language.as_ref().is_none_or(|code| record.language.split('|').any(|one| one == code))
            && args.kind.as_ref().is_none_or(|kind| record.kind == kind)
    };
    let mut printer = streams.records(args.format.choice());
    let mut printed = 0;
    for row in lexicon.lists().iter().flat_map(|list| &list.rows) {
        let record = TermRecord::new(row);
        if wanted(&record) {
            printer.put(&record)?;
            printed += 1;
        }
    }
    printer.finish()?;
    Ok(if printed == 0 { Outcome::Negative } else { Outcome::Done })
}

/// A fault of a word list.
#[derive(Debug, Serialize)]
struct FaultRecord {
    place: String,
    fault: String,
}

impl Record for FaultRecord {
    const COLUMNS: &'static [&'static str] = &["place", "fault"];

    fn cells(&self) -> Vec<String> {
        vec![self.place.clone(), self.fault.clone()]
    }
}

fn check(args: &CheckArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let mut lexicon = Lexicon::embedded();
    let mut faults = Vec::new();
    for path in &args.files {
        let csv = fs_err::read_to_string(path)?;
        match lexicon.clone().with(&csv, &path.display().to_string()) {
            Ok(with) => lexicon = with,
            Err(errors) => faults.extend(errors.iter().map(|err| fault(&err.to_string()))),
        }
    }
    let files: Vec<String> = args.files.iter().map(|path| path.display().to_string()).collect();
    let asked = |file: &str| files.is_empty() || files.iter().any(|name| name == file);
    let found = crate::lexicon::check::faults(&lexicon, crate::species::Species::embedded());
    faults.extend(found.into_iter().filter(|found| asked(&found.file)).map(|found| FaultRecord {
        place: format!("{}:{}", found.file, found.line),
        fault: found.what,
    }));
    if let Some(path) = &args.ordinary {
        faults.extend(met_in(path, &args.files)?);
    }
    streams.print(args.format.choice(), &faults)?;
    Ok(if faults.is_empty() { Outcome::Done } else { Outcome::Negative })
}

/// The words for materials and animals, of `lists` or of the shipped ones, that stand
/// in texts of ordinary goods, the most frequent first.
fn met_in(path: &Path, lists: &[PathBuf]) -> anyhow::Result<Vec<FaultRecord>> {
    let mut vocabulary = Vocabulary::embedded();
    let own_from = if lists.is_empty() { 0 } else { vocabulary.count() };
    for list in lists {
        let csv = fs_err::read_to_string(list)?;
        let Ok(with) = vocabulary.clone().with_list(&csv, &list.display().to_string()) else {
            continue; // Its faults are named already.
        };
        vocabulary = with;
    }
    let texts = fs_err::read_to_string(path)?;
    let lookup = Lookup::new(&vocabulary);
    let mut met: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    let mut hits = Vec::new();
    for (at, line) in texts.lines().enumerate() {
        hits.clear();
        matching::hits(&lookup, &Text::of(line), 0, 0, &mut hits);
        let terms: BTreeSet<u32> = hits.iter().map(|hit| hit.term).collect();
        for term in terms.into_iter().filter(|term| *term >= own_from) {
            met.entry(term).or_insert((0, at + 1)).0 += 1;
        }
    }
    let mut met: Vec<(u32, usize, usize)> = met
        .into_iter()
        .filter(|(term, _)| {
            let kind = vocabulary.term(*term).kind;
            matches!(kind, Kind::Taxon | Kind::Product | Kind::Craft | Kind::Code)
        })
        .map(|(term, (count, first))| (term, count, first))
        .collect();
    met.sort_by_key(|(term, count, _)| (std::cmp::Reverse(*count), *term));
    let record = |(term, count, first): (u32, usize, usize)| {
        let entry = vocabulary.term(term);
        let languages: Vec<&str> =
            entry.languages.iter().map(crate::lexicon::Language::code).collect();
        FaultRecord {
            place: format!("{}:{first}", path.display()),
            fault: format!(
                "`{}` ({}, {}) stands in {count} texts of ordinary goods",
                entry.text(),
                entry.kind.name(),
                languages.join("|"),
            ),
        }
    };
    Ok(met.into_iter().map(record).collect())
}

fn fault(message: &str) -> FaultRecord {
    let (place, fault) = message.split_once(": ").unwrap_or(("", message));
    FaultRecord { place: place.to_owned(), fault: fault.to_owned() }
}

/// Terms of a language by kind.
#[derive(Debug, Serialize)]
struct CountRecord {
    language: String,
    kind: &'static str,
    terms: usize,
}

impl Record for CountRecord {
    const COLUMNS: &'static [&'static str] = &["language", "kind", "terms"];

    fn cells(&self) -> Vec<String> {
        vec![self.language.clone(), self.kind.to_owned(), self.terms.to_string()]
    }
}

fn stats(args: &StatsArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let lexicon = Lexicon::embedded();
    let mut counts: BTreeMap<(String, crate::lexicon::Kind), usize> = BTreeMap::new();
    for list in lexicon.lists() {
        let language = list.file.trim_end_matches(".csv").to_owned();
        for row in &list.rows {
            *counts.entry((language.clone(), row.term.kind)).or_default() += 1;
        }
    }
    let records: Vec<CountRecord> = counts
        .into_iter()
        .map(|((language, kind), terms)| CountRecord { language, kind: kind.name(), terms })
        .collect();
    streams.print(args.format.choice(), &records)?;
    Ok(Outcome::Done)
}
