//! `taxa.csv`: names, ranks and lineage, made into one tree.

use std::collections::{BTreeMap, BTreeSet};

use super::super::layout::{NONE, Section, taxon};
use super::super::vocabulary::{Kingdom, Rank, TaxonKind};
use super::listings::Listing;
use super::table::{Fault, Row, Table};
use super::writer::{Writer, word};

/// Ranks above species that a row can name as its lineage, lowest first.
const LINEAGE: [Rank; 7] = [
    Rank::Genus,
    Rank::Subfamily,
    Rank::Family,
    Rank::Suborder,
    Rank::Order,
    Rank::Subclass,
    Rank::Class,
];

/// A taxon on its way into the index.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) rank: Rank,
    pub(super) kind: TaxonKind,
    kingdom: Kingdom,
    /// Higher taxa, lowest first.
    lineage: Vec<(Rank, String)>,
    accepted: String,
    note: String,
    home: u32,
    parent: u32,
    wild: u32,
}

/// The taxa, sorted by name; a taxon is known by its place.
#[derive(Debug, Default)]
pub(super) struct Taxa {
    pub(super) entries: Vec<Entry>,
    by_name: BTreeMap<String, Vec<u32>>,
}

impl Taxa {
    /// Reads the table, adds a taxon for each name that stands in a lineage only, and links all.
    pub(super) fn read(table: &Table, faults: &mut Vec<Fault>) -> Self {
        let required =
            table.require(&["name", "rank", "kingdom", "kind", "accepted", "class", "family"]);
        faults.extend(required.err());
        let mut rows = BTreeMap::new();
        let mut deferred = Vec::new();
        for row in table.rows() {
            match entry(&row) {
                Ok(Some(entry)) => insert(&mut rows, row, entry, faults),
                Ok(None) => deferred.push(row),
                Err(fault) => faults.push(fault),
            }
        }
        for row in deferred {
            match kingdom_of_accepted(&row, &rows).and_then(|kingdom| named_entry(&row, kingdom)) {
                Ok(entry) => insert(&mut rows, row, entry, faults),
                Err(fault) => faults.push(fault),
            }
        }
        let mut entries: BTreeMap<_, _> =
            rows.iter().map(|(key, (_, entry))| (key.clone(), entry.clone())).collect();
        add_implicit(&mut entries);
        let mut taxa = Self { entries: entries.into_values().collect(), by_name: BTreeMap::new() };
        for (id, entry) in taxa.entries.iter().enumerate() {
            taxa.by_name.entry(entry.name.clone()).or_default().push(word(id));
        }
        taxa.link(&rows, faults);
        taxa
    }

    /// The taxon called `name`; of two of one name the animal, unless `kingdom` says otherwise.
    pub(super) fn find(&self, name: &str, kingdom: Option<Kingdom>) -> Result<u32, String> {
        let named = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
        let fits = |id: &&u32| kingdom.is_none_or(|kingdom| self.entry(**id).kingdom == kingdom);
        let found: Vec<u32> = named.iter().filter(fits).copied().collect();
        let animal = |id: &&u32| self.entry(**id).kingdom == Kingdom::Animalia;
        let found = found.iter().find(animal).or(found.first()).copied();
        found.ok_or_else(|| format!("`{name}` is not in taxa.csv"))
    }

    pub(super) fn entry(&self, id: u32) -> &Entry {
        &self.entries[id as usize]
    }

    /// The taxon that `id` stands for.
    pub(super) fn home(&self, id: u32) -> u32 {
        self.entry(id).home
    }

