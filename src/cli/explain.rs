//! `pugmark explain`: why a text got its score.

use std::io::Read as _;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::scan::{Ad, Finding, Verdict};

use super::format::FormatArgs;
use super::scan::{JudgeArgs, print_explanation, write_page};
use super::{Outcome, Streams};

/// Show why a text got its score
///
/// Prints the text with the words that counted in brackets, the points of each
/// and what the law says of the taxa that are meant.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark explain \"Netsuke, cream coloured, Schreger lines, 42 g\"
  pugmark explain - --format json < ad.txt
  pugmark explain - --html why.html < ad.txt

Exit codes: 0 the text is flagged, 1 it is not, 2 error")]
pub(super) struct Args {
    /// The text of an ad; `-` reads it from stdin
    #[arg(value_name = "TEXT")]
    text: String,
    /// Write the explanation as a page to this file instead
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    judge: JudgeArgs,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let mut read = String::new();
    let text = if args.text == "-" {
        std::io::stdin().read_to_string(&mut read).context("cannot read stdin")?;
        read.trim_end()
    } else {
        &args.text
    };
    let judge = args.judge.load(streams)?;
    let ad = Ad::of_text(text);
    let finding = judge.scanner().judge(&ad);
    if let Some(path) = &args.html {
        write_page(path, &ad, &finding, judge.weights())?;
        streams.message(format_args!("wrote {}", path.display()));
        return Ok(outcome(&finding));
    }
    print_explanation(streams, args.format.choice(), &ad, &finding, judge.weights())?;
    Ok(outcome(&finding))
}

fn outcome(finding: &Finding) -> Outcome {
    if finding.verdict == Verdict::Flag { Outcome::Done } else { Outcome::Negative }
}
