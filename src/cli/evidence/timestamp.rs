//! `pugmark evidence timestamp`: a third party's word for the time.

use std::path::PathBuf;

use crate::case::Folder;
use crate::cli::case_folder::{CaseArg, explain_store};
use crate::cli::custodian::custodian;
use crate::cli::format::FormatArgs;
use crate::cli::{Hint, Outcome, Streams};
use crate::evidence::{
    Authority, Custodian, ITEMS, Stamped, TimeStampError, stamp_head, stamp_item,
};
use crate::output::Record;

/// Have evidence time-stamped by an authority
///
/// Asks each authority (RFC 3161) to stamp the manifest and the archive of every item that
/// has no time-stamp yet, and the newest entry of the custody log, which covers all the
/// others. Only hashes leave the machine. In the European Union take a qualified authority:
/// its time is presumed accurate (Regulation (EU) No 910/2014, Article 41).
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark evidence timestamp --case ivory-2026 --tsa https://tsa.example/ --tsa-ca root.pem
  pugmark evidence timestamp --tsa https://tsa.example/ 0001-market-example-ad-17

Exit code 3: some items were not stamped; each is named.")]
pub(super) struct Args {
    /// Items to stamp, also those that have a time-stamp; else all that have none
    #[arg(value_name = "ITEM")]
    items: Vec<String>,
    #[command(flatten)]
    case: CaseArg,
    #[command(flatten)]
    tsa: TsaArgs,
    #[command(flatten)]
    format: FormatArgs,
}

/// The authorities to ask, for every command that can have its work stamped.
#[derive(Debug, clap::Args)]
pub(super) struct TsaArgs {
    /// Authority for time-stamps (RFC 3161); may be given several times
    #[arg(long, value_name = "URL")]
    tsa: Vec<String>,
    /// Certificates of the authority to trust, in PEM form; kept in the case
    #[arg(long, value_name = "FILE", requires = "tsa")]
    tsa_ca: Option<PathBuf>,
}

impl Record for Stamped {
    const COLUMNS: &'static [&'static str] = &["file", "over", "time", "authority", "trusted"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.file.clone(),
            self.over.clone(),
            format!("{:.0}", self.time),
            self.authority.clone(),
            if self.is_trusted { "yes" } else { "not checked" }.to_owned(),
        ]
    }
}

impl TsaArgs {
    /// The authorities, ready to be asked.
    pub(super) fn authorities(&self) -> anyhow::Result<Vec<Authority>> {
        let authority = |url: &String| Authority::new(url, self.tsa_ca.as_deref());
        Ok(self.tsa.iter().map(authority).collect::<Result<_, _>>()?)
    }
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let case = args.case.open()?;
    let custodian = custodian()?;
    let authorities = args.tsa.authorities()?;
    if authorities.is_empty() {
        let err = anyhow::anyhow!("no authority was named");
        return Err(err.context(Hint("name one with `--tsa URL`".to_owned())));
    }
    let items = if args.items.is_empty() { unstamped(&case)? } else { args.items.clone() };
    for item in &items {
        anyhow::ensure!(case.store().item(item).is_dir(), "the case has no item `{item}`");
    }
    let (stamped, outcome) = stamp(&case, &custodian, &items, &authorities, streams)?;
    streams.print(args.format.choice(), &stamped)?;
    Ok(outcome)
}

/// Has `items` and the newest entry of the log stamped by all of `authorities`.
pub(super) fn stamp(
    case: &Folder,
    custodian: &Custodian,
    items: &[String],
    authorities: &[Authority],
    streams: &mut Streams,
) -> anyhow::Result<(Vec<Stamped>, Outcome)> {
    let mut stamped = Vec::new();
    let mut outcome = Outcome::Done;
    for authority in authorities {
        let of_items = items
            .iter()
            .map(|item| (item.as_str(), stamp_item(case.store(), custodian, item, authority)));
        let of_head = std::iter::once_with(|| {
            ("the custody log", stamp_head(case.store(), custodian, authority))
        });
        for (what, result) in of_items.chain(of_head) {
            match result {
                Ok(done) => {
                    let offset = done.first().map_or(0, |stamp| stamp.offset_seconds);
                    if let Some(apart) = clocks_apart(offset) {
                        streams.warning(format_args!("{what}: the authority's clock is {apart}"));
                    }
                    stamped.extend(done);
                }
                Err(TimeStampError::Store(err)) => return Err(explain_store(err)),
                Err(err) => {
                    let err = anyhow::Error::from(err);
                    streams.warning(format_args!("{what} was not time-stamped: {err:#}"));
                    outcome = Outcome::Partial;
                }
            }
        }
    }
    Ok((stamped, outcome))
}

/// Clocks this far apart, in seconds, are not both right.
const APART: u64 = 60;

/// Says how far another clock is from this machine's; `None` when that may pass.
pub(super) fn clocks_apart(offset_seconds: i64) -> Option<String> {
    let seconds = offset_seconds.unsigned_abs();
    let side = if offset_seconds > 0 { "ahead of" } else { "behind" };
    (seconds > APART).then(|| {
        format!("{seconds} s {side} this machine's: one of the two is wrong; the case has both")
    })
}

/// The items that no entry of the log gives a time-stamp.
fn unstamped(case: &Folder) -> anyhow::Result<Vec<String>> {
    let log = case.store().log().map_err(explain_store)?;
    let files = log.files();
    let has_stamp = |item: &str| {
        let prefix = format!("{ITEMS}/{item}/");
        files.keys().any(|file| file.starts_with(&prefix))
    };
    let items = log.held().into_iter().map(|(item, ..)| item.to_owned());
    Ok(items.filter(|item| !has_stamp(item)).collect())
}
