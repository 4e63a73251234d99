//! What `scan`, `explain` and `scan eval` judge with: words, weights, scope, date.

use std::path::PathBuf;

use anyhow::Context as _;
use jiff::civil::Date;

use crate::cli::data::{Data, DataArgs};
use crate::cli::{Streams, day};
use crate::clock::Clock;
use crate::lexicon::{Lexicon, ListError, Vocabulary};
use crate::scan::{Options, Scanner, Scope, Weights};

/// Options that say how ads are judged.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct JudgeArgs {
    /// What to look for
    #[arg(long, value_name = "SCOPE", default_value = "listed")]
    scope: ScopeChoice,
    /// Judge by the law of this day
    #[arg(long, value_name = "DATE", value_parser = day::read)]
    as_of: Option<Date>,
    /// Add the words of this list to the shipped ones
    #[arg(long, value_name = "CSV")]
    lexicon: Vec<PathBuf>,
    /// Judge by these weights instead of the shipped ones
    #[arg(long, value_name = "CSV")]
    weights: Option<PathBuf>,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum ScopeChoice {
    /// Specimens of taxa that CITES or the EU lists
    Listed,
    /// Products of any animal
    Wildlife,
}

/// What ads are judged with.
pub(in crate::cli) struct Judge {
    vocabulary: Vocabulary,
    weights: Weights,
    options: Options,
    data: Data,
}

impl JudgeArgs {
    /// The scope as the user typed it.
    pub(super) fn scope(&self) -> impl std::fmt::Debug + use<> {
        self.scope
    }

    /// The files of words and weights.
    pub(super) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.lexicon.iter().chain(&self.weights)
    }

    /// Loads what was asked for.
    pub(in crate::cli) fn load(&self, streams: &mut Streams) -> anyhow::Result<Judge> {
        let mut vocabulary = Vocabulary::embedded();
        for path in &self.lexicon {
            let csv = fs_err::read_to_string(path).context("cannot read the word list")?;
            let file = path.display().to_string();
            vocabulary = vocabulary.with_list(&csv, &file).map_err(|errors| wrong(&errors))?;
        }
        let weights = match &self.weights {
            Some(path) => {
                let csv = fs_err::read_to_string(path).context("cannot read the weights")?;
                Weights::read(&csv, &path.display().to_string())?
            }
            None => Weights::embedded(),
        };
        let scope = match self.scope {
            ScopeChoice::Listed => Scope::Listed,
            ScopeChoice::Wildlife => Scope::Wildlife,
        };
        let weights = match scope {
            Scope::Listed => weights,
            Scope::Wildlife => weights.scoped("wildlife"),
        };
        let on = self.as_of.unwrap_or_else(|| Clock::System.today());
        Ok(Judge {
            vocabulary,
            weights,
            options: Options { scope, on },
            data: self.data.open(streams)?,
        })
    }
}

/// Adds the user's list at `path`.
pub(in crate::cli) fn with_list(lexicon: Lexicon, path: &PathBuf) -> anyhow::Result<Lexicon> {
    let csv = fs_err::read_to_string(path).context("cannot read the word list")?;
    lexicon.with(&csv, &path.display().to_string()).map_err(|errors| wrong(&errors))
}

fn wrong(errors: &[ListError]) -> anyhow::Error {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    anyhow::anyhow!("the word list is wrong:\n  {}", lines.join("\n  "))
}

impl Judge {
    /// A scanner that judges by this.
    pub(in crate::cli) fn scanner(&self) -> Scanner<'_> {
        Scanner::new(&self.vocabulary, self.data.species(), &self.weights, self.options)
    }

    /// The day whose law counts.
    pub(in crate::cli) fn date(&self) -> Date {
        self.options.on
    }

    /// The weights.
    pub(in crate::cli) fn weights(&self) -> &Weights {
        &self.weights
    }
}
