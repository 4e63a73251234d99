//! A row of the law: who, how strictly, how far, since when, on what ground.

use jiff::civil::Date;
use serde::Serialize;

use super::layout::{PENDING, Section, listing, taxon};
use super::vocabulary::Rank;
use super::{Species, TaxonId};

/// The two laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Law {
    /// The Appendices of CITES.
    Cites,
    /// The Annexes of Regulation (EC) No 338/97.
    Eu,
}

impl Law {
    /// Name of the grade that is number `grade`, 1 the strictest.
    pub(super) fn grade(self, grade: u32) -> &'static str {
        let names: &[&'static str] = match self {
            Self::Cites => &["", "I", "II", "III"],
            Self::Eu => &["", "A", "B", "C", "D"],
        };
        names.get(grade as usize).copied().unwrap_or("")
    }

    fn section(self) -> Section {
        match self {
            Self::Cites => Section::Cites,
            Self::Eu => Section::Eu,
        }
    }

    fn start(self) -> usize {
        match self {
            Self::Cites => taxon::CITES,
            Self::Eu => taxon::EU,
        }
    }
}

/// A row as it stands in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowId {
    pub(super) law: Law,
    pub(super) id: u32,
    pub(super) grade: u32,
    from: u32,
    to: u32,
    excluded: u32,
}

impl RowId {
    /// True when the row is in force on `day`.
    pub(super) fn in_force(&self, day: u32) -> bool {
        self.from <= day && (self.to == 0 || day <= self.to)
    }

    /// True when the row was adopted and enters into force after `day` or on a day not yet known.
    pub(super) fn is_coming(&self, day: u32) -> bool {
        self.from > day
    }
}

/// A listing in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listing<'a> {
    /// Appendix (`I`, `II`, `III`) or Annex (`A` to `D`).
    #[serde(skip)]
    pub grade: &'static str,
    /// The Appendix, in a listing under CITES.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appendix: Option<&'static str>,
    /// The Annex, in a listing under the EU regulation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annex: Option<&'static str>,
    /// The listed taxon, which may stand above the one asked for.
    pub taxon: &'a str,
    /// Its rank.
    pub rank: Rank,
    /// Limits of the listing in words, if any.
    pub scope: Option<&'a str>,
    /// Only these populations: countries and regions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub populations_in: Vec<&'a str>,
    /// All but these populations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub populations_out: Vec<&'a str>,
    /// Only these specimens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<&'a str>,
    /// Taxa below the listed one that the row leaves out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub excluded_taxa: Vec<&'a str>,
    /// Domesticated forms that the row leaves out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub excluded_domesticated: Vec<&'a str>,
    /// Codes of `annotations.csv`, if any.
    pub annotation: Option<&'a str>,
    /// Export quota, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<&'a str>,
    /// The Appendix that the regulation prints beside the Annex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cites: Option<&'a str>,
    /// Parties that asked for a listing in Appendix III.
    pub parties: Vec<&'a str>,
    /// `text` when the law says so itself, `rule` when it follows from I→A, II→B, III→C.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<&'a str>,
    /// First day in force; none: before 2017, or, with `pending`, not known yet.
    pub from: Option<Date>,
    /// Last day in force; none: still in force.
    pub to: Option<Date>,
    /// True when the row was adopted and is not in force yet.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
    /// Where this stands.
    pub source: &'a str,
}

impl Species {
    /// The rows of `law` under the very taxon `id`, of all days.
    pub(super) fn rows(&self, law: Law, id: TaxonId) -> impl Iterator<Item = RowId> {
        let next = TaxonId(id.0 + 1);
        let start = self.record(id)[law.start()];
        let taxa = self.index.count(Section::Taxa, taxon::WIDTH);
        let end = if next.0 < taxa {
            self.record(next)[law.start()]
        } else {
            self.index.count(law.section(), listing::WIDTH)
        };
        (start..end).map(move |id| self.row(law, id))
    }

