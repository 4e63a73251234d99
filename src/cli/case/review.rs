//! `pugmark case review`: a person decides on ads.

mod ask;
mod table;

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use crate::case::Folder;
use crate::case::ad::{Ad, Verdict};
use crate::case::decisions::{Decision, Decisions};
use crate::case::ledger::Ledger;
use crate::cli::case_folder::CaseDir;
use crate::cli::custodian::custodian;
use crate::cli::{Hint, Outcome, Streams};

/// Decide on ads: confirm, reject, or leave open
///
/// On a terminal, shows the flagged ads and those for review that are not decided yet, one
/// after the other; every answer is kept at once, so you can stop and go on later. Ads that
/// you left as unsure come again, behind the others. With
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
        return table::take(&case, &custodian, file, streams);
    }
    let ads = open_ads(&case)?;
    if let Some(file) = &args.to {
        return table::give(&ads, file, streams);
    }
    if !io::stdin().is_terminal() {
        return Err(anyhow::anyhow!("there is no terminal to ask on")
            .context(Hint("use --to FILE and --csv FILE".to_owned())));
    }
    ask::ask(&case, &custodian, &ads, streams)
}

/// Flagged ads and those for review that nobody confirmed or rejected yet; those of which a
/// person was unsure come last.
fn open_ads(case: &Folder) -> anyhow::Result<Vec<Ad>> {
    let decisions = Decisions::of(case.path())?;
    let mut ads = Vec::new();
    Ledger::of(case.path()).read(|ad| {
        let decided = decisions.on(&ad.ad_id).map(|decided| decided.decision);
        let open = matches!(decided, None | Some(Decision::Unsure));
        if open && ad.finding.verdict != Verdict::Clear {
            ads.push((decided.is_some(), ad));
        }
    })?;
    ads.sort_by(|(late, a), (later, b)| {
        let by_score = b.finding.score.total_cmp(&a.finding.score);
        late.cmp(later).then(by_score).then_with(|| a.ad_id.cmp(&b.ad_id))
    });
    Ok(ads.into_iter().map(|(_, ad)| ad).collect())
}
