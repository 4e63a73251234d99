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

/// Nearness from which two hits belong together.
const NEAR: f64 = 0.5;
/// Words after which a text is mostly the shop's own.
const DEEP: f64 = 80.0;

/// How much more a price says beside the name of an animal or plant that begins the ad.
const NAMED: f64 = 2.2;
/// Words of the title in which such a name stands.
const BEGINNING: usize = 8;

/// How much a fossil takes from a strong code word: the lines of Schreger are those of
/// elephants as well as of mammoths.
const FOSSIL_CODE: f64 = 0.25;

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

/// *not plastic*: what is denied to be an imitation.
fn is_denial(mark: &Mark<'_>) -> bool {
    mark.denied && context(mark) == Some("negative.imitation")
}

/// The features of an ad that is about the mark `anchor`.
pub(super) fn features(marks: &[Mark<'_>], anchor: usize, around: Circumstances) -> Vec<Feature> {
    let mut found = Found { marks, anchor, features: Vec::new() };
    found.add("base", 1.0, None);
    found.anchor();
    found.beside();
    found.negatives();
    found.claims();
    let anchor = &marks[anchor];
    let generic = anchor.standing.partly || anchor.term.kind == Kind::Product;
    for (name, there) in [
        ("price", around.price),
        ("grams", around.grams),
        ("contact", around.contact),
        ("isbn", around.isbn),
        ("category.alive", around.category == Some(Shelf::Alive) && anchor.standing.kept),
        ("category.nature", around.category == Some(Shelf::Nature)),
        ("category.supplies", around.category == Some(Shelf::Supplies)),
        ("category.elsewhere", around.category == Some(Shelf::Elsewhere)),
        ("size", around.size && anchor.standing.kept),
        ("taxon.unknown", around.unknown_name && generic),
    ] {
        if there {
            let value = if name == "price" && found.is_named_for_sale() { NAMED } else { 1.0 };
            found.add(name, value, None);
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
        let is_specific = standing.scientific || anchor.term.weight == Weight::Strong;
        let foreign = match anchor.term.weight {
            Weight::Strong => 0.3,
            Weight::Medium => 0.7,
            Weight::Weak => 1.0,
        };
        for (name, there, value) in [
            ("taxon.kept", is_taxon && standing.kept, if is_specific { 1.0 } else { 0.4 }),
            ("anchor.part", anchor.hit.part, 1.0),
            ("anchor.foreign", anchor.foreign, foreign),
            ("anchor.partly", standing.partly, 1.0),
            ("anchor.below", standing.below, 1.0),
            ("disguised", anchor.hit.disguised, 1.0),
        ] {
            if there {
                self.add(name, value, at);
            }
        }
        let about = |mark: &Mark<'_>| mark.standing.about;
        let more = self.distinct(about, |mark| {
            is_anchor(mark)
                // A list of animals is a set of stamps or a book.
                && (mark.term.kind != Kind::Taxon || !is_taxon)
                && mark.standing.about != anchor.standing.about
                // Jaw, fin and tooth of sharks say no more than one of them.
                && (mark.standing.class != anchor.standing.class || mark.standing.class == 0)
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
        let in_title = |mark: &Mark<'_>| mark.hit.field == 0 && mark.hit.term == anchor.hit.term;
        let depth = f64::from(u32::try_from(anchor.hit.place).unwrap_or(u32::MAX)) / DEEP;
        match anchor.hit.field {
            0 => depth.min(1.0) * 0.5,
            _ if self.marks.iter().any(in_title) => 0.0,
            _ => 0.3 + depth.min(1.0) * 0.7,
        }
    }

    /// True where the title names an animal or plant of a group that is mostly traded
    /// alive, and nothing speaks of something else.
    fn is_named_for_sale(&self) -> bool {
        let Mark { hit, term, standing, .. } = &self.marks[self.anchor];
        let is_name = term.kind == Kind::Taxon
            && (standing.scientific || term.weight == Weight::Strong)
            && !hit.part;
        let is_first = hit.field == 0 && hit.place < BEGINNING;
        let is_clean = self.features.iter().any(|feature| feature.name == "clean");
        is_name && is_first && is_clean && standing.kept
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

    /// How many different kinds of what fits there are.
    fn distinct(&self, kind: impl Fn(&Mark<'_>) -> u32, fits: impl Fn(&Mark<'_>) -> bool) -> u32 {
        let mut kinds: Vec<u32> = self.marks.iter().filter(|mark| fits(mark)).map(kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        u32::try_from(kinds.len()).unwrap_or(u32::MAX)
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
            let more = self.distinct(|mark| mark.hit.term, near).saturating_sub(1);
            if more > 0 {
                self.add("specimen.more", f64::from(more.min(3)), None);
            }
        }
        if let Some((value, mark)) = self.strongest(Kind::Tell) {
            self.add(tell, value, Some(mark));
        }
        for (kind, name) in [(Kind::Offer, "offer"), (Kind::Contact, "contact")] {
            if let Some((value, mark)) = self.strongest(kind) {
                self.add(name, value.max(0.5), Some(mark));
            }
        }
        self.asks();
    }

    /// An ad that asks says so in its title or first words; further on it may be
    /// the shop that buys, too.
    fn asks(&mut self) {
        let asks = self.marks.iter().enumerate().filter(|(_, mark)| mark.term.kind == Kind::Ask);
        let best = asks
            .map(|(at, mark)| {
                let value = match mark.hit.place {
                    0 | 1 => 1.0,
                    _ if mark.hit.field == 0 => share(mark.term.weight),
                    _ => 0.25 * share(mark.term.weight),
                };
                (value, at)
            })
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        if let Some((value, mark)) = best {
            self.add("ask", value, Some(mark));
        }
    }

    /// The strongest hit of `kind` by weight and nearness to the anchor.
    fn strongest(&self, kind: Kind) -> Option<(f64, usize)> {
        let anchor = &self.marks[self.anchor].hit;
        self.marks
            .iter()
            .enumerate()
            .filter(|(_, mark)| {
                mark.term.kind == kind
                    || (kind == Kind::Tell && is_denial(mark))
                    || (kind == Kind::Specimen && self.is_work_in_it(mark))
            })
            .filter(|(_, mark)| mark.hit.part || !same_words(&mark.hit, anchor))
            .filter(|(_, mark)| !self.is_said_already(mark))
            .map(|(at, mark)| {
                let near = nearness(&mark.hit, anchor);
                // Schreger lines prove the same wherever the ad speaks of them.
                let proves = kind == Kind::Tell && mark.term.weight == Weight::Strong;
                (self.share(mark) * if proves { near.max(0.75) } else { near }, at)
            })
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
    }

    /// True for work that is typical of the material: *puzzle ball* beside *ivory*.
    fn is_work_in_it(&self, mark: &Mark<'_>) -> bool {
        let anchor = &self.marks[self.anchor];
        anchor.term.kind == Kind::Product
            && mark.term.kind == Kind::Craft
            && mark.standing.about == anchor.standing.about
    }

    /// True for a part that the material itself names: *jaw* beside *shark jaw*.
    fn is_said_already(&self, mark: &Mark<'_>) -> bool {
        let anchor = self.marks[self.anchor].term;
        anchor.kind == Kind::Product
            && mark.term.kind == Kind::Specimen
            && anchor.text().contains(mark.term.text())
    }

    /// How much a part or form says: *male* or *seedling* much beside an animal
    /// or plant that is mostly traded alive.
    fn share(&self, mark: &Mark<'_>) -> f64 {
        let anchor = &self.marks[self.anchor];
        let share = share(mark.term.weight);
        let is_kept = anchor.term.kind == Kind::Taxon && anchor.standing.kept;
        if is_kept && mark.living { share.max(0.65) } else { share }
    }

    /// For each context the strongest word of it.
    fn negatives(&mut self) {
        let anchor = &self.marks[self.anchor].hit;
        let of_sharks = self.marks.iter().any(is_of_sharks);
        let is_code = anchor_feature(&self.marks[self.anchor]) == "code.strong";
        let mut contexts: BTreeMap<&'static str, (f64, usize)> = BTreeMap::new();
        for (at, mark) in self.marks.iter().enumerate() {
            let Some(name) = context(mark).filter(|_| !mark.denied) else { continue };
            if at == self.anchor && name == "negative.print" {
                continue;
            }
            let name = if name == "negative.fossil" && of_sharks { SHARK_FOSSIL } else { name };
            let near = nearness(&mark.hit, anchor);
            // What the title says holds for the text.
            let near = if mark.hit.field == 0 && anchor.field != 0 { near.max(0.6) } else { near };
            let value = match mark.term.weight {
                // Settles the whole ad.
                Weight::Strong => 1.0,
                _ if mark.term.kind == Kind::Product => 0.9 * near,
                Weight::Medium => 0.9 * near,
                Weight::Weak => 0.4 * near,
            };
            let value = match name {
                "negative.pet-supplies" => supplies(value, &mark.hit, anchor),
                "negative.fossil" if is_code => FOSSIL_CODE * value,
                _ => value,
            };
            let known = contexts.entry(name).or_insert((value, at));
            if value > known.0 {
                *known = (value, at);
            }
        }
        if contexts.values().all(|(value, _)| *value < 0.3) {
            self.add("clean", 1.0, None);
        }
        for (name, (value, at)) in contexts {
            self.add(name, value, Some(at));
        }
    }

    fn claims(&mut self) {
        let mut claims: BTreeMap<&'static str, (f64, usize)> = BTreeMap::new();
        for (at, mark) in self.marks.iter().enumerate() {
            if mark.term.kind == Kind::Legality
                && let Some(name) = mark.term.refers_to().next().and_then(|to| claim_feature(to))
            {
                let value = share(mark.term.weight);
                let known = claims.entry(name).or_insert((value, at));
                if value > known.0 {
                    *known = (value, at);
                }
            }
        }
        for (name, (value, at)) in claims {
            self.add(name, value, Some(at));
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

/// The context that a mark speaks of: a fossil is named as a product, too.
fn context(mark: &Mark<'_>) -> Option<&'static str> {
    let to = mark.term.refers_to().next()?;
    match mark.term.kind {
        Kind::Negative => negative_feature(to),
        Kind::Product if to.starts_with("fossil") || to == "mammoth-ivory" => {
            Some("negative.fossil")
        }
        // Cow leather with the grain of a crocodile is a print of it.
        Kind::Product if to == "printed-leather" => Some("negative.print"),
        _ => None,
    }
}

/// Fossil teeth of sharks are a souvenir that is sold by the thousand, other fossils are not.
const SHARK_FOSSIL: &str = "negative.fossil-shark";

fn is_of_sharks(mark: &Mark<'_>) -> bool {
    mark.term
        .refers_to()
        .any(|to| to.starts_with("shark-") || matches!(to, "fossil-shark-tooth" | "Elasmobranchii"))
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

/// What is offered is named first: *cage for a parrot*, but *parrot with cage*.
fn supplies(value: f64, hit: &Hit, anchor: &Hit) -> f64 {
    let is_first = (hit.place, hit.start) < (anchor.place, anchor.start);
    if hit.field == 0 && (is_first || anchor.field != 0) {
        value.max(0.8) * 2.0
    } else {
        value * 0.4
    }
}

/// How much two hits have to do with each other, by the words between them.
fn nearness(a: &Hit, b: &Hit) -> f64 {
    let (first, last) = if a.place <= b.place { (a, b) } else { (b, a) };
    let between = last.place.saturating_sub(first.place + first.after - first.first);
    let near = match between {
        0 | 1 => 1.0,
        2 | 3 => 0.8,
        4..=8 => 0.6,
        9..=20 => 0.4,
        21..=40 => 0.25,
        _ => 0.15,
    };
    if a.field == b.field { near } else { near * 0.9 }
}

/// True for hits that share letters: in a text without spaces a run is one word.
fn same_words(a: &Hit, b: &Hit) -> bool {
    a.field == b.field && a.start < b.end && b.start < a.end
}
