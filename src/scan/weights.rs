//! The points of each feature, from `species-data/lexicon/weights.csv`.

use rustc_hash::FxHashMap;

/// What is wrong with a table of weights.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeightsError {
    /// A row is no CSV, or its points are no number.
    #[error("{file}:{line}: {what}")]
    Row {
        /// The file.
        file: String,
        /// The line.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// A feature that the program reads has no row.
    #[error("{file}: the feature `{feature}` is missing")]
    Missing {
        /// The file.
        file: String,
        /// The feature.
        feature: String,
    },
}

/// Points by feature.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights {
    points: FxHashMap<String, f64>,
}

impl Weights {
    /// The shipped weights.
    ///
    /// # Panics
    ///
    /// Never in a built program: a test loads them.
    #[must_use]
    pub fn embedded() -> Self {
        Self::read(include_str!("../../species-data/lexicon/weights.csv"), "weights.csv")
            .expect("the shipped weights are sound, a test sees to it")
    }

    /// Reads the table `csv` that came from `file`.
    ///
    /// # Errors
    ///
    /// The first row that is wrong.
    pub fn read(csv: &str, file: &str) -> Result<Self, WeightsError> {
        let row_error =
            |line, what: String| WeightsError::Row { file: file.to_owned(), line, what };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(csv.as_bytes());
        let mut points = FxHashMap::default();
        for record in reader.records() {
            let record = record.map_err(|err| {
                row_error(err.position().map_or(0, csv::Position::line), err.to_string())
            })?;
            let line = record.position().map_or(0, csv::Position::line);
            let text = record.get(1).unwrap_or("");
            let value: f64 = text
                .parse()
                .map_err(|_| row_error(line, format!("`{text}` is no number of points")))?;
            points.insert(record[0].to_owned(), value);
        }
        Ok(Self { points })
    }

    /// The points of `feature`, 0 when it has no row.
    #[must_use]
    pub fn get(&self, feature: &str) -> f64 {
        self.points.get(feature).copied().unwrap_or(0.0)
    }

    /// The weights of a scope: a row `scope/feature` there stands for `feature`.
    #[must_use]
    pub fn scoped(&self, scope: &str) -> Self {
        let mut points = self.points.clone();
        for (name, value) in self.iter() {
            if let Some((of, feature)) = name.split_once('/')
                && of == scope
            {
                points.insert(feature.to_owned(), value);
            }
        }
        Self { points }
    }

    /// Sets the points of `feature`.
    pub fn set(&mut self, feature: &str, points: f64) {
        self.points.insert(feature.to_owned(), points);
    }

    /// All features and their points, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        let mut all: Vec<_> =
            self.points.iter().map(|(name, points)| (name.as_str(), *points)).collect();
        all.sort_unstable_by_key(|(name, _)| *name);
        all.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::Weights;

    #[test]
    fn the_shipped_weights_load() {
        let weights = Weights::embedded();
        assert!(weights.get("threshold.flag") > weights.get("threshold.review"));
    }

    #[test]
    fn a_wrong_number_is_named() {
        let err = Weights::read("feature,points,note\nprice,many,\n", "w.csv").unwrap_err();
        assert_eq!(err.to_string(), "w.csv:2: `many` is no number of points");
    }
}
