//! What stands in the PDF, as strings and numbers for the template.

use std::collections::BTreeMap;

use serde::Serialize;

use super::world::Fonts;
use crate::case::ad::Ad;
use crate::case::country;
use crate::case::report::label::{is_italic, label};
use crate::case::report::method::{lead, method, removal};
use crate::case::report::{Language, excerpt};
use crate::case::summary::{Eur, Figure, Summary};

/// Rows of a table that the document has room for.
const MOST_ROWS: usize = 60;

/// Ads that the document has room for.
const MOST_ADS: usize = 1_000;

/// Weeks of the chart, the newest ones.
const MOST_WEEKS: usize = 60;

#[derive(Serialize)]
pub(super) struct Page {
    lang: &'static str,
    title: String,
    author: Option<String>,
    number: Option<String>,
    about: Vec<String>,
    key: Vec<(String, String)>,
    lead: Vec<String>,
    words: BTreeMap<&'static str, &'static str>,
    trend: Option<Trend>,
    tables: Vec<Table>,
    note_ads: Vec<String>,
    ads: Vec<Entry>,
    method: Vec<(&'static str, String)>,
    foot: String,
}

/// Ads by week: the name of each week, and its ads.
#[derive(Serialize)]
struct Trend {
    alt: String,
    most: u64,
    weeks: Vec<(String, u64)>,
}

#[derive(Serialize)]
struct Table {
    title: &'static str,
    notes: Vec<String>,
    head: Vec<&'static str>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    italic: bool,
    cells: Vec<String>,
    /// The ads behind it as ranges of their numbers in the document.
    ads: Vec<(usize, usize)>,
}

#[derive(Serialize)]
struct Entry {
    title: String,
    text: String,
    place: String,
    url: String,
    taxa: String,
    facts: Vec<(&'static str, String)>,
}

/// Makes a [`Page`].
struct Maker<'a> {
    summary: &'a Summary,
    language: Language,
    fonts: &'a Fonts,
}

impl Page {
    pub(super) fn of(summary: &Summary, language: Language, fonts: &Fonts) -> Self {
        Maker { summary, language, fonts }.page()
    }
}

impl Maker<'_> {
    fn page(&self) -> Page {
        let Summary { case, ads, .. } = self.summary;
        // First the ads: their letters decide whether a note on missing ones is needed.
        let entries = ads.iter().take(MOST_ADS).map(|ad| self.entry(ad)).collect();
        let words = ["figures", "the-ads", "index", "note-index", "method", "trend", "untitled"];
        Page {
            lang: self.language.code(),
            title: self.text(&case.title, 300),
            author: case.investigator.as_deref().map(|name| self.text(name, 120)),
            number: case.number.as_deref().map(|number| self.text(number, 120)),
            about: self.about(),
            key: self.key_figures(),
            lead: self.lead(),
            words: words.map(|key| (key, self.language.word(key))).into(),
            trend: self.trend(),
            tables: self.tables(),
            note_ads: self.note_ads(),
            ads: entries,
            method: method(self.summary, self.language)
                .into_iter()
                .map(|(title, text)| (title, self.fonts.covered(&text)))
                .collect(),
            foot: format!("pugmark {}", self.summary.program),
        }
    }

    /// Words of a stranger: on one line, at most so long, and only letters that a font has.
    fn text(&self, text: &str, most: usize) -> String {
        self.fonts.covered(&excerpt(text, most))
    }

    fn about(&self) -> Vec<String> {
        let mut parts = Vec::new();
        if let Some(period) = self.summary.period {
            let (from, to) = (period.from.to_string(), period.to.to_string());
            parts.push(self.language.say("period", &[("from", &from), ("to", &to)]));
        }
        let made = jiff::tz::TimeZone::UTC.to_datetime(self.summary.made).date().to_string();
        parts.push(self.language.say("made", &[("date", &made)]));
        parts
    }

    fn key_figures(&self) -> Vec<(String, String)> {
        let totals = &self.summary.totals;
        let figures = [
            ("ads", self.number(totals.ads)),
            ("offers", self.number(totals.unique_ads)),
            ("specimens", self.number(totals.specimens)),
            ("value-short", self.euro(totals.value_eur)),
            ("no-price", self.number(totals.without_price)),
        ];
        figures.map(|(key, figure)| (self.language.word(key).to_owned(), figure)).into()
    }

    fn lead(&self) -> Vec<String> {
        let lead = lead(self.summary, self.language);
        std::iter::once(lead).chain(removal(self.summary, self.language)).collect()
    }

    fn trend(&self) -> Option<Trend> {
        let weeks = self.summary.by_week.iter();
        let mut weeks: Vec<(String, u64)> = weeks
            .filter(|week| week.key.starts_with(|c: char| c.is_ascii_digit()))
            .map(|week| (week.key.clone(), week.ads))
            .collect();
        weeks.drain(..weeks.len().saturating_sub(MOST_WEEKS));
        let most = weeks.iter().map(|(_, ads)| *ads).max()?;
        let (from, to) = (&weeks.first()?.0, &weeks.last()?.0);
        let values = [("from", from.as_str()), ("to", to), ("most", &self.number(most))];
        Some(Trend { alt: self.language.say("trend-alt", &values), most, weeks })
    }

