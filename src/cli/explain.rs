//! `pugmark explain`: why a text got its score.

use super::{Outcome, Streams};

/// Show why a text got its score
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, _streams: &mut Streams) -> anyhow::Result<Outcome> {
    anyhow::bail!("`explain` is being built")
}
