//! `pugmark case new`: an empty case folder.

use std::path::PathBuf;

use crate::case::{CaseDetails, Folder, FolderError};
use crate::cli::{Hint, Outcome, Streams};
use crate::clock::Clock;
use crate::evidence::Custodian;

/// Make an empty case folder
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark case new ivory-2026 --title \"Ivory on four marketplaces\"
  pugmark case new K-117 --title \"Parrots\" --number 2026/117 --investigator \"R. Jansen\"")]
pub(super) struct Args {
    /// Folder to make
    dir: PathBuf,
    /// What the case is about, in a line
    #[arg(long)]
    title: String,
    /// The office's own reference
    #[arg(long)]
    number: Option<String>,
    /// Who investigates
    #[arg(long, value_name = "NAME")]
    investigator: Option<String>,
    /// The law that the collection rests on
    #[arg(long, value_name = "LAW")]
    legal_basis: Option<String>,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let custodian = Custodian::of_user(Clock::System)?;
    let details = CaseDetails {
        title: args.title.clone(),
        number: args.number.clone(),
        investigator: args.investigator.clone(),
        legal_basis: args.legal_basis.clone(),
    };
    let case = Folder::create(&args.dir, details, &custodian).map_err(|err| match err {
        FolderError::Exists(_) => anyhow::Error::new(err)
            .context(Hint("choose another folder; a case is never overwritten".to_owned())),
        err => err.into(),
    })?;
    streams.message(format_args!("Made the case folder {}.", case.path().display()));
    Ok(Outcome::Done)
}
