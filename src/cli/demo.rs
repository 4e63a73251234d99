//! `pugmark demo`: the whole way on embedded examples.

use super::{Outcome, Streams};

/// Go the whole way on embedded examples
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, _streams: &mut Streams) -> anyhow::Result<Outcome> {
    anyhow::bail!("`demo` is being built")
}
