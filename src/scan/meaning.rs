//! What a term is about, and what the law says of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, OnceLock, PoisonError};

use jiff::civil::Date;

use crate::lexicon::index::Entry;
use crate::lexicon::{Kind, Language, Vocabulary, fold};
use crate::species::{Kingdom, Species, TaxonId};

use super::judgement::Standing;

/// Which specimens are looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Specimens of taxa that CITES or the EU lists.
    #[default]
    Listed,
    /// Products of any animal.
    Wildlife,
}

/// A taxon that a term may mean, and its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meant {
    /// The taxon.
    pub taxon: TaxonId,
    /// Its Appendices, joined by `/`, or those of listed taxa below it.
    pub appendix: Option<String>,
    /// Its Annexes, joined by `/`, or those of listed taxa below it.
    pub annex: Option<String>,
    /// True when only taxa below it are listed.
    pub below: bool,
}

impl Meant {
    /// True when the taxon or one below it is listed.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.appendix.is_some() || self.annex.is_some()
    }
}

/// What a term is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// The product, where the term is one.
    pub product: Option<String>,
    /// The taxa that it may come from.
    pub taxa: Vec<Meant>,
    /// How it counts in the judgement.
    pub standing: Standing,
}

/// Terms that trade in the living or growing is mostly about.
const KEPT: &str = include_str!("../../species-data/lexicon/kept.csv");

/// Animals that people keep, and that are no wildlife.
const DOMESTIC: &str = include_str!("../../species-data/lexicon/domestic.csv");

/// The taxa that the first column of `csv` names.
fn taxa_of(csv: &str, species: &Species) -> BTreeSet<TaxonId> {
    csv.lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .filter_map(|name| Some(species.find(name).first()?.taxon))
        .collect()
}

/// Looks up what terms mean, each once.
#[derive(Debug)]
pub struct Meanings<'a> {
    species: &'a Species,
    vocabulary: &'a Vocabulary,
    on: Date,
    scope: Scope,
    kept: BTreeSet<TaxonId>,
    domestic: BTreeSet<TaxonId>,
    by_term: Vec<OnceLock<Meaning>>,
    by_taxon: Mutex<BTreeMap<TaxonId, Meant>>,
}

impl<'a> Meanings<'a> {
    /// Prepares to look up the terms of `vocabulary`.
    #[must_use]
    pub fn new(species: &'a Species, vocabulary: &'a Vocabulary, on: Date, scope: Scope) -> Self {
        let kept = taxa_of(KEPT, species);
        let domestic = taxa_of(DOMESTIC, species);
        let count = vocabulary.count() as usize;
        let by_term = std::iter::repeat_with(OnceLock::new).take(count).collect();
        let by_taxon = Mutex::default();
        Self { species, vocabulary, on, scope, kept, domestic, by_term, by_taxon }
    }

    /// What the term number `at` means.
    #[must_use]
    pub fn of(&self, at: u32) -> &Meaning {
        self.by_term[at as usize].get_or_init(|| self.look_up(&self.vocabulary.term(at)))
    }

    fn look_up(&self, term: &Entry<'_>) -> Meaning {
        let (mut named, mut of_product): (Vec<&str>, Vec<&str>) = Default::default();
        let mut product = None;
        let mut known_product = false;
        for to in term.refers_to() {
            match self.vocabulary.product(to) {
                Some(taxa) if term.kind != Kind::Taxon => {
                    known_product = true;
                    product.get_or_insert_with(|| to.to_owned());
                    of_product.extend(taxa.iter().map(String::as_str));
                }
                _ => named.push(to),
            }
        }
        // A serval's kitten is no caracal's: what the term names by itself is what is meant.
        let names = if named.is_empty() { of_product } else { named };
        let mut seen = BTreeSet::new();
        let taxa: Vec<Meant> = names
            .iter()
            .filter_map(|name| Some(self.species.find(name).first()?.taxon))
            .filter(|taxon| seen.insert(*taxon))
            .map(|taxon| self.meant(taxon))
            .collect();
        let standing = self.standing(term, &taxa, known_product);
        Meaning { product, taxa, standing }
    }

