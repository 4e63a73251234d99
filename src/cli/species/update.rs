//! `pugmark species update`: the official lists.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;

use super::super::format::FormatArgs;
use crate::cli::data::{DataArgs, folder};
use crate::cli::{Hint, Outcome, Streams};
use crate::clock::Clock;
use crate::output::Record;
use crate::species::update::{self, Change, Fetch, Official, Site};

/// Variable that holds a token of the Species+ API.
const TOKEN: &str = "SPECIESPLUS_TOKEN";

/// Refresh the data from the official lists
///
/// Without files it reads the Checklist of CITES Species, which needs no token and covers CITES
/// only; with a token of the Species+ API in the variable SPECIESPLUS_TOKEN it reads that, which
/// covers the EU Annexes too. With files it reads exports that were downloaded from Species+
/// (cites_listings, eu_listings) or the Checklist (Index_of_CITES_Species). A run that was cut off
/// goes on where it stopped. The data in use stay until the new ones have passed their checks.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark species update --diff
  pugmark species update eu_listings_25-11-2026.csv cites_listings_25-11-2026.csv")]
pub(super) struct Args {
    /// CSV exports of Species+ or of the Checklist, read instead of the network
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print each difference between the data in use and the official list
    #[arg(long)]
    diff: bool,
    /// Change nothing: only say what would change
    #[arg(long)]
    dry_run: bool,
    /// Another address of the same service
    #[arg(long, value_name = "URL", conflicts_with = "files")]
    site: Option<String>,
    /// Pause between two questions to the server, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, conflicts_with = "files")]
    delay: f64,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let folder = folder().ok_or_else(|| {
        anyhow::anyhow!("no folder for the data")
            .context(Hint("set PUGMARK_HOME or HOME".to_owned()))
    })?;
    let data = args.data.open(streams)?;
    let today = Clock::System.today();
    let pages = folder.join("pages");
    let (list, source) = if args.files.is_empty() {
        fetch(args, pages.clone(), streams)?
    } else {
        (exports(&args.files)?, "export of Species+ or the Checklist of CITES Species".to_owned())
    };
    let merged = update::merge(data.species(), &list, today, &source)?;
    if args.diff || args.dry_run {
        streams.print(args.format.choice(), &merged.changes)?;
    }
    streams.message(format_args!(
        "{} taxa read: {} as in the data in use, {} differences, {} new names of taxa",
        list.len(),
        merged.agreed,
        merged.changes.len(),
        merged.new_taxa
    ));
    if args.dry_run {
        return Ok(Outcome::Done);
    }
    update::install(&folder, &merged.index, data.species())
        .context("the data in use stay as they are")?;
    if pages.exists() {
        fs_err::remove_dir_all(&pages)?;
    }
    let path = folder.join(update::INDEX_FILE);
    streams.message(format_args!("Data of {today} are now in use: {}", path.display()));
    Ok(Outcome::Done)
}

fn fetch(
    args: &Args,
    pages: PathBuf,
    streams: &Streams,
) -> anyhow::Result<(Vec<Official>, String)> {
    let token = std::env::var(TOKEN).ok().filter(|token| !token.trim().is_empty());
    let site = token.map_or(Site::Checklist, |token| Site::Api { token: token.trim().to_owned() });
    let delay = Duration::try_from_secs_f64(args.delay)
        .map_err(|_| anyhow::anyhow!("`{}` is no number of seconds", args.delay))?;
    let name = match site {
        Site::Checklist => "Checklist of CITES Species",
        Site::Api { .. } => "Species+",
    };
    let base = args.site.clone().unwrap_or_else(|| site.address().to_owned());
    let pages = pages.join(if matches!(site, Site::Checklist) { "checklist" } else { "api" });
    let bar = streams.progress(None, "taxa");
    let list = update::fetch(
        &Fetch { site, base, pages, delay, now: Clock::System.now() },
        &mut |progress| {
            bar.set_length(progress.total as u64);
            bar.set_position(progress.taxa as u64);
        },
    );
    bar.finish_and_clear();
    Ok((list.context("the data in use stay as they are")?, name.to_owned()))
}

fn exports(files: &[PathBuf]) -> anyhow::Result<Vec<Official>> {
    let mut list = Vec::new();
    for file in files {
        list.extend(update::read_export(file)?);
    }
    Ok(list)
}

impl Record for Change {
    const COLUMNS: &'static [&'static str] = &["name", "law", "change", "before", "after", "from"];

    fn cells(&self) -> Vec<String> {
        let none = || "none".to_owned();
        vec![
            self.name.clone(),
            self.law.to_owned(),
            self.change.to_owned(),
            self.before.clone().unwrap_or_else(none),
            self.after.clone().unwrap_or_else(none),
            self.from.map_or_else(String::new, |day| day.to_string()),
        ]
    }
}
