//! Lays an official list beside the data in use. Where they differ, the official list holds.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::UpdateError;
use super::draft::{Draft, ListingDraft};
use super::official::{Official, OfficialRow};
use crate::species::search::MatchKind;
use crate::species::{Law, Rank, Species, TaxonId, TaxonKind};

/// A difference between the data in use and the official list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Name and version of this form.
    pub schema: &'static str,
    /// The taxon.
    pub name: String,
    /// `cites` or `eu`.
    pub law: &'static str,
    /// What kind of difference: `new taxon`, `listed`, `moved`, `no longer listed`.
    pub change: &'static str,
    /// Appendices or Annexes in the data in use.
    pub before: Option<String>,
    /// Those of the official list.
    pub after: Option<String>,
    /// First day in force, where the list says.
    pub from: Option<Date>,
}

/// The outcome of a merge.
#[derive(Debug)]
pub struct Merged {
    /// The compiled data.
    pub index: Vec<u8>,
    /// What differs from the data in use, by name.
    pub changes: Vec<Change>,
    /// Taxa of the list that the data did not know.
    pub new_taxa: usize,
    /// Taxa on which both agree.
    pub agreed: usize,
}

/// Where the list comes from, for the rows that it makes.
struct Context<'a> {
    species: &'a Species,
    on: Date,
    source: &'a str,
}

/// Merges `list`, read on the day `on` from `source`, into `species`.
///
/// # Errors
///
/// When the merged tables cannot be compiled.
pub fn merge(
    species: &Species,
    list: &[Official],
    on: Date,
    source: &str,
) -> Result<Merged, UpdateError> {
    let mut draft = Draft::of(species);
    let context = Context { species, on, source };
    let mut merged = Merged { index: Vec::new(), changes: Vec::new(), new_taxa: 0, agreed: 0 };
    let mut known = known_names(species);
    for official in list.iter().filter(|official| !official.name.is_empty()) {
        context.add(official, &mut known, &mut draft, &mut merged);
    }
    merged.changes.sort_by(|a, b| (&a.name, a.law).cmp(&(&b.name, b.law)));
    let date = crate::species::listing::day(on);
    merged.index = draft.into_tables().compile(date)?.index;
    Ok(merged)
}

type Known = BTreeMap<String, Option<TaxonId>>;

/// Every scientific name; `None` for one that the list brought.
fn known_names(species: &Species) -> Known {
    species.taxa().map(|id| (species.taxon(id).name.to_owned(), Some(id))).collect()
}