    fn link(&mut self, rows: &Rows<'_>, faults: &mut Vec<Fault>) {
        for id in 0..word(self.entries.len()) {
            let entry = self.entry(id).clone();
            let mut target = || match self.find(&entry.accepted, Some(entry.kingdom)) {
                Ok(target) => target,
                Err(reason) => {
                    let row = rows.get(&(entry.name.clone(), entry.kingdom));
                    faults.extend(row.map(|(row, _)| row.fault(reason)));
                    NONE
                }
            };
            let (home, wild) = match entry.kind {
                TaxonKind::Synonym | TaxonKind::Former | TaxonKind::Included => (target(), NONE),
                TaxonKind::Domesticated if !entry.accepted.is_empty() => (id, target()),
                _ => (id, NONE),
            };
            let entry = &mut self.entries[id as usize];
            (entry.home, entry.wild) = (home, wild);
        }
        self.check_homes(rows, faults);
        if faults.is_empty() {
            let parents: Vec<u32> =
                self.entries.iter().map(|entry| self.parent_of(entry)).collect();
            for (entry, parent) in self.entries.iter_mut().zip(parents) {
                entry.parent = parent;
            }
        }
    }

    /// A name must lead to a taxon that stands for itself: no chain of synonyms.
    fn check_homes(&self, rows: &Rows<'_>, faults: &mut Vec<Fault>) {
        for entry in self.entries.iter().filter(|entry| entry.home != NONE) {
            if self.entry(entry.home).home != entry.home {
                let row = rows.get(&(entry.name.clone(), entry.kingdom));
                let reason = format!("`{}` is itself another name", entry.accepted);
                faults.extend(row.map(|(row, _)| row.fault(reason)));
            }
        }
    }

    /// The next taxon upward, itself no mere name; its rank is higher, so that no way upward is a circle.
    fn parent_of(&self, entry: &Entry) -> u32 {
        let species = match entry.rank {
            Rank::Subspecies | Rank::Variety => first_words(&entry.name, 2),
            _ => None,
        };
        let upward = species.into_iter().chain(entry.lineage.iter().map(|(_, name)| name.as_str()));
        let homes = upward.filter_map(|name| self.find(name, Some(entry.kingdom)).ok());
        let mut parents =
            homes.map(|id| self.home(id)).filter(|id| self.entry(*id).rank > entry.rank);
        parents.next().unwrap_or(NONE)
    }

    /// Writes the taxa with the places of their listings, which are sorted by taxon.
    pub(super) fn write(&self, cites: &[Listing], eu: &[Listing], writer: &mut Writer) {
        let start = |listings: &[Listing], id| word(listings.partition_point(|row| row.taxon < id));
        let above_listed = self.above(cites.iter().chain(eu).map(|row| row.taxon));
        for (id, entry) in self.entries.iter().enumerate() {
            let id = word(id);
            let mut record = [0; taxon::WIDTH];
            record[taxon::NAME] = writer.texts.add(&entry.name);
            let codes = [
                entry.rank.code(),
                entry.kind.code(),
                entry.kingdom.code(),
                u8::from(above_listed.contains(&id)),
            ];
            record[taxon::CODES] = u32::from_le_bytes(codes);
            record[taxon::HOME] = entry.home;
            record[taxon::PARENT] = self.entry(entry.home).parent;
            record[taxon::CITES] = start(cites, id);
            record[taxon::EU] = start(eu, id);
            record[taxon::WILD] = entry.wild;
            record[taxon::NOTE] = writer.texts.add(&entry.note);
            writer.put(Section::Taxa, &record);
        }
    }

    /// All taxa above one of `listed`.
    fn above(&self, listed: impl Iterator<Item = u32>) -> BTreeSet<u32> {
        let mut above = BTreeSet::new();
        for mut id in listed {
            loop {
                id = self.entry(self.home(id)).parent;
                if id == NONE || !above.insert(id) {
                    break;
                }
            }
        }
        above
    }
}

type Key = (String, Kingdom);
type Rows<'a> = BTreeMap<Key, (Row<'a>, Entry)>;

fn insert<'a>(rows: &mut Rows<'a>, row: Row<'a>, entry: Entry, faults: &mut Vec<Fault>) {
    let key = (entry.name.clone(), entry.kingdom);
    if let Some((_, first)) = rows.get(&key) {
        faults.push(row.fault(format!("`{}` stands here twice", first.name)));
    } else {
        rows.insert(key, (row, entry));
    }
}

