//! `pugmark case`: the case folder.

use super::{Outcome, Streams};

/// Keep a case: its ads, its evidence, its figures
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, _streams: &mut Streams) -> anyhow::Result<Outcome> {
    anyhow::bail!("`case` is being built")
}
