//! Species by their epithet: a species that was moved to another genus keeps it.

use std::collections::HashMap;

use super::fold::fold;
use super::scientific::stem;
use super::vocabulary::Rank;
use super::{Species, TaxonId};

/// An epithet shorter than this is too common to say anything.
const SHORTEST: usize = 4;
/// More species than these with one epithet say nothing either.
const MOST: usize = 3;

/// Species by the stem of their epithet.
#[derive(Debug)]
pub(super) struct Epithets(HashMap<String, Vec<TaxonId>>);

impl Epithets {
    pub(super) fn of(species: &Species) -> Self {
        let mut by_stem: HashMap<String, Vec<TaxonId>> = HashMap::new();
        for id in species.taxa().filter(|id| species.rank(*id) == Rank::Species) {
            if let Some((_, epithet)) = species.name_of(id).split_once(' ') {
                by_stem.entry(stem(&fold(epithet))).or_default().push(id);
            }
        }
        Self(by_stem)
    }
}

impl Species {
    /// Species of other genera that bear `epithet`: within the family of `genus` if that is known,
    /// else anywhere, unless there are many.
    pub(super) fn with_epithet(&self, epithet: &str, genus: Option<TaxonId>) -> Vec<TaxonId> {
        if epithet.len() < SHORTEST {
            return Vec::new();
        }
        let Epithets(by_stem) = self.epithets.get_or_init(|| Epithets::of(self));
        let bearers = by_stem.get(&stem(epithet)).map_or(&[][..], Vec::as_slice);
        let family =
            genus.map(|genus| self.taxon(genus).family).filter(|family| !family.is_empty());
        let near = |id: &&TaxonId| family.is_none_or(|family| self.taxon(**id).family == family);
        let mut homes: Vec<TaxonId> =
            bearers.iter().filter(near).map(|id| self.home(*id)).collect();
        homes.sort_unstable();
        homes.dedup();
        if homes.len() > MOST { Vec::new() } else { homes }
    }
}
