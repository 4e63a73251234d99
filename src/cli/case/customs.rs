//! `pugmark case customs`: a risk sheet for post and parcels.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::case::Folder;
use crate::case::customs::{People, Risk, Sheet, routes, sheet};
use crate::case::links::{Photos, links};
use crate::cli::data::DataArgs;
use crate::cli::format::FormatArgs;
use crate::cli::{Hint, Outcome, Streams};
use crate::clock::Clock;
use crate::lexicon::Vocabulary;
use crate::output::{Format, terminal_text};
use crate::scan::{Options, Scanner, Scope, Weights};

use super::counted::{CountedArgs, counted};

/// Say which parcels of a manifest are worth opening, and why
///
/// Reads declarations of post and parcels as CSV: number, goods, tariff code, countries,
/// sender, recipient, under the usual names of such columns. The text of the goods is read
/// like an ad and held against the tariff code; with --case, senders and recipients against
/// the accounts of a case. Only parcels of medium or high risk are listed; --all lists all.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark case customs parcels.csv
  pugmark case customs parcels.csv --case ivory-2026 --format csv > sheet.csv

Exit code 1: nothing of medium or high risk. Exit code 3: some lines were left out.")]
pub(super) struct Args {
    /// Manifest as CSV; `-` for standard input
    #[arg(value_name = "MANIFEST.csv")]
    manifest: PathBuf,
    /// Case folder whose accounts are looked for
    #[arg(long = "case", value_name = "DIR")]
    case: Option<PathBuf>,
    /// List parcels of low risk, too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    counted: CountedArgs,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let text = read(&args.manifest)?;
    let people = match &args.case {
        Some(folder) => people(folder, args)?,
        None => People::default(),
    };
    let vocabulary = Vocabulary::embedded();
    let weights = Weights::embedded();
    let options = Options { scope: Scope::Listed, on: Clock::System.today() };
    let data = args.data.open(streams)?;
    let scanner = Scanner::new(&vocabulary, data.species(), &weights, options);
    let name = args.manifest.display().to_string();
    let Sheet { mut parcels, left_out } =
        sheet(&text, &name, &scanner, &people).map_err(|err| {
            anyhow::Error::new(err)
                .context(Hint("name a column goods, contents or description".to_owned()))
        })?;
    for (line, why) in &left_out {
        streams.warning(format_args!("{name}:{line}: {why}; left out"));
    }
    let (all, by_route) = (parcels.len(), routes(&parcels));
    let risky = parcels.iter().filter(|parcel| parcel.risk > Risk::Low).count();
    parcels.retain(|parcel| args.all || parcel.risk > Risk::Low);
    streams.print(args.format.choice(), &parcels)?;
    if streams.format(args.format.choice()) == Format::Table {
        for (route, (count, risky)) in by_route.iter().filter(|(_, (_, risky))| *risky > 0) {
            let route = terminal_text::escape(if route.is_empty() { "no route" } else { route })
                .into_owned();
            writeln!(streams.data(), "{route}: {risky} of {count} parcels")?;
        }
    }
    streams.message(format_args!("{risky} of {all} parcels are worth a look."));
    Ok(match (left_out.is_empty(), risky) {
        (false, _) => Outcome::Partial,
        (true, 0) => Outcome::Negative,
        (true, _) => Outcome::Done,
    })
}

fn read(path: &Path) -> anyhow::Result<String> {
    let text = if path == Path::new("-") {
        std::io::read_to_string(std::io::stdin()).context("cannot read standard input")?
    } else {
        fs_err::read_to_string(path).context("cannot read the manifest")?
    };
    Ok(text)
}

/// The accounts of a case; what only couriers and platforms are reached by is left out.
fn people(folder: &Path, args: &Args) -> anyhow::Result<People> {
    let case = Folder::open(folder)?;
    let ads = counted(&case, &args.counted)?;
    let links = links(&ads, &Photos::of(case.store())?);
    let edges = links.clusters.iter().flat_map(|cluster| &cluster.edges);
    // A number that one account only quotes is another's own: it joins that one's ads.
    let own: BTreeSet<&str> = edges.map(|edge| edge.value.as_str()).collect();
    let shared = links.ignored.iter().map(|ignored| ignored.value.clone());
    let services: BTreeSet<String> = shared.filter(|value| !own.contains(value.as_str())).collect();
    Ok(People::of(&ads, &services))
}
