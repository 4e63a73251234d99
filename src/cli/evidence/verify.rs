//! `pugmark evidence verify`: says exactly what is wrong with a case.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cli::case_folder::{self, explain_store, find};
use crate::cli::custodian::custodian;
use crate::cli::format::FormatArgs;
use crate::cli::{Outcome, Streams};
use crate::evidence::{
    Action, Check, Countersigned, Expected, Memory, Report, Sha256, Store, verify,
};
use crate::output::Record;

/// Check every byte of a case
///
/// Reads only, needs no network and no key: files against manifests, manifests against the
/// custody log, the log's chain, keys and signatures, time-stamps, receipts, the records of
/// every archive. One record a check, the last with totals. Whoever keeps the case notes the
/// outcome with `--record`; whoever only checks it leaves the folder as it is.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark evidence verify ivory-2026
  pugmark evidence verify --failed --format jsonl
  pugmark evidence verify ivory-2026 --record

Exit code 1: something is not as it was recorded; the file is named.")]
pub(super) struct Args {
    /// Case folder; else `PUGMARK_CASE` or the one the current folder is in
    #[arg(value_name = "CASE", env = "PUGMARK_CASE")]
    case: Option<PathBuf>,
    /// Print the checks that failed and the totals, nothing else
    #[arg(long)]
    failed: bool,
    /// Fingerprint of a key that may sign, as its owner gives it; may be given several times
    ///
    /// Those it took over from and that took over from it may sign too; any other is a fault.
    #[arg(long = "signed-by", value_name = "FINGERPRINT", value_parser = fingerprint)]
    signers: Vec<Sha256>,
    /// Countersigned receipt that was kept elsewhere: the log must reach the transfer it is about
    #[arg(long = "receipt", value_name = "FILE")]
    receipts: Vec<PathBuf>,
    /// Note the outcome in the custody log, signed with your key
    #[arg(long)]
    record: bool,
    #[command(flatten)]
    format: FormatArgs,
}

impl Record for Check {
    const COLUMNS: &'static [&'static str] = &["item", "check", "ok", "file", "detail"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.item.clone().unwrap_or_default(),
            self.check.to_owned(),
            if self.ok { "yes" } else { "NO" }.to_owned(),
            self.file.clone().unwrap_or_default(),
            self.detail.clone(),
        ]
    }
}

/// Reads a fingerprint as `keys show` prints it.
pub(super) fn fingerprint(text: &str) -> Result<Sha256, String> {
    Sha256::from_hex(text).ok_or_else(|| "expected 64 lower-case hexadecimal digits".to_owned())
}

/// Adds the outcome to the custody log.
fn record(folder: &Path, report: &Report) -> anyhow::Result<()> {
    /// So many faults stand in the entry; their number is always said.
    const NAMED: usize = 20;
    let failed: Vec<&str> = report
        .checks
        .iter()
        .filter(|check| !check.ok)
        .map(|check| check.file.as_deref().unwrap_or(check.check))
        .take(NAMED)
        .collect();
    let mut action = Action::new("verification")
        .with("result", report.total().detail)
        .with("failed", report.failed());
    if !failed.is_empty() {
        action = action.with("named", failed);
    }
    let case = case_folder::open(Some(folder))?;
    let custodian = custodian()?;
    let mut writer = case.lock(&custodian).map_err(explain_store)?;
    writer.append(action).map_err(explain_store)?;
    Ok(())
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let folder = match &args.case {
        Some(folder) => folder.clone(),
        None => find()?,
    };
    let store = Store::open(&folder).map_err(explain_store)?;
    let bar = streams.progress_in_bytes(None);
    let mut expected = Expected {
        signers: args.signers.clone(),
        memory: Memory::of_user(),
        ..Expected::default()
    };
    for path in &args.receipts {
        let anchor = Countersigned::read(path).and_then(|receipt| receipt.anchor());
        let anchor = anchor.with_context(|| format!("cannot use `{}`", path.display()))?;
        expected.anchors.push((path.display().to_string(), anchor));
    }
    let report = verify(&store, &expected, &|bytes| bar.inc(bytes)).map_err(explain_store)?;
    bar.finish_and_clear();
    let total = report.total();
    if args.record {
        record(&folder, &report)?;
    }
    let mut records = streams.records(args.format.choice());
    for check in report.checks.iter().filter(|check| !args.failed || !check.ok) {
        records.put(check)?;
    }
    records.put(&total)?;
    records.finish()?;
    Ok(if total.ok { Outcome::Done } else { Outcome::Negative })
}
