//! Finds taxa by any name: as written, folded, in another form, with a slip, or through the genus.

use std::collections::BTreeSet;

use serde::Serialize;

use super::fold::{fold, words};
use super::fuzzy;
use super::name::Name;
use super::scientific::Scientific;
use super::vocabulary::{NameKind, Rank};
use super::{Species, TaxonId};

/// How a name was matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MatchKind {
    /// A scientific name in use.
    Accepted,
    /// Another scientific name.
    Synonym,
    /// A common name.
    Common,
    /// A word for a product, such as ivory; the taxon is one that it may come from.
    Product,
    /// Only a higher taxon is known: the genus of a species, the species of a subspecies.
    Genus,
    /// A name with a slip.
    Fuzzy,
}

/// A taxon that a query may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match<'a> {
    /// The taxon, never a mere name of another.
    pub taxon: TaxonId,
    /// The taxon whose name it is: a synonym, an included taxon, or `taxon` itself.
    pub named: TaxonId,
    /// How it was matched.
    pub kind: MatchKind,
    /// The name as the data write it.
    pub name: &'a str,
    /// ISO 639-1 of a common name.
    pub language: Option<&'a str>,
    /// Slips: letters put in, left out, changed or swapped.
    pub distance: u8,
}

/// What a query came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Finding<'a> {
    /// Taxa, likeliest first.
    pub(super) matches: Vec<Match<'a>>,
    /// False when the matches are suggestions only.
    pub(super) sure: bool,
}

/// A phrase of more words is not tried in all its forms.
const MOST_WORDS: usize = 4;
/// How many suggestions are made.
const SUGGESTIONS: usize = 5;

