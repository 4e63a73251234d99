//! `pugmark doctor`: is everything in place, and if not, what to do about it.

mod checks;

use serde::Serialize;

use super::format::FormatArgs;
use super::{Outcome, Streams};
use crate::clock::Clock;
use crate::output::Record;

/// Check that everything is in place, and say what to do if not
///
/// Looks at settings, variables, signing key, data on species, clock, disk, browser and proxy. Changes nothing and uses
/// no network.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark doctor
  pugmark doctor --format jsonl

Exit code 1: something is wrong, so that some command will fail or mislead.")]
pub(super) struct Args {
    #[command(flatten)]
    format: FormatArgs,
}

/// How good a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// As it should be.
    Good,
    /// Worth knowing; everything works, or all but one convenience.
    Note,
    /// Some command will fail or mislead.
    Wrong,
}

/// What was found on one thing.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    state: State,
    found: String,
    advice: Option<String>,
}

impl Finding {
    fn good(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, state: State::Good, found: found.into(), advice: None }
    }

    fn note(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, state: State::Note, found: found.into(), advice: Some(advice.into()) }
    }

    fn wrong(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, state: State::Wrong, found: found.into(), advice: Some(advice.into()) }
    }
}

impl Record for Finding {
    const COLUMNS: &'static [&'static str] = &["check", "state", "found", "what to do"];

    fn cells(&self) -> Vec<String> {
        let state = match self.state {
            State::Good => "good",
            State::Note => "note",
            State::Wrong => "WRONG",
        };
        vec![
            self.check.to_owned(),
            state.to_owned(),
            self.found.clone(),
            self.advice.clone().unwrap_or_default(),
        ]
    }
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let findings = checks::all(Clock::System);
    streams.print(args.format.choice(), &findings)?;
    let wrong = findings.iter().filter(|finding| finding.state == State::Wrong).count();
    if wrong == 0 {
        streams.message("Nothing is wrong.");
        return Ok(Outcome::Done);
    }
    streams.message(format_args!("Wrong: {wrong}."));
    Ok(Outcome::Negative)
}
