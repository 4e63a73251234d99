//! What a data set holds, and where that comes from.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;

use super::Species;
use super::layout::{Section, listing, taxon};
use super::vocabulary::NameKind;

/// A source of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Source<'a> {
    /// What comes from it.
    pub what: &'a str,
    /// Its name.
    pub source: &'a str,
    /// Day of the version used, empty where it has none.
    pub date: &'a str,
    /// Under which licence.
    pub licence: &'a str,
}

/// What a data set holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary<'a> {
    /// The day of the data.
    pub data_date: Date,
    /// Taxa, synonyms included.
    pub taxa: usize,
    /// Rows of the Appendices, of all days.
    pub cites_rows: usize,
    /// Rows of the Annexes, of all days.
    pub eu_rows: usize,
    /// Common names.
    pub common_names: usize,
    /// Languages of the common names.
    pub languages: Vec<&'a str>,
    /// Where all this comes from.
    pub sources: Vec<Source<'a>>,
}

impl Species {
    /// Returns what the data set holds.
    #[must_use]
    pub fn summary(&self) -> Summary<'_> {
        let common = || self.names().filter(|name| name.kind >= NameKind::Common);
        let languages: BTreeSet<&str> = common().map(|name| name.language).collect();
        let rows = self.index.rows::<4>(Section::Sources);
        Summary {
            data_date: self.data_date(),
            taxa: self.index.count(Section::Taxa, taxon::WIDTH) as usize,
            cites_rows: self.index.count(Section::Cites, listing::WIDTH) as usize,
            eu_rows: self.index.count(Section::Eu, listing::WIDTH) as usize,
            common_names: common().count(),
            languages: languages.into_iter().collect(),
            sources: rows
                .map(|[what, source, date, licence]| Source { what, source, date, licence })
                .collect(),
        }
    }
}
