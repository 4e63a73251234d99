//! What speaks for and against an ad that is about one of its marks.

use std::collections::BTreeMap;

use crate::lexicon::term::CONTEXTS;
use crate::lexicon::{Kind, Weight};

use super::nearness::{nearness, same_words, supplies, title_share};
use super::{Circumstances, Feature, Mark, Shelf, is_anchor};

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

/// The features of an ad that is about the mark `anchor`.
pub(in crate::scan) fn features(
    marks: &[Mark<'_>],
    anchor: usize,
    around: Circumstances,
) -> Vec<Feature> {
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

/// *not plastic*: what is denied to be an imitation.
fn is_denial(mark: &Mark<'_>) -> bool {
    mark.denied && context(mark) == Some("negative.imitation")
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

pub(in crate::scan) fn anchor_feature(mark: &Mark<'_>) -> &'static str {
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
