//! What a keeper or seller must have: national duties, and what an Annex means.

use jiff::civil::Date;
use serde::Serialize;

use super::fold::fold;
use super::layout::Section;
use super::vocabulary::TaxonKind;
use super::{Species, TaxonId};

/// A duty of national law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Duty<'a> {
    /// ISO 3166-1.
    pub country: &'a str,
    /// The taxon that the duty is on, which may stand above the one asked for.
    pub taxon: &'a str,
    /// `closed-ring`, `transponder`, `documentation`, `other-mark` or `unspecified`.
    pub duty: &'a str,
    /// Particulars, such as the width of the ring.
    pub detail: Option<&'a str>,
    /// First day in force, where known.
    pub from: Option<Date>,
    /// Last day in force, if past.
    pub to: Option<Date>,
    /// Where this stands.
    pub source: &'a str,
}

/// What an Annex means, in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Meaning<'a> {
    /// The Annex.
    pub annex: &'a str,
    /// `inside` the EU, at the `border`, or for an `antique`.
    pub side: &'a str,
    /// In a line or two.
    pub text: &'a str,
    /// The articles.
    pub article: &'a str,
}

impl Species {
    /// Returns the ISO 3166-1 code of the country that `text` names by code or by its English,
    /// French, German or Dutch name.
    #[must_use]
    pub fn country(&self, text: &str) -> Option<&str> {
        let wanted = fold(text);
        let mut rows = self.index.rows::<5>(Section::Countries);
        rows.find(|row| row.iter().any(|name| fold(name) == wanted)).map(|row| row[0])
    }

    /// Returns the English name of the country with the ISO 3166-1 code `code`.
    #[must_use]
    pub fn country_name(&self, code: &str) -> Option<&str> {
        let mut rows = self.index.rows::<5>(Section::Countries);
        rows.find(|row| row[0] == code).map(|row| row[1])
    }

    /// Returns the countries whose duties are in the data.
    #[must_use]
    pub fn countries_with_duties(&self) -> Vec<&str> {
        let mut countries: Vec<&str> =
            self.index.rows::<7>(Section::Duties).map(|row| row[0]).collect();
        countries.sort_unstable();
        countries.dedup();
        countries
    }

    /// Returns the duties on `id` in `country` on the day `on`, those of the nearest taxon upward; a
    /// domesticated form has none through its wild taxon.
    #[must_use]
    pub fn duties(&self, id: TaxonId, country: &str, on: Date) -> Vec<Duty<'_>> {
        let in_force = |duty: &Duty<'_>| {
            duty.from.is_none_or(|from| from <= on) && duty.to.is_none_or(|to| on <= to)
        };
        let of_taxon = |id| {
            let name = self.name_of(id);
            let rows = self.index.rows::<7>(Section::Duties);
            let rows = rows.filter(move |row| row[0] == country && row[1] == name);
            let duties: Vec<_> = rows.map(duty).filter(in_force).collect();
            Some(duties).filter(|duties| !duties.is_empty())
        };
        let domesticated = self.kind(id) == TaxonKind::Domesticated;
        let mut taxa = self.upward(id).take(if domesticated { 1 } else { usize::MAX });
        taxa.find_map(of_taxon).unwrap_or_default()
    }

    /// Returns what `annex` (one letter) means in `language`.
    pub fn meanings<'a>(
        &'a self,
        annex: &str,
        language: &str,
    ) -> impl Iterator<Item = Meaning<'a>> {
        let rows = self.index.rows::<6>(Section::Meanings);
        rows.filter(move |row| row[0] == annex && row[2] == language)
            .map(|[annex, side, _, text, article, _]| Meaning { annex, side, text, article })
    }
}

fn duty(row: [&str; 7]) -> Duty<'_> {
    let [country, taxon, duty, detail, from, to, source] = row;
    let detail = Some(detail).filter(|detail| !detail.is_empty());
    Duty { country, taxon, duty, detail, from: from.parse().ok(), to: to.parse().ok(), source }
}
