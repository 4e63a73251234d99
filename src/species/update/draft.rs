//! A data set taken apart into rows again, so that rows can be added and closed.

use std::collections::{BTreeMap, BTreeSet};

use crate::species::compile::{Table, Tables};
use crate::species::layout::{self, Section, listing};
use crate::species::listing::{date, day};
use crate::species::{Kingdom, Law, NameKind, Rank, Species, TaxonId, TaxonKind, fold};

/// Columns of `taxa.csv` as they are written here.
const TAXON_COLUMNS: [&str; 13] = [
    "name",
    "rank",
    "kingdom",
    "class",
    "subclass",
    "order",
    "suborder",
    "family",
    "subfamily",
    "genus",
    "kind",
    "accepted",
    "note",
];
/// Columns of a listing before its texts.
const LISTING_COLUMNS: [&str; 7] =
    ["taxon", "rank", "kingdom", "grade", "from", "to", "excluded_taxa"];

/// A row of the law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ListingDraft {
    pub(super) taxon: String,
    pub(super) rank: Rank,
    pub(super) kingdom: Kingdom,
    pub(super) grade: String,
    /// As in the tables: empty, `pending` or a day.
    pub(super) from: String,
    /// Empty or a day.
    pub(super) to: String,
    pub(super) excluded: BTreeSet<String>,
    /// By column, without the empty ones.
    pub(super) texts: BTreeMap<&'static str, String>,
}

/// A data set as rows.
#[derive(Debug)]
pub(super) struct Draft {
    taxa: Vec<Vec<String>>,
    pub(super) cites: Vec<ListingDraft>,
    pub(super) eu: Vec<ListingDraft>,
    names: BTreeMap<String, Vec<Vec<String>>>,
    /// Taxon, language and folded text of each common name.
    known_names: BTreeSet<[String; 3]>,
    lexicon: BTreeMap<String, Vec<Vec<String>>>,
    rest: Tables,
}

impl Draft {
    pub(super) fn of(species: &Species) -> Self {
        let (names, lexicon) = names(species);
        let known_names = names
            .iter()
            .flat_map(|(language, rows)| {
                rows.iter().map(move |row| key(&row[0], language, &row[2]))
            })
            .collect();
        Self {
            known_names,
            taxa: species.taxa().map(|id| taxon_row(species, id)).collect(),
            cites: listings(species, Law::Cites),
            eu: listings(species, Law::Eu),
            names,
            lexicon,
            rest: rest(species),
        }
    }

    /// Adds an accepted taxon; `lineage` is its class, order, family and genus.
    pub(super) fn add_taxon(
        &mut self,
        name: &str,
        rank: Rank,
        kingdom: Kingdom,
        lineage: &[String; 4],
    ) {
        let [class, order, family, genus] = lineage.each_ref().map(String::as_str);
        let genus = if rank > Rank::Genus { "" } else { genus };
        let cells = [
            name,
            rank.as_str(),
            kingdom.as_str(),
            class,
            "",
            order,
            "",
            family,
            "",
            genus,
            TaxonKind::Accepted.as_str(),
            "",
            "",
        ];
        self.taxa.push(cells.map(str::to_owned).into());
    }

    /// Adds another name of `accepted`.
    pub(super) fn add_synonym(&mut self, name: &str, rank: Rank, kingdom: Kingdom, accepted: &str) {
        let mut row = vec![String::new(); TAXON_COLUMNS.len()];
        row[0] = name.to_owned();
        row[1] = rank.as_str().to_owned();
        row[2] = kingdom.as_str().to_owned();
        row[10] = TaxonKind::Synonym.as_str().to_owned();
        row[11] = accepted.to_owned();
        self.taxa.push(row);
    }

    /// Adds a common name, attested by one source, unless it is there.
    pub(super) fn add_name(&mut self, taxon: &str, kingdom: Kingdom, language: &str, name: &str) {
        if self.known_names.insert(key(taxon, language, name)) {
            let row = [taxon, kingdom.as_str(), name, NameKind::Common.as_str(), "official"];
            self.names.entry(language.to_owned()).or_default().push(row.map(str::to_owned).into());
        }
    }

    pub(super) fn rows(&mut self, law: Law) -> &mut Vec<ListingDraft> {
        match law {
            Law::Cites => &mut self.cites,
            Law::Eu => &mut self.eu,
        }
    }

    /// The tables, ready to compile.
    pub(super) fn into_tables(self) -> Tables {
        let name_columns = ["taxon", "kingdom", "name", "kind", "sources"];
        let word_columns = ["term", "kind", "refers_to", "weight"];
        let by_language =
            |part: &str, columns: &[&str], rows: BTreeMap<String, Vec<Vec<String>>>| {
                let table = |(language, rows)| {
                    let file = format!("{part}/{language}.csv");
                    let table = Table::from_rows(&file, columns, rows);
                    (language, table)
                };
                rows.into_iter().map(table).collect()
            };
        Tables {
            taxa: Table::from_rows("taxa.csv", &TAXON_COLUMNS, self.taxa),
            cites: listing_table("cites.csv", "appendix", self.cites),
            eu: listing_table("eu.csv", "annex", self.eu),
            names: by_language("names", &name_columns, self.names),
            lexicon: by_language("lexicon", &word_columns, self.lexicon),
            ..self.rest
        }
    }
}

fn key(taxon: &str, language: &str, name: &str) -> [String; 3] {
    [taxon.to_owned(), language.to_owned(), fold(name)]
}

