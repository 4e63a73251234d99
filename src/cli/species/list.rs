//! `pugmark species list`: the rows of the law, filtered.

use anyhow::Context;

use super::super::format::FormatArgs;
use super::{country, day};
use crate::cli::data::DataArgs;
use crate::cli::{Hint, Outcome, Streams};
use crate::output::Record;
use crate::species::{Filter, Law, Listed, Rank, Species, TaxonId};

/// List the rows of the Appendices and Annexes
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark species list --appendix I --class Aves
  pugmark species list --family Felidae --as-of 2018-01-01 --format csv

Exit code 1: no row fits.")]
pub(super) struct Args {
    /// Only this Appendix of CITES
    #[arg(long, value_name = "APPENDIX", value_parser = ["I", "II", "III"])]
    appendix: Option<String>,
    /// Only this Annex of Regulation (EC) No 338/97
    #[arg(long, value_name = "ANNEX", value_parser = ["A", "B", "C", "D"], conflicts_with = "appendix")]
    annex: Option<String>,
    /// Only taxa of this class
    #[arg(long, value_name = "CLASS")]
    class: Option<String>,
    /// Only taxa of this order
    #[arg(long, value_name = "ORDER")]
    order: Option<String>,
    /// Only taxa of this family
    #[arg(long, value_name = "FAMILY")]
    family: Option<String>,
    /// Only rows that name this country: its population, or the Party that asked for the listing
    #[arg(long, value_name = "COUNTRY")]
    country: Option<String>,
    /// As the law stood on this day (YYYY-MM-DD)
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let data = args.data.open(streams)?;
    let species = data.species();
    let higher =
        [(&args.class, Rank::Class), (&args.order, Rank::Order), (&args.family, Rank::Family)];
    let within = higher.iter().filter_map(|(name, rank)| Some((name.as_deref()?, *rank)));
    let within = within.map(|(name, rank)| taxon(species, name, rank)).collect::<Result<_, _>>()?;
    let law = match (&args.appendix, &args.annex) {
        (Some(_), _) => Some(Law::Cites),
        (_, Some(_)) => Some(Law::Eu),
        _ => None,
    };
    let filter = Filter {
        on: day::parse_or_today(args.as_of.as_deref())?,
        law,
        grade: args.appendix.as_deref().or(args.annex.as_deref()),
        within,
        country: args.country.as_deref().map(|name| country(species, name)).transpose()?,
    };
    let mut records = streams.records(args.format.choice());
    let mut outcome = Outcome::Negative;
    for row in species.list(&filter) {
        records.put(&row)?;
        outcome = Outcome::Done;
    }
    records.finish()?;
    Ok(outcome)
}

/// The taxon of this rank by any of its names.
fn taxon(species: &Species, name: &str, rank: Rank) -> anyhow::Result<TaxonId> {
    let found = species.find(name);
    let fits = |found: &&crate::species::Match<'_>| {
        found.distance == 0 && species.taxon(found.taxon).rank == rank
    };
    let near: Vec<&str> = found.iter().map(|found| found.name).collect();
    let error = || anyhow::anyhow!("`{name}` is no {} in the data", rank.as_str());
    let hint = if near.is_empty() {
        "write its scientific name".to_owned()
    } else {
        format!("did you mean {}?", near.join(", "))
    };
    found.iter().find(fits).map(|found| found.taxon).ok_or_else(error).context(Hint(hint))
}

impl Record for Listed<'_> {
    const COLUMNS: &'static [&'static str] =
        &["listing", "taxon", "rank", "class", "family", "limits", "from", "to"];

    fn cells(&self) -> Vec<String> {
        let row = &self.listing;
        let day =
            |day: Option<jiff::civil::Date>| day.map_or_else(String::new, |day| day.to_string());
        let limits = [row.scope, row.annotation];
        vec![
            format!("{} {}", self.law.to_uppercase(), row.grade),
            row.taxon.to_owned(),
            row.rank.as_str().to_owned(),
            self.class.to_owned(),
            self.family.to_owned(),
            limits.into_iter().flatten().collect::<Vec<_>>().join("; "),
            day(row.from),
            day(row.to),
        ]
    }
}
