//! Decisions by way of a table: what is open goes out as CSV, and comes back filled in.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::case::Folder;
use crate::case::ad::Ad;
use crate::case::decisions::{Decided, Decision, decide};
use crate::case::ledger::Ledger;
use crate::cli::new_file::new_file;
use crate::cli::{Hint, Outcome, Streams};
use crate::clock::Clock;
use crate::evidence::Custodian;
use crate::output::{Format, Record, Records, spreadsheet_text};

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

/// Writes `ads` to `file` for a person to fill in.
pub(super) fn give(ads: &[Ad], file: &Path, streams: &mut Streams) -> anyhow::Result<Outcome> {
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

/// Takes a filled-in table in.
pub(super) fn take(
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
