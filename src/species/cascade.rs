//! Which rows of the law reach a taxon on a day: those of the nearest rank upward.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use super::listing::{Law, Listing, RowId, date, day};
use super::vocabulary::{Rank, TaxonKind};
use super::{Species, TaxonId};

/// Status of a taxon on a day under both laws.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status<'a> {
    /// Appendices, joined by `/` (`I`, `I/II` …); none: in no Appendix.
    pub appendix: Option<String>,
    /// Annexes, joined by `/` (`A`, `A/B` …); none: in no Annex.
    pub annex: Option<String>,
    /// True when an Annex follows from the Appendix and does not stand in an Annex at hand.
    pub derived: bool,
    /// The rows under CITES.
    pub cites: Vec<Listing<'a>>,
    /// The rows under the EU regulation.
    pub eu: Vec<Listing<'a>>,
    /// Rows that were adopted and are not in force yet.
    pub coming: Vec<Listing<'a>>,
    /// True when these are the rows of each species of the taxon, which has none of its own.
    pub by_species: bool,
}

/// What is listed below a taxon, otherwise than the taxon itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Below<'a> {
    /// Appendices of taxa below, joined by `/`.
    pub appendix: Option<String>,
    /// Annexes of taxa below, joined by `/`.
    pub annex: Option<String>,
    /// How many taxa below have rows of their own.
    pub taxa: usize,
    /// The first of them by name.
    pub examples: Vec<&'a str>,
}

/// How many examples a [`Below`] names.
const EXAMPLES: usize = 5;

