//! `pugmark species`: status of a taxon by any name.

use std::io::{BufRead, BufReader};

use anyhow::Context;
use jiff::civil::Date;

use super::format::FormatArgs;
use super::{Hint, Outcome, Streams};
use crate::clock::Clock;
use crate::output::Record;
use crate::species::{Answer, Species};

/// Show the legal status of a species
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark species \"grey parrot\"
  pugmark species - --format jsonl < names.txt

Exit code 1: a name is unknown or not listed.")]
pub(super) struct Args {
    /// Scientific or common names; `-` reads names from stdin, one a line
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// Answer as the law stood on this day
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let species = Species::embedded();
    let on = args.as_of.as_deref().map_or_else(|| Ok(Clock::System.today()), date)?;
    let mut outcome = Outcome::Done;
    let mut records = streams.records(args.format.choice());
    let mut answer = |name: &str| -> anyhow::Result<()> {
        let answer = species.answer(name, on);
        if answer.cites.appendix.is_none() && answer.eu.annex.is_none() {
            outcome = Outcome::Negative;
        }
        Ok(records.put(&answer)?)
    };
    for name in &args.names {
        if name == "-" {
            for line in BufReader::new(std::io::stdin()).lines() {
                answer(&line.context("cannot read stdin")?)?;
            }
        } else {
            answer(name)?;
        }
    }
    records.finish()?;
    Ok(outcome)
}

/// Reads a day of the calendar.
fn date(text: &str) -> anyhow::Result<Date> {
    let hint = || Hint("write a day as YYYY-MM-DD, for instance 2024-02-29".to_owned());
    text.parse::<Date>().with_context(hint).with_context(|| format!("`{text}` is no date"))
}

impl Record for Answer<'_> {
    const COLUMNS: &'static [&'static str] =
        &["query", "taxon", "family", "CITES", "EU", "match", "notes"];

    fn cells(&self) -> Vec<String> {
        let taxon = self.taxon.as_ref();
        vec![
            self.query.to_owned(),
            taxon.map_or_else(String::new, |taxon| taxon.name.to_owned()),
            taxon.and_then(|taxon| taxon.family).unwrap_or("").to_owned(),
            self.cites.appendix.clone().unwrap_or_default(),
            self.eu.annex.clone().unwrap_or_default(),
            self.matched.as_ref().map_or_else(String::new, |found| found.name.to_owned()),
            self.notes.join("; "),
        ]
    }
}
