//! Figures about the ads of a scan.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::output::Record as OutputRecord;
use crate::scan::{Finding, Verdict};

/// Counts what was judged.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Stats {
    verdicts: BTreeMap<Cow<'static, str>, u64>,
    languages: BTreeMap<Cow<'static, str>, u64>,
    products: BTreeMap<String, u64>,
    taxa: BTreeMap<String, u64>,
    appendices: BTreeMap<String, u64>,
}

impl Stats {
    /// Counts `finding`; languages, products and taxa of flagged ads only.
    pub(super) fn add(&mut self, finding: &Finding) {
        *self.verdicts.entry(finding.verdict.word().into()).or_default() += 1;
        if finding.verdict != Verdict::Flag {
            return;
        }
        *self.languages.entry(finding.language.unwrap_or("?").into()).or_default() += 1;
        if let Some(hit) = finding.hits.iter().max_by_key(|hit| hit.points) {
            if let Some(product) = &hit.product {
                *self.products.entry(product.clone()).or_default() += 1;
            } else if let Some(taxon) = &hit.taxon {
                *self.taxa.entry(taxon.clone()).or_default() += 1;
            }
        }
        let appendix = finding.status.as_ref().and_then(|status| status.appendix.clone());
        *self.appendices.entry(appendix.unwrap_or_else(|| "none".to_owned())).or_default() += 1;
    }

    /// Adds the counts of `other`.
    pub(super) fn merge(&mut self, other: Self) {
        merge(&mut self.verdicts, other.verdicts);
        merge(&mut self.languages, other.languages);
        merge(&mut self.products, other.products);
        merge(&mut self.taxa, other.taxa);
        merge(&mut self.appendices, other.appendices);
    }

    /// The figures in order, the largest of each kind first.
    pub(super) fn rows(&self, left_out: u64, duplicates: u64) -> Vec<Figure> {
        let read: u64 = self.verdicts.values().sum();
        let mut rows = vec![
            Figure::new("ads", "read", read + duplicates),
            Figure::new("ads", "left out", left_out),
            Figure::new("ads", "duplicates", duplicates),
        ];
        for verdict in ["flag", "review", "clear"] {
            let count = self.verdicts.get(verdict).copied().unwrap_or(0);
            rows.push(Figure::new("verdict", verdict, count));
        }
        rows.extend(sorted(
            "flagged by language",
            self.languages.iter().map(|(k, v)| (k.as_ref(), *v)),
        ));
        rows.extend(sorted("flagged by appendix", by_name(&self.appendices)));
        rows.extend(sorted("flagged by product", by_name(&self.products)));
        rows.extend(sorted("flagged by taxon", by_name(&self.taxa)));
        rows
    }
}

fn by_name(counts: &BTreeMap<String, u64>) -> impl Iterator<Item = (&str, u64)> {
    counts.iter().map(|(name, count)| (name.as_str(), *count))
}

fn merge<K: Ord>(into: &mut BTreeMap<K, u64>, from: BTreeMap<K, u64>) {
    for (key, count) in from {
        *into.entry(key).or_default() += count;
    }
}

fn sorted<'a>(what: &'static str, counts: impl Iterator<Item = (&'a str, u64)>) -> Vec<Figure> {
    let mut rows: Vec<Figure> =
        counts.map(|(name, count)| Figure::new(what, name, count)).collect();
    rows.sort_by(|a, b| b.ads.cmp(&a.ads).then_with(|| a.key.cmp(&b.key)));
    rows
}

/// One figure.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Figure {
    what: &'static str,
    key: String,
    ads: u64,
}

impl Figure {
    fn new(what: &'static str, key: &str, ads: u64) -> Self {
        Self { what, key: key.to_owned(), ads }
    }
}

impl OutputRecord for Figure {
    const COLUMNS: &'static [&'static str] = &["what", "key", "ads"];

    fn cells(&self) -> Vec<String> {
        vec![self.what.to_owned(), self.key.clone(), self.ads.to_string()]
    }
}
