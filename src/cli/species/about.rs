//! `pugmark species about`: what the data are, how old, and whose.

use serde::Serialize;

use super::super::format::FormatArgs;
use super::day;
use crate::cli::{Outcome, Streams};
use crate::output::{Format, Record};
use crate::species::{GRADES, Species, Summary, Total};

/// Show sources, dates, counts and licences of the data in use
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark species about
  pugmark species about --format jsonl --as-of 2025-07-10")]
pub(super) struct Args {
    /// Count as the law stood on this day (YYYY-MM-DD)
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    #[command(flatten)]
    format: FormatArgs,
}

/// The whole answer, as one record.
#[derive(Debug, Serialize)]
struct About<'a> {
    schema: &'static str,
    #[serde(flatten)]
    summary: Summary<'a>,
    as_of: jiff::civil::Date,
    totals: Vec<Total>,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let species = Species::embedded();
    let on = day::parse_or_today(args.as_of.as_deref())?;
    let about = About {
        schema: "pugmark.species-about/1",
        summary: species.summary(),
        as_of: on,
        totals: species.totals(on),
    };
    let choice = args.format.choice();
    if streams.format(choice) == Format::Table {
        print(&about, streams)?;
    } else {
        streams.print(choice, &[about])?;
    }
    day::warn_if_old(species, streams);
    Ok(Outcome::Done)
}

fn print(about: &About<'_>, streams: &mut Streams) -> anyhow::Result<()> {
    let summary = &about.summary;
    writeln!(streams.data(), "Data of {}", summary.data_date)?;
    writeln!(
        streams.data(),
        "{} taxa, {} rows of CITES, {} rows of the EU Annexes, {} common names in {} languages\n",
        summary.taxa,
        summary.cites_rows,
        summary.eu_rows,
        summary.common_names,
        summary.languages.len()
    )?;
    writeln!(streams.data(), "Species, and subspecies listed by themselves, on {}:", about.as_of)?;
    streams.print(Some(Format::Table), &about.totals)?;
    writeln!(streams.data(), "\nSources:")?;
    streams.print(Some(Format::Table), &summary.sources)?;
    Ok(())
}

impl Record for About<'_> {
    const COLUMNS: &'static [&'static str] =
        &["data_date", "taxa", "cites_rows", "eu_rows", "common_names"];

    fn cells(&self) -> Vec<String> {
        let summary = &self.summary;
        let counts = [summary.taxa, summary.cites_rows, summary.eu_rows, summary.common_names];
        std::iter::once(summary.data_date.to_string())
            .chain(counts.iter().map(ToString::to_string))
            .collect()
    }
}

impl Record for Total {
    const COLUMNS: &'static [&'static str] =
        &["group", GRADES[0], GRADES[1], GRADES[2], GRADES[3], GRADES[4], GRADES[5], GRADES[6]];

    fn cells(&self) -> Vec<String> {
        std::iter::once(self.group.to_owned())
            .chain(self.taxa.iter().map(ToString::to_string))
            .collect()
    }
}

impl Record for crate::species::Source<'_> {
    const COLUMNS: &'static [&'static str] = &["what", "source", "date", "licence"];

    fn cells(&self) -> Vec<String> {
        [self.what, self.source, self.date, self.licence].map(str::to_owned).into()
    }
}
