//! `pugmark evidence recheck`: is what was captured still up?

use super::browser::BrowserArgs;
use super::network::NetworkArgs;
use crate::cli::case_folder::{CaseArg, explain_store, tell_clock};
use crate::cli::custodian::custodian;
use crate::cli::format::FormatArgs;
use crate::cli::{Outcome, Streams};
use crate::evidence::{CaptureError, Capturer, Rechecked, State, pages_to_visit};
use crate::output::Record;

/// Visit captured pages again: up, changed, or gone
///
/// A page is gone when the server says so (404, 410, 451), when it says so itself ("no longer
/// available" in eight languages), or when its address leads to another page. Changed and
/// gone pages are captured again; the custody log keeps what each visit found. With
/// `--browser`, pages that a browser captured are looked at by one again.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark evidence recheck --case ivory-2026
  pugmark evidence recheck --format csv > state.csv

Exit code 3: some pages gave no answer that says anything; each is named.")]
pub(super) struct Args {
    /// Items to visit; else every captured page that was not found gone
    #[arg(value_name = "ITEM")]
    items: Vec<String>,
    #[command(flatten)]
    case: CaseArg,
    #[command(flatten)]
    browser: BrowserArgs,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    network: NetworkArgs,
}

impl Record for Rechecked {
    const COLUMNS: &'static [&'static str] =
        &["item", "url", "state", "status", "same %", "reason", "new item"];

    fn cells(&self) -> Vec<String> {
        let state = match self.state {
            State::Up => "up",
            State::Changed => "changed",
            State::Gone => "gone",
            State::Unknown => "unknown",
        };
        vec![
            self.item.clone(),
            self.url.clone(),
            state.to_owned(),
            self.status.map_or_else(String::new, |status| status.to_string()),
            self.same_percent.map_or_else(String::new, |same| same.to_string()),
            self.reason.clone(),
            self.new_item.clone().unwrap_or_default(),
        ]
    }
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let case = args.case.open()?;
    let custodian = custodian()?;
    tell_clock(&case, &custodian, streams);
    let log = case.store().log().map_err(explain_store)?;
    let mut pages = pages_to_visit(&log);
    if !args.items.is_empty() {
        for item in &args.items {
            let known = pages.iter().any(|(_, page)| page == item);
            anyhow::ensure!(known, "`{item}` is not the newest capture of a page that is up");
        }
        pages.retain(|(_, item)| args.items.contains(item));
    }
    let mut options = args.network.options()?;
    args.browser.apply(&mut options, streams)?;
    let capturer = Capturer::new(case.store(), &custodian, options)?;
    let mut outcome = Outcome::Done;
    let mut found = Vec::new();
    let bar = streams.progress(Some(pages.len() as u64), "pages");
    for (url, item) in &pages {
        match capturer.recheck(item, url, &mut |_| {}) {
            Ok(page) => {
                if page.state == State::Unknown {
                    streams.warning(format_args!("{url}: {}", page.reason));
                    outcome = Outcome::Partial;
                }
                found.push(page);
            }
            Err(CaptureError::Interrupted(_)) => {
                outcome = Outcome::Interrupted;
                break;
            }
            Err(CaptureError::Store(err)) => return Err(explain_store(err)),
            Err(err) => return Err(err.into()),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    streams.print(args.format.choice(), &found)?;
    let count = |state| found.iter().filter(|page| page.state == state).count();
    streams.message(format_args!(
        "{} up, {} changed, {} gone, {} unknown.",
        count(State::Up),
        count(State::Changed),
        count(State::Gone),
        count(State::Unknown)
    ));
    Ok(outcome)
}
