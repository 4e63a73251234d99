//! Fits the weights to labelled ads.
//!
//! A logistic regression with few parameters: the log-odds of an ad are its
//! points above the threshold, [`SCALE`] points a unit. Each weight is drawn
//! towards the value that it has already, so that a few dozen ads adapt the
//! table without overthrowing it, and keeps its sign: a negative context never
//! speaks for an ad.

use std::collections::BTreeMap;

use super::judgement::Feature;
use super::labelled::{Labelled, fold_of};
use super::weights::Weights;

/// Points that make one unit of log-odds.
pub const SCALE: f64 = 10.0;
/// Rounds in which the anchor of each ad is chosen anew.
const ROUNDS: usize = 6;
/// Steps in a round.
const STEPS: usize = 60;
/// Points that a weight moves in one step at most.
const STRIDE: f64 = 4.0;

/// How a fit is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// How firmly weights are held where they are.
    pub firmness: f64,
    /// How many ads a positive one counts for.
    pub weight_of_positive: f64,
}

impl Default for Fit {
    fn default() -> Self {
        Self { firmness: 1.0, weight_of_positive: 2.0 }
    }
}

impl Fit {
    /// Fits `start` to `ads`.
    #[must_use]
    pub fn fit<'a, 'b: 'a>(
        self,
        ads: impl Iterator<Item = &'a Labelled<'b>> + Clone,
        start: &Weights,
    ) -> Weights {
        let mut weights = start.clone();
        for _ in 0..ROUNDS {
            let judged: Vec<(Vec<Feature>, bool)> = ads
                .clone()
                .map(|ad| (ad.judge(&weights).features, ad.is_positive))
                .filter(|(features, _)| !features.is_empty())
                .collect();
            for _ in 0..STEPS {
                self.step(&judged, start, &mut weights);
            }
        }
        weights
    }

    /// Moves each weight by a damped Newton step of its own.
    fn step(self, judged: &[(Vec<Feature>, bool)], start: &Weights, weights: &mut Weights) {
        let mut slopes: BTreeMap<&'static str, (f64, f64)> = BTreeMap::new();
        let threshold = weights.get("threshold.flag");
        for (features, is_positive) in judged {
            let points: f64 =
                features.iter().map(|feature| feature.value * weights.get(feature.name)).sum();
            let chance = 1.0 / (1.0 + (-(points - threshold) / SCALE).exp());
            let error = chance - f64::from(u8::from(*is_positive));
            let weight = if *is_positive { self.weight_of_positive } else { 1.0 };
            // How common wildlife is differs from dump to dump: the base stays.
            for feature in features.iter().filter(|feature| feature.name != "base") {
                let slope = slopes.entry(feature.name).or_default();
                slope.0 += weight * error * feature.value;
                slope.1 += weight * chance * (1.0 - chance) * feature.value * feature.value;
            }
        }
        for (name, (slope, curve)) in slopes {
            let now = weights.get(name) / SCALE;
            let was = start.get(name) / SCALE;
            let slope = slope + self.firmness * (now - was);
            let move_by = 0.3 * slope / (curve + self.firmness);
            let stride = STRIDE / SCALE;
            let new = (now - move_by.clamp(-stride, stride)) * SCALE;
            let keeps_sign = if was < 0.0 { new.min(0.0) } else { new.max(0.0) };
            weights.set(name, if was == 0.0 { new } else { keeps_sign });
        }
    }

    /// Judges each ad by weights that were fitted without its fold: points by ad.
    #[must_use]
    pub fn cross_validate(self, ads: &[Labelled<'_>], start: &Weights, folds: usize) -> Vec<f64> {
        let fitted: Vec<Weights> = (0..folds)
            .map(|fold| {
                let others = ads
                    .iter()
                    .enumerate()
                    .filter(|(place, _)| fold_of(*place, folds) != fold)
                    .map(|(_, ad)| ad);
                self.fit(others, start)
            })
            .collect();
        ads.iter()
            .enumerate()
            .map(|(place, ad)| ad.judge(&fitted[fold_of(place, folds)]).points)
            .collect()
    }
}
