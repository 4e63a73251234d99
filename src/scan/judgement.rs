//! The features of an ad, and the points that they come to.
//!
//! What an ad is about is decided by its strongest *anchor*: a product, a code
//! word, a craft or the name of a taxon. What stands around the anchor (parts,
//! tells, negatives) counts by its weight and its nearness; what the ad does
//! (offers, prices, claims) counts once. All points are added; the sum is the score.

use std::collections::BTreeMap;

use crate::lexicon::index::Entry;
use crate::lexicon::term::CONTEXTS;
use crate::lexicon::{Kind, Weight};

use super::matching::Hit;
use super::weights::Weights;

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

/// Nearness from which two hits belong together.
const NEAR: f64 = 0.5;
/// Words after which a text is mostly the shop's own.
const DEEP: usize = 60;

/// How many points an anchor may lie behind the strongest one to count as well.
const BEHIND: f64 = 20.0;

/// Judges an ad by its marks.
#[must_use]
pub fn judge(marks: &[Mark<'_>], around: Circumstances, weights: &Weights) -> Judgement {
    let anchors = (0..marks.len()).filter(|at| is_anchor(&marks[*at]));
    let mut judged: Vec<(f64, usize, Vec<Feature>)> = anchors
        .map(|at| {
            let features = features(marks, at, around);
            (sum(&features, weights), at, features)
        })
        .collect();
    judged.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let Some((points, anchor, mut features)) = judged.first().cloned() else {
        return Judgement::default();
    };
    let near = judged.iter().filter(|other| other.0 >= points - BEHIND);
    let mut anchors: Vec<usize> = near.map(|other| other.1).collect();
    anchors.sort_unstable();
    features.retain(|feature| feature.value * weights.get(feature.name) != 0.0);
    features.sort_by(|a, b| {
        let size = |feature: &Feature| (feature.value * weights.get(feature.name)).abs();
        size(b).total_cmp(&size(a)).then(a.name.cmp(b.name))
    });
    Judgement { points, features, anchor: Some(anchor), anchors }
}

/// The sum of the points of `features`.
#[must_use]
pub fn sum(features: &[Feature], weights: &Weights) -> f64 {
    features.iter().map(|feature| feature.value * weights.get(feature.name)).sum()
}

fn is_anchor(mark: &Mark<'_>) -> bool {
    is_about(mark.term.kind) && mark.standing.counts
}

fn is_about(kind: Kind) -> bool {
    matches!(kind, Kind::Taxon | Kind::Product | Kind::Code | Kind::Craft)
}

fn features(marks: &[Mark<'_>], anchor: usize, around: Circumstances) -> Vec<Feature> {
    let mut found = Found { marks, anchor, features: Vec::new() };
    found.add("base", 1.0, None);
    found.anchor();
    found.beside();
    found.negatives();
    found.claims();
    for (name, there) in
        [("price", around.price), ("grams", around.grams), ("contact", around.contact)]
    {
        if there {
            found.add(name, 1.0, None);
        }
    }
    found.features
}

struct Found<'a> {
    marks: &'a [Mark<'a>],
    anchor: usize,
    features: Vec<Feature>,
}

