//! What products are called in the languages of reports and letters.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::report::Language;

/// `id,en,fr,de,nl,not_in_list`; a name is one of the word list of its language for that
/// product, apart from those of the languages that the last column names: a test sees to it.
const TABLE: &str = include_str!("../../species-data/product-names.csv");

static NAMES: LazyLock<BTreeMap<String, [String; 4]>> = LazyLock::new(read);

fn read() -> BTreeMap<String, [String; 4]> {
    let mut table = csv::Reader::from_reader(TABLE.as_bytes());
    let rows = table.records().map(|row| {
        let row = row.expect("a test reads the table");
        let cell = |at| row.get(at).unwrap_or_default().to_owned();
        (cell(0), [cell(1), cell(2), cell(3), cell(4)])
    });
    rows.collect()
}

/// The name of the product `id` in `language`, where one is known.
#[must_use]
pub fn name(id: &str, language: Language) -> Option<&'static str> {
    let at = match language {
        Language::En => 0,
        Language::Fr => 1,
        Language::De => 2,
        Language::Nl => 3,
    };
    let names: &'static BTreeMap<String, [String; 4]> = &NAMES;
    names.get(id).map(|names| names[at].as_str()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{NAMES, TABLE, name};
    use crate::case::report::Language;
    use crate::lexicon::{Lexicon, fold::fold};

    /// Letters only: a name may write with a hyphen what the list writes in two words.
    fn letters(text: &str) -> String {
        fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
    }

    #[test]
    fn a_product_has_its_name_in_the_readers_language_or_none() {
        assert_eq!(name("ivory", Language::De), Some("Elfenbein"));
        assert_eq!(name("rhino-horn", Language::Fr), Some("corne de rhinocéros"));
        assert_eq!(name("monkey-live", Language::Nl), Some("levende aap"));
        assert_eq!(name("butterfly-birdwing", Language::Nl), None);
        assert_eq!(name("no-such-product", Language::En), None);
    }

    /// The languages of each product whose name is in no list, as the table says.
    fn said_to_be_in_no_list() -> BTreeSet<(String, String)> {
        let mut table = csv::Reader::from_reader(TABLE.as_bytes());
        let rows = table.records().map(Result::unwrap);
        rows.flat_map(|row| {
            let languages = row[5].split_whitespace().map(str::to_owned);
            languages.map(|code| (row[0].to_owned(), code)).collect::<Vec<_>>()
        })
        .collect()
    }

    #[test]
    fn every_product_has_a_name() {
        let products = include_str!("../../species-data/products.csv");
        for row in csv::Reader::from_reader(products.as_bytes()).records() {
            let id = row.unwrap()[0].to_owned();
            assert!(name(&id, Language::En).is_some(), "{id}");
        }
    }

    #[test]
    fn every_name_is_a_word_of_the_list_of_its_language_for_that_product() {
        let own = said_to_be_in_no_list();
        let lexicon = Lexicon::embedded();
        for language in [Language::En, Language::Fr, Language::De, Language::Nl] {
            let file = format!("{}.csv", language.code());
            let list = lexicon.lists().iter().find(|list| list.file == file).unwrap();
            let words: BTreeSet<(String, String)> = list
                .rows
                .iter()
                .flat_map(|row| {
                    let of = |id: &String| (id.clone(), letters(&row.term.text));
                    row.term.refers_to.iter().map(of)
                })
                .collect();
            for id in NAMES.keys() {
                assert!(lexicon.product(id).is_some(), "{id} is no product");
                let Some(name) = name(id, language) else { continue };
                let known = words.contains(&(id.clone(), letters(name)));
                // The ids are English words.
                let known = known || (language == Language::En && letters(name) == letters(id));
                let own = own.contains(&(id.clone(), language.code().to_owned()));
                assert_ne!(known, own, "{id}: is `{name}` in {file}?");
            }
        }
    }
}
