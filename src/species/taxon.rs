//! A taxon and its place among the others.

use super::Species;
use super::layout::{NONE, Section, taxon};
use super::vocabulary::{Kingdom, Rank, TaxonKind};

/// Number of a taxon in one data set; worth nothing in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaxonId(pub(super) u32);

/// What the data say of a taxon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taxon<'a> {
    /// Its number.
    pub id: TaxonId,
    /// Scientific name.
    pub name: &'a str,
    /// Rank.
    pub rank: Rank,
    /// Whether the name is in use, another's, a domesticated form's …
    pub kind: TaxonKind,
    /// Animal or plant.
    pub kingdom: Kingdom,
    /// Class, empty where unknown.
    pub class: &'a str,
    /// Order, empty where unknown.
    pub order: &'a str,
    /// Family, empty where unknown.
    pub family: &'a str,
    /// Genus, empty above genus.
    pub genus: &'a str,
    /// A remark, mostly empty.
    pub note: &'a str,
}

impl Species {
    /// Returns what the data say of `id`.
    #[must_use]
    pub fn taxon(&self, id: TaxonId) -> Taxon<'_> {
        let record = self.record(id);
        let (rank, kind, kingdom) = codes(record);
        let [mut class, mut order, mut family, mut genus] = [""; 4];
        for above in self.upward(id) {
            let record = self.record(above);
            let name = self.index.text(record[taxon::NAME]);
            match codes(record).0 {
                Rank::Class => class = name,
                Rank::Order => order = name,
                Rank::Family => family = name,
                Rank::Genus => genus = name,
                _ => {}
            }
        }
        let name = self.index.text(record[taxon::NAME]);
        let note = self.index.text(record[taxon::NOTE]);
        Taxon { id, name, rank, kind, kingdom, class, order, family, genus, note }
    }

    /// Returns every taxon, by name.
    pub fn taxa(&self) -> impl Iterator<Item = TaxonId> + use<> {
        (0..self.index.count(Section::Taxa, taxon::WIDTH)).map(TaxonId)
    }

    /// Returns the taxon that `id` stands for: itself, or the accepted one of a synonym.
    #[must_use]
    pub fn home(&self, id: TaxonId) -> TaxonId {
        TaxonId(self.record(id)[taxon::HOME])
    }

    /// Returns the wild taxon of a domesticated form.
    #[must_use]
    pub fn wild(&self, id: TaxonId) -> Option<TaxonId> {
        present(self.record(id)[taxon::WILD])
    }

    /// Returns the next taxon upward.
    #[must_use]
    pub fn parent(&self, id: TaxonId) -> Option<TaxonId> {
        present(self.record(id)[taxon::PARENT])
    }

    /// Returns the taxon that `id` stands for and all above it.
    pub fn upward(&self, id: TaxonId) -> impl Iterator<Item = TaxonId> {
        // The compiler gives every taxon a parent of a higher rank, so that this ends.
        std::iter::successors(Some(self.home(id)), |id| self.parent(*id))
    }

    /// True when `id` is `above` or below it.
    #[must_use]
    pub fn is_within(&self, id: TaxonId, above: TaxonId) -> bool {
        self.upward(id).any(|id| id == above)
    }

    /// True when a taxon below `id` has a listing on some day.
    pub(super) fn has_listed_below(&self, id: TaxonId) -> bool {
        let [_, _, _, above_listed] = self.record(id)[taxon::CODES].to_le_bytes();
        above_listed == 1
    }

    pub(super) fn rank(&self, id: TaxonId) -> Rank {
        codes(self.record(id)).0
    }

    pub(super) fn kind(&self, id: TaxonId) -> TaxonKind {
        codes(self.record(id)).1
    }

    pub(super) fn name_of(&self, id: TaxonId) -> &str {
        self.index.text(self.record(id)[taxon::NAME])
    }

    pub(super) fn record(&self, id: TaxonId) -> [u32; taxon::WIDTH] {
        self.index.record(Section::Taxa, id.0)
    }
}

fn codes(record: [u32; taxon::WIDTH]) -> (Rank, TaxonKind, Kingdom) {
    let [rank, kind, kingdom, _] = record[taxon::CODES].to_le_bytes();
    (Rank::from_code(rank), TaxonKind::from_code(kind), Kingdom::from_code(kingdom))
}

fn present(id: u32) -> Option<TaxonId> {
    (id != NONE).then_some(TaxonId(id))
}

#[cfg(test)]
mod tests {
    use crate::species::Species;

    #[test]
    fn the_way_upward_ends_for_every_taxon() {
        let species = Species::embedded();
        for id in species.taxa() {
            let way = std::iter::successors(Some(species.home(id)), |id| species.parent(*id));
            assert!(way.take(20).count() < 20, "{} is above itself", species.taxon(id).name);
        }
    }
}
