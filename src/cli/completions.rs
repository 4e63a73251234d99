//! `pugmark completions`: what a shell needs to complete commands.

use clap::CommandFactory;

use super::{Cli, Outcome, Streams};

/// Write a shell's completion script to stdout
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark completions bash > ~/.local/share/bash-completion/completions/pugmark
  pugmark completions fish > ~/.config/fish/completions/pugmark.fish")]
pub(super) struct Args {
    /// The shell to complete for
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "pugmark", &mut script);
    streams.data().write_all(&script)?;
    Ok(Outcome::Done)
}