impl Found<'_> {
    fn add(&mut self, name: &'static str, value: f64, mark: Option<usize>) {
        self.features.push(Feature { name, value, mark });
    }

    fn anchor(&mut self) {
        let anchor = &self.marks[self.anchor];
        let at = Some(self.anchor);
        self.add(anchor_feature(anchor), 1.0, at);
        let standing = anchor.standing;
        let is_taxon = anchor.term.kind == Kind::Taxon;
        for (name, there) in [
            ("taxon.kept", is_taxon && standing.kept),
            ("anchor.part", anchor.hit.part),
            ("anchor.foreign", anchor.foreign),
            ("anchor.partly", standing.partly),
            ("disguised", anchor.hit.disguised),
        ] {
            if there {
                self.add(name, 1.0, at);
            }
        }
        let more = self.distinct(|mark| {
            is_anchor(mark)
                && !same_words(&mark.hit, &anchor.hit)
                && nearness(&mark.hit, &anchor.hit) >= NEAR
        });
        if more > 0 {
            self.add("anchor.more", f64::from(more.min(2)), None);
        }
        let buried = self.buried();
        if buried > 0.0 {
            self.add("anchor.buried", buried, at);
        }
        self.unlisted();
    }

    /// How deep in the text the anchor stands, when the title does not speak of it.
    fn buried(&self) -> f64 {
        let anchor = &self.marks[self.anchor];
        let in_title = |mark: &&Mark<'_>| mark.hit.field == 0 && mark.hit.term == anchor.hit.term;
        if anchor.hit.field == 0 || self.marks.iter().any(|mark| in_title(&mark)) {
            return if anchor.hit.first > DEEP { 0.5 } else { 0.0 };
        }
        if anchor.hit.first > DEEP { 1.5 } else { 1.0 }
    }

    /// A taxon that is not listed and is named beside an anchor that could be of it.
    fn unlisted(&mut self) {
        let anchor = &self.marks[self.anchor];
        if anchor.term.weight == Weight::Strong && anchor.term.kind == Kind::Taxon {
            return;
        }
        let named = self.marks.iter().enumerate().filter(|(_, mark)| {
            mark.term.kind == Kind::Taxon
                && mark.standing.exempt
                && (mark.standing.scientific || mark.term.weight == Weight::Strong)
                && mark.standing.class == anchor.standing.class
        });
        let best = named
            .map(|(at, mark)| (nearness(&mark.hit, &anchor.hit).max(title_share(mark)), at))
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        if let Some((value, at)) = best {
            self.add("taxon.unlisted", value, Some(at));
        }
    }

    /// How many different terms fit.
    fn distinct(&self, fits: impl Fn(&Mark<'_>) -> bool) -> u32 {
        let mut terms: Vec<u32> =
            self.marks.iter().filter(|mark| fits(mark)).map(|mark| mark.hit.term).collect();
        terms.sort_unstable();
        terms.dedup();
        u32::try_from(terms.len()).unwrap_or(u32::MAX)
    }

    /// Parts, forms and tells around the anchor.
    fn beside(&mut self) {
        let kind = self.marks[self.anchor].term.kind;
        let (specimen, tell) = match kind {
            Kind::Taxon => ("taxon.specimen", "taxon.tell"),
            Kind::Craft => ("craft.specimen", "craft.tell"),
            _ => ("product.specimen", "product.tell"),
        };
        if let Some((value, mark)) = self.strongest(Kind::Specimen) {
            self.add(specimen, value, Some(mark));
            let anchor = self.marks[self.anchor].hit;
            let near = |mark: &Mark<'_>| {
                mark.term.kind == Kind::Specimen && nearness(&mark.hit, &anchor) >= NEAR
            };
            let more = self.distinct(near).saturating_sub(1);
            if more > 0 {
                self.add("specimen.more", f64::from(more.min(3)), None);
            }
        }
        if let Some((value, mark)) = self.strongest(Kind::Tell) {
            self.add(tell, value, Some(mark));
        }
        for (kind, name) in [(Kind::Offer, "offer"), (Kind::Ask, "ask"), (Kind::Contact, "contact")]
        {
            if let Some((value, mark)) = self.strongest(kind) {
                self.add(name, value.max(0.5), Some(mark));
            }
        }
    }

    /// The strongest hit of `kind` by weight and nearness to the anchor.
    fn strongest(&self, kind: Kind) -> Option<(f64, usize)> {
        let anchor = &self.marks[self.anchor].hit;
        self.marks
            .iter()
            .enumerate()
            .filter(|(_, mark)| mark.term.kind == kind)
            .filter(|(_, mark)| mark.hit.part || !same_words(&mark.hit, anchor))
            .map(|(at, mark)| (share(mark.term.weight) * nearness(&mark.hit, anchor), at))
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
    }

    /// For each context the strongest word of it.
    fn negatives(&mut self) {
        let anchor = &self.marks[self.anchor].hit;
        let mut contexts: BTreeMap<&'static str, (f64, usize)> = BTreeMap::new();
        for (at, mark) in self.marks.iter().enumerate() {
            if mark.term.kind != Kind::Negative {
                continue;
            }
            let Some(name) = mark.term.refers_to().next().and_then(|to| negative_feature(to))
            else {
                continue;
            };
            let value = match mark.term.weight {
                // Settles the whole ad.
                Weight::Strong => 1.0,
                Weight::Medium => 0.9 * nearness(&mark.hit, anchor),
                Weight::Weak => 0.4 * nearness(&mark.hit, anchor),
            };
            let known = contexts.entry(name).or_insert((value, at));
            if value > known.0 {
                *known = (value, at);
            }
        }
        for (name, (value, at)) in contexts {
            self.add(name, value, Some(at));
        }
    }

    fn claims(&mut self) {
        let mut claims: BTreeMap<&'static str, usize> = BTreeMap::new();
        for (at, mark) in self.marks.iter().enumerate() {
            if mark.term.kind == Kind::Legality
                && let Some(name) = mark.term.refers_to().next().and_then(|to| claim_feature(to))
            {
                claims.entry(name).or_insert(at);
            }
        }
        for (name, at) in claims {
            self.add(name, 1.0, Some(at));
        }
    }
}

