//! How the figures came about, and what they do not say.

use maud::{Markup, html};

use super::{Page, strangers};
use crate::case::summary::Summary;

impl Page<'_> {
    pub(super) fn method(&self) -> Markup {
        let items: [(&str, String); 7] = [
            ("m-counted", self.what_counts()),
            ("m-offers", self.offers()),
            ("m-specimens", self.specimens()),
            ("m-money", self.money()),
            ("m-law", self.law()),
            ("m-time", self.time()),
            ("m-limits", self.word("m-limits-text").to_owned()),
        ];
        html! {
            section aria-labelledby="method" {
                h2 #method { (self.word("method")) }
                dl.method {
                    @for (key, text) in items { dt { (self.word(key)) } dd { (text) } }
                }
            }
        }
    }

    fn what_counts(&self) -> String {
        let Summary { thresholds, looked_at, .. } = self.summary;
        let lowest =
            thresholds.lowest_score.map_or("–".to_owned(), |score| format!("{score:.0}"));
        self.say(
            "m-counted-text",
            &[
                ("verdicts", &thresholds.verdicts.join(", ")),
                ("lowest", &lowest),
                ("records", &self.number(looked_at.records)),
                ("flag", &self.number(looked_at.flag)),
                ("review", &self.number(looked_at.review)),
                ("clear", &self.number(looked_at.clear)),
            ],
        )
    }

    fn offers(&self) -> String {
        let Summary { thresholds, totals, .. } = self.summary;
        let similarity = format!("{:.0}", thresholds.duplicate_similarity * 100.0);
        let merged = self.number(totals.ads - totals.unique_ads);
        self.say("m-offers-text", &[("similarity", &similarity), ("merged", &merged)])
    }

    fn specimens(&self) -> String {
        let assumed = self.number(self.summary.totals.specimens_assumed);
        self.say("m-specimens-text", &[("assumed", &assumed)])
    }

    fn money(&self) -> String {
        let Summary { totals, rates_date, rates_source, .. } = self.summary;
        let rates = match (rates_date, rates_source) {
            (Some(date), Some(source)) => {
                let source = strangers::text(source);
                self.say("rates-of", &[("date", &date.to_string()), ("source", &source)])
            }
            _ => self.word("rates-none").to_owned(),
        };
        self.say(
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
        let law = strangers::excerpt(&law_as_of.join(", "), 120);
        let law = if law.is_empty() { "–".to_owned() } else { law };
        let data = data_date.map_or("–".to_owned(), |date| date.to_string());
        self.say("m-law-text", &[("law", &law), ("data", &data)])
    }

    fn time(&self) -> String {
        let undated = self.summary.ads.iter().filter(|ad| ad.offer.date.is_none()).count();
        self.say("m-time-text", &[("undated", &undated.to_string())])
    }
}