impl Species {
    /// Returns the taxa that `query` may mean, likeliest first; slips are forgiven.
    #[must_use]
    pub fn find(&self, query: &str) -> Vec<Match<'_>> {
        self.search(query).matches
    }

    /// Finds what `query` means, in widening circles.
    pub(super) fn search(&self, query: &str) -> Finding<'_> {
        let key = fold(query);
        let exact = self.under_key(&key, query);
        if !exact.is_empty() {
            return Finding { matches: exact, sure: true };
        }
        let scientific = Scientific::parse(query);
        if let Some(matches) = self.in_another_form(query, &key, scientific.as_ref()) {
            return Finding { matches, sure: true };
        }
        let slips = self.with_slips(&key, scientific.as_ref());
        if slips.sure {
            return slips;
        }
        let Some(name) = scientific.filter(|name| !name.epithets.is_empty()) else {
            return slips;
        };
        let higher = self.through_higher_taxon(&name);
        let moved = self.moved(&name, higher.map(|higher| higher.taxon));
        let matches = higher.into_iter().chain(moved).chain(slips.matches);
        Finding { matches: self.matches(matches), sure: higher.is_some() }
    }

    /// Species that `name` may mean under another genus.
    fn moved(&self, name: &Scientific, higher: Option<TaxonId>) -> Vec<Match<'_>> {
        let epithet = name.epithets.first().map_or("", String::as_str);
        let to_match = |taxon| Match {
            taxon,
            named: taxon,
            kind: MatchKind::Fuzzy,
            name: self.name_of(taxon),
            language: None,
            distance: 0,
        };
        self.with_epithet(epithet, higher).into_iter().map(to_match).collect()
    }

    /// The taxa whose names have this very key, those written as in `query` first.
    fn under_key(&self, key: &str, query: &str) -> Vec<Match<'_>> {
        let Some(number) = self.index.keys().get(key) else {
            return Vec::new();
        };
        let mut names: Vec<Name<'_>> = self.names_of_key(number).collect();
        if names.len() > 1 {
            let lower = query.trim().to_lowercase();
            let as_written = |name: &Name<'_>| name.text.to_lowercase() == lower;
            if query.is_ascii() {
                names.sort_by_key(|name| !as_written(name));
            } else if names.iter().any(as_written) {
                names.retain(as_written);
            }
        }
        self.matches(names.into_iter().flat_map(|name| self.to_matches(name, 0)))
    }

    /// Names without author and rank, in another gender, in the plural, with umlauts written out.
    fn in_another_form(
        &self,
        query: &str,
        key: &str,
        scientific: Option<&Scientific>,
    ) -> Option<Vec<Match<'_>>> {
        if let Some(name) = scientific {
            let cleaned = name.key();
            if cleaned != key {
                let found = unless_empty(self.under_key(&cleaned, &cleaned));
                if found.is_some() {
                    return found;
                }
            }
            let endings =
                name.other_endings().into_iter().flat_map(|key| self.under_key(&key, &key));
            let latin = endings.filter(|found| found.language.is_none());
            let near = latin.map(|found| Match { distance: 1, ..found });
            let found = unless_empty(self.matches(near));
            if found.is_some() {
                return found;
            }
        }
        common_forms(query, key).iter().find_map(|form| {
            let common =
                self.under_key(form, form).into_iter().filter(|found| found.language.is_some());
            unless_empty(common.collect())
        })
    }

    /// Names that differ by a slip or two; sure when one taxon alone is near enough.
    fn with_slips(&self, key: &str, scientific: Option<&Scientific>) -> Finding<'_> {
        let mut near: Vec<(Match<'_>, NameKind, usize)> = Vec::new();
        for (number, distance) in fuzzy::near(&self.index.keys(), key) {
            for name in self.names_of_key(number) {
                let prefix = shared_prefix(key, &fold(name.text));
                near.extend(
                    self.to_matches(name, distance).into_iter().map(|found| {
                        (Match { kind: MatchKind::Fuzzy, ..found }, name.kind, prefix)
                    }),
                );
            }
        }
        near.sort_by_key(|(found, kind, prefix)| {
            (found.distance, *kind, usize::MAX - prefix, found.name)
        });
        let best = near.first().map_or(0, |(found, _, _)| found.distance);
        let is_latin = |found: &Match<'_>| found.distance == best && found.language.is_none();
        let is_binomial = scientific.is_some_and(|name| !name.epithets.is_empty());
        if is_binomial && near.iter().any(|(found, _, _)| is_latin(found)) {
            near.retain(|(found, _, _)| found.distance > best || is_latin(found));
        }
        let taxa: BTreeSet<TaxonId> = near
            .iter()
            .filter(|(found, _, _)| found.distance == best)
            .map(|(found, _, _)| found.taxon)
            .collect();
        let same_start = near.first().is_some_and(|(_, _, prefix)| *prefix > 0);
        let sure = taxa.len() == 1 && same_start && self.near_enough(key, scientific, best);
        let mut matches = self.matches(near.into_iter().map(|(found, _, _)| found));
        matches.retain(|found| !sure || found.distance == best);
        matches.truncate(SUGGESTIONS);
        Finding { matches, sure }
    }

    /// True when `distance` slips are few for so long a name; in a species of a known genus, for so
    /// long an epithet.
    fn near_enough(&self, key: &str, scientific: Option<&Scientific>, distance: u8) -> bool {
        let known_genus = scientific.filter(|name| {
            let genus = self.index.keys().get(&name.genus);
            !name.epithets.is_empty()
                && genus.is_some_and(|key| self.names_of_key(key).any(|name| name.language == "la"))
        });
        let (letters, shortest) = match known_genus {
            Some(name) => (name.epithets.last().map_or(0, String::len), [5, 8]),
            None => (key.chars().count(), [5, 10]),
        };
        shortest.get(usize::from(distance).wrapping_sub(1)).is_some_and(|least| letters >= *least)
    }

    /// The species of an unknown subspecies, or the genus of an unknown species.
    fn through_higher_taxon(&self, name: &Scientific) -> Option<Match<'_>> {
        let species = name.epithets.first().filter(|_| name.epithets.len() > 1);
        let species = species.map(|epithet| (name.genus.clone() + epithet, Rank::Species));
        let genus = (!name.epithets.is_empty()).then(|| (name.genus.clone(), Rank::Genus));
        species.into_iter().chain(genus).find_map(|(key, rank)| {
            let found = self.under_key(&key, &key).into_iter();
            let mut fitting =
                found.filter(|found| found.language.is_none() && self.rank(found.named) == rank);
            fitting.next().map(|found| Match { kind: MatchKind::Genus, ..found })
        })
    }

    /// The taxa that `name` means: one, or those that a product may come from.
    fn to_matches<'a>(&self, name: Name<'a>, distance: u8) -> Vec<Match<'a>> {
        let to_match = |taxon, named, kind, language| Match {
            taxon,
            named,
            kind,
            name: name.text,
            language,
            distance,
        };
        let one =
            |kind, language| vec![to_match(self.home(name.taxon), name.taxon, kind, language)];
        match name.kind {
            NameKind::Scientific => one(MatchKind::Accepted, None),
            NameKind::Synonym => one(MatchKind::Synonym, None),
            NameKind::Product => {
                let product = MatchKind::Product;
                let (_, taxa) = self.product(&name);
                taxa.map(|taxon| to_match(taxon, taxon, product, Some(name.language))).collect()
            }
            _ => one(MatchKind::Common, Some(name.language)),
        }
    }

    /// Each taxon once, by its first match.
    fn matches<'a>(&self, all: impl Iterator<Item = Match<'a>>) -> Vec<Match<'a>> {
        let mut first: Vec<Match<'a>> = Vec::new();
        for found in all {
            if !first.iter().any(|earlier| earlier.taxon == found.taxon) {
                first.push(found);
            }
        }
        first
    }
}