pub(super) fn anchor_feature(mark: &Mark<'_>) -> &'static str {
    match (mark.term.kind, mark.term.weight) {
        (Kind::Product, Weight::Strong) => "product.strong",
        (Kind::Product, Weight::Medium) => "product.medium",
        (Kind::Product, _) => "product.weak",
        (Kind::Code, Weight::Strong) => "code.strong",
        (Kind::Code, Weight::Medium) => "code.medium",
        (Kind::Code, _) => "code.weak",
        (Kind::Craft, Weight::Strong) => "craft.strong",
        (Kind::Craft, Weight::Medium) => "craft.medium",
        (Kind::Craft, _) => "craft.weak",
        _ if mark.standing.scientific => "taxon.scientific",
        (_, Weight::Strong) => "taxon.phrase",
        (_, Weight::Medium) => "taxon.word",
        (_, Weight::Weak) => "taxon.short",
    }
}

fn negative_feature(context: &str) -> Option<&'static str> {
    CONTEXTS.iter().find(|(known, _)| *known == context).map(|(_, feature)| *feature)
}

fn claim_feature(claim: &str) -> Option<&'static str> {
    Some(match claim {
        "certificate" | "export-permit" => "claim.document",
        "ring" | "chip" => "claim.mark",
        "captive-bred" | "wild-caught" => "claim.bred",
        "antique" | "pre-1947" | "pre-convention" => "claim.age",
        "no-papers" => "claim.no-papers",
        _ => return None,
    })
}

fn share(weight: Weight) -> f64 {
    match weight {
        Weight::Strong => 1.0,
        Weight::Medium => 0.75,
        Weight::Weak => 0.4,
    }
}

/// What stands in the title counts for the whole ad.
fn title_share(mark: &Mark<'_>) -> f64 {
    if mark.hit.field == 0 { 0.8 } else { 0.0 }
}

/// How much two hits have to do with each other, by the words between them.
fn nearness(a: &Hit, b: &Hit) -> f64 {
    if a.field != b.field {
        return 0.35;
    }
    let between = a.first.max(b.first).saturating_sub(a.after.min(b.after));
    match between {
        0 | 1 => 1.0,
        2 | 3 => 0.8,
        4..=8 => 0.55,
        9..=20 => 0.35,
        _ => 0.2,
    }
}

fn same_words(a: &Hit, b: &Hit) -> bool {
    a.field == b.field && a.first < b.after && b.first < a.after
}
