//! The words of ads in every language, compiled for matching.
//!
//! [`Vocabulary`] is what a scan matches with: the word lists of
//! `species-data/lexicon/`, the products they speak of and the names of taxa,
//! compiled by `build.rs`, and lists of one's own. [`Lexicon`] is the lists as
//! editors see them. Words are folded ([`fold`]), cut ([`words`]), and found by
//! [`index::Index`] in the forms that [`inflection`] knows.

pub mod check;
pub mod endings;
pub mod fold;
pub mod function_words;
pub mod index;
pub mod inflection;
pub mod language;
pub mod letters;
pub mod read;
pub mod term;
mod vocabulary;
pub mod words;

use std::collections::BTreeMap;
use std::io::Read as _;

pub use index::Index;
pub use language::{Language, Languages};
pub use read::{ListError, Row};
pub use term::{Inflection, Kind, Term, Weight};
pub use vocabulary::Vocabulary;

mod shipped {
    //! The word lists as `build/lexicon.rs` found them.
    include!(concat!(env!("OUT_DIR"), "/lexicon_files.rs"));
}

/// A word list: the language in its name, and its rows.
#[derive(Clone, Debug)]
pub struct List {
    /// The name of its file.
    pub file: String,
    /// Its rows in order.
    pub rows: Vec<Row>,
}

/// The word lists and the products they speak of, row by row.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    lists: Vec<List>,
    products: BTreeMap<String, Vec<String>>,
}

impl Lexicon {
    /// The shipped word lists.
    ///
    /// # Panics
    ///
    /// Never in a built program: `build.rs` refuses a list that breaks the format.
    #[must_use]
    pub fn embedded() -> Self {
        let mut lexicon = Self::default();
        for (code, packed) in shipped::LISTS {
            let language = Language::from_code(code).unwrap_or(Language::ANY);
            let mut csv = String::new();
            flate2::read::GzDecoder::new(*packed)
                .read_to_string(&mut csv)
                .expect("build.rs packed this list");
            lexicon
                .add(&csv, &format!("{code}.csv"), language)
                .expect("the shipped lists pass `lexicon check`, a test sees to it");
        }
        lexicon.products = read::products(shipped::PRODUCTS, "products.csv")
            .expect("the shipped table of products is CSV, a test sees to it");
        lexicon
    }

    /// Adds the list `csv` that came from `file`; rows without a column `language`
    /// count in every language.
    ///
    /// # Errors
    ///
    /// A [`ListError`] for each row that breaks the format.
    pub fn with(mut self, csv: &str, file: &str) -> Result<Self, Vec<ListError>> {
        self.add(csv, file, Language::ANY)?;
        Ok(self)
    }

    fn add(&mut self, csv: &str, file: &str, language: Language) -> Result<(), Vec<ListError>> {
        let rows = read::terms(csv, file, language)?;
        self.lists.push(List { file: file.to_owned(), rows });
        Ok(())
    }

    /// The word lists in the order of their languages.
    #[must_use]
    pub fn lists(&self) -> &[List] {
        &self.lists
    }

    /// The taxa that `product` may come from; `None` for an id that is no product.
    #[must_use]
    pub fn product(&self, product: &str) -> Option<&[String]> {
        self.products.get(product).map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::Lexicon;

    #[test]
    fn the_shipped_lists_load() {
        let lexicon = Lexicon::embedded();
        assert!(lexicon.product("ivory").is_some_and(|taxa| !taxa.is_empty()));
    }
}
