//! `pugmark case purge`: persons' data out when their time is over.

use std::path::PathBuf;

use crate::case::Folder;
use crate::case::purge::{PurgeError, purge};
use crate::cli::{Hint, Outcome, Streams};
use crate::clock::Clock;
use crate::evidence::Custodian;

/// Destroy ads, decisions and evidence of a case whose retention date is over
///
/// What remains is case.json, the custody log and its keys: a signed record of what went,
/// by name and hash. Before the date, or without one, it needs --reason. Copies, packages
/// and reports elsewhere are not reached.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark case purge CASE --yes
  pugmark case purge CASE --reason \"order of the court of 3 May 2027\" --yes")]
pub(super) struct Args {
    /// Case folder, which must be named: the one you are in is not purged
    #[arg(value_name = "CASE")]
    dir: PathBuf,
    /// Why the data go before the retention date, or without one
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Do it; it cannot be undone
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let case = Folder::open(&args.dir)?;
    if !args.yes {
        return Err(anyhow::anyhow!("nothing was purged: it cannot be undone")
            .context(Hint("say --yes when you are sure".to_owned())));
    }
    let custodian = Custodian::of_user(Clock::System)?;
    let reason = args.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let purged = purge(&case, &custodian, reason, Clock::System.today()).map_err(advise)?;
    streams.message(format_args!(
        "Destroyed. Items of evidence: {}; files of the case: {}. The custody log names them.",
        purged.items.len(),
        purged.files.len()
    ));
    Ok(Outcome::Done)
}

fn advise(err: PurgeError) -> anyhow::Error {
    let hint = match &err {
        PurgeError::TooEarly { .. } | PurgeError::NoDate => {
            "give --reason TEXT to purge all the same"
        }
        _ => return err.into(),
    };
    anyhow::Error::new(err).context(Hint(hint.to_owned()))
}
