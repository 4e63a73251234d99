//! What an Annex means for a seller inside the EU: from the law's data.

use crate::case::report::Language;

/// `annex,side,lang,text,article,source`.
const TABLE: &str = include_str!("../../../species-data/meanings.csv");

/// A rule in words, and where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) text: String,
    pub(super) articles: String,
}

/// The rule for `annex` and `side` (`inside`: sale in the EU; `antique`: old items), in `language`.
pub(super) fn rule(annex: &str, side: &str, language: Language) -> Meaning {
    let mut table = csv::Reader::from_reader(TABLE.as_bytes());
    let mut rows = table.records().filter_map(Result::ok);
    let row = rows.find(|row| {
        let cell = |at| row.get(at).unwrap_or_default();
        cell(0) == annex && cell(1) == side && cell(2) == language.code()
    });
    let cell = |at| row.as_ref().and_then(|row| row.get(at)).unwrap_or_default().to_owned();
    Meaning { text: cell(3), articles: cell(4) }
}

#[cfg(test)]
mod tests {
    use super::rule;
    use crate::case::report::Language;

    #[test]
    fn the_rules_for_annex_a_and_b_are_there_in_every_language_of_notices() {
        for language in [Language::En, Language::Fr, Language::De, Language::Nl] {
            for (annex, side) in
                [("A", "inside"), ("B", "inside"), ("A", "antique"), ("B", "antique")]
            {
                let meaning = rule(annex, side, language);
                assert!(
                    meaning.articles.contains("Reg. 338/97 Art."),
                    "{annex} {side} {language:?}"
                );
                assert!(meaning.text.len() > 40, "{annex} {side} {language:?}");
            }
        }
    }
}
