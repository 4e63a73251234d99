//! All words that a scan knows: the shipped ones and lists of one's own.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::index::sketch::Sketch;
use super::index::{Candidate, Entry, Index, Inside, Seen};
use super::language::Language;
use super::read::{self, ListError};
use super::term::Kind;

/// Compiled terms and the products that they speak of.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    indexes: Vec<Index>,
    /// The number of the first term of each index.
    firsts: Vec<u32>,
    products: BTreeMap<String, Vec<String>>,
    /// The scientific names by epithet and initial, read when they are first asked for.
    abbreviated: OnceLock<Abbreviated>,
}

/// A term, or none where several names are shortened in the same way.
type Abbreviated = FxHashMap<(String, char), Option<u32>>;

impl Vocabulary {
    /// The shipped words: word lists and the names of taxa.
    ///
    /// # Panics
    ///
    /// Never in a built program: `build.rs` wrote what is read here.
    #[must_use]
    pub fn embedded() -> Self {
        let bytes: &'static [u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lexicon.index"));
        let index = Index::open(Cow::Borrowed(bytes)).expect("build.rs wrote this index");
        let products = read::products(super::shipped::PRODUCTS, "products.csv")
            .expect("build.rs read this table");
        Self { indexes: vec![index], firsts: vec![0], products, abbreviated: OnceLock::new() }
    }

    /// Adds the list `csv` that came from `file`; rows without a column `language`
    /// count in every language.
    ///
    /// # Errors
    ///
    /// A [`ListError`] for each row that breaks the format.
    pub fn with_list(mut self, csv: &str, file: &str) -> Result<Self, Vec<ListError>> {
        let rows = read::terms(csv, file, Language::ANY)?;
        self.firsts.push(self.count());
        self.indexes.push(Index::build(rows.into_iter().map(|row| row.term)));
        Ok(self)
    }

    /// The index number `at`: the shipped words, then one list after the other.
    ///
    /// # Panics
    ///
    /// When there are not so many.
    #[must_use]
    pub fn part(&self, at: usize) -> &Index {
        &self.indexes[at]
    }

    /// How many terms there are.
    #[must_use]
    pub fn count(&self) -> u32 {
        let all: usize = self.indexes.iter().map(Index::len).sum();
        u32::try_from(all).unwrap_or(u32::MAX)
    }

    /// The term number `at`.
    #[must_use]
    pub fn term(&self, at: u32) -> Entry<'_> {
        let place = self.firsts.partition_point(|first| *first <= at) - 1;
        self.indexes[place].term(at - self.firsts[place])
    }

    /// The kind of term number `at`.
    #[must_use]
    pub fn kind(&self, at: u32) -> Kind {
        let place = self.firsts.partition_point(|first| *first <= at) - 1;
        self.indexes[place].kind(at - self.firsts[place])
    }

    /// The taxa that `product` may come from; `None` for an id that is no product.
    #[must_use]
    pub fn product(&self, product: &str) -> Option<&[String]> {
        self.products.get(product).map(Vec::as_slice)
    }

    /// Hands `take` the terms whose first word is `word`, and the number of the
    /// index that each is of.
    pub fn at(&self, word: Seen<'_>, mut take: impl FnMut(usize, Candidate, u32)) {
        for (at, (index, first)) in self.indexes.iter().zip(&self.firsts).enumerate() {
            index.at(word, |candidate| take(at, candidate, first + candidate.term));
        }
    }

    /// The scientific name whose genus begins with `initial` and whose second word
    /// is `epithet`; none where there are several.
    #[must_use]
    pub fn abbreviated(&self, initial: &str, epithet: &str) -> Option<u32> {
        let names = self.abbreviated.get_or_init(|| self.read_abbreviated());
        *names.get(&(epithet.to_owned(), initial.chars().next()?))?
    }

    fn read_abbreviated(&self) -> Abbreviated {
        let mut names = Abbreviated::default();
        for at in (0..self.count()).filter(|at| self.kind(*at) == Kind::Taxon) {
            let term = self.term(at);
            if !term.languages.has(Language::LATIN) {
                continue;
            }
            let mut words = term.text().split(' ');
            if let (Some(genus), Some(epithet), None) = (words.next(), words.next(), words.next())
                && let Some(initial) = genus.chars().next()
            {
                let meant = |at: u32| self.term(at).refers_to().next();
                names
                    .entry((epithet.to_lowercase(), initial.to_ascii_lowercase()))
                    .and_modify(|known| *known = known.filter(|other| meant(*other) == meant(at)))
                    .or_insert(Some(at));
            }
        }
        names
    }

    /// A sketch of the terms that an ad can be about.
    #[must_use]
    pub fn sketch(&self) -> Sketch<'_> {
        Sketch::of(&self.indexes)
    }

    /// Hands `take` the terms that stand inside `run`.
    pub fn inside(&self, run: &str, mut take: impl FnMut(Inside)) {
        for (index, first) in self.indexes.iter().zip(&self.firsts) {
            index.inside(run, |inside| take(Inside { term: first + inside.term, ..inside }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Seen, Vocabulary};

    #[test]
    fn words_of_ones_own_stand_beside_the_shipped_ones() {
        let csv = "term,kind,refers_to\nblorx,code,ivory\n";
        let words = Vocabulary::embedded().with_list(csv, "my.csv").unwrap();
        for form in ["blorx", "ivory"] {
            let mut found = Vec::new();
            words.at(Seen::of(form), |_, _, term| found.push(words.term(term).text().to_owned()));
            assert!(found.iter().any(|text| text == form), "{form}: {found:?}");
        }
    }
}
