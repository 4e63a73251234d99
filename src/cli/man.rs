//! `pugmark man`: manual pages.

use anyhow::Context;
use clap::CommandFactory;

use super::{Cli, Outcome, Streams};

/// Write the manual pages into a folder
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark man ~/.local/share/man/man1
  pugmark man . && man ./pugmark-scan.1")]
pub(super) struct Args {
    /// An existing folder
    folder: std::path::PathBuf,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    clap_mangen::generate_to(Cli::command(), &args.folder)
        .with_context(|| format!("cannot write manual pages into `{}`", args.folder.display()))?;
    streams.message(format_args!("Wrote manual pages to {}", args.folder.display()));
    Ok(Outcome::Done)
}
