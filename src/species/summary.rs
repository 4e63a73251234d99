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

/// An official count of the taxa of a group, beside ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Official<'a> {
    /// The group, as in [`super::Total`].
    pub group: &'a str,
    /// The day of the count.
    pub date: Date,
    /// Counts in Appendix I, II, III and Annex A.
    pub taxa: [usize; 4],
    /// Why ours differs.
    pub explanation: &'a str,
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
    /// Returns the official counts that are at hand.
    #[must_use]
    pub fn official_totals(&self) -> Vec<Official<'_>> {
        let rows = self.index.rows::<7>(Section::Totals);
        let official = |row| {
            let [group, date, first, second, third, annex, explanation]: [&str; 7] = row;
            let date = date.parse().ok()?;
            let mut taxa = [0; 4];
            for (count, text) in taxa.iter_mut().zip([first, second, third, annex]) {
                *count = text.parse().ok()?;
            }
            Some(Official { group, date, taxa, explanation })
        };
        rows.filter_map(official).collect()
    }

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
