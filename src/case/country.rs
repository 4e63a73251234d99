//! Countries: what sellers call them, and their ISO 3166-1 codes.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Codes and names of all countries in the shipped languages.
///
/// Source: Unicode CLDR 48, territory names; the column `also` holds further names in use.
const TABLE: &str = include_str!("../../species-data/countries.csv");

struct Countries {
    languages: Vec<String>,
    /// Code, then its names in the order of `languages`.
    rows: Vec<(String, Vec<String>)>,
    by_name: HashMap<String, usize>,
}

static COUNTRIES: LazyLock<Countries> = LazyLock::new(Countries::read);

impl Countries {
    fn read() -> Self {
        let mut table = csv::Reader::from_reader(TABLE.as_bytes());
        let head = table.headers().expect("a test reads the table").clone();
        let languages = head.iter().skip(1).filter(|cell| *cell != "also").map(str::to_owned);
        let mut all =
            Self { languages: languages.collect(), rows: Vec::new(), by_name: HashMap::new() };
        for row in table.records() {
            let row = row.expect("a test reads the table");
            let mut cells = row.iter();
            let code = cells.next().unwrap_or_default().to_owned();
            let names: Vec<String> =
                cells.by_ref().take(all.languages.len()).map(str::to_owned).collect();
            let place = all.rows.len();
            let also = cells.next().unwrap_or_default().split('|').map(str::to_owned);
            for name in names.iter().cloned().chain(also).chain([code.clone()]) {
                if !name.is_empty() {
                    all.by_name.entry(name.to_lowercase()).or_insert(place);
                }
            }
            all.rows.push((code, names));
        }
        all
    }
}

/// Returns the ISO 3166-1 code that `text` names (a code, or a country's name in
/// any shipped language), or `None`: a town or a guess is no country.
#[must_use]
pub fn code(text: &str) -> Option<&'static str> {
    let place = COUNTRIES.by_name.get(&text.trim().to_lowercase())?;
    Some(&COUNTRIES.rows[*place].0)
}

/// Returns the name of the country `code` in `language` (English where there is none).
#[must_use]
pub fn name(code: &str, language: &str) -> Option<&'static str> {
    let (_, names) = COUNTRIES.rows.iter().find(|(own, _)| own == code)?;
    let column = COUNTRIES.languages.iter().position(|own| own == language).unwrap_or(0);
    names.get(column).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::{code, name};

    #[test]
    fn a_country_is_known_by_code_and_by_its_name_in_several_languages() {
        for text in ["DE", "de", "Germany", "Deutschland", " Allemagne ", "Duitsland", "德国"] {
            assert_eq!(code(text), Some("DE"), "{text}");
        }
        assert_eq!(code("UK"), Some("GB"));
        assert_eq!(code("Holland"), Some("NL"));
    }

    #[test]
    fn a_town_or_a_word_is_no_country() {
        assert_eq!(code("Lyon"), None);
        assert_eq!(code("America"), None);
        assert_eq!(code(""), None);
    }

    #[test]
    fn names_come_in_the_language_asked_for() {
        assert_eq!(name("DE", "nl"), Some("Duitsland"));
        assert_eq!(name("DE", "xx"), Some("Germany"));
        assert_eq!(name("QQ", "en"), None);
    }
}
