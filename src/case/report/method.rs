//! How the figures came about, and what they do not say: the same words in every report.

use super::Language;
use crate::case::summary::Summary;
use crate::output::terminal_text;

/// Titles and sentences of the method section.
pub(super) fn method(summary: &Summary, language: Language) -> Vec<(&'static str, String)> {
    let page = Method { summary, language };
    let items = [
        ("m-counted", page.what_counts()),
        ("m-offers", page.offers()),
        ("m-specimens", page.specimens()),
        ("m-money", page.money()),
        ("m-law", page.law()),
        ("m-time", page.time()),
        ("m-removal", page.removal()),
        ("m-limits", language.word("m-limits-text").to_owned()),
    ];
    items.into_iter().map(|(key, text)| (language.word(key), text)).collect()
}

/// The sentence that a report opens with: how many ads, records and offers it counts.
pub(super) fn lead(summary: &Summary, language: Language) -> String {
    let Summary { totals, looked_at, .. } = summary;
    language.say(
        "lead",
        &[
            ("ads", &language.number(totals.ads)),
            ("records", &language.number(looked_at.records)),
            ("offers", &language.number(totals.unique_ads)),
            ("review", &language.number(looked_at.open)),
        ],
    )
}

/// What became of ads that were visited again; `None` when none was.
pub(super) fn removal(summary: &Summary, language: Language) -> Option<String> {
    let removal = summary.removal;
    let per_mille = (removal.gone * 1000).checked_div(removal.checked)?;
    let share = format!("{}.{}", per_mille / 10, per_mille % 10);
    let days = removal.median_days.map_or("–".to_owned(), |days| days.to_string());
    Some(language.say(
        "removal-text",
        &[
            ("checked", &language.number(removal.checked)),
            ("gone", &language.number(removal.gone)),
            ("share", &share),
            ("changed", &language.number(removal.changed)),
            ("days", &days),
        ],
    ))
}

struct Method<'a> {
    summary: &'a Summary,
    language: Language,
}

impl Method<'_> {
    fn what_counts(&self) -> String {
        let Summary { thresholds, looked_at, .. } = self.summary;
        let lowest =
            thresholds.lowest_score.map_or("–".to_owned(), |score| format!("{score:.0}"));
        self.language.say(
            "m-counted-text",
            &[
                ("verdicts", &thresholds.verdicts.join(", ")),
                ("lowest", &lowest),
                ("records", &self.number(looked_at.records)),
                ("flag", &self.number(looked_at.flag)),
                ("review", &self.number(looked_at.review)),
                ("clear", &self.number(looked_at.clear)),
                ("confirmed", &self.number(looked_at.confirmed)),
                ("rejected", &self.number(looked_at.rejected)),
            ],
        )
    }

    fn offers(&self) -> String {
        let Summary { thresholds, totals, .. } = self.summary;
        let similarity = format!("{:.0}", thresholds.duplicate_similarity * 100.0);
        let merged = self.number(totals.ads - totals.unique_ads);
        self.language.say("m-offers-text", &[("similarity", &similarity), ("merged", &merged)])
    }

    fn specimens(&self) -> String {
        let assumed = self.number(self.summary.totals.specimens_assumed);
        self.language.say("m-specimens-text", &[("assumed", &assumed)])
    }

    fn money(&self) -> String {
        let Summary { totals, rates_date, rates_source, .. } = self.summary;
        let (date, source) = (rates_date.to_string(), terminal_text::escape(rates_source));
        let rates = self.language.say("rates-of", &[("date", &date), ("source", &source)]);
        self.language.say(
            "m-money-text",
            &[
                ("rates", &rates),
                ("without_price", &self.number(totals.without_price)),
                ("without_rate", &self.number(totals.without_rate)),
            ],
        )
    }

    fn law(&self) -> String {
        let Summary { law_as_of, data_date, .. } = self.summary;
        let days: Vec<&str> = law_as_of.iter().take(5).map(String::as_str).collect();
        let law = if days.is_empty() { "–".to_owned() } else { days.join(", ") };
        let data = data_date.map_or("–".to_owned(), |date| date.to_string());
        let law = terminal_text::escape(&law);
        self.language.say("m-law-text", &[("law", &law), ("data", &data)])
    }

    fn time(&self) -> String {
        let undated = self.summary.ads.iter().filter(|ad| ad.offer.date.is_none()).count();
        self.language.say("m-time-text", &[("undated", &undated.to_string())])
    }

    fn removal(&self) -> String {
        removal(self.summary, self.language)
            .unwrap_or_else(|| self.language.word("m-removal-none").to_owned())
    }

    fn number(&self, number: u64) -> String {
        self.language.number(number)
    }
}
