//! `pugmark case show` and `pugmark case list`: what a case is about and holds.

use std::path::{Path, PathBuf};

use anyhow::Context;
use fs_err as fs;
use jiff::Timestamp;
use serde::Serialize;

use crate::case::{CASE_FILE, CaseRecord, Folder};
use crate::cli::case_folder::CaseDir;
use crate::cli::format::FormatArgs;
use crate::cli::{Outcome, Streams};
use crate::output::{Format, Record};

/// Show what a case is about and holds
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark case show ivory-2026
  pugmark case show --format json")]
pub(super) struct ShowArgs {
    #[command(flatten)]
    case: CaseDir,
    #[command(flatten)]
    format: FormatArgs,
}

/// List the case folders in a folder
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark case list
  pugmark case list ~/cases --format csv > cases.csv

Exit code 1: there is none.")]
pub(super) struct ListArgs {
    /// Folder in which the case folders are
    #[arg(default_value = ".")]
    dir: PathBuf,
    #[command(flatten)]
    format: FormatArgs,
}

/// A case in one line.
#[derive(Serialize)]
struct Line {
    folder: String,
    #[serde(flatten)]
    case: CaseRecord,
    items: usize,
    custody_entries: usize,
    last_entry: Option<Timestamp>,
}

impl Record for Line {
    const COLUMNS: &'static [&'static str] = &[
        "folder",
        "number",
        "title",
        "investigator",
        "keep until",
        "items",
        "custody entries",
        "last entry",
    ];

    fn cells(&self) -> Vec<String> {
        let details = &self.case.details;
        vec![
            self.folder.clone(),
            details.number.clone().unwrap_or_default(),
            details.title.clone(),
            details.investigator.clone().unwrap_or_default(),
            details.retain_until.map_or_else(String::new, |day| day.to_string()),
            self.items.to_string(),
            self.custody_entries.to_string(),
            self.last_entry.map_or_else(String::new, |time| format!("{time:.0}")),
        ]
    }
}

pub(super) fn show(args: &ShowArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let case = args.case.open()?;
    let line = line(&case)?;
    // One record is read more easily down than across.
    let list = streams.data_is_terminal().then_some(Format::List);
    streams.print(args.format.choice().or(list), &[line])?;
    Ok(Outcome::Done)
}

pub(super) fn list(args: &ListArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::Done;
    let mut lines = Vec::new();
    for folder in case_folders(&args.dir)? {
        match Folder::open(&folder).map_err(anyhow::Error::from).and_then(|case| line(&case)) {
            Ok(line) => lines.push(line),
            Err(err) => {
                streams.warning(format_args!("{err:#}; left out"));
                outcome = Outcome::Partial;
            }
        }
    }
    if lines.is_empty() && outcome == Outcome::Done {
        streams.message(format_args!("There is no case folder in `{}`.", args.dir.display()));
        return Ok(Outcome::Negative);
    }
    streams.print(args.format.choice(), &lines)?;
    Ok(outcome)
}

fn case_folders(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).context("cannot list cases")?;
    let path = |name| if dir == Path::new(".") { PathBuf::from(name) } else { dir.join(name) };
    let paths =
        entries.map(|entry| Ok(path(entry?.file_name()))).collect::<std::io::Result<Vec<_>>>()?;
    let mut folders: Vec<_> =
        paths.into_iter().filter(|path| path.join(CASE_FILE).is_file()).collect();
    folders.sort();
    Ok(folders)
}

fn line(case: &Folder) -> anyhow::Result<Line> {
    let log = case.store().log()?;
    Ok(Line {
        folder: case.path().display().to_string(),
        case: case.record().clone(),
        items: log.held().len(),
        custody_entries: log.lines.len(),
        last_entry: log.lines.last().map(|line| line.entry.time),
    })
}
