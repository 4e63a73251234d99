//! `pugmark scan`: filters ad text.

mod answer;
mod args;
mod batch;
mod checkpoint;
mod inputs;
mod learn;
mod live;
mod progress;
mod rows;
mod run;
mod setup;
mod stats;

pub(super) use answer::{print_explanation, write_page};
pub(super) use args::Args;
pub(super) use setup::{JudgeArgs, with_list};

use super::{Outcome, Streams};

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    match &args.command {
        Some(args::Command::Eval(args)) => learn::eval(args, streams),
        Some(args::Command::Fit(args)) => learn::fit(args, streams),
        None => run::run(args, streams),
    }
}
