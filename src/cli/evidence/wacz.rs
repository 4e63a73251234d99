//! `pugmark evidence wacz`: captured pages for a player.

use std::path::PathBuf;

use crate::cli::case_folder::{CaseArg, explain_store};
use crate::cli::custodian::custodian;
use crate::cli::{Hint, Outcome, Streams};
use crate::evidence::{WaczError, write_wacz};

/// Pack captured pages for a player such as ReplayWeb.page
///
/// Writes one signed WACZ 1.1.1 file. The signature is anonymous: it shows that the file
/// was not changed since, not who made it. The custody log keeps the file's hash.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark evidence wacz --case ivory-2026 -o pages.wacz
  pugmark evidence wacz -o ad-17.wacz 0001-market-example-ad-17")]
pub(super) struct Args {
    /// Items to pack; else all captured pages
    #[arg(value_name = "ITEM")]
    items: Vec<String>,
    /// File to write; it must not exist
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    case: CaseArg,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let case = args.case.open()?;
    let custodian = custodian()?;
    let items = if args.items.is_empty() {
        let log = case.store().log().map_err(explain_store)?;
        let held = log.held().into_iter();
        let captures = held.filter(|(_, _, line)| line.entry.action == "capture");
        captures.map(|(item, ..)| item.to_owned()).collect()
    } else {
        args.items.clone()
    };
    if items.is_empty() {
        streams.message("The case has no captured page.");
        return Ok(Outcome::Negative);
    }
    let digest =
        write_wacz(case.store(), &custodian, &items, &args.output).map_err(|err| match err {
            WaczError::Exists(_) => anyhow::Error::new(err)
                .context(Hint("choose another name; evidence is never overwritten".to_owned())),
            WaczError::Store(err) => explain_store(err),
            err => err.into(),
        })?;
    let pages = items.len();
    let output = args.output.display();
    streams.message(format_args!("Packed {pages} pages into `{output}`, SHA-256 {digest}."));
    Ok(Outcome::Done)
}
