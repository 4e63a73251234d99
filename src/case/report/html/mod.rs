//! The report as one HTML file: no request goes out from it, and no text of a seller runs in it.

mod ads;
mod map;
mod network;
mod strangers;
mod tables;
mod trend;

pub use network::network;
#[cfg(feature = "pdf")]
pub(super) use strangers::excerpt;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::Language;
use super::method::{lead, method, removal};
use crate::case::summary::{Eur, Figure, Summary};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("sort.js");

/// Returns the report of `summary` as an HTML page in `language`.
///
/// Its Content-Security-Policy lets nothing in but its own style sheet and the script
/// that sorts its tables, each by hash; without scripts all but the sorting works.
#[must_use]
pub fn html(summary: &Summary, language: Language) -> String {
    Page { summary, language }.document().into_string()
}

struct Page<'a> {
    summary: &'a Summary,
    language: Language,
}

impl Page<'_> {
    fn document(&self) -> Markup {
        let body = html! {
            a.skip href="#figures" { (self.word("skip")) }
            (self.header())
            main {
                (self.figures())
                (self.ads())
                (self.index())
                (self.method())
            }
        };
        frame(&self.summary.case.title, self.language, &body)
    }

    fn header(&self) -> Markup {
        let case = &self.summary.case;
        html! {
            header {
                div.mark { (mark()) span { "pugmark" } }
                @if let Some(number) = &case.number { p.number { (strangers::text(number)) } }
                h1 { (strangers::text(&case.title)) }
                p.about { (self.about()) }
                (self.key_figures())
                p.lead { (lead(self.summary, self.language)) }
                @if let Some(text) = removal(self.summary, self.language) { p.lead { (text) } }
                nav aria-label=(self.word("report")) {
                    ul {
                        @for key in ["figures", "the-ads", "index", "method"] {
                            li { a href={ "#" (key) } { (self.word(key)) } }
                        }
                    }
                }
            }
        }
    }

    /// Who, which days, and when the report was made.
    fn about(&self) -> String {
        let mut parts = Vec::new();
        if let Some(investigator) = &self.summary.case.investigator {
            parts.push(strangers::text(investigator));
        }
        if let Some(period) = self.summary.period {
            let (from, to) = (period.from.to_string(), period.to.to_string());
            parts.push(self.say("period", &[("from", &from), ("to", &to)]));
        }
        let made = jiff::tz::TimeZone::UTC.to_datetime(self.summary.made).date().to_string();
        parts.push(self.say("made", &[("date", &made)]));
        parts.join(" · ")
    }

    fn key_figures(&self) -> Markup {
        let Summary { totals, looked_at, .. } = self.summary;
        let merged = self.number(totals.ads - totals.unique_ads);
        let median = totals.median_eur.map_or_else(|| "–".to_owned(), |eur| self.euro(eur));
        let share = (totals.without_price * 100 + totals.ads / 2).checked_div(totals.ads);
        let share = share.unwrap_or(0).to_string();
        let records = self.number(looked_at.records);
        let figures = [
            ("ads", self.number(totals.ads), self.say("note-key-ads", &[("records", &records)])),
            (
                "offers",
                self.number(totals.unique_ads),
                self.say("note-key-offers", &[("merged", &merged)]),
            ),
            (
                "specimens",
                self.number(totals.specimens),
                self.word("note-key-specimens").to_owned(),
            ),
            (
                "value",
                self.euro(totals.value_eur),
                self.say("note-key-value", &[("median", &median)]),
            ),
            (
                "no-price",
                self.number(totals.without_price),
                self.say("note-key-price", &[("share", &share)]),
            ),
        ];
        html! {
            dl.key {
                @for (key, figure, note) in figures {
                    div {
                        dt { (self.word(key)) " " span.note { (note) } }
                        dd { a href="#the-ads" { (figure) } }
                    }
                }
            }
        }
    }

    fn method(&self) -> Markup {
        html! {
            section aria-labelledby="method" {
                h2 #method { (self.word("method")) }
                dl.method {
                    @for (title, text) in method(self.summary, self.language) {
                        dt { (title) }
                        dd { (text) }
                    }
                }
            }
        }
    }

    fn word(&self, key: &str) -> &'static str {
        self.language.word(key)
    }

    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.language.say(key, values)
    }

    fn number(&self, number: u64) -> String {
        self.language.number(number)
    }

    /// Whole euro, rounded.
    fn euro(&self, amount: Eur) -> String {
        self.language.number((amount.cents() + 50).div_euclid(100))
    }
}

/// A page around `body`, with the policy that lets nothing in and the script that sorts.
fn frame(title: &str, language: Language, body: &Markup) -> Markup {
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        source_hash(STYLE),
        source_hash(SCRIPT),
    );
    html! {
        (DOCTYPE)
        html lang=(language.code()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="referrer" content="no-referrer";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (strangers::text(title)) " · pugmark" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (body)
                footer { p { (language.say("foot", &[("version", env!("CARGO_PKG_VERSION"))])) } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// The anchor of the ads behind the figure at `place` of the list `list`.
fn anchor(list: &str, place: usize) -> String {
    format!("i-{list}-{}", place + 1)
}

/// Figures of a list that the page has room for.
fn shown(figures: &[Figure]) -> &[Figure] {
    const MOST: usize = 200;
    &figures[..figures.len().min(MOST)]
}

/// How a Content-Security-Policy names the content of a style or script element.
fn source_hash(content: &str) -> String {
    format!("sha256-{}", data_encoding::BASE64.encode(&Sha256::digest(content)))
}

/// The footprint of a cat: four toes and a pad.
fn mark() -> Markup {
    html! {
        svg viewBox="0 0 32 32" aria-hidden="true" {
            ellipse cx="6.2" cy="14.2" rx="3" ry="4.3" transform="rotate(-22 6.2 14.2)" {}
            ellipse cx="12.4" cy="7.6" rx="3.1" ry="4.7" transform="rotate(-7 12.4 7.6)" {}
            ellipse cx="19.9" cy="7.6" rx="3.1" ry="4.7" transform="rotate(7 19.9 7.6)" {}
            ellipse cx="25.9" cy="14.2" rx="3" ry="4.3" transform="rotate(22 25.9 14.2)" {}
            path d="M16 14.6c4.6 0 9.3 5.300 9.3 9.300 0 2.800-1.900 4.300-4.200 4.300-2 0-3.300-1.100-5.100-1.100s-3.100 1.100-5.100 1.100c-2.300 0-4.200-1.500-4.200-4.300 0-4 4.700-9.300 9.300-9.300z" {}
        }
    }
}