    /// What the law says of `taxon`. Many terms mean the same one.
    fn meant(&self, taxon: TaxonId) -> Meant {
        let known = || self.by_taxon.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(meant) = known().get(&taxon) {
            return meant.clone();
        }
        let meant = self.look_up_taxon(taxon);
        known().insert(taxon, meant.clone());
        meant
    }

    fn look_up_taxon(&self, taxon: TaxonId) -> Meant {
        let status = self.species.status(taxon, self.on);
        let (appendix, annex) = (status.appendix, status.annex);
        if appendix.is_some() || annex.is_some() {
            // Who sells a pangolin most likely sells one of those that the row of Manis leaves out.
            let most = self.species.of_most_species(taxon, self.on);
            let both = |own: Option<String>, most: Option<String>| {
                let all: BTreeSet<String> = [most, own].into_iter().flatten().collect();
                (!all.is_empty()).then(|| Vec::from_iter(all).join("/"))
            };
            let (appendix, annex) = match most {
                Some(most) => (both(appendix, most.appendix), both(annex, most.annex)),
                None => (appendix, annex),
            };
            return Meant { taxon, appendix, annex, below: false };
        }
        match self.species.below(taxon, self.on) {
            Some(below) => {
                Meant { taxon, appendix: below.appendix, annex: below.annex, below: true }
            }
            None => Meant { taxon, appendix, annex, below: false },
        }
    }

    fn standing(&self, term: &Entry<'_>, taxa: &[Meant], known_product: bool) -> Standing {
        let listed = taxa.iter().filter(|meant| meant.is_listed()).count();
        let animal = taxa.iter().any(|meant| {
            self.species.taxon(meant.taxon).kingdom == Kingdom::Animalia
                && !self.domestic.contains(&meant.taxon)
        });
        let counts = match self.scope {
            Scope::Listed => listed > 0,
            Scope::Wildlife => animal || (taxa.is_empty() && known_product && !is_of_none(term)),
        };
        let is_name = term.kind == Kind::Taxon;
        Standing {
            counts,
            partly: self.scope == Scope::Listed && listed < taxa.len(),
            kept: is_name && taxa.iter().any(|meant| self.is_kept(meant.taxon)),
            exempt: listed == 0 && !taxa.is_empty(),
            class: self.class(taxa),
            about: about(term, taxa),
            below: self.scope == Scope::Listed
                && !taxa.is_empty()
                && taxa.iter().all(|meant| meant.below || !meant.is_listed()),
            scientific: is_name && term.languages.has(Language::LATIN) && term.text().contains(' '),
        }
    }

    /// A number for the one class that all `taxa` belong to.
    fn class(&self, taxa: &[Meant]) -> u32 {
        let mut names = taxa.iter().map(|meant| self.species.taxon(meant.taxon).class);
        let Some(first) = names.next().filter(|name| !name.is_empty()) else { return 0 };
        if names.any(|name| name != first) {
            return 0;
        }
        fold::accents(first)
    }

    fn is_kept(&self, taxon: TaxonId) -> bool {
        self.species.upward(taxon).any(|above| self.kept.contains(&above))
    }
}

/// A number for the product that a term is, else for the first taxon that it means.
fn about(term: &Entry<'_>, taxa: &[Meant]) -> u32 {
    match (term.kind, taxa.first()) {
        (Kind::Taxon, Some(meant)) => fold::accents(&format!("{:?}", meant.taxon)),
        _ => term.refers_to().next().map_or(0, fold::accents),
    }
}

/// Products of plants that are not listed, and of cattle, sheep and other domestic animals.
fn is_of_none(term: &Entry<'_>) -> bool {
    const OF_NONE: &[&str] = &[
        "sandalwood",
        "succulent",
        "cow-skin",
        "bone-cattle",
        "horn-cattle",
        "goat-skin",
        "sheepskin",
        "horsehair",
        "horse-leather",
        "pig-leather",
        "silk",
        "caviar-substitute",
    ];
    term.refers_to().any(|to| OF_NONE.contains(&to))
}
