//! `pugmark case import`: scan output into the ledger.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;
use fs_err::File;

use crate::case::ledger::LedgerError;
use crate::case::{Folder, ImportError, import};
use crate::cli::case_folder::{CaseArg, open as open_case, tell_clock};
use crate::cli::custodian::custodian;
use crate::cli::{Hint, Outcome, Streams};

/// Take scan output into the ledger of a case
///
/// An ad is known by its platform and id, else by what it says: importing it again
/// changes nothing, and an ad that was scanned anew takes the place of the old record.
/// The custody log keeps what came in and the hash of the ledger since.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark scan dump.jsonl --format jsonl | pugmark case import CASE
  pugmark case import CASE monday.scan.jsonl tuesday.scan.jsonl
  pugmark case import monday.scan.jsonl     (inside of the case folder)")]
pub(super) struct Args {
    #[command(flatten)]
    case: CaseArg,
    /// Case folder; a file here is the first of those to read
    #[arg(value_name = "CASE")]
    first: Option<PathBuf>,
    /// Output of `pugmark scan --format jsonl`; `-` or none for standard input
    #[arg(value_name = "SCAN.jsonl")]
    files: Vec<PathBuf>,
}

impl Args {
    /// The case that is meant, and what to read into it.
    fn inputs(&self) -> anyhow::Result<(Folder, Vec<&Path>)> {
        let mut files: Vec<&Path> = self.files.iter().map(PathBuf::as_path).collect();
        let case = match self.first.as_deref() {
            Some(first) if first == Path::new("-") || first.is_file() => {
                files.insert(0, first);
                self.case.open()?
            }
            Some(dir) => open_case(Some(dir))?,
            None => self.case.open()?,
        };
        if files.is_empty() {
            files.push(Path::new("-"));
        }
        Ok((case, files))
    }
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let (case, files) = args.inputs()?;
    let custodian = custodian()?;
    tell_clock(&case, &custodian, streams);
    let mut outcome = Outcome::Done;
    for file in files {
        let (input, name) = open(file)?;
        let mut left_out =
            |place: &str, why: &str| streams.warning(format_args!("{place}: {why}; left out"));
        let done = import(&case, &custodian, input, &name, &mut left_out).map_err(advise)?;
        let joined = done.joined;
        streams.message(format_args!(
            "{name}: {} new, {} changed, {} known; the ledger has {} ads.",
            joined.added, joined.updated, joined.unchanged, joined.ads,
        ));
        if done.left_out > 0 {
            outcome = Outcome::Partial;
            if joined.added + joined.updated + joined.unchanged == 0 {
                streams
                    .message("`case import` reads what `pugmark scan FILE --format jsonl` writes.");
            }
        }
    }
    Ok(outcome)
}

fn open(path: &Path) -> anyhow::Result<(Box<dyn Read + Send>, String)> {
    if path == Path::new("-") {
        return Ok((Box::new(io::stdin()), "stdin".to_owned()));
    }
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let file = File::open(path).context("cannot read the scan output")?;
    Ok((Box::new(file), name))
}

fn advise(err: ImportError) -> anyhow::Error {
    let hint = match &err {
        ImportError::Ledger(LedgerError::NotScanned { .. }) => {
            "run `pugmark scan` first: pugmark scan FILE --format jsonl | pugmark case import CASE"
        }
        ImportError::Ledger(LedgerError::OtherVersion { .. }) => {
            "scan the ads again with this version of pugmark, then import that"
        }
        _ => return err.into(),
    };
    anyhow::Error::new(err).context(Hint(hint.to_owned()))
}
