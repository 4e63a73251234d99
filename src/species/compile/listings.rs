//! `cites.csv` and `eu.csv`: who is listed where, how far, and since when.

use std::collections::BTreeMap;

use super::super::layout::{Section, listing};
use super::super::vocabulary::{Kingdom, Rank};
use super::table::{Fault, Row, Table};
use super::taxa::Taxa;
use super::writer::Writer;

/// What differs between the two tables of listings.
pub(super) struct Law {
    /// Column with the grade.
    column: &'static str,
    /// Grades, strictest first.
    grades: &'static [&'static str],
}

/// The Appendices.
pub(super) const CITES: Law = Law { column: "appendix", grades: &["I", "II", "III"] };
/// The Annexes.
pub(super) const EU: Law = Law { column: "annex", grades: &["A", "B", "C", "D"] };

/// A listing on its way into the index.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) taxon: u32,
    grade: u32,
    from: u32,
    to: u32,
    excluded: Vec<u32>,
    texts: Vec<String>,
}

/// Reads a table of listings, sorted by taxon, grade and first day.
pub(super) fn read(table: &Table, taxa: &Taxa, law: &Law, faults: &mut Vec<Fault>) -> Vec<Listing> {
    faults.extend(
        table.require(&["taxon", "rank", law.column, "scope", "from", "to", "source"]).err(),
    );
    let mut listings = Vec::new();
    for row in table.rows() {
        match read_row(&row, taxa, law) {
            Ok(listing) => listings.push(listing),
            Err(fault) => faults.push(fault),
        }
    }
    listings.sort_by_key(|row| (row.taxon, row.grade, row.from));
    listings
}

fn read_row(row: &Row<'_>, taxa: &Taxa, law: &Law) -> Result<Listing, Fault> {
    let kingdom = match row.get("kingdom") {
        "Animalia" | "animal" | "fauna" => Some(Kingdom::Animalia),
        "Plantae" | "plant" | "flora" => Some(Kingdom::Plantae),
        _ => None,
    };
    let find = |name: &str| taxa.find(name, kingdom).map_err(|reason| row.fault(reason));
    let taxon = find(row.get("taxon"))?;
    check_taxon(row, taxa, taxon)?;
    let word = row.get(law.column);
    let grade = law.grades.iter().position(|grade| *grade == word);
    let grade = grade.ok_or_else(|| row.fault(format!("unknown {} `{word}`", law.column)))?;
    let (from, to) = (row.date("from", 0)?, row.date("to", 0)?);
    if to != 0 && to < from {
        return Err(row.fault("`to` is before `from`"));
    }
    if row.get("source").is_empty() {
        return Err(row.fault("a listing without a source"));
    }
    let names = row.get("excluded_taxa").split('|').map(str::trim).filter(|name| !name.is_empty());
    let excluded = names.map(|name| find(name).map(|id| taxa.home(id)));
    let excluded = excluded.collect::<Result<_, _>>()?;
    let texts = listing::TEXTS.iter().map(|column| row.get(column).to_owned()).collect();
    let grade = u32::try_from(grade + 1).expect("there are four grades at most");
    Ok(Listing { taxon, grade, from, to, excluded, texts })
}

/// A listing stands under a name that is nobody's synonym, with that taxon's rank.
fn check_taxon(row: &Row<'_>, taxa: &Taxa, taxon: u32) -> Result<(), Fault> {
    let entry = taxa.entry(taxon);
    if taxa.home(taxon) != taxon {
        let home = &taxa.entry(taxa.home(taxon)).name;
        return Err(row.fault(format!("list it as `{home}`, which `{}` stands for", entry.name)));
    }
    let word = row.get("rank");
    if Rank::parse(word) == Some(entry.rank) {
        return Ok(());
    }
    Err(row.fault(format!("`{}` has the rank {}, not `{word}`", entry.name, entry.rank.as_str())))
}

/// First day of the oldest row that has one: what came before is not in the table.
pub(super) fn since(listings: &[Listing]) -> u32 {
    listings.iter().map(|row| row.from).filter(|from| *from != 0).min().unwrap_or(u32::MAX)
}

/// Writes listings and the runs of taxa that they leave out.
pub(super) fn write(listings: &[Listing], section: Section, writer: &mut Writer) {
    let mut runs: BTreeMap<&[u32], u32> = BTreeMap::new();
    for row in listings {
        let run = *runs.entry(&row.excluded).or_insert_with(|| {
            let start = writer.words(Section::Lists);
            let count = super::writer::word(row.excluded.len());
            writer.put(Section::Lists, &[count]);
            writer.put(Section::Lists, &row.excluded);
            start
        });
        let mut record = vec![row.taxon, row.grade, row.from, row.to, run];
        record.extend(row.texts.iter().map(|text| writer.texts.add(text)));
        debug_assert_eq!(record.len(), listing::WIDTH);
        writer.put(section, &record);
    }
}