/// Reads a row; `None` for a row without a kingdom, which it has from its accepted taxon.
fn entry(row: &Row<'_>) -> Result<Option<Entry>, Fault> {
    let kingdom = match row.get("kingdom") {
        "Animalia" | "animal" | "fauna" => Kingdom::Animalia,
        "Plantae" | "plant" | "flora" => Kingdom::Plantae,
        "" if !row.get("accepted").is_empty() => return Ok(None),
        other => return Err(row.fault(format!("unknown kingdom `{other}`"))),
    };
    named_entry(row, kingdom).map(Some)
}

fn kingdom_of_accepted(row: &Row<'_>, rows: &Rows<'_>) -> Result<Kingdom, Fault> {
    let accepted = row.get("accepted");
    let known = |kingdom: &&Kingdom| rows.contains_key(&(accepted.to_owned(), **kingdom));
    let found: Vec<&Kingdom> = Kingdom::ALL.iter().filter(known).collect();
    match found[..] {
        [kingdom] => Ok(*kingdom),
        [] => Err(row.fault(format!("`{accepted}` is not in taxa.csv"))),
        _ => Err(row.fault(format!("`{accepted}` is an animal and a plant: name the kingdom"))),
    }
}

fn named_entry(row: &Row<'_>, kingdom: Kingdom) -> Result<Entry, Fault> {
    let name = row.get("name").to_owned();
    let word = row.get("rank");
    let rank = Rank::parse(word).ok_or_else(|| row.fault(format!("unknown rank `{word}`")))?;
    let word = row.get("kind");
    let kind = TaxonKind::parse(word).ok_or_else(|| row.fault(format!("unknown kind `{word}`")))?;
    let accepted = row.get("accepted").to_owned();
    if name.is_empty() {
        return Err(row.fault("a taxon without a name"));
    }
    if accepted == name {
        return Err(row.fault(format!("`{name}` stands for itself")));
    }
    let named = matches!(kind, TaxonKind::Synonym | TaxonKind::Former | TaxonKind::Included);
    if named == accepted.is_empty() && kind != TaxonKind::Domesticated && kind != TaxonKind::Fossil
    {
        return Err(row.fault(format!("`accepted` does not fit the kind {}", kind.as_str())));
    }
    let lineage = lineage(row, &name, rank);
    let note = row.get("note").to_owned();
    Ok(Entry {
        name,
        rank,
        kind,
        kingdom,
        lineage,
        accepted,
        note,
        home: NONE,
        parent: NONE,
        wild: NONE,
    })
}

fn lineage(row: &Row<'_>, name: &str, rank: Rank) -> Vec<(Rank, String)> {
    let mut lineage = Vec::new();
    for above in LINEAGE.into_iter().filter(|above| *above > rank) {
        let mut higher = row.get(above.as_str());
        if above == Rank::Genus && higher.is_empty() {
            higher = first_words(name, 1).unwrap_or("");
        }
        if !higher.is_empty() && higher != name {
            lineage.push((above, higher.to_owned()));
        }
    }
    lineage
}

/// The first `count` words of `name`, when it has more.
fn first_words(name: &str, count: usize) -> Option<&str> {
    name.match_indices(' ').nth(count - 1).map(|(end, _)| &name[..end])
}

/// Adds the taxa that stand in a lineage and have no row.
fn add_implicit(entries: &mut BTreeMap<Key, Entry>) {
    let mut missing: BTreeMap<Key, Entry> = BTreeMap::new();
    let named = [TaxonKind::Synonym, TaxonKind::Former, TaxonKind::Included];
    for entry in entries.values().filter(|entry| !named.contains(&entry.kind)) {
        for (at, (rank, name)) in entry.lineage.iter().enumerate() {
            let key = (name.clone(), entry.kingdom);
            if entries.contains_key(&key) || missing.contains_key(&key) {
                continue;
            }
            let implicit = Entry {
                name: name.clone(),
                rank: *rank,
                kind: TaxonKind::Accepted,
                lineage: entry.lineage[at + 1..].to_vec(),
                accepted: String::new(),
                note: String::new(),
                ..entry.clone()
            };
            missing.insert(key, implicit);
        }
    }
    entries.extend(missing);
}
