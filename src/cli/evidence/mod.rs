//! `pugmark evidence`: captures, adds and verifies.

mod add;
mod also;
mod browser;
mod capture;
mod log;
mod network;
mod recheck;
mod timestamp;
mod transfer;
mod verify;
mod wacz;

use clap::Subcommand;

use super::{Outcome, Streams};

/// Capture, keep and verify evidence
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark evidence capture --case ivory-2026 https://market.example/ad/17
  pugmark evidence verify ivory-2026")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Capture(capture::Args),
    Add(add::Args),
    Verify(verify::Args),
    Recheck(recheck::Args),
    Timestamp(timestamp::Args),
    Wacz(wacz::Args),
    Log(log::LogArgs),
    Note(log::NoteArgs),
    Transfer(transfer::TransferArgs),
    Receive(transfer::ReceiveArgs),
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    match &args.command {
        Command::Capture(args) => capture::run(args, streams),
        Command::Add(args) => add::run(args, streams),
        Command::Verify(args) => verify::run(args, streams),
        Command::Recheck(args) => recheck::run(args, streams),
        Command::Timestamp(args) => timestamp::run(args, streams),
        Command::Wacz(args) => wacz::run(args, streams),
        Command::Log(args) => log::log(args, streams),
        Command::Note(args) => log::note(args, streams),
        Command::Transfer(args) => transfer::transfer(args, streams),
        Command::Receive(args) => transfer::receive_package(args, streams),
    }
}

/// The command line as it was given, for the record.
fn command_line() -> Vec<String> {
    std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect()
}
