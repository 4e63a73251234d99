//! `pugmark evidence`: captures, adds and verifies.

use super::{Outcome, Streams};

/// Capture, keep and verify evidence
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, _streams: &mut Streams) -> anyhow::Result<Outcome> {
    anyhow::bail!("`evidence` is being built")
}
