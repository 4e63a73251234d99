//! `pugmark species`: status of a taxon by any name.

mod about;
mod day;
mod lines;
mod list;
mod page;
mod row;
mod update;

use anyhow::Context;
use clap::Subcommand;

use super::data::DataArgs;
use super::format::FormatArgs;
use super::{Hint, Outcome, Streams};
use crate::output::Format;
use crate::species::{Answer, Question, Species};

/// Show the legal status of a species
///
/// Looks a taxon up by scientific name, synonym or common name, and says in which Appendix of CITES
/// and which Annex of Regulation (EC) No 338/97 it stands, to what extent, since when, and by which source.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:
  pugmark species \"grey parrot\"
  pugmark species \"Loxodonta africana\" --as-of 2018-06-01 --lang fr
  pugmark species - --format jsonl < names.txt
  pugmark species -- list          (a species called `list`)

Exit code 1: a name is unknown or not listed. Exit code 3: a line of stdin could not be read."
)]
pub(super) struct Args {
    /// Scientific or common names; `-` reads names from stdin, one a line
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    question: QuestionArgs,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    format: FormatArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Args),
    About(about::Args),
    Update(update::Args),
}

/// What is asked about each name.
#[derive(Debug, clap::Args)]
struct QuestionArgs {
    /// Answer as the law stood on this day (YYYY-MM-DD)
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    /// Language of what an Annex means to a seller
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    lang: Language,
    /// Say whether the listing, with its annotation, covers this kind of specimen
    ///
    /// A trade term in English, French, German or Dutch, or its code: seeds, logs, finished musical
    /// instrument, ivory carving, SKI.
    #[arg(long, value_name = "KIND")]
    specimen: Option<String>,
    /// Add what national law asks of a keeper or seller in this country
    #[arg(long = "in", value_name = "COUNTRY")]
    country: Option<String>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Language {
    En,
    Fr,
    De,
    Nl,
}

impl Language {
    fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
            Self::De => "de",
            Self::Nl => "nl",
        }
    }
}

impl QuestionArgs {
    fn question<'a>(&'a self, species: &'a Species) -> anyhow::Result<Question<'a>> {
        if let Some(kind) = &self.specimen {
            known_kind(species, kind)?;
        }
        Ok(Question {
            on: day::parse_or_today(self.as_of.as_deref())?,
            language: self.lang.code(),
            specimen: self.specimen.as_deref(),
            country: self
                .country
                .as_deref()
                .map(|name| country_with_duties(species, name))
                .transpose()?,
        })
    }
}

fn known_kind(species: &Species, kind: &str) -> anyhow::Result<()> {
    if species.kinds_of_specimen(kind).is_empty() {
        let terms: Vec<&str> =
            species.all_kinds_of_specimen().iter().map(|kind| kind.term).collect();
        return Err(anyhow::anyhow!("`{kind}` is no kind of specimen that the data know"))
            .context(Hint(format!("kinds are: {}", terms.join(", "))));
    }
    Ok(())
}

/// The code of a country whose duties are in the data.
fn country_with_duties<'a>(species: &'a Species, name: &str) -> anyhow::Result<&'a str> {
    let code = country(species, name)?;
    let known = species.countries_with_duties();
    if known.contains(&code) {
        return Ok(code);
    }
    Err(anyhow::anyhow!("no duties of {code} are in the data"))
        .context(Hint(format!("the data hold the duties of: {}", known.join(", "))))
}

/// The ISO 3166-1 code of a country.
fn country<'a>(species: &'a Species, name: &str) -> anyhow::Result<&'a str> {
    species
        .country(name)
        .ok_or_else(|| anyhow::anyhow!("`{name}` is no country"))
        .context(Hint("write a code of ISO 3166-1 such as DE, or a name".to_owned()))
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    if let Some(command) = &args.command {
        return match command {
            Command::List(args) => list::run(args, streams),
            Command::About(args) => about::run(args, streams),
            Command::Update(args) => update::run(args, streams),
        };
    }
    let data = args.data.open(streams)?;
    let species = data.species();
    let question = args.question.question(species)?;
    day::warn_if_old(species, streams);
    let choice = args.format.choice();
    match args.names.as_slice() {
        [name] if name == "-" => lines::run(species, question, choice, streams),
        [name] if matches!(streams.format(choice), Format::Table | Format::List) => {
            let answer = species.ask(name, question);
            page::print(species, &answer, streams)?;
            Ok(outcome(&answer))
        }
        names => print_all(species, names, question, choice, streams),
    }
}

fn print_all(
    species: &Species,
    names: &[String],
    question: Question<'_>,
    choice: Option<Format>,
    streams: &mut Streams,
) -> anyhow::Result<Outcome> {
    if names.iter().any(|name| name == "-") {
        anyhow::bail!("`-` reads names from stdin and goes with no other name");
    }
    let answers: Vec<Answer<'_>> = names.iter().map(|name| species.ask(name, question)).collect();
    streams.print(choice, &answers)?;
    let all = answers.iter().all(|answer| outcome(answer) == Outcome::Done);
    Ok(if all { Outcome::Done } else { Outcome::Negative })
}

/// Done for a listed taxon, negative for one that is not listed or unknown.
fn outcome(answer: &Answer<'_>) -> Outcome {
    if answer.is_listed() { Outcome::Done } else { Outcome::Negative }
}
