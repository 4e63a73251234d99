//! `pugmark case new`: a case folder.

use std::path::PathBuf;

use crate::case::{CaseDetails, Folder};
use crate::cli::custodian::custodian;
use crate::cli::{Outcome, Streams, case_folder, day};
use crate::clock::Clock;

/// Make a case folder
///
/// It holds a record of the case, a custody log, the key that checks its signatures, and
/// a README that says how to check everything without this program.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark case new ivory-2026 --title \"Ivory on market.example\"
  pugmark case new c7 --title \"Parrots\" --number 2026/0815 --investigator \"A. Devi\" \\
      --legal-basis \"Section 163 StPO\"")]
pub(super) struct Args {
    /// Folder to make; it must not exist
    dir: PathBuf,
    /// What the case is about, in a line
    #[arg(long)]
    title: String,
    /// The reference that your office gives it
    #[arg(long)]
    number: Option<String>,
    /// Who investigates
    #[arg(long, value_name = "NAME")]
    investigator: Option<String>,
    /// On which law the collection rests
    #[arg(long, value_name = "LAW")]
    legal_basis: Option<String>,
    /// Keep persons' data until this day (YYYY-MM-DD); then `case purge` takes them out
    #[arg(long, value_name = "DATE", value_parser = day::read)]
    retain_until: Option<jiff::civil::Date>,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let custodian = custodian()?;
    let details = CaseDetails {
        title: args.title.clone(),
        number: args.number.clone(),
        investigator: args.investigator.clone(),
        legal_basis: args.legal_basis.clone(),
        retain_until: args.retain_until,
    };
    let case =
        Folder::create(&args.dir, details, &custodian).map_err(case_folder::explain_folder)?;
    streams.message(format_args!("Made the case folder `{}`.", case.path().display()));
    if let Some(until) = args.retain_until.filter(|until| *until < Clock::System.today()) {
        streams.warning(format_args!("{until}, until which persons' data are kept, is over"));
    }
    streams.detail(format_args!(
        "Entries are signed with key {}",
        custodian.public_key().fingerprint()
    ));
    Ok(Outcome::Done)
}
