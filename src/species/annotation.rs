//! Whether a listing, with its annotation, covers a kind of specimen.

use serde::Serialize;

use super::Species;
use super::fold::fold;
use super::layout::Section;
use super::listing::Listing;

/// A kind of specimen: a trade term of Regulation (EC) No 865/2006, Annex VII, or one within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Kind<'a> {
    /// Code; one with a hyphen is a kind within the official code before the hyphen.
    pub code: &'a str,
    /// English term.
    pub term: &'a str,
}

/// A row of `annotations.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Annotation<'a> {
    /// Code, such as `#4`.
    pub code: &'a str,
    /// What it covers, in words.
    pub covers: &'a str,
    /// What it leaves out, in words.
    pub excludes: &'a str,
    /// A remark.
    pub note: &'a str,
    #[serde(skip)]
    covers_terms: &'a str,
    #[serde(skip)]
    excludes_terms: &'a str,
}

/// Whether a kind of specimen is covered, and by which rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage<'a> {
    /// The kind as asked for.
    pub query: String,
    /// The trade terms that it means.
    pub kinds: Vec<Kind<'a>>,
    /// True or false; null where it depends, see `rows`.
    pub covered: Option<bool>,
    /// What each row says.
    pub rows: Vec<CoverageRow<'a>>,
}

/// What a row of the law says of a kind of specimen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CoverageRow<'a> {
    /// Appendix or Annex.
    pub listing: &'static str,
    /// The listed taxon.
    pub taxon: &'a str,
    /// True or false; null where it depends.
    pub covered: Option<bool>,
    /// Why.
    pub why: String,
}

impl Species {
    /// Returns the kinds of specimen that `text` means in any of the four languages.
    #[must_use]
    pub fn kinds_of_specimen(&self, text: &str) -> Vec<Kind<'_>> {
        let wanted = fold(text);
        let names = |row: &[&str; 8]| {
            let mut words = row[..5].iter().copied().chain(row[5].split('|'));
            words.any(|word| same_word(&fold(word), &wanted))
        };
        let rows = self.index.rows::<8>(Section::Specimens).filter(names);
        rows.map(|row| Kind { code: row[0], term: row[1] }).collect()
    }

    /// Returns every kind of specimen.
    #[must_use]
    pub fn all_kinds_of_specimen(&self) -> Vec<Kind<'_>> {
        let rows = self.index.rows::<8>(Section::Specimens);
        rows.map(|row| Kind { code: row[0], term: row[1] }).collect()
    }

    /// Returns the annotation called `code`.
    #[must_use]
    pub fn annotation(&self, code: &str) -> Option<Annotation<'_>> {
        let row = self.index.rows::<9>(Section::Annotations).find(|row| row[0] == code)?;
        let [code, _, covers, excludes, covers_terms, excludes_terms, _, note, _] = row;
        Some(Annotation { code, covers, excludes, note, covers_terms, excludes_terms })
    }

    /// Says whether `listings` cover the specimens that `query` means.
    #[must_use]
    pub fn coverage<'a>(&'a self, query: &str, listings: &[Listing<'a>]) -> Coverage<'a> {
        let kinds = self.kinds_of_specimen(query);
        let rows: Vec<_> = listings.iter().map(|row| self.coverage_by(row, &kinds)).collect();
        let answers: Vec<Option<bool>> = rows.iter().map(|row| row.covered).collect();
        let covered = if answers.contains(&Some(true)) { Some(true) } else { agreed(&answers) };
        Coverage { query: query.to_owned(), kinds, covered, rows }
    }

    fn coverage_by<'a>(&'a self, row: &Listing<'a>, kinds: &[Kind<'_>]) -> CoverageRow<'a> {
        let codes = row.annotation.unwrap_or("").split('|').filter(|code| !code.is_empty());
        let annotations: Vec<_> = codes.filter_map(|code| self.annotation(code)).collect();
        let answers: Vec<_> =
            kinds.iter().map(|kind| Some(covers(&annotations, kind.code))).collect();
        let mut why: Vec<String> = annotations.iter().map(Annotation::in_words).collect();
        why.extend(row.parts.map(|parts| format!("only {parts}")));
        if why.is_empty() {
            why.push(
                "no annotation: every part and product that can be recognised is covered"
                    .to_owned(),
            );
        }
        CoverageRow {
            listing: row.grade,
            taxon: row.taxon,
            covered: agreed(&answers),
            why: why.join("; "),
        }
    }
}

impl Annotation<'_> {
    /// Returns what it covers and leaves out, in a sentence.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words = format!("annotation {} covers: {}", self.code, self.covers);
        if !self.excludes.is_empty() {
            words += "; it leaves out: ";
            words += self.excludes;
        }
        words
    }

    /// What the annotation says of the term `code`: itself, else the official code it lies in, else
    /// "all others".
    fn covers(&self, code: &str) -> bool {
        let has = |terms: &str, code: &str| terms.split('|').any(|term| term == code);
        let official = code.split('-').next().unwrap_or(code);
        for code in [code, official, "*"] {
            if has(self.excludes_terms, code) {
                return false;
            }
            if has(self.covers_terms, code) {
                return true;
            }
        }
        true
    }
}

/// What one of several annotations leaves out is not covered.
fn covers(annotations: &[Annotation<'_>], code: &str) -> bool {
    annotations.iter().all(|annotation| annotation.covers(code))
}

/// The answer that all give; none where they differ or there are none.
fn agreed(answers: &[Option<bool>]) -> Option<bool> {
    let (first, rest) = answers.split_first()?;
    (*first).filter(|_| rest.iter().all(|answer| answer == first))
}

/// True for one word in singular and plural.
fn same_word(a: &str, b: &str) -> bool {
    a == b || a.strip_suffix('s') == Some(b) || b.strip_suffix('s') == Some(a)
}
