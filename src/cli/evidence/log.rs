//! `pugmark evidence log` and `pugmark evidence note`: the custody log, read and added to.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::case_folder::{CaseArg, explain_store, find, tell_clock};
use crate::cli::custodian::custodian;
use crate::cli::format::FormatArgs;
use crate::cli::{Outcome, Streams};
use crate::evidence::{Action, Entry, Store};
use crate::output::Record;

/// Show the custody log: who did what, when
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark evidence log ivory-2026
  pugmark evidence log ivory-2026 --format csv > custody.csv

Exit code 1: the log is damaged; `pugmark evidence verify` says more.")]
pub(super) struct LogArgs {
    /// Case folder; else `PUGMARK_CASE` or the one the current folder is in
    #[arg(value_name = "CASE", env = "PUGMARK_CASE")]
    case: Option<PathBuf>,
    #[command(flatten)]
    format: FormatArgs,
}

/// Add a note to the custody log
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark evidence note --case ivory-2026 \"Seller confirmed by phone that the tusk is real\"
  pugmark evidence note --case ivory-2026 --access --item 0001-market-example-ad-17 \\
      \"Shown to A. Devi, defence counsel\"")]
pub(super) struct NoteArgs {
    /// What to note
    text: String,
    /// The item it is about
    #[arg(long)]
    item: Option<String>,
    /// Somebody saw, handled or copied evidence: an entry `access` instead of `note`
    #[arg(long)]
    access: bool,
    #[command(flatten)]
    case: CaseArg,
}

/// An entry, as printed.
#[derive(Serialize)]
#[serde(transparent)]
struct Line<'a>(&'a Entry);

impl Record for Line<'_> {
    const COLUMNS: &'static [&'static str] = &["number", "time", "action", "item", "details"];

    fn cells(&self) -> Vec<String> {
        let entry = self.0;
        let details = entry.details.iter().filter(|(name, _)| *name != "tagmanifest");
        let details: Vec<String> = details
            .map(|(name, value)| match value.as_str() {
                Some(text) => format!("{name}: {text}"),
                None => format!("{name}: {value}"),
            })
            .collect();
        vec![
            entry.number.to_string(),
            format!("{:.0}", entry.time),
            entry.action.clone(),
            entry.item.clone().unwrap_or_default(),
            details.join("; "),
        ]
    }
}

pub(super) fn log(args: &LogArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let folder = match &args.case {
        Some(folder) => folder.clone(),
        None => find()?,
    };
    let log = Store::open(&folder).and_then(|store| store.log()).map_err(explain_store)?;
    let lines: Vec<Line> = log.lines.iter().map(|line| Line(&line.entry)).collect();
    streams.print(args.format.choice(), &lines)?;
    for fault in &log.faults {
        streams.warning(format_args!("{}: {}", fault.file, fault.detail));
    }
    Ok(if log.faults.is_empty() { Outcome::Done } else { Outcome::Negative })
}

pub(super) fn note(args: &NoteArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let case = args.case.open()?;
    let custodian = custodian()?;
    tell_clock(&case, &custodian, streams);
    let name = if args.access { "access" } else { "note" };
    let mut action = Action::new(name).with("text", &args.text);
    if let Some(item) = &args.item {
        anyhow::ensure!(case.store().item(item).is_dir(), "the case has no item `{item}`");
        action = action.on(item);
    }
    let mut writer = case.lock(&custodian).map_err(explain_store)?;
    let entry = writer.append(action).map_err(explain_store)?;
    streams.message(format_args!("Noted as entry {}.", entry.number));
    Ok(Outcome::Done)
}
