//! Decisions on the terminal: one ad after the other, each answer kept at once.

use std::fmt::Write as _;
use std::io::{self, BufRead};

use anyhow::Context;

use crate::case::Folder;
use crate::case::ad::Ad;
use crate::case::decisions::{Decided, Decision, decide};
use crate::cli::wrap::wrap;
use crate::cli::{Outcome, Streams};
use crate::clock::Clock;
use crate::evidence::Custodian;
use crate::output::terminal_text;

/// What a person answers on an ad.
enum Answer {
    Decision(Decision),
    Note(String),
    Quit,
    /// Not one of these.
    Unknown,
}

impl Answer {
    fn read(line: &str) -> Self {
        let line = line.trim();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match word.to_lowercase().as_str() {
            "q" | "quit" => Self::Quit,
            "n" | "note" => Self::Note(rest.trim().to_owned()),
            _ => Decision::read(line).map_or(Self::Unknown, Self::Decision),
        }
    }
}

/// Shows `ads` one after the other and keeps each answer.
pub(super) fn ask(
    case: &Folder,
    custodian: &Custodian,
    ads: &[Ad],
    streams: &mut Streams,
) -> anyhow::Result<Outcome> {
    let mut lines = io::stdin().lock().lines();
    let mut counts = Counts::default();
    for (place, ad) in ads.iter().enumerate() {
        let shown = shown(ad, place + 1, ads.len(), usize::from(streams.width()));
        write!(streams.data(), "{shown}")?;
        let mut note = None;
        let decision = loop {
            let Some(line) = prompt(KEYS, &mut lines, streams)? else { break None };
            match Answer::read(&line) {
                Answer::Decision(decision) => break Some(decision),
                Answer::Quit => break None,
                Answer::Note(text) if text.is_empty() => {
                    note = prompt("Note: ", &mut lines, streams)?;
                }
                Answer::Note(text) => note = Some(text),
                Answer::Unknown => streams.message("Answer c, r, u or q; n TEXT adds a note."),
            }
        };
        let Some(decision) = decision else { break };
        let note = note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
        let time = Clock::System.now();
        decide(case, custodian, &[Decided { ad_id: ad.ad_id.to_string(), decision, note, time }])?;
        counts.add(decision);
    }
    streams.message(counts.told(ads.len()));
    Ok(Outcome::Done)
}

const KEYS: &str = "[c]onfirm  [r]eject  [u]nsure  [n]ote TEXT  [q]uit: ";

/// Asks for a line; `None` when the person is gone.
fn prompt(
    text: &str,
    lines: &mut impl Iterator<Item = io::Result<String>>,
    streams: &mut Streams,
) -> anyhow::Result<Option<String>> {
    write!(streams.data(), "{text}")?;
    streams.data().flush()?;
    let line = lines.next().transpose().context("cannot read the answer")?;
    if line.is_none() {
        writeln!(streams.data())?;
    }
    Ok(line)
}

/// The decisions of a sitting.
#[derive(Default)]
struct Counts {
    confirmed: usize,
    rejected: usize,
    unsure: usize,
}

impl Counts {
    fn add(&mut self, decision: Decision) {
        let count = match decision {
            Decision::Confirm => &mut self.confirmed,
            Decision::Reject => &mut self.rejected,
            Decision::Unsure => &mut self.unsure,
        };
        *count += 1;
    }

    /// What was done, and what of `ads` is left to do.
    fn told(&self, ads: usize) -> String {
        let Self { confirmed, rejected, unsure } = self;
        let left = ads - confirmed - rejected;
        match (ads, left) {
            (0, _) => "No ad waits for a decision.".to_owned(),
            (_, 0) => format!("{confirmed} confirmed, {rejected} rejected. No ad is left."),
            _ => format!(
                "{confirmed} confirmed, {rejected} rejected, {unsure} unsure. {left} left: run it again to go on."
            ),
        }
    }
}

/// An ad as it is shown to the person who decides.
fn shown(ad: &Ad, place: usize, count: usize, width: usize) -> String {
    let Ad { ad_id, offer, finding, .. } = ad;
    let status = finding.status.as_deref().map(|status| {
        let part = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
        format!("CITES {}, EU Annex {}", part(&status.appendix), part(&status.annex))
    });
    let price = finding
        .price
        .as_ref()
        .map(|price| format!("{} {}", price.amount, price.currency.as_deref().unwrap_or_default()));
    let about = [
        offer.seller.as_deref().map(str::to_owned),
        offer.country.map(str::to_owned),
        offer.location.as_deref().map(str::to_owned),
        offer.date.map(|date| date.to_string()),
        price,
    ];
    let about: Vec<String> = about.into_iter().flatten().collect();
    let head = format!("{place}/{count}  {ad_id}  {} {}", finding.verdict.word(), finding.score);
    let mut text = format!("\n{}\n", wrap(&terminal_text::escape(&head), width).join("\n"));
    for part in [
        status.unwrap_or_default(),
        about.join(" · "),
        offer.title.clone(),
        offer.text.chars().take(1000).collect(),
        offer.url.clone().unwrap_or_default(),
        finding.reasons.join(" · "),
    ] {
        if !part.trim().is_empty() {
            let lines = wrap(&terminal_text::escape(&part), width);
            let _ = writeln!(text, "{}", lines.join("\n"));
        }
    }
    text
}
