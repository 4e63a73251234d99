//! `pugmark species`: status of a taxon by any name.

use super::{Outcome, Streams};

/// Show the legal status of a species
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, _streams: &mut Streams) -> anyhow::Result<Outcome> {
    anyhow::bail!("`species` is being built")
}
