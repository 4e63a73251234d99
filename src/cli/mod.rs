//! The command line: one file a command, all output through [`Streams`].

mod case;
mod case_folder;
mod completions;
mod config;
mod custodian;
mod data;
mod day;
mod demo;
mod doctor;
mod evidence;
mod exit;
mod explain;
mod format;
mod keys;
mod lexicon;
mod man;
mod new_file;
mod scan;
mod species;
mod streams;
mod wrap;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use config::{Settings, SettingsError};

pub use exit::{Hint, Outcome};
pub use streams::{Streams, Verbosity};

/// Heading of the options that every command has.
const EVERYWHERE: &str = "Options of every command";

/// Finds, preserves and reports online trade in protected wildlife
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "Exit codes:
  0    done, found, clean
  1    done, and the answer is no: not listed, nothing flagged, a check failed
  2    error, wrong usage included
  3    finished, but some inputs were left out, each named on stderr
  130  interrupted

Start with `pugmark demo`, or ask `pugmark doctor` whether all is in place."
)]
struct Cli {
    /// When to use colour
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "WHEN", default_value_t = clap::ColorChoice::Auto)]
    color: clap::ColorChoice,
    /// Say nothing but errors and what was left out
    #[arg(short, long, global = true, help_heading = EVERYWHERE, conflicts_with = "verbose")]
    quiet: bool,
    /// Say each step
    #[arg(short, long, global = true, help_heading = EVERYWHERE)]
    verbose: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Species(species::Args),
    Scan(scan::Args),
    Explain(explain::Args),
    Lexicon(lexicon::Args),
    Case(case::Args),
    Evidence(evidence::Args),
    Keys(keys::Args),
    Demo(demo::Args),
    Doctor(doctor::Args),
    Config(config::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Runs the program on `args` (the first is the program's name) and returns
/// its exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    #[cfg(unix)]
    exit::outlive_limit_of_files();
    let settings = Settings::load(&Cli::command());
    let cli = match parse(args, settings.as_ref().ok()) {
        Ok(cli) => cli,
        Err(err) => return exit::usage(&err),
    };
    let verbosity = match (cli.quiet, cli.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    let mut streams = Streams::standard(cli.color, verbosity);
    let result =
        with_settings(&cli.command, settings).and_then(|()| run(&cli.command, &mut streams));
    exit::code(result.and_then(|outcome| streams.finish().map(|()| outcome)), &mut streams)
}

/// Parses `args`, with `settings` behind them.
fn parse(
    args: impl IntoIterator<Item = OsString>,
    settings: Option<&Settings>,
) -> Result<Cli, clap::Error> {
    let on_terminal = std::io::stdout().is_terminal();
    let settings = settings.cloned().unwrap_or_default();
    let mut command = settings.behind(Cli::command(), on_terminal);
    let matches = command.try_get_matches_from_mut(args)?;
    Cli::from_arg_matches(&matches).map_err(|err| err.format(&mut command))
}

/// Refuses to run on settings that cannot be used, but for the commands that mend them.
fn with_settings(
    command: &Command,
    settings: Result<Settings, SettingsError>,
) -> anyhow::Result<()> {
    match (command, settings) {
        (Command::Config(_) | Command::Doctor(_), _) | (_, Ok(_)) => Ok(()),
        (_, Err(err)) => Err(config::explain(err)),
    }
}

fn run(command: &Command, streams: &mut Streams) -> anyhow::Result<Outcome> {
    match command {
        Command::Species(args) => species::run(args, streams),
        Command::Scan(args) => scan::run(args, streams),
        Command::Explain(args) => explain::run(args, streams),
        Command::Lexicon(args) => lexicon::run(args, streams),
        Command::Case(args) => case::run(args, streams),
        Command::Evidence(args) => evidence::run(args, streams),
        Command::Keys(args) => keys::run(args, streams),
        Command::Demo(args) => demo::run(args, streams),
        Command::Doctor(args) => doctor::run(args, streams),
        Command::Config(args) => config::run(args, streams),
        Command::Completions(args) => completions::run(args, streams),
        Command::Man(args) => man::run(args, streams),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn definition_of_the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
