//! `pugmark species`: status of a taxon by any name.

mod day;
mod lines;
mod page;
mod row;

use clap::Subcommand;

use super::format::FormatArgs;
use super::{Outcome, Streams};
use crate::output::Format;
use crate::species::{Answer, Question, Species};

/// Show the legal status of a species
///
/// Looks a taxon up by scientific name, synonym or common name, and says in which Appendix of CITES
/// and which Annex of Regulation (EC) No 338/97 it stands, how far, since when, and on what ground.
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
    format: FormatArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {}

/// What is asked about each name.
#[derive(Debug, clap::Args)]
struct QuestionArgs {
    /// Answer as the law stood on this day (YYYY-MM-DD)
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    /// Language of what an Annex means to a seller
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    lang: Language,
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
    fn question(&self) -> anyhow::Result<Question> {
        Ok(Question { on: day::parse_or_today(self.as_of.as_deref())?, language: self.lang.code() })
    }
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    if let Some(command) = &args.command {
        match *command {}
    }
    let species = Species::embedded();
    let question = args.question.question()?;
    day::warn_if_old(species, streams);
    let choice = args.format.choice();
    match args.names.as_slice() {
        [name] if name == "-" => lines::run(species, question, choice, streams),
        [name] if streams.format(choice) == Format::Table => {
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
    question: Question,
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
