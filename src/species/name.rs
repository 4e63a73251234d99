//! A name and whom it names.

use super::fold::fold;
use super::layout::{Section, name};
use super::vocabulary::NameKind;
use super::{Species, TaxonId};

/// A scientific or common name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'a> {
    /// As written.
    pub text: &'a str,
    /// ISO 639-1; `la` for a scientific name.
    pub language: &'a str,
    /// The taxon that bears the name; see [`Species::home`] for the one that it stands for. Of the
    /// word for a product, which [`Species::names`] leaves out, the number of the product.
    pub taxon: TaxonId,
    /// What kind of name it is.
    pub kind: NameKind,
    /// 15 less the number of sources that attest it, 0 at least.
    pub doubt: u8,
}

impl Species {
    /// Returns every scientific name, synonym and common name, by folded text.
    pub fn names(&self) -> impl Iterator<Item = Name<'_>> {
        self.all_names().filter(|name| name.kind != NameKind::Product)
    }

    /// Every name, the words for products included.
    pub(super) fn all_names(&self) -> impl Iterator<Item = Name<'_>> {
        (0..self.index.count(Section::Names, name::WIDTH)).map(|id| self.name(id))
    }

    /// The products table's row for a name of the kind [`NameKind::Product`]: its id, and the taxa
    /// that it may come from.
    pub(super) fn product(&self, name: &Name<'_>) -> (&str, impl Iterator<Item = TaxonId>) {
        let [id, taxa, ..] = self
            .index
            .record::<4>(Section::Products, name.taxon.0)
            .map(|text| self.index.text(text));
        (id, taxa.split('|').filter_map(|taxon| self.with_scientific_name(taxon)))
    }

    /// The taxon with this scientific name.
    fn with_scientific_name(&self, text: &str) -> Option<TaxonId> {
        let number = self.index.keys().get(fold(text))?;
        let mut names = self.names_of_key(number);
        let scientific = [NameKind::Scientific, NameKind::Synonym];
        names.find(|name| scientific.contains(&name.kind)).map(|name| self.home(name.taxon))
    }

    /// Returns the common names of `taxon`, best kind first.
    #[must_use]
    pub fn common_names(&self, taxon: TaxonId) -> Vec<Name<'_>> {
        let is_common = |name: &Name<'_>| name.taxon == taxon && name.kind >= NameKind::Common;
        let mut names: Vec<_> = self.names().filter(is_common).collect();
        names.sort_by_key(|name| (name.language, name.kind, name.doubt, name.text));
        names
    }

    /// The names under the key number `key`, best first.
    pub(super) fn names_of_key(&self, key: u64) -> impl Iterator<Item = Name<'_>> {
        let at = usize::try_from(key).expect("keys are counted in words");
        let start = self.index.word(Section::KeyStarts, at);
        let end = self.index.word(Section::KeyStarts, at + 1);
        (start..end).map(|id| self.name(id))
    }

    fn name(&self, id: u32) -> Name<'_> {
        let record = self.index.record::<{ name::WIDTH }>(Section::Names, id);
        let codes = record[name::CODES];
        let [kind, ..] = codes.to_le_bytes();
        Name {
            text: self.index.text(record[name::TEXT]),
            language: self.index.text(codes >> 8),
            taxon: TaxonId(record[name::TAXON]),
            kind: NameKind::from_code(kind & 15),
            doubt: kind >> 4,
        }
    }
}
