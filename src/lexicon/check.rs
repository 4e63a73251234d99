//! Looks for faults in word lists that the format alone does not show.

use std::collections::BTreeMap;

use super::term::{CONTEXTS, Inflection, Kind, Term};
use super::{Lexicon, fold};
use crate::species::Species;

/// A fault of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub file: String,
    /// The line.
    pub line: u64,
    /// What is wrong.
    pub what: String,
}

/// Claims that `refers_to` of a legality term may name.
const CLAIMS: &[&str] = &[
    "certificate",
    "no-papers",
    "ring",
    "chip",
    "captive-bred",
    "wild-caught",
    "antique",
    "pre-1947",
    "pre-convention",
    "export-permit",
    "documentation",
];

/// The faults of all lists of `lexicon`, in their order.
#[must_use]
pub fn faults(lexicon: &Lexicon, species: &Species) -> Vec<Fault> {
    let mut faults = Vec::new();
    for list in lexicon.lists() {
        let mut seen: BTreeMap<(String, Kind, Vec<String>), u64> = BTreeMap::new();
        for row in &list.rows {
            let mut add = |what| {
                faults.push(Fault { file: list.file.clone(), line: row.line, what });
            };
            let key = (row.term.text.to_lowercase(), row.term.kind, row.term.refers_to.clone());
            if let Some(first) = seen.insert(key, row.line) {
                add(format!("`{}` stands in line {first}, too", row.term.text));
            }
            if let Some(what) = fault(&row.term, lexicon, species) {
                add(what);
            }
        }
    }
    faults
}

fn fault(term: &Term, lexicon: &Lexicon, species: &Species) -> Option<String> {
    let text = &term.text;
    if super::words::Words::of(text).tokens.is_empty() {
        return Some(format!("`{text}` has no letter"));
    }
    let letters = fold::fold(text).chars().filter(|c| c.is_alphanumeric()).count();
    // Beside a taxon a single sign says something; by itself it does not.
    let is_alone = !matches!(term.kind, Kind::Specimen | Kind::Tell | Kind::Craft);
    if is_alone && term.inflection == Inflection::Inside && letters < 2 {
        return Some(format!("`{text}` is one letter that stands inside many words"));
    }
    match term.kind {
        Kind::Product | Kind::Craft | Kind::Code => term
            .refers_to
            .iter()
            .find(|to| lexicon.product(to).is_none() && species.find(to).is_empty())
            .map(|to| format!("`{to}` is neither a product nor a known taxon"))
            .or_else(|| term.refers_to.is_empty().then(|| format!("`{text}` refers to nothing"))),
        Kind::Negative => wrong(term, |to| CONTEXTS.iter().any(|(context, _)| *context == to)),
        Kind::Legality => wrong(term, |to| CLAIMS.contains(&to)),
        _ => None,
    }
}

fn wrong(term: &Term, is_known: impl Fn(&str) -> bool) -> Option<String> {
    if term.refers_to.is_empty() {
        return Some(format!("`{}` refers to nothing", term.text));
    }
    let unknown = term.refers_to.iter().find(|to| !is_known(to));
    unknown.map(|to| format!("`{to}` is not known for {}", term.kind.name()))
}

#[cfg(test)]
mod tests {
    use super::faults;
    use crate::lexicon::Lexicon;
    use crate::species::Species;

    #[test]
    fn unknown_products_contexts_and_doubles_are_found() {
        let csv = "term,kind,refers_to\nblick,product,unobtainium\nx y,negative,nowhere\nx y,negative,nowhere\n";
        let lexicon = Lexicon::default().with(csv, "my.csv").unwrap();
        let found = faults(&lexicon, Species::embedded());
        let said: Vec<&str> = found.iter().map(|fault| fault.what.as_str()).collect();
        assert_eq!(
            said,
            [
                "`unobtainium` is neither a product nor a known taxon",
                "`nowhere` is not known for negative",
                "`x y` stands in line 3, too",
                "`nowhere` is not known for negative",
            ]
        );
    }

    #[test]
    fn the_shipped_lists_have_no_fault() {
        let found = faults(&Lexicon::embedded(), Species::embedded());
        assert_eq!(found, Vec::new());
    }
}