fn taxon_row(species: &Species, id: TaxonId) -> Vec<String> {
    let taxon = species.taxon(id);
    let mut row = vec![String::new(); TAXON_COLUMNS.len()];
    let accepted = match taxon.kind {
        TaxonKind::Domesticated => species.wild(id),
        _ => Some(species.home(id)).filter(|home| *home != id),
    };
    let cells = [
        (0, taxon.name),
        (1, taxon.rank.as_str()),
        (2, taxon.kingdom.as_str()),
        (10, taxon.kind.as_str()),
        (11, accepted.map_or("", |accepted| species.taxon(accepted).name)),
        (12, taxon.note),
    ];
    for (at, cell) in cells {
        row[at] = cell.to_owned();
    }
    for above in species.upward(id).filter(|above| *above != id) {
        let above = species.taxon(above);
        let at = TAXON_COLUMNS.iter().position(|column| *column == above.rank.as_str());
        if let Some(at) = at.filter(|_| above.rank > taxon.rank) {
            row[at] = above.name.to_owned();
        }
    }
    row
}

fn listings(species: &Species, law: Law) -> Vec<ListingDraft> {
    let draft = |(id, row)| {
        let taxon = species.taxon(id);
        let (from, to) = species.days(row);
        let from = if from == layout::PENDING { "pending".to_owned() } else { day_text(from) };
        let texts = listing::TEXTS.iter().zip(species.texts(row));
        ListingDraft {
            taxon: taxon.name.to_owned(),
            rank: taxon.rank,
            kingdom: taxon.kingdom,
            grade: species.grade(row).to_owned(),
            from,
            to: day_text(to),
            excluded: species.excluded(row).map(|id| species.taxon(id).name.to_owned()).collect(),
            texts: texts
                .filter(|(_, text)| !text.is_empty())
                .map(|(column, text)| (*column, text.to_owned()))
                .collect(),
        }
    };
    species.all_rows(law).map(draft).collect()
}

fn day_text(day: u32) -> String {
    date(day).map_or_else(String::new, |day| day.to_string())
}

impl ListingDraft {
    /// True when the row is in force on `on`.
    pub(super) fn in_force(&self, on: jiff::civil::Date) -> bool {
        let bound = |text: &str, empty: u32| {
            let parsed: Option<jiff::civil::Date> = text.parse().ok();
            parsed.map_or(empty, day)
        };
        let from = if self.from == "pending" { layout::PENDING } else { bound(&self.from, 0) };
        (from..=bound(&self.to, u32::MAX)).contains(&day(on))
    }
}

type Rows = BTreeMap<String, Vec<Vec<String>>>;

/// Common names and product words, by language.
fn names(species: &Species) -> (Rows, Rows) {
    let (mut names, mut lexicon) = (Rows::new(), Rows::new());
    for name in species.all_names() {
        match name.kind {
            NameKind::Scientific | NameKind::Synonym => {}
            NameKind::Product => {
                let (id, _) = species.product(&name);
                let row = [name.text, NameKind::Product.as_str(), id, "strong"];
                lexicon
                    .entry(name.language.to_owned())
                    .or_default()
                    .push(row.map(str::to_owned).into());
            }
            kind => {
                let taxon = species.taxon(name.taxon);
                let sources = vec!["x"; usize::from(15 - name.doubt.min(15))].join(" ");
                let row = [taxon.name, taxon.kingdom.as_str(), name.text, kind.as_str(), &sources];
                names
                    .entry(name.language.to_owned())
                    .or_default()
                    .push(row.map(str::to_owned).into());
            }
        }
    }
    (names, lexicon)
}

/// The tables that are kept as texts.
fn rest(species: &Species) -> Tables {
    fn table<const WIDTH: usize>(
        species: &Species,
        section: Section,
        columns: &[&str; WIDTH],
    ) -> Table {
        let rows = species.index.rows::<WIDTH>(section);
        let rows = rows.map(|row| row.map(str::to_owned).into()).collect();
        Table::from_rows(&format!("{section:?}").to_lowercase(), columns, rows)
    }
    Tables {
        annotations: table(species, Section::Annotations, &layout::ANNOTATION_COLUMNS),
        specimens: table(species, Section::Specimens, &layout::SPECIMEN_COLUMNS),
        meanings: table(species, Section::Meanings, &layout::MEANING_COLUMNS),
        national: table(species, Section::Duties, &layout::DUTY_COLUMNS),
        products: table(species, Section::Products, &layout::PRODUCT_COLUMNS),
        countries: table(species, Section::Countries, &layout::COUNTRY_COLUMNS),
        sources: table(species, Section::Sources, &layout::SOURCE_COLUMNS),
        totals: table(species, Section::Totals, &layout::TOTAL_COLUMNS),
        ..Tables::default()
    }
}

fn listing_table(file: &str, grade: &str, rows: Vec<ListingDraft>) -> Table {
    let columns: Vec<&str> = LISTING_COLUMNS
        .iter()
        .map(|column| if *column == "grade" { grade } else { *column })
        .chain(listing::TEXTS)
        .collect();
    let cells = |row: ListingDraft| {
        let excluded: Vec<String> = row.excluded.into_iter().collect();
        let mut cells = vec![
            row.taxon,
            row.rank.as_str().to_owned(),
            row.kingdom.as_str().to_owned(),
            row.grade,
            row.from,
            row.to,
            excluded.join("|"),
        ];
        cells.extend(
            listing::TEXTS.map(|column| row.texts.get(column).cloned().unwrap_or_default()),
        );
        cells
    };
    Table::from_rows(file, &columns, rows.into_iter().map(cells).collect())
}
