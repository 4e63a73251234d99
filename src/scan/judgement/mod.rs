//! The features of an ad, and the points that they come to.
//!
//! What an ad is about is decided by its strongest *anchor*: a product, a code
//! word, a craft or the name of a taxon. What stands around the anchor (parts,
//! tells, negatives) counts by its weight and its nearness; what the ad does
//! (offers, prices, claims) counts once. All points are added; the sum is the score.

mod features;
mod nearness;

use crate::lexicon::index::Entry;

use super::matching::Hit;
use super::weights::Weights;
pub(super) use features::{anchor_feature, features};

/// What a hit may be about, and what the law says of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Some taxon that is meant counts in the scope asked for.
    pub counts: bool,
    /// Some other taxon that is meant does not.
    pub partly: bool,
    /// A group that is mostly traded alive.
    pub kept: bool,
    /// A scientific name.
    pub scientific: bool,
    /// Taxa are meant, and none of them is listed.
    pub exempt: bool,
    /// A number for the class of the taxa that are meant; 0 when there are several.
    pub class: u32,
    /// A number for what is meant: the product, or the first taxon.
    pub about: u32,
    /// Only taxa below the one that is meant are listed.
    pub below: bool,
}

/// A hit, and what is known of it for the judgement.
#[derive(Clone, Copy, Debug)]
pub struct Mark<'a> {
    /// The hit.
    pub hit: Hit,
    /// Its term.
    pub term: Entry<'a>,
    /// What the law says of it; for anchors only.
    pub standing: Standing,
    /// True when the term belongs to another language than the ad.
    pub foreign: bool,
    /// True when a word before it says no: *not plastic*.
    pub denied: bool,
    /// True for a word of living animals or growing plants: *male*, *seedling*.
    pub living: bool,
}

/// What else was read from the ad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// A price is given.
    pub price: bool,
    /// A weight in grams is given.
    pub grams: bool,
    /// A way to reach the seller is given.
    pub contact: bool,
    /// The number of a book is given.
    pub isbn: bool,
    /// A scientific name is given that is not known.
    pub unknown_name: bool,
    /// A length in centimetres is given.
    pub size: bool,
    /// What the shop's category is for.
    pub category: Option<Shelf>,
}

/// What a category of a shop is for, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// Living animals or plants.
    Alive,
    /// What hunters, collectors of nature and dealers in old things trade.
    Nature,
    /// Cages, feed, pots.
    Supplies,
    /// Books, games, toys, software, tickets, courses, vehicles, team wear.
    Elsewhere,
}

/// A feature of an ad.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    /// Its row in the table of weights.
    pub name: &'static str,
    /// How much of it there is, mostly between 0 and 1.
    pub value: f64,
    /// The mark that it was read from, by its place.
    pub mark: Option<usize>,
}

/// What an ad came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgement {
    /// The sum of the points.
    pub points: f64,
    /// The features that were added, the largest first.
    pub features: Vec<Feature>,
    /// The mark that the ad is about.
    pub anchor: Option<usize>,
    /// All marks that the ad may be about: `anchor`, and others that come near it.
    pub anchors: Vec<usize>,
}

/// How many points an anchor may lie behind the strongest one to count as well.
const BEHIND: f64 = 20.0;

/// Judges an ad by its marks.
#[must_use]
pub fn judge(marks: &[Mark<'_>], around: Circumstances, weights: &Weights) -> Judgement {
    let mut judged: Vec<(f64, usize, Vec<Feature>)> = anchors(marks)
        .map(|at| {
            let features = features(marks, at, around);
            (sum(&features, weights), at, features)
        })
        .collect();
    judged.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let near = judged.iter().filter(|other| other.0 >= judged[0].0 - BEHIND);
    let mut anchors: Vec<usize> = near.map(|other| other.1).collect();
    anchors.sort_unstable();
    let Some((points, anchor, features)) = judged.into_iter().next() else {
        return Judgement::default();
    };
    Judgement { points, features: by_size(features, weights), anchor: Some(anchor), anchors }
}

/// The points of [`judge`] alone, by whether a price and whether a contact is given; what
/// `around` says of these is not asked.
pub fn points_by(
    marks: &[Mark<'_>],
    around: Circumstances,
    weights: &Weights,
) -> impl Fn(bool, bool) -> f64 + use<> {
    let around = Circumstances { price: true, contact: true, ..around };
    let weighed = |feature: &Feature| {
        let of_figures = feature.mark.is_none();
        let is = |name| of_figures && feature.name == name;
        (is("price"), is("contact"), feature.value * weights.get(feature.name))
    };
    let anchors: Vec<Vec<(bool, bool, f64)>> = anchors(marks)
        .map(|at| features(marks, at, around).iter().map(weighed).collect())
        .collect();
    move |price, contact| {
        let sums = anchors.iter().map(|features| {
            let counts = |(of_price, of_contact, points): &(bool, bool, f64)| {
                let there = (price || !of_price) && (contact || !of_contact);
                there.then_some(*points)
            };
            features.iter().filter_map(counts).sum()
        });
        sums.max_by(f64::total_cmp).unwrap_or_default()
    }
}

/// The features that count, the largest first.
fn by_size(features: Vec<Feature>, weights: &Weights) -> Vec<Feature> {
    let size = |feature: &Feature| (feature.value * weights.get(feature.name)).abs();
    let mut sized: Vec<(f64, Feature)> =
        features.into_iter().map(|feature| (size(&feature), feature)).collect();
    sized.retain(|(size, _)| *size != 0.0);
    sized.sort_by(|(a, one), (b, two)| b.total_cmp(a).then(one.name.cmp(two.name)));
    sized.into_iter().map(|(_, feature)| feature).collect()
}

/// The sum of the points of `features`.
#[must_use]
pub fn sum(features: &[Feature], weights: &Weights) -> f64 {
    features.iter().map(|feature| feature.value * weights.get(feature.name)).sum()
}

/// The marks that an ad may be about, by their places.
pub(super) fn anchors(marks: &[Mark<'_>]) -> impl Iterator<Item = usize> {
    (0..marks.len()).filter(|at| is_anchor(&marks[*at]))
}

fn is_anchor(mark: &Mark<'_>) -> bool {
    mark.term.kind.is_about() && mark.standing.counts
}