impl Context<'_> {
    fn add(&self, official: &Official, known: &mut Known, draft: &mut Draft, merged: &mut Merged) {
        let id = match known.get(&official.name) {
            Some(id) => *id,
            None => {
                merged.new_taxa += 1;
                draft.add_taxon(&official.name, official.rank, official.kingdom, &official.lineage);
                known.insert(official.name.clone(), None);
                None
            }
        };
        let is_new = id.is_none();
        let home = id.map(|id| self.species.home(id)).or_else(|| self.nearest(official));
        // A higher taxon's summary counts what is listed below it: only its species say what is.
        if official.rank <= Rank::Species && id.is_none_or(|id| self.is_wild(id)) {
            let before = merged.changes.len();
            for law in [Law::Cites, Law::Eu] {
                merged.changes.extend(self.compare(official, law, is_new, home, draft));
            }
            merged.agreed += usize::from(merged.changes.len() == before);
        }
        self.add_names(official, id, known, draft);
    }

    fn is_wild(&self, id: TaxonId) -> bool {
        !matches!(self.species.kind(id), TaxonKind::Domesticated | TaxonKind::Fossil)
    }

    /// The nearest known taxon above one that is new.
    fn nearest(&self, official: &Official) -> Option<TaxonId> {
        let species = first_words(&official.name, 2);
        let upward = official.lineage.iter().rev().map(String::as_str);
        species.into_iter().chain(upward).filter(|name| !name.is_empty()).find_map(|name| {
            let found = self.species.find(name);
            let same = found.iter().find(|found| {
                let scientific = matches!(found.kind, MatchKind::Accepted | MatchKind::Synonym);
                scientific && self.species.taxon(found.taxon).kingdom == official.kingdom
            });
            same.map(|found| found.taxon)
        })
    }

    /// Makes the data say of one law what the list says; returns the difference, if any.
    fn compare(
        &self,
        official: &Official,
        law: Law,
        is_new: bool,
        home: Option<TaxonId>,
        draft: &mut Draft,
    ) -> Option<Change> {
        let wanted = official.grades(law)?;
        let status = home.map(|home| self.species.status(home, self.on)).unwrap_or_default();
        let rows = if law == Law::Cites { &status.cites } else { &status.eu };
        let mut current: Vec<&str> = rows.iter().map(|row| row.grade).collect();
        current.sort_unstable();
        current.dedup();
        if current == wanted {
            return None;
        }
        let new: Vec<ListingDraft> = self.rows(official, law, wanted, home.filter(|_| !is_new));
        let from = new.iter().filter_map(|row| row.from.parse::<Date>().ok()).min();
        let taxon = home
            .filter(|_| !is_new)
            .map_or(official.name.as_str(), |home| self.species.taxon(home).name);
        close(draft.rows(law), taxon, from.unwrap_or(self.on), self.on);
        if wanted.is_empty() {
            exclude(draft.rows(law), rows.iter().map(|row| row.taxon), taxon, self.on);
        }
        draft.rows(law).extend(new);
        if law == Law::Cites && official.annexes.is_none() {
            self.follow(official, wanted, taxon, &status, draft);
        }
        let join = |grades: &[&str]| (!grades.is_empty()).then(|| grades.join("/"));
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let change = match (is_new, current.is_empty(), wanted.is_empty()) {
            (true, ..) => "new taxon",
            (_, true, _) => "listed",
            (_, _, true) => "no longer listed",
            _ => "moved",
        };
        let law = if law == Law::Cites { "cites" } else { "eu" };
        let (before, after) = (join(&current), join(&wanted));
        let schema = "pugmark.species-change/1";
        Some(Change { schema, name: official.name.clone(), law, change, before, after, from })
    }

    /// Rows for each grade that the list gives.
    fn rows(
        &self,
        official: &Official,
        law: Law,
        wanted: &[String],
        home: Option<TaxonId>,
    ) -> Vec<ListingDraft> {
        let known = home.map(|home| self.species.taxon(home));
        let taxon = known.map_or(official.name.as_str(), |taxon| taxon.name);
        let rank = known.map_or(official.rank, |taxon| taxon.rank);
        let of_grade = |grade: &String| {
            let said: Vec<&OfficialRow> =
                official.rows.iter().filter(|row| row.law == law && row.grade == *grade).collect();
            let from = said.iter().filter_map(|row| row.from).filter(|from| *from <= self.on).max();
            let join = |text: fn(&OfficialRow) -> &str| {
                let mut texts: Vec<&str> =
                    said.iter().map(|row| text(row)).filter(|text| !text.is_empty()).collect();
                texts.dedup();
                texts
            };
            let texts = [
                ("scope", join(|row| &row.note).join("; ")),
                ("annotation", join(|row| &row.annotation).join("|")),
                ("parties", join(|row| &row.party).join("|")),
                ("basis", if law == Law::Eu { "text".to_owned() } else { String::new() }),
                ("source", format!("{}, read on {}", self.source, self.on)),
            ];
            ListingDraft {
                taxon: taxon.to_owned(),
                rank,
                kingdom: official.kingdom,
                grade: grade.clone(),
                from: from.unwrap_or(self.on).to_string(),
                to: String::new(),
                excluded: std::collections::BTreeSet::new(),
                texts: texts.into_iter().filter(|(_, text)| !text.is_empty()).collect(),
            }
        };
        wanted.iter().map(of_grade).collect()
    }

    /// Where the list says nothing of the EU and the taxon's Annex is milder than its new Appendix
    /// makes it, the Annex follows from the Appendix.
    fn follow(
        &self,
        official: &Official,
        wanted: &[String],
        taxon: &str,
        status: &crate::species::Status<'_>,
        draft: &mut Draft,
    ) {
        let annexes = wanted.iter().map(|grade| match grade.as_str() {
            "I" => "A",
            "II" => "B",
            _ => "C",
        });
        let annexes: Vec<String> = annexes.map(str::to_owned).collect();
        let strictest = status.eu.iter().map(|row| row.grade).min();
        let milder =
            annexes.first().is_some_and(|first| strictest.is_none_or(|old| old > first.as_str()));
        if !milder {
            return;
        }
        let cites: Vec<&ListingDraft> =
            draft.cites.iter().filter(|row| row.taxon == taxon && row.in_force(self.on)).collect();
        let day = cites.iter().map(|row| row.from.clone()).max().unwrap_or_default();
        let (rank, kingdom) =
            cites.first().map_or((official.rank, official.kingdom), |row| (row.rank, row.kingdom));
        let from = day.parse().unwrap_or(self.on);
        close(&mut draft.eu, taxon, from, self.on);
        draft.eu.extend(annexes.into_iter().map(|grade| ListingDraft {
            taxon: taxon.to_owned(),
            rank,
            kingdom,
            grade,
            from: from.to_string(),
            to: String::new(),
            excluded: std::collections::BTreeSet::new(),
            texts: BTreeMap::from([
                ("basis", "rule".to_owned()),
                (
                    "source",
                    format!("follows from the Appendix: {}, read on {}", self.source, self.on),
                ),
            ]),
        }));
    }

    fn add_names(
        &self,
        official: &Official,
        id: Option<TaxonId>,
        known: &mut Known,
        draft: &mut Draft,
    ) {
        let home = id.map(|id| self.species.taxon(self.species.home(id)).name);
        let taxon = home.unwrap_or(official.name.as_str());
        for synonym in official.synonyms.iter().filter(|name| !name.is_empty() && *name != taxon) {
            if !known.contains_key(synonym) {
                let rank =
                    if synonym.matches(' ').count() > 1 { Rank::Subspecies } else { official.rank };
                draft.add_synonym(synonym, rank, official.kingdom, taxon);
                known.insert(synonym.clone(), None);
            }
        }
        for (language, name) in &official.names {
            let has_letters = !crate::species::fold(name).is_empty();
            if has_letters
                && language.len() == 2
                && language.bytes().all(|byte| byte.is_ascii_lowercase())
            {
                draft.add_name(taxon, official.kingdom, language, name);
            }
        }
    }
}

/// Ends the rows of `taxon` that are in force on `on` on the day before `from`; a row that began
/// later than that was wrong and goes.
fn close(rows: &mut Vec<ListingDraft>, taxon: &str, from: Date, on: Date) {
    let last = from.saturating_sub(1.day()).to_string();
    rows.retain_mut(|row| {
        if row.taxon != taxon || !row.in_force(on) {
            return true;
        }
        let began_before = row.from.is_empty() || row.from.as_str() <= last.as_str();
        row.to.clone_from(&last);
        began_before
    });
}

/// Has the rows of the taxa `listed` leave out `taxon`.
fn exclude<'a>(
    rows: &mut [ListingDraft],
    listed: impl Iterator<Item = &'a str>,
    taxon: &str,
    on: Date,
) {
    let listed: Vec<&str> = listed.filter(|name| *name != taxon).collect();
    for row in
        rows.iter_mut().filter(|row| listed.contains(&row.taxon.as_str()) && row.in_force(on))
    {
        row.excluded.insert(taxon.to_owned());
    }
}

fn first_words(name: &str, count: usize) -> Option<&str> {
    name.match_indices(' ').nth(count - 1).map(|(end, _)| &name[..end])
}
