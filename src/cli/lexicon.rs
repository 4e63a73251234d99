//! `pugmark lexicon`: the word lists.

use super::{Outcome, Streams};

/// See and check the word lists
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, _streams: &mut Streams) -> anyhow::Result<Outcome> {
    anyhow::bail!("`lexicon` is being built")
}
