//! `pugmark species about`: what the data are, how old, and whose.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::format::FormatArgs;
use super::day;
use crate::cli::data::DataArgs;
use crate::cli::wrap::wrap;
use crate::cli::{Outcome, Streams};
use crate::output::{Format, Record};
use crate::species::{GRADES, Official, Source, Species, Summary, Total};

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
    data: DataArgs,
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
    official_totals: Vec<Comparison<'a>>,
}

/// Our count beside the official one, on the day of that.
#[derive(Debug, Serialize)]
struct Comparison<'a> {
    #[serde(flatten)]
    official: Official<'a>,
    here: [usize; 4],
}

/// The official counts with ours of the same day.
fn compare(species: &Species) -> Vec<Comparison<'_>> {
    let official = species.official_totals();
    let days: BTreeSet<_> = official.iter().map(|total| total.date).collect();
    let ours: BTreeMap<_, _> = days.into_iter().map(|day| (day, species.totals(day))).collect();
    let here = |official: &Official<'_>| {
        let totals = ours.get(&official.date).map_or(&[][..], Vec::as_slice);
        let same = totals.iter().find(|total| total.group == official.group);
        same.map_or([0; 4], |total| {
            let [first, second, third, annex, ..] = total.taxa;
            [first, second, third, annex]
        })
    };
    let beside =
        official.into_iter().map(|official| Comparison { here: here(&official), official });
    beside.collect()
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let data = args.data.open(streams)?;
    let species = data.species();
    let on = day::parse_or_today(args.as_of.as_deref())?;
    let about = About {
        schema: "pugmark.species-about/1",
        summary: species.summary(),
        as_of: on,
        totals: species.totals(on),
        official_totals: compare(species),
    };
    let choice = args.format.choice();
    let format = streams.format(choice);
    if matches!(format, Format::Table | Format::List) {
        print(&about, format, streams)?;
    } else {
        streams.print(choice, &[about])?;
    }
    day::warn_if_old(species, streams);
    Ok(Outcome::Done)
}

fn print(about: &About<'_>, format: Format, streams: &mut Streams) -> anyhow::Result<()> {
    let summary = &about.summary;
    writeln!(streams.data(), "Data of {}", summary.data_date)?;
    writeln!(
        streams.data(),
        "{} taxa, {} rows of CITES, {} rows of the EU Annexes,\n{} common names in {} languages\n",
        summary.taxa,
        summary.cites_rows,
        summary.eu_rows,
        summary.common_names,
        summary.languages.len()
    )?;
    writeln!(streams.data(), "Species, and subspecies listed by themselves, on {}:", about.as_of)?;
    streams.print(Some(format), &about.totals)?;
    let days: BTreeSet<_> =
        about.official_totals.iter().map(|total| total.official.date.to_string()).collect();
    let days = days.into_iter().collect::<Vec<_>>().join(", ");
    writeln!(streams.data(), "\nHere / official count on {days}:")?;
    streams.print(Some(format), &about.official_totals)?;
    for Comparison { official, .. } in &about.official_totals {
        paragraph(streams, &format!("{}: {}", official.group, official.explanation))?;
    }
    writeln!(streams.data(), "\nSources:")?;
    for source in &summary.sources {
        let date =
            if source.date.is_empty() { String::new() } else { format!(", {}", source.date) };
        let Source { what, source, licence, .. } = source;
        paragraph(streams, &format!("{what}: {source}{date} ({licence})"))?;
    }
    Ok(())
}

/// A line of a list, wrapped.
fn paragraph(streams: &mut Streams, text: &str) -> anyhow::Result<()> {
    let width = usize::from(streams.width().min(100)) - 2;
    for (at, line) in wrap(text, width).iter().enumerate() {
        writeln!(streams.data(), "{} {line}", if at == 0 { "-" } else { " " })?;
    }
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

impl Record for Comparison<'_> {
    const COLUMNS: &'static [&'static str] = &["group", GRADES[0], GRADES[1], GRADES[2], GRADES[3]];

    fn cells(&self) -> Vec<String> {
        let counts = std::iter::zip(self.here, self.official.taxa);
        let mut cells = vec![self.official.group.to_owned()];
        cells.extend(counts.map(|(here, official)| format!("{here} / {official}")));
        cells
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
