//! The CSV exports of Species+ (`cites_listings_*`, `eu_listings_*`) and of the Checklist
//! (`Index_of_CITES_Species_*`).

use std::collections::BTreeMap;
use std::path::Path;

use super::UpdateError;
use super::official::{Official, OfficialRow, grades, kingdom, rank};
use crate::species::Law;

/// Reads an export; a taxon with several rows becomes one.
///
/// # Errors
///
/// A file that cannot be read, is no CSV, lacks a column or holds no taxa.
pub fn read(path: &Path) -> Result<Vec<Official>, UpdateError> {
    parse(&fs_err::read(path)?, path)
}

/// Reads the bytes of an export that is called `path` in messages.
///
/// # Errors
///
/// As [`read`].
pub fn parse(bytes: &[u8], path: &Path) -> Result<Vec<Official>, UpdateError> {
    let fault = |reason: String| UpdateError::Export { path: path.to_owned(), reason };
    let text = std::str::from_utf8(bytes).map_err(|_| fault("this is no UTF-8".to_owned()))?;
    let text = text.trim_start_matches('\u{FEFF}');
    let first = text.lines().next().unwrap_or("");
    let delimiter =
        if first.matches(';').count() > first.matches(',').count() { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|err| fault(err.to_string()))?.clone();
    let kind = Kind::of(&header).ok_or_else(|| {
        fault("neither a listings export of Species+ nor an index of the Checklist".to_owned())
    })?;
    let mut taxa: BTreeMap<String, Official> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|err| fault(err.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let row = Row { header: &header, cells: &record };
        let taxon = row.taxon(kind).ok_or_else(|| fault(format!("line {line} names no taxon")))?;
        merge_into(&mut taxa, taxon);
    }
    if taxa.is_empty() {
        return Err(fault("no taxa".to_owned()));
    }
    Ok(taxa.into_values().collect())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `cites_listings_*` or `eu_listings_*` of Species+; which of them the rows tell.
    Listings,
    /// `Index_of_CITES_Species_*` of the Checklist.
    Index,
}

impl Kind {
    fn of(header: &csv::StringRecord) -> Option<Self> {
        let has = |name: &str| header.iter().any(|column| column.trim() == name);
        match () {
            () if has("Scientific Name") && has("Listing") => Some(Self::Listings),
            () if has("FullName") && has("CurrentListing") => Some(Self::Index),
            () => None,
        }
    }
}

struct Row<'a> {
    header: &'a csv::StringRecord,
    cells: &'a csv::StringRecord,
}

impl Row<'_> {
    /// The cell under the first of `columns` that exists.
    fn get(&self, columns: &[&str]) -> String {
        let at = columns
            .iter()
            .find_map(|name| self.header.iter().position(|column| column.trim() == *name));
        at.and_then(|at| self.cells.get(at)).unwrap_or("").trim().to_owned()
    }

    fn taxon(&self, kind: Kind) -> Option<Official> {
        let name = self.get(&["Scientific Name", "FullName"]);
        let listed = grades(&self.get(&["Listing", "CurrentListing"]));
        let law = match listed.first().map(String::as_str) {
            Some("A" | "B" | "C" | "D") => Law::Eu,
            _ => Law::Cites,
        };
        let rows = listed.iter().map(|grade| OfficialRow {
            law,
            grade: grade.clone(),
            note: self.get(&["Full note", "FullNote"]),
            annotation: self
                .get(&["# Full note"])
                .split_whitespace()
                .next()
                .filter(|code| code.starts_with('#'))
                .unwrap_or("")
                .to_owned(),
            party: self.get(&["Party"]),
            from: None,
        });
        let (cites, eu) = if law == Law::Cites {
            (Some(listed.clone()), None)
        } else {
            (None, Some(listed.clone()))
        };
        let name =
            if kind == Kind::Listings { name } else { name.trim_end_matches(" spp.").to_owned() };
        Some(Official {
            rank: rank(&self.get(&["Rank", "RankName"]))?,
            kingdom: kingdom(&self.get(&["Kingdom", "KingdomName"]))?,
            lineage: [
                self.get(&["Class", "ClassName"]),
                self.get(&["Order", "OrderName"]),
                self.get(&["Family", "FamilyName"]),
                self.get(&["Genus", "GenusName"]),
            ],
            appendices: cites,
            annexes: eu,
            rows: rows.collect(),
            synonyms: Vec::new(),
            names: Vec::new(),
            name: Some(name).filter(|name| !name.is_empty())?,
        })
    }
}

/// Joins `taxon` to what earlier rows said of it.
fn merge_into(taxa: &mut BTreeMap<String, Official>, taxon: Official) {
    let Some(known) = taxa.get_mut(&taxon.name) else {
        taxa.insert(taxon.name.clone(), taxon);
        return;
    };
    for (mine, new) in
        [(&mut known.appendices, taxon.appendices), (&mut known.annexes, taxon.annexes)]
    {
        if let Some(new) = new {
            let all = mine.get_or_insert_default();
            all.extend(new);
            all.sort();
            all.dedup();
        }
    }
    known.rows.extend(taxon.rows);
}
