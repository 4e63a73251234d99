//! `pugmark scan`: filters ad text.

use super::{Outcome, Streams};

/// Find trade in protected wildlife in ads
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, _streams: &mut Streams) -> anyhow::Result<Outcome> {
    anyhow::bail!("`scan` is being built")
}