impl Species {
    /// Returns the status of `id` on the day `on`.
    ///
    /// A taxon has the rows of the nearest rank, from itself upward, that has a row in force which
    /// does not leave the taxon out. Domesticated forms and fossils have none. Before the
    /// first day of the Annexes at hand, an Annex follows from the Appendix.
    ///
    /// A genus or family without a row of its own has the rows of its species, where none of these
    /// is reached by the row above it: *Primates spp.* leaves out all of *Gorilla*.
    #[must_use]
    pub fn status(&self, id: TaxonId, on: Date) -> Status<'_> {
        self.of_every_species(id, on).unwrap_or_else(|| self.by_rank(id, on))
    }

    fn by_rank(&self, id: TaxonId, on: Date) -> Status<'_> {
        let on = day(on);
        let cites = self.reaching(Law::Cites, id, |row| row.in_force(on));
        let eu = self.reaching(Law::Eu, id, |row| row.in_force(on));
        let in_words = |rows: &[RowId]| -> Vec<Listing<'_>> {
            rows.iter().map(|row| self.listing(*row, on)).collect()
        };
        let cites = in_words(&cites);
        let eu = if on < self.index.annexes_since() {
            cites.iter().map(by_rule).collect()
        } else {
            in_words(&eu)
        };
        Status {
            appendix: grades(&cites),
            annex: grades(&eu),
            derived: eu.iter().any(|row| row.basis == Some("rule")),
            coming: in_words(&self.coming(id, on)),
            by_species: false,
            cites,
            eu,
        }
    }

    /// The rows of all species of `id`, which has none of its own, if they are alike and other
    /// than those of the row above.
    fn of_every_species(&self, id: TaxonId, on: Date) -> Option<Status<'_>> {
        let id = self.home(id);
        let has_own = |law| self.rows(law, id).any(|row| row.in_force(day(on)));
        if self.rank(id) <= Rank::Species
            || !self.has_listed_below(id)
            || has_own(Law::Cites)
            || has_own(Law::Eu)
        {
            return None;
        }
        let above = self.by_rank(id, on);
        if above.cites.is_empty() && above.eu.is_empty() {
            return None;
        }
        let grades = |status: &Status<'_>| (status.appendix.clone(), status.annex.clone());
        let mut species = self.species_of(id).map(|species| self.by_rank(species, on));
        let mut all = species.next().filter(|first| grades(first) != grades(&above))?;
        for other in species {
            if grades(&other) != grades(&all) {
                return None;
            }
            add(&mut all.cites, other.cites);
            add(&mut all.eu, other.eu);
        }
        Some(Status { coming: above.coming, by_species: true, ..all })
    }

    /// The status of three in four species or more of the listed genus `id` on the day `on`, where
    /// that is another than its own: eight of the nine pangolins in the data are in Appendix I, the
    /// row of *Manis* in II.
    #[must_use]
    pub fn of_most_species(&self, id: TaxonId, on: Date) -> Option<Status<'_>> {
        let id = self.home(id);
        if self.rank(id) != Rank::Genus || !self.has_listed_below(id) {
            return None;
        }
        let status = self.status(id, on);
        if status.appendix.is_none() && status.annex.is_none() {
            return None;
        }
        let species: Vec<_> = self.species_of(id).collect();
        let grades: Vec<_> =
            species.iter().map(|species| self.grades_by_rank(*species, day(on))).collect();
        let own = match status.by_species {
            true => grades.first()?.clone(),
            false => self.grades_by_rank(id, day(on)),
        };
        let other = grades.iter().position(|other| *other != own)?;
        let alike = grades.iter().filter(|grade| **grade == grades[other]).count();
        (alike * 4 >= species.len() * 3).then(|| self.by_rank(species[other], on))
    }

    /// What tells two of [`Self::by_rank`] apart by Appendix or Annex, without their rows in words.
    fn grades_by_rank(&self, id: TaxonId, on: u32) -> [Vec<u32>; 2] {
        [Law::Cites, Law::Eu].map(|law| {
            let rows = self.reaching(law, id, |row| row.in_force(on));
            let mut grades: Vec<u32> = rows.iter().map(|row| row.grade).collect();
            grades.sort_unstable();
            grades.dedup();
            grades
        })
    }

    /// The accepted species of `id`, a genus or more.
    fn species_of(&self, id: TaxonId) -> impl Iterator<Item = TaxonId> {
        self.near(id).filter(move |taxon| {
            self.rank(*taxon) == Rank::Species
                && self.kind(*taxon) == TaxonKind::Accepted
                && self.is_within(*taxon, id)
        })
    }

    /// Taxa among which all below `id` are: they stand by name, and those of a genus or species
    /// begin with its name.
    fn near(&self, id: TaxonId) -> impl Iterator<Item = TaxonId> {
        let is_named_so = self.rank(id) <= Rank::Genus;
        let name = self.name_of(id);
        let taxa = self.taxa().skip(if is_named_so { id.0 as usize } else { 0 });
        taxa.take_while(move |taxon| !is_named_so || self.name_of(*taxon).starts_with(name))
    }

    /// The rows of `law` of [`Self::near`].
    fn rows_near(&self, law: Law, id: TaxonId) -> Box<dyn Iterator<Item = (TaxonId, RowId)> + '_> {
        if self.rank(id) > Rank::Genus {
            return Box::new(self.all_rows(law));
        }
        let rows = move |taxon| self.rows(law, taxon).map(move |row| (taxon, row));
        Box::new(self.near(id).flat_map(rows))
    }

    /// The rows of the nearest rank that has a row for which `wanted` holds.
    fn reaching(&self, law: Law, id: TaxonId, wanted: impl Fn(&RowId) -> bool) -> Vec<RowId> {
        if matches!(self.kind(id), TaxonKind::Domesticated | TaxonKind::Fossil) {
            return Vec::new();
        }
        let reaching = |at| {
            let rows = self.rows(law, at).filter(|row| wanted(row) && !self.leaves_out(*row, id));
            Some(rows.collect::<Vec<_>>()).filter(|rows| !rows.is_empty())
        };
        self.upward(id).find_map(reaching).unwrap_or_default()
    }

    fn leaves_out(&self, row: RowId, id: TaxonId) -> bool {
        self.excluded(row).any(|excluded| self.is_within(id, excluded))
    }

    fn coming(&self, id: TaxonId, on: u32) -> Vec<RowId> {
        let mut rows = self.reaching(Law::Cites, id, |row| row.is_coming(on));
        rows.extend(self.reaching(Law::Eu, id, |row| row.is_coming(on)));
        rows
    }

    /// Returns the first day that the Annexes at hand cover.
    #[must_use]
    pub fn annexes_since(&self) -> Option<Date> {
        date(self.index.annexes_since())
    }

    /// Returns what is listed below `id` on the day `on`, if anything is.
    #[must_use]
    pub fn below(&self, id: TaxonId, on: Date) -> Option<Below<'_>> {
        if !self.has_listed_below(id) {
            return None;
        }
        let on = day(on);
        let mut names: BTreeMap<Law, BTreeSet<u32>> = BTreeMap::new();
        let mut taxa = BTreeSet::new();
        for law in [Law::Cites, Law::Eu] {
            for (taxon, row) in self.rows_near(law, id).filter(|(taxon, _)| *taxon != id) {
                if row.in_force(on) && self.is_within(taxon, id) {
                    names.entry(law).or_default().insert(row.grade);
                    taxa.insert(taxon);
                }
            }
        }
        let join = |law: Law| {
            let grades: Vec<_> = names.get(&law)?.iter().map(|grade| law.grade(*grade)).collect();
            Some(grades.join("/"))
        };
        (!taxa.is_empty()).then(|| Below {
            appendix: join(Law::Cites),
            annex: join(Law::Eu),
            taxa: taxa.len(),
            examples: taxa.iter().take(EXAMPLES).map(|taxon| self.name_of(*taxon)).collect(),
        })
    }
}

