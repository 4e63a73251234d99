//! `pugmark case redact`: the ads of a case without persons' data.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::case::redact::{LEFT_OUT, Redaction, Taken};
use crate::cli::case_folder::CaseDir;
use crate::cli::new_file::new_file;
use crate::cli::{Outcome, Streams};
use crate::clock::Clock;
use crate::evidence::{Action, Custodian, Sha256};
use crate::output::{Format, Records};

use super::counted::{CountedArgs, counted};

/// Write the ads of a case without persons' data
///
/// Accounts, numbers and addresses become account-1, phone-2 …, the same for the same value,
/// so that `case import`, `summary` and `links` still work on what comes out. Addresses,
/// places and pictures are left out. Names in the middle of a sentence cannot be told from
/// other words: read what comes out before you give it away.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark case redact CASE --out course.jsonl --log course.log.csv
  pugmark case redact CASE --include review --out all.jsonl --log all.log.csv")]
pub(super) struct Args {
    #[command(flatten)]
    case: CaseDir,
    /// File for the ads as JSON lines; never overwritten
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// File that says what was taken out where, as CSV, without the values; never overwritten
    #[arg(long, value_name = "FILE")]
    log: PathBuf,
    #[command(flatten)]
    counted: CountedArgs,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let case = args.case.open()?;
    let custodian = Custodian::of_user(Clock::System)?;
    let ads = counted(&case, &args.counted)?;
    let mut redaction = Redaction::default();
    let lines: Vec<String> = ads.iter().map(|ad| redaction.record(ad).to_string() + "\n").collect();
    let lines = lines.concat().into_bytes();
    let mut log = Vec::new();
    let mut records = Records::new(&mut log, Format::Csv, 0);
    for taken in &redaction.log {
        records.put::<Taken>(taken)?;
    }
    records.finish()?;
    create(&args.log, &log)?;
    create(&args.out, &lines)?;
    let action = Action::new("redact")
        .with("ads", ads.len())
        .with("taken_out", redaction.log.len())
        .with("fields_left_out", LEFT_OUT)
        .with("sha256", Sha256::of(&lines))
        .with("log_sha256", Sha256::of(&log));
    case.lock(&custodian)?.append(action)?;
    streams.message(format_args!(
        "Wrote {} ads to {}. Left out whole: {LEFT_OUT}. Read it before you give it away.",
        ads.len(),
        args.out.display()
    ));
    Ok(if ads.is_empty() { Outcome::Negative } else { Outcome::Done })
}

fn create(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut file = new_file(path)?;
    file.write_all(bytes)?;
    Ok(file.sync_all()?)
}
