//! `pugmark case review`: a person decides on ads.

use std::collections::BTreeMap;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::case::Folder;
use crate::case::ad::{Ad, Verdict};
use crate::case::decisions::{Decided, Decision, Decisions, decide};
use crate::case::ledger::Ledger;
use crate::cli::case_folder::CaseDir;
use crate::cli::custodian::custodian;
use crate::cli::new_file::new_file;
use crate::cli::{Hint, Outcome, Streams};
use crate::clock::Clock;
use crate::evidence::Custodian;
use crate::output::{Format, Record, Records, spreadsheet_text, terminal_text};

/// Decide on ads: confirm, reject, or leave open
///
/// On a terminal, shows the flagged ads and those for review that are not decided yet, one
/// after the other; every answer is kept at once, so you can stop and go on later. With
/// `--to` writes them as CSV for a spreadsheet; with `--csv` takes that file back in.
/// Rejected ads no longer count in summary, links, notices and exports; confirmed ones
/// count whatever the scan said. The custody log keeps every decision.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark case review CASE
  pugmark case review CASE --to review.csv   (fill in the column decision: confirm, reject, unsure)
  pugmark case review CASE --csv review.csv

Exit code 3: some rows were left out, each named.")]
pub(super) struct Args {
    #[command(flatten)]
    case: CaseDir,
    /// Take decisions from FILE: CSV with the columns ad_id, decision and note
    #[arg(long, value_name = "FILE", conflicts_with = "to")]
    csv: Option<PathBuf>,
    /// Write the ads that are not decided yet to FILE as CSV
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let case = args.case.open()?;
    let custodian = custodian()?;
    if let Some(file) = &args.csv {
        return take(&case, &custodian, file, streams);
    }
    let ads = open_ads(&case)?;
    if let Some(file) = &args.to {
        return give(&ads, file, streams);
    }
    if !io::stdin().is_terminal() {
        return Err(anyhow::anyhow!("there is no terminal to ask on")
            .context(Hint("use --to FILE and --csv FILE".to_owned())));
    }
    ask(&case, &custodian, &ads, streams)
}

/// Flagged ads and those for review that nobody confirmed or rejected yet.
fn open_ads(case: &Folder) -> anyhow::Result<Vec<Ad>> {
    let decisions = Decisions::of(case.path())?;
    let mut ads = Vec::new();
    Ledger::of(case.path()).read(|ad| {
        let decided = decisions.on(&ad.ad_id).map(|decided| decided.decision);
        let open = matches!(decided, None | Some(Decision::Unsure));
        if open && ad.finding.verdict != Verdict::Clear {
            ads.push(ad);
        }
    })?;
    ads.sort_by(|a, b| b.finding.score.total_cmp(&a.finding.score).then(a.ad_id.cmp(&b.ad_id)));
    Ok(ads)
}

/// A row of the CSV that a person fills in.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(skip)]
    ad: &'a Ad,
}

impl Record for Row<'_> {
    const COLUMNS: &'static [&'static str] =
        &["ad_id", "decision", "note", "verdict", "score", "title", "text", "url"];

    fn cells(&self) -> Vec<String> {
        let Ad { ad_id, offer, finding, .. } = self.ad;
        vec![
            ad_id.to_string(),
            String::new(),
            String::new(),
            finding.verdict.word().to_owned(),
            finding.score.to_string(),
            offer.title.clone(),
            offer.text.chars().take(1000).collect(),
            offer.url.clone().unwrap_or_default(),
        ]
    }
}

fn give(ads: &[Ad], file: &Path, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    let mut records = Records::new(&mut bytes, Format::Csv, 0);
    for ad in ads {
        records.put(&Row { ad })?;
    }
    records.finish()?;
    let mut out = new_file(file)?;
    out.write_all(&bytes)?;
    streams.message(format_args!("Wrote {} ads to {}.", ads.len(), file.display()));
    Ok(if ads.is_empty() { Outcome::Negative } else { Outcome::Done })
}

/// What a filled-in row says.
#[derive(Deserialize)]
struct Filled {
    ad_id: String,
    #[serde(default)]
    decision: String,
    #[serde(default)]
    note: String,
}

