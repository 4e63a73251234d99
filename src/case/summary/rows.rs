//! The figures as rows: what the CSV holds.

use serde::Serialize;

use super::{Figure, Summary};
use crate::case::ad::joined;
use crate::output::Record;

/// A figure with the list it belongs to.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// `total`, `country`, `platform` …
    pub list: &'static str,
    /// The figure.
    #[serde(flatten)]
    pub figure: Figure,
}

impl Summary {
    /// The lists with their names, in the order of reports.
    #[must_use]
    pub fn lists(&self) -> [(&'static str, &[Figure]); 10] {
        [
            ("country", &self.by_country),
            ("platform", &self.by_platform),
            ("language", &self.by_language),
            ("group", &self.by_group),
            ("taxon", &self.by_taxon),
            ("product", &self.by_product),
            ("appendix", &self.by_appendix),
            ("annex", &self.by_annex),
            ("week", &self.by_week),
            ("claim", &self.by_claim),
        ]
    }

    /// All figures, one a row: the total first, the sellers last.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let total = Row { list: "total", figure: self.total() };
        let lists = self.lists().into_iter().flat_map(|(list, figures)| {
            figures.iter().map(move |figure| Row { list, figure: figure.clone() })
        });
        let sellers =
            self.sellers.iter().map(|seller| Row { list: "seller", figure: seller.figure.clone() });
        std::iter::once(total).chain(lists).chain(sellers).collect()
    }

    /// The totals in the form of a line of a list.
    #[must_use]
    pub fn total(&self) -> Figure {
        Figure {
            key: "all".to_owned(),
            name: "all".to_owned(),
            ads: self.totals.ads,
            unique_ads: self.totals.unique_ads,
            specimens: self.totals.specimens,
            value_eur: self.totals.value_eur,
            median_eur: self.totals.median_eur,
            without_price: self.totals.without_price,
            ad_ids: self.ads.iter().map(|ad| ad.ad_id.clone()).collect(),
            places: (0..self.ads.len()).collect(),
        }
    }
}

impl Record for Row {
    const COLUMNS: &'static [&'static str] = &[
        "list",
        "key",
        "name",
        "ads",
        "unique_ads",
        "specimens",
        "value_eur",
        "median_eur",
        "without_price",
        "ad_ids",
    ];

    fn cells(&self) -> Vec<String> {
        let figure = &self.figure;
        let eur = |amount: super::Eur| {
            let cents = amount.cents();
            format!("{}.{:02}", cents / 100, cents % 100)
        };
        vec![
            self.list.to_owned(),
            figure.key.clone(),
            figure.name.clone(),
            figure.ads.to_string(),
            figure.unique_ads.to_string(),
            figure.specimens.to_string(),
            eur(figure.value_eur),
            figure.median_eur.map(eur).unwrap_or_default(),
            figure.without_price.to_string(),
            joined(&figure.ad_ids),
        ]
    }
}