/// Adds the rows that are not there yet.
fn add<'a>(rows: &mut Vec<Listing<'a>>, others: Vec<Listing<'a>>) {
    for other in others {
        if !rows.contains(&other) {
            rows.push(other);
        }
    }
}

/// The grades of `rows`, strictest first, each once.
fn grades(rows: &[Listing<'_>]) -> Option<String> {
    let mut names: Vec<&str> = rows.iter().map(|row| row.grade).collect();
    names.sort_unstable();
    names.dedup();
    (!names.is_empty()).then(|| names.join("/"))
}

/// The Annex that follows from a listing in an Appendix.
///
/// Source: Regulation (EC) No 338/97, Article 3(1)(a), (2)(a), (3)(a).
fn by_rule<'a>(row: &Listing<'a>) -> Listing<'a> {
    let (grade, source) = match row.grade {
        "I" => ("A", "follows from Appendix I: Regulation (EC) No 338/97, Article 3(1)(a)"),
        "II" => ("B", "follows from Appendix II: Regulation (EC) No 338/97, Article 3(2)(a)"),
        _ => ("C", "follows from Appendix III: Regulation (EC) No 338/97, Article 3(3)(a)"),
    };
    Listing {
        grade,
        appendix: None,
        annex: Some(grade),
        cites: row.appendix,
        quota: None,
        parties: Vec::new(),
        basis: Some("rule"),
        source,
        ..row.clone()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::species::Species;

    #[test]
    fn a_genus_without_a_row_of_its_own_has_those_of_its_species() {
        let species = Species::embedded();
        let on = date(2026, 11, 26);
        for (name, appendix, annex, rows) in [
            ("Gorilla", "I", "A", 2),
            ("Pongo", "I", "A", 3),
            ("Hominidae", "I", "A", 6),
            ("Pandion", "II", "A", 1),
            // Some of these are reached by the row above, or have rows of other grades.
            ("Macaca", "II", "B", 1),
            ("Cercopithecidae", "II", "B", 1),
            // The row is its own.
            ("Manis", "II", "B", 1),
        ] {
            let status = species.status(species.find(name)[0].taxon, on);
            let found = (status.appendix.as_deref(), status.annex.as_deref(), status.eu.len());
            assert_eq!(found, (Some(appendix), Some(annex), rows), "{name}");
        }
    }

    #[test]
    fn a_genus_of_which_most_species_are_listed_otherwise_is_known() {
        let species = Species::embedded();
        let most = |name: &str| {
            let status = species.of_most_species(species.find(name)[0].taxon, date(2026, 11, 26));
            status.map(|status| (status.appendix, status.annex))
        };
        assert_eq!(most("Manis"), Some((Some("I".to_owned()), Some("A".to_owned()))));
        for name in ["Gorilla", "Hippocampus", "Macaca", "Ara", "Testudo", "Trichechus", "Ursidae"]
        {
            assert_eq!(most(name), None, "{name}");
        }
    }
}