    fn tables(&self) -> Vec<Table> {
        let sellers: Vec<Figure> =
            self.summary.sellers.iter().take(MOST_ROWS).map(|one| one.figure.clone()).collect();
        let lists = self.summary.lists().into_iter();
        let lists = lists.map(|(list, figures)| self.table(list, figures, figures.len()));
        let sellers = self.table("seller", &sellers, self.summary.sellers.len());
        lists.chain([sellers]).filter(|table| !table.rows.is_empty()).collect()
    }

    fn table(&self, list: &str, figures: &[Figure], all: usize) -> Table {
        let shown = &figures[..figures.len().min(MOST_ROWS)];
        let mut notes: Vec<String> = Vec::new();
        notes.extend(self.language.find(&format!("note-{list}")).map(str::to_owned));
        if shown.len() < all {
            let (shown, all) = (shown.len().to_string(), all.to_string());
            notes.push(self.language.say("note-rest", &[("shown", &shown), ("all", &all)]));
        }
        let head = [list, "ads", "offers", "specimens", "value-short", "median", "no-price"];
        Table {
            title: self.language.word(&format!("by-{list}")),
            notes,
            head: head.map(|key| self.language.head(key)).into(),
            rows: shown.iter().map(|figure| self.row(list, figure)).collect(),
        }
    }

    fn row(&self, list: &str, figure: &Figure) -> Row {
        let median = figure.median_eur.map_or_else(|| "–".to_owned(), |eur| self.euro(eur));
        Row {
            name: self.text(&label(list, &figure.key, self.language), 80),
            italic: is_italic(list, &figure.key),
            cells: vec![
                self.number(figure.ads),
                self.number(figure.unique_ads),
                self.number(figure.specimens),
                self.euro(figure.value_eur),
                median,
                self.number(figure.without_price),
            ],
            ads: ranges(&figure.places),
        }
    }

    fn note_ads(&self) -> Vec<String> {
        let mut notes = vec![self.language.word("note-ads").to_owned()];
        if !self.fonts.missing().is_empty() {
            notes.push(self.language.word("p-letters").to_owned());
        }
        let all = self.summary.ads.len();
        if all > MOST_ADS {
            let (shown, all) = (MOST_ADS.to_string(), all.to_string());
            notes.push(self.language.say("note-rest", &[("shown", &shown), ("all", &all)]));
        }
        notes
    }

    fn entry(&self, ad: &Ad) -> Entry {
        let Ad { offer, finding, .. } = ad;
        let country = offer.country.and_then(|code| country::name(code, self.language.code()));
        let place = [
            offer.platform.as_deref(),
            offer.seller.as_deref(),
            offer.location.as_deref(),
            country,
        ];
        let place: Vec<String> =
            place.into_iter().flatten().map(|text| self.text(text, 80)).collect();
        let taxa = finding.status.as_ref().map(|it| it.taxa.as_slice()).unwrap_or_default();
        let names: Vec<String> = taxa.iter().take(4).map(|it| self.text(&it.name, 60)).collect();
        Entry {
            title: self.text(&offer.title, 160),
            text: self.text(&offer.text, 320),
            place: place.join(" · "),
            url: self.text(offer.url.as_deref().unwrap_or_default(), 160),
            taxa: names.join(", ") + if taxa.len() > 4 { " …" } else { "" },
            facts: self.facts(ad),
        }
    }

    fn facts(&self, ad: &Ad) -> Vec<(&'static str, String)> {
        let finding = &ad.finding;
        let price = finding.price.as_ref().map(|price| {
            let currency = price.currency.as_deref().unwrap_or("?");
            self.text(&format!("{} {currency}", price.amount), 40)
        });
        let listing = finding.status.as_ref().map(|status| {
            let appendix = status.appendix.as_deref().map(|it| format!("CITES {it}"));
            let annex = status.annex.as_deref();
            let annex = annex.map(|it| format!("{} {it}", self.language.word("annex")));
            let both: Vec<String> = [appendix, annex].into_iter().flatten().collect();
            self.text(&both.join(", "), 60)
        });
        let facts = [
            ("date", ad.offer.date.map(|date| date.to_string())),
            ("price", price),
            ("specimens", finding.quantity.map(|count| self.number(count))),
            ("listing", listing.filter(|listing| !listing.is_empty())),
            ("score", Some(format!("{:.0}", finding.score))),
            ("id", Some(self.text(&ad.ad_id, 120))),
        ];
        let known = facts.into_iter().filter_map(|(key, value)| Some((key, value?)));
        known.map(|(key, value)| (self.language.word(key), value)).collect()
    }

    fn number(&self, number: u64) -> String {
        self.language.number(number)
    }

    /// Whole euro, rounded.
    fn euro(&self, amount: Eur) -> String {
        self.language.number((amount.cents() + 50).div_euclid(100))
    }
}

/// Places that the document shows, counted from 1, with neighbours drawn together.
fn ranges(places: &[usize]) -> Vec<(usize, usize)> {
    let mut places: Vec<usize> =
        places.iter().filter(|place| **place < MOST_ADS).map(|place| place + 1).collect();
    places.sort_unstable();
    let runs = places.chunk_by(|a, b| a + 1 == *b);
    runs.map(|run| (run[0], run[run.len() - 1])).collect()
}
