//! Lists the rows of the law by what a user wants to see.

use jiff::civil::Date;
use serde::Serialize;

use super::listing::{Law, Listing, day};
use super::vocabulary::{Kingdom, Rank};
use super::{Species, TaxonId};

/// Which rows are wanted; an empty filter wants all that are in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter<'a> {
    /// The day on which the rows are in force.
    pub on: Date,
    /// Only rows of this law.
    pub law: Option<Law>,
    /// Only this Appendix or Annex.
    pub grade: Option<&'a str>,
    /// Only taxa within each of these.
    pub within: Vec<TaxonId>,
    /// Only rows that name this country: its population, or the Party that asked for the listing.
    pub country: Option<&'a str>,
}

/// A row of the law and whom it lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed<'a> {
    /// Name and version of this form.
    pub schema: &'static str,
    /// The law: `cites` or `eu`.
    pub law: &'static str,
    /// Class of the listed taxon.
    pub class: &'a str,
    /// Its order.
    pub order: &'a str,
    /// Its family.
    pub family: &'a str,
    /// The row.
    #[serde(flatten)]
    pub listing: Listing<'a>,
}

/// How many taxa stand in each Appendix and Annex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Total {
    /// Group of animals, or plants.
    pub group: &'static str,
    /// Species and listed subspecies by `I`, `II`, `III`, `A`, `B`, `C`, `D`, in this order.
    pub taxa: [usize; 7],
}

/// The Appendices and Annexes, in the order of [`Total::taxa`].
pub const GRADES: [&str; 7] = ["I", "II", "III", "A", "B", "C", "D"];

/// Groups as the official totals count them; the last two take what no class before them takes.
const GROUPS: [&str; 7] =
    ["mammals", "birds", "reptiles", "amphibians", "fish", "invertebrates", "plants"];

impl Species {
    /// Returns the rows that `filter` wants, by law and taxon.
    pub fn list<'a>(&'a self, filter: &'a Filter<'a>) -> impl Iterator<Item = Listed<'a>> {
        let on = day(filter.on);
        let laws = [Law::Cites, Law::Eu].into_iter();
        let laws = laws.filter(|law| filter.law.is_none_or(|wanted| wanted == *law));
        laws.flat_map(move |law| self.all_rows(law).map(move |row| (law, row)))
            .filter(move |(_, (id, row))| {
                row.in_force(on) && filter.within.iter().all(|above| self.is_within(*id, *above))
            })
            .map(move |(law, (id, row))| self.listed(law, id, self.listing(row, on)))
            .filter(move |row| filter.wants(&row.listing))
    }

    fn listed<'a>(&'a self, law: Law, id: TaxonId, listing: Listing<'a>) -> Listed<'a> {
        let taxon = self.taxon(id);
        Listed {
            schema: "pugmark.listing/1",
            law: if law == Law::Cites { "cites" } else { "eu" },
            class: taxon.class,
            order: taxon.order,
            family: taxon.family,
            listing,
        }
    }

    /// Counts species, and subspecies with rows of their own, by group and grade on the day `on`.
    #[must_use]
    pub fn totals(&self, on: Date) -> Vec<Total> {
        let mut totals = GROUPS.map(|group| Total { group, taxa: [0; 7] });
        for id in self.taxa().filter(|id| self.home(*id) == *id && self.counts(*id)) {
            let status = self.status(id, on);
            let group = &mut totals[self.group(id)].taxa;
            for (count, grade) in group.iter_mut().zip(GRADES) {
                let rows = status.cites.iter().chain(&status.eu);
                *count += usize::from(rows.filter(|row| row.grade == grade).count() > 0);
            }
        }
        totals.into()
    }

    /// True for a species, and for a subspecies with a row of its own.
    fn counts(&self, id: TaxonId) -> bool {
        match self.rank(id) {
            Rank::Species => true,
            Rank::Subspecies | Rank::Variety => self.rows(Law::Cites, id).next().is_some(),
            _ => false,
        }
    }

    fn group(&self, id: TaxonId) -> usize {
        let taxon = self.taxon(id);
        match taxon.class {
            _ if taxon.kingdom == Kingdom::Plantae => 6,
            "Mammalia" => 0,
            "Aves" => 1,
            "Reptilia" => 2,
            "Amphibia" => 3,
            "Actinopteri" | "Actinopterygii" | "Elasmobranchii" | "Chondrichthyes"
            | "Coelacanthi" | "Dipneusti" | "Sarcopterygii" | "Cladistia" | "Holocephali" => 4,
            _ => 5,
        }
    }
}

impl Filter<'_> {
    fn wants(&self, row: &Listing<'_>) -> bool {
        self.grade.is_none_or(|grade| grade == row.grade)
            && self.country.is_none_or(|country| {
                let named = [&row.populations_in, &row.populations_out, &row.parties];
                named.iter().any(|countries| countries.contains(&country))
            })
    }
}
