//! The arguments of `pugmark scan`.

use std::num::NonZero;
use std::path::PathBuf;

use crate::cli::format::FormatArgs;
use crate::scan::Verdict;

use super::inputs::InputArgs;
use super::learn::{EvalArgs, FitArgs};
use super::setup::JudgeArgs;

/// Find trade in protected wildlife in ads
///
/// Reads text (an ad a line), CSV with a header, JSON, HTML pages, e-mail and
/// Parquet, also in gzip, zstd, bzip2, xz and zip; what a file is shows in its
/// content. Writes each ad with an object `pugmark` beside it: score, verdict, the
/// words that counted, legal status, price, claims, contacts. The ad stays as it is.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark scan dump.jsonl --only flag,review > found.jsonl
  pugmark scan ads.csv.gz --map text=omschrijving,price=prijs --count

Exit codes: 0 something was flagged, 1 nothing was, 2 error, 3 some records were left out")]
#[command(args_conflicts_with_subcommands = true)]
#[command(mut_arg("format", |arg| arg.visible_alias("to")))]
pub(in crate::cli) struct Args {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// Files to read; `-` or none: stdin
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) format: FormatArgs,
    #[command(flatten)]
    pub(super) judge: JudgeArgs,
    /// Print only ads with these verdicts: flag, review, clear
    #[arg(long, value_name = "VERDICTS", value_delimiter = ',')]
    pub(super) only: Vec<VerdictChoice>,
    /// Print only how many ads were flagged (or have the verdicts of --only)
    #[arg(long, conflicts_with_all = ["top", "stats", "explain"])]
    pub(super) count: bool,
    /// Print only the N ads with the highest scores, the highest first
    #[arg(long, value_name = "N", conflicts_with_all = ["stats", "explain"])]
    pub(super) top: Option<usize>,
    /// Print only N ads, chosen fairly from all, the same ones each time
    #[arg(long, value_name = "N", conflicts_with_all = ["top", "count", "stats", "explain"])]
    pub(super) sample: Option<usize>,
    /// Leave out ads that are nearly the same as one before, and say how many
    ///
    /// Compared with the last 100,000 different ads of the verdicts that are asked for: nearly
    /// the same words, the same numbers apart from the price, the same number of specimens.
    #[arg(long, conflicts_with = "explain")]
    pub(super) dedup: bool,
    /// Print figures about the ads instead of the ads
    #[arg(long, conflicts_with = "explain")]
    pub(super) stats: bool,
    /// Explain the score of one ad, by its id or its line
    #[arg(long, value_name = "ID")]
    pub(super) explain: Option<String>,
    /// Write the explanation as a page to this file
    #[arg(long, value_name = "FILE", requires = "explain")]
    pub(super) html: Option<PathBuf>,
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Read language, price and contacts also of ads that name no wildlife (slower)
    #[arg(long)]
    pub(super) full: bool,
    /// Write to this file instead of stdout; a file that is there is not written over
    #[arg(short, long, value_name = "FILE", conflicts_with = "explain")]
    pub(super) output: Option<PathBuf>,
    /// Save here where the scan stands; the same command goes on after it was stopped
    #[arg(long, value_name = "FILE", requires = "output", conflicts_with_all = ["top", "sample", "dedup", "explain"])]
    pub(super) checkpoint: Option<PathBuf>,
    /// Answer each line of text or JSON as it comes, for a live feed on stdin
    #[arg(long, conflicts_with_all = ["files", "output", "top", "sample", "explain"])]
    pub(super) line_buffered: bool,
    /// Stop at the first record that cannot be read
    #[arg(long)]
    pub(super) strict: bool,
    /// Number of threads; else all cores
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<NonZero<usize>>,
}

/// What can be done with labelled ads.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    Eval(EvalArgs),
    Fit(FitArgs),
}

/// A verdict as the user types it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum VerdictChoice {
    Flag,
    Review,
    Clear,
}

impl VerdictChoice {
    pub(super) fn verdict(self) -> Verdict {
        match self {
            Self::Flag => Verdict::Flag,
            Self::Review => Verdict::Review,
            Self::Clear => Verdict::Clear,
        }
    }
}