    /// Every row of `law`, by taxon.
    pub(super) fn all_rows(&self, law: Law) -> impl Iterator<Item = (TaxonId, RowId)> {
        (0..self.index.count(law.section(), listing::WIDTH)).map(move |id| {
            let record = self.index.record::<{ listing::WIDTH }>(law.section(), id);
            (TaxonId(record[listing::TAXON]), self.row(law, id))
        })
    }

    fn row(&self, law: Law, id: u32) -> RowId {
        let record = self.index.record::<{ listing::WIDTH }>(law.section(), id);
        RowId {
            law,
            id,
            grade: record[listing::GRADE],
            from: record[listing::FROM],
            to: record[listing::TO],
            excluded: record[listing::EXCLUDED],
        }
    }

    /// First and last day of `row`, as in the index.
    pub(super) fn days(&self, row: RowId) -> (u32, u32) {
        (row.from, row.to)
    }

    /// Appendix or Annex of `row`.
    pub(super) fn grade(&self, row: RowId) -> &'static str {
        row.law.grade(row.grade)
    }

    /// The texts of `row`, in the order of the layout.
    pub(super) fn texts(&self, row: RowId) -> [&str; listing::TEXTS.len()] {
        let record = self.index.record::<{ listing::WIDTH }>(row.law.section(), row.id);
        std::array::from_fn(|at| self.index.text(record[listing::SCOPE + at]))
    }

    /// The taxa that `row` leaves out.
    pub(super) fn excluded(&self, row: RowId) -> impl Iterator<Item = TaxonId> {
        let start = row.excluded as usize;
        let count = self.index.word(Section::Lists, start) as usize;
        (1..=count).map(move |at| TaxonId(self.index.word(Section::Lists, start + at)))
    }

    /// The row in words, as of `day`.
    pub(super) fn listing(&self, row: RowId, day: u32) -> Listing<'_> {
        let record = self.index.record::<{ listing::WIDTH }>(row.law.section(), row.id);
        let text =
            |word: usize| Some(self.index.text(record[word])).filter(|text| !text.is_empty());
        let list = |word| text(word).map_or_else(Vec::new, |text| text.split('|').collect());
        let taxon = TaxonId(record[listing::TAXON]);
        let grade = row.law.grade(row.grade);
        Listing {
            grade,
            appendix: (row.law == Law::Cites).then_some(grade),
            annex: (row.law == Law::Eu).then_some(grade),
            taxon: self.name_of(taxon),
            rank: self.rank(taxon),
            scope: text(listing::SCOPE),
            populations_in: list(listing::POPULATIONS_IN),
            populations_out: list(listing::POPULATIONS_OUT),
            parts: text(listing::PARTS),
            excluded_taxa: self.excluded(row).map(|id| self.name_of(id)).collect(),
            excluded_domesticated: list(listing::EXCLUDED_DOMESTICATED),
            annotation: text(listing::ANNOTATION),
            quota: text(listing::QUOTA),
            cites: text(listing::CITES),
            parties: list(listing::PARTIES),
            basis: text(listing::BASIS),
            from: date(row.from),
            to: date(row.to),
            pending: row.is_coming(day),
            source: text(listing::SOURCE).unwrap_or(""),
        }
    }
}

/// A day as the number `YYYYMMDD`.
pub(super) fn day(date: Date) -> u32 {
    let [year, month, day] = [i32::from(date.year()), date.month().into(), date.day().into()];
    u32::try_from(year * 10_000 + month * 100 + day).unwrap_or(0)
}

/// The date that the number `YYYYMMDD` means; none for "before 2017", "still" and "pending".
pub(super) fn date(day: u32) -> Option<Date> {
    let part = |number: u32| i8::try_from(number % 100).ok();
    let year = i16::try_from(day / 10_000).ok()?;
    if day == PENDING {
        return None;
    }
    Date::new(year, part(day / 100)?, part(day)?).ok()
}
