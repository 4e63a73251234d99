//! The lists of figures as tables, with a bar for the ads in each row.

use maud::{Markup, html};

use super::{Page, anchor, shown, strangers};
use crate::case::report::label::{is_italic, label};
use crate::case::summary::{Figure, Summary};

/// Lists in the order of the page; the trend by week has a chart of its own.
const LISTS: [&str; 10] = [
    "country", "platform", "taxon", "group", "appendix", "annex", "product", "claim", "language",
    "week",
];

impl Page<'_> {
    pub(super) fn figures(&self) -> Markup {
        html! {
            section aria-labelledby="figures" {
                h2 #figures { (self.word("figures")) }
                (self.trend())
                (self.map())
                @for list in LISTS { (self.table(list, self.list(list))) }
                (self.table("seller", &self.sellers()))
            }
        }
    }

    /// The figures of the list `list`.
    pub(super) fn list(&self, list: &str) -> &[Figure] {
        let found = self.summary.lists().into_iter().find(|(name, _)| *name == list);
        found.map(|(_, figures)| figures).unwrap_or_default()
    }

    pub(super) fn sellers(&self) -> Vec<Figure> {
        let Summary { sellers, .. } = self.summary;
        sellers.iter().map(|seller| seller.figure.clone()).collect()
    }

    fn table(&self, list: &str, figures: &[Figure]) -> Markup {
        let most = figures.iter().map(|figure| figure.ads).max().unwrap_or(1).max(1);
        html! {
            @if !figures.is_empty() {
                div.scroll tabindex="0" role="region" aria-label=(self.word(&format!("by-{list}"))) {
                    table {
                        caption {
                            (self.word(&format!("by-{list}")))
                            @for note in self.notes(list, figures) { span.note { (note) } }
                        }
                        thead {
                            tr {
                                th scope="col" { (self.word(list)) }
                                th.bar scope="col" aria-hidden="true" {}
                                @for key in ["ads", "offers", "specimens"] {
                                    th.figure scope="col" { (self.language.head(key)) }
                                }
                                th.figure scope="col" { (self.word("value-short")) }
                                th.figure.wide scope="col" { (self.word("median")) }
                                th.figure.wide scope="col" { (self.word("no-price")) }
                            }
                        }
                        tbody {
                            @for (place, figure) in shown(figures).iter().enumerate() {
                                (self.row(list, place, figure, most))
                            }
                        }
                    }
                }
            }
        }
    }

    fn notes(&self, list: &str, figures: &[Figure]) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(note) = self.language.find(&format!("note-{list}")) {
            notes.push(note.to_owned());
        }
        let (all, shown) = (figures.len(), shown(figures).len());
        if shown < all {
            let (all, shown) = (all.to_string(), shown.to_string());
            notes.push(self.say("note-rest", &[("shown", &shown), ("all", &all)]));
        }
        notes
    }

    fn row(&self, list: &str, place: usize, figure: &Figure, most: u64) -> Markup {
        let width = (figure.ads * 1000 / most).to_string();
        let name = strangers::excerpt(&label(list, &figure.key, self.language), 80);
        let median = figure.median_eur;
        html! {
            tr {
                th scope="row" {
                    @if is_italic(list, &figure.key) { i lang="la" { (name) } } @else { (name) }
                }
                td.bar aria-hidden="true" {
                    svg viewBox="0 0 1000 8" preserveAspectRatio="none" { rect width=(width) height="8" {} }
                }
                td data-value=(figure.ads) {
                    a href={ "#" (anchor(list, place)) } { (self.number(figure.ads)) }
                }
                td data-value=(figure.unique_ads) { (self.number(figure.unique_ads)) }
                td data-value=(figure.specimens) { (self.number(figure.specimens)) }
                td data-value=(figure.value_eur.cents()) { (self.euro(figure.value_eur)) }
                td.wide data-value=(median.map_or(-1, crate::case::summary::Eur::cents)) {
                    @if let Some(median) = median { (self.euro(median)) } @else { "–" }
                }
                td.wide data-value=(figure.without_price) { (self.number(figure.without_price)) }
            }
        }
    }
}