fn unless_empty(matches: Vec<Match<'_>>) -> Option<Vec<Match<'_>>> {
    (!matches.is_empty()).then_some(matches)
}

/// Keys of a common name in other forms: singular for plural, umlauts for `ae`, `oe`, `ue`.
fn common_forms(query: &str, key: &str) -> Vec<String> {
    let mut forms = Vec::new();
    if ["ae", "oe", "ue"].iter().any(|pair| key.contains(pair)) {
        forms.push(key.replace("ae", "a").replace("oe", "o").replace("ue", "u"));
    }
    let long = |stem: &str| stem.chars().count() > 3;
    for ending in ["s", "es", "n", "en", "e", "er", "x"] {
        forms.extend(key.strip_suffix(ending).filter(|stem| long(stem)).map(str::to_owned));
    }
    forms.extend(key.strip_suffix("ies").filter(|stem| long(stem)).map(|stem| format!("{stem}y")));
    forms.extend(phrase_forms(&words(query)));
    forms
}

/// Keys of a phrase with its words in other forms, in every mixture: *halcones peregrinos*, *lynx
/// boréaux*, *Europäische Uhu*.
fn phrase_forms(words: &[String]) -> Vec<String> {
    if words.len() > MOST_WORDS {
        return Vec::new();
    }
    let mut keys = vec![String::new()];
    for word in words {
        let forms = word_forms(word);
        keys = keys.iter().flat_map(|key| forms.iter().map(move |f| key.clone() + f)).collect();
    }
    keys
}

/// `word` and what it may be the plural or another ending of.
fn word_forms(word: &str) -> Vec<String> {
    let mut forms = vec![word.to_owned()];
    let stem = |ending: &str| word.strip_suffix(ending).filter(|stem| stem.len() > 2);
    forms.extend(["s", "x", "es"].into_iter().filter_map(stem).map(str::to_owned));
    forms.extend(stem("aux").map(|stem| format!("{stem}al")));
    forms.extend(stem("e").map(|_| format!("{word}r")));
    forms
}

fn shared_prefix(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count()
}