fn take(
    case: &Folder,
    custodian: &Custodian,
    file: &Path,
    streams: &mut Streams,
) -> anyhow::Result<Outcome> {
    let known = names(&Ledger::of(case.path()))?;
    let text = fs_err::read_to_string(file).context("cannot read the decisions")?;
    let text = text.trim_start_matches('\u{feff}');
    let delimiter =
        if text.lines().next().is_some_and(|head| head.contains(';')) { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    has_columns(reader.headers().context("cannot read the decisions")?, file)?;
    let mut decided: BTreeMap<String, Decided> = BTreeMap::new();
    let mut left_out = 0;
    let time = Clock::System.now();
    let rows = reader.deserialize::<Filled>().zip(2..).map(|(row, line): (_, u64)| (line, row));
    for (line, row) in rows {
        let outcome = match row {
            Err(err) => Err(err.to_string()),
            Ok(row) if row.decision.trim().is_empty() => continue,
            Ok(row) => read(row, &known, time),
        };
        match outcome {
            Ok(one) => drop(decided.insert(one.ad_id.clone(), one)),
            Err(why) => {
                left_out += 1;
                streams.warning(format_args!("{}:{line}: {why}; left out", file.display()));
            }
        }
    }
    let decided: Vec<Decided> = decided.into_values().collect();
    if !decided.is_empty() {
        decide(case, custodian, &decided)?;
    }
    match decided.len() {
        1 => streams.message("1 decision kept."),
        count => streams.message(format_args!("{count} decisions kept.")),
    }
    Ok(if left_out > 0 { Outcome::Partial } else { Outcome::Done })
}

/// Refuses a table in which nobody can have decided anything.
fn has_columns(head: &csv::StringRecord, file: &Path) -> anyhow::Result<()> {
    for column in ["ad_id", "decision"] {
        if !head.iter().any(|name| name == column) {
            let hint = "`pugmark case review CASE --to FILE` writes a table to fill in";
            return Err(anyhow::anyhow!("{}:1: no column `{column}`", file.display())
                .context(Hint(hint.to_owned())));
        }
    }
    Ok(())
}

/// The ads of the ledger under their names, and under those that a spreadsheet gives back,
/// with the apostrophes that kept formulas from running.
fn names(ledger: &Ledger) -> anyhow::Result<BTreeMap<String, String>> {
    let mut ids = Vec::new();
    ledger.read(|ad| ids.push(ad.ad_id.to_string()))?;
    let in_spreadsheet = |id: &String| spreadsheet_text::neutralise(id).into_owned();
    let mut names: BTreeMap<_, _> = ids.iter().map(|id| (in_spreadsheet(id), id.clone())).collect();
    names.extend(ids.into_iter().map(|id| (id.clone(), id)));
    Ok(names)
}

fn read(
    row: Filled,
    known: &BTreeMap<String, String>,
    time: jiff::Timestamp,
) -> Result<Decided, String> {
    let decision = Decision::read(&row.decision)
        .ok_or_else(|| format!("`{}` is not confirm, reject or unsure", row.decision))?;
    let Some(ad_id) = known.get(&row.ad_id).cloned() else {
        return Err(format!("the ledger has no ad `{}`", row.ad_id));
    };
    let note = Some(row.note.trim().to_owned()).filter(|note| !note.is_empty());
    Ok(Decided { ad_id, decision, note, time })
}

fn ask(
    case: &Folder,
    custodian: &Custodian,
    ads: &[Ad],
    streams: &mut Streams,
) -> anyhow::Result<Outcome> {
    let mut answers = io::stdin().lock().lines();
    let mut note = None;
    for (place, ad) in ads.iter().enumerate() {
        write!(streams.data(), "{}", shown(ad, place + 1, ads.len()))?;
        loop {
            write!(streams.data(), "[c]onfirm  [r]eject  [u]nsure  [n]ote TEXT  [q]uit: ")?;
            streams.data().flush()?;
            let Some(answer) = answers.next() else { return Ok(Outcome::Done) };
            let answer = answer.context("cannot read the answer")?;
            if let Some(text) = answer.trim().strip_prefix("n ") {
                note = Some(text.trim().to_owned());
            } else if matches!(answer.trim(), "q" | "quit") {
                return Ok(Outcome::Done);
            } else if let Some(decision) = Decision::read(&answer) {
                let (ad_id, time) = (ad.ad_id.to_string(), Clock::System.now());
                let decided = Decided { ad_id, decision, note: note.take(), time };
                decide(case, custodian, &[decided])?;
                break;
            }
        }
    }
    streams.message("Every ad is decided.");
    Ok(Outcome::Done)
}

/// An ad as it is shown to the person who decides.
fn shown(ad: &Ad, place: usize, count: usize) -> String {
    let Ad { ad_id, offer, finding, .. } = ad;
    let status = finding.status.as_deref().map(|status| {
        let part = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
        format!("CITES {}, EU Annex {}", part(&status.appendix), part(&status.annex))
    });
    let text = format!(
        "\n{place}/{count}  {ad_id}  {} {}  {}\n{}\n{}\n{}\n{}\n",
        finding.verdict.word(),
        finding.score,
        status.unwrap_or_default(),
        offer.title,
        offer.text.chars().take(1000).collect::<String>(),
        offer.url.as_deref().unwrap_or_default(),
        finding.reasons.join(" · ").replace('\n', " "),
    );
    terminal_text::escape(&text).into_owned()
}
