//! `pugmark case`: the case folder.

mod counted;
mod customs;
mod export;
mod import;
mod lang;
mod links;
mod new;
mod notice;
mod purge;
mod redact;
mod review;
mod seal;
mod show;
mod summary;

use clap::Subcommand;

use super::{Outcome, Streams};

/// Keep a case: its ads, its evidence, its figures
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark case new parrots-2026 --title \"Parrots on market.example\"
  pugmark scan dump.jsonl --format jsonl | pugmark case import CASE")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(new::Args),
    Show(show::ShowArgs),
    List(show::ListArgs),
    Import(import::Args),
    Review(review::Args),
    Summary(summary::Args),
    Links(links::Args),
    Notice(notice::Args),
    Export(export::Args),
    Customs(customs::Args),
    Redact(redact::Args),
    Key(seal::KeyArgs),
    Seal(seal::SealArgs),
    Unseal(seal::UnsealArgs),
    Purge(purge::Args),
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    match &args.command {
        Command::New(args) => new::run(args, streams),
        Command::Show(args) => show::show(args, streams),
        Command::List(args) => show::list(args, streams),
        Command::Import(args) => import::run(args, streams),
        Command::Review(args) => review::run(args, streams),
        Command::Summary(args) => summary::run(args, streams),
        Command::Links(args) => links::run(args, streams),
        Command::Notice(args) => notice::run(args, streams),
        Command::Export(args) => export::run(args, streams),
        Command::Customs(args) => customs::run(args, streams),
        Command::Redact(args) => redact::run(args, streams),
        Command::Key(args) => seal::key(args, streams),
        Command::Seal(args) => seal::run_seal(args, streams),
        Command::Unseal(args) => seal::run_unseal(args, streams),
        Command::Purge(args) => purge::run(args, streams),
    }
}
