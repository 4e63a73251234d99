//! Ads that somebody has labelled, to measure and to fit the weights by.

use serde_json::Value;

use super::judgement::{Circumstances, Judgement, Mark, judge};
use super::read::Original;
use super::read::record::Record;
use super::scanner::Scanner;
use super::weights::Weights;

/// A labelled ad, matched but not judged yet.
#[derive(Debug)]
pub struct Labelled<'a> {
    /// Its id, else its line.
    pub id: String,
    /// Its title, or the beginning of its text.
    pub said: String,
    /// Its language as the label's author gave it, else as it was told.
    pub language: String,
    /// Its category, set or source, where it has one.
    pub category: String,
    /// True when a specimen in scope is offered.
    pub is_positive: bool,
    marks: Vec<Mark<'a>>,
    around: Circumstances,
}

impl<'a> Labelled<'a> {
    /// Reads `record`, whose field `label` says what it is; nothing when that
    /// field is missing or null.
    #[must_use]
    pub fn of(record: &Record<'_>, label: &str, scanner: &Scanner<'a>) -> Option<Self> {
        let Original::Json { open, .. } = &record.original else { return None };
        let value: Value = serde_json::from_str(&format!("{open}}}")).ok()?;
        let is_positive = value.get(label)?.as_bool()?;
        let text = |names: &[&str]| {
            names.iter().find_map(|name| value.get(name)?.as_str()).unwrap_or_default().to_owned()
        };
        let ad = record.ad();
        let reading = scanner.read(&ad);
        let spoken = reading.spoken.best.map_or("?", crate::lexicon::Language::code);
        let given = text(&["lang", "language"]);
        Some(Self {
            id: ad.id.as_ref().map_or_else(|| record.line.to_string(), ToString::to_string),
            said: ad.fields.first().map(|field| field.text.to_string()).unwrap_or_default(),
            language: if given.is_empty() { spoken.to_owned() } else { given },
            category: text(&["category", "set", "source"]),
            is_positive,
            marks: reading.marks,
            around: reading.around,
        })
    }

    /// Judges the ad by `weights`.
    #[must_use]
    pub fn judge(&self, weights: &Weights) -> Judgement {
        judge(&self.marks, self.around, weights)
    }
}

/// The fold of an ad among `folds`, by its place: the same in every run.
#[must_use]
pub fn fold_of(place: usize, folds: usize) -> usize {
    // Neighbours in a file are alike: scatter them.
    place.wrapping_mul(2_654_435_761) / 65_536 % folds.max(1)
}
