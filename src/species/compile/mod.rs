//! Compiles the tables of `species-data/` into one index; used by `build.rs` and by `species update`.

mod listings;
mod names;
mod table;
mod taxa;
mod writer;

use std::fmt;
use std::path::Path;

pub use table::{Fault, Table};

use super::layout::{self, Section};
use taxa::Taxa;
use writer::Writer;

/// The tables that make a data set.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// `taxa.csv`.
    pub taxa: Table,
    /// `cites.csv`.
    pub cites: Table,
    /// `eu.csv`.
    pub eu: Table,
    /// `annotations.csv`.
    pub annotations: Table,
    /// `specimens.csv`.
    pub specimens: Table,
    /// `meanings.csv`.
    pub meanings: Table,
    /// `national.csv`.
    pub national: Table,
    /// `products.csv`.
    pub products: Table,
    /// `countries.csv`.
    pub countries: Table,
    /// `sources.csv`.
    pub sources: Table,
    /// `totals.csv`.
    pub totals: Table,
    /// `names/<lang>.csv`, by language.
    pub names: Vec<(String, Table)>,
    /// `lexicon/<lang>.csv`, by language: the words for products.
    pub lexicon: Vec<(String, Table)>,
}

/// A compiled data set.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The index.
    pub index: Vec<u8>,
    /// Rows that were left out.
    pub left_out: Vec<Fault>,
}

/// Every fault of a data set that cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in self.0.iter().take(50) {
            writeln!(f, "{fault}")?;
        }
        write!(f, "{} fault(s) in the data", self.0.len())
    }
}

impl std::error::Error for Faults {}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}

impl Tables {
    /// Reads the tables in `folder`; one that is missing is empty.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or is no CSV.
    pub fn read(folder: &Path) -> Result<Self, Faults> {
        let table = |file: &str| Table::read(folder, file);
        Ok(Self {
            taxa: table("taxa.csv")?,
            cites: table("cites.csv")?,
            eu: table("eu.csv")?,
            annotations: table("annotations.csv")?,
            specimens: table("specimens.csv")?,
            meanings: table("meanings.csv")?,
            national: table("national.csv")?,
            products: table("products.csv")?,
            countries: table("countries.csv")?,
            sources: table("sources.csv")?,
            totals: table("totals.csv")?,
            names: by_language(folder, "names")?,
            lexicon: by_language(folder, "lexicon")?,
        })
    }

    /// Compiles the tables; `date` is the day of the data as the number `YYYYMMDD`. A common name
    /// of a taxon that is not in `taxa.csv` is left out.
    ///
    /// # Errors
    ///
    /// Every row that breaks the schema of `species-data/README.md`, by file and line.
    pub fn compile(&self, date: u32) -> Result<Compiled, Faults> {
        let (mut faults, mut left_out) = (Vec::new(), Vec::new());
        let mut writer = Writer::default();
        // First of all, so that their places fit into three bytes.
        let languages =
            self.names.iter().chain(&self.lexicon).map(|(language, _)| language.as_str());
        for text in ["", "la"].into_iter().chain(languages) {
            writer.texts.add(text);
        }
        let taxa = Taxa::read(&self.taxa, &mut faults);
        let cites = listings::read(&self.cites, &taxa, &listings::CITES, &mut faults);
        let eu = listings::read(&self.eu, &taxa, &listings::EU, &mut faults);
        let mut names = names::read(&self.names, &taxa, &mut faults, &mut left_out);
        names::add_products(&self.lexicon, &self.products, &mut names);
        let texts = self.texts();
        faults.extend(texts.iter().filter_map(|(table, columns, _)| table.require(columns).err()));
        if !faults.is_empty() {
            return Err(Faults(faults));
        }
        taxa.write(&cites, &eu, &mut writer);
        listings::write(&cites, Section::Cites, &mut writer);
        listings::write(&eu, Section::Eu, &mut writer);
        names::write(names, &mut writer);
        for (table, columns, section) in texts {
            write_texts(table, columns, section, &mut writer);
        }
        Ok(Compiled { index: writer.finish(date, listings::since(&eu)), left_out })
    }

    /// The tables that are kept as texts, with their columns.
    fn texts(&self) -> [(&Table, &'static [&'static str], Section); 8] {
        [
            (&self.annotations, &layout::ANNOTATION_COLUMNS, Section::Annotations),
            (&self.specimens, &layout::SPECIMEN_COLUMNS, Section::Specimens),
            (&self.meanings, &layout::MEANING_COLUMNS, Section::Meanings),
            (&self.national, &layout::DUTY_COLUMNS, Section::Duties),
            (&self.products, &layout::PRODUCT_COLUMNS, Section::Products),
            (&self.countries, &layout::COUNTRY_COLUMNS, Section::Countries),
            (&self.sources, &layout::SOURCE_COLUMNS, Section::Sources),
            (&self.totals, &layout::TOTAL_COLUMNS, Section::Totals),
        ]
    }
}

/// Writes a table whose cells are kept as texts.
fn write_texts(table: &Table, columns: &[&str], section: Section, writer: &mut Writer) {
    for row in table.rows() {
        let words: Vec<u32> =
            columns.iter().map(|column| writer.texts.add(row.get(column))).collect();
        writer.put(section, &words);
    }
}

/// The tables in `folder`/`part` that are called by a language of ISO 639-1.
fn by_language(folder: &Path, part: &str) -> Result<Vec<(String, Table)>, Faults> {
    let inner = folder.join(part);
    if !inner.exists() {
        return Ok(Vec::new());
    }
    let whole = |err: std::io::Error| Fault { file: part.into(), line: 0, reason: err.to_string() };
    let mut languages = Vec::new();
    for entry in fs_err::read_dir(&inner).map_err(whole)? {
        let file = entry.map_err(whole)?.file_name().to_string_lossy().into_owned();
        let language = file.strip_suffix(".csv").filter(|language| language.len() == 2);
        languages.extend(language.map(str::to_owned));
    }
    languages.sort();
    let tables = languages.into_iter().map(|language| {
        Table::read(folder, &format!("{part}/{language}.csv")).map(|table| (language, table))
    });
    Ok(tables.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::{Table, Tables};
    use crate::species::Species;

    const COLUMNS: &str = "name,rank,kingdom,class,order,family,genus,kind,accepted,note,source\n";

    fn tables(taxa: &str, cites: &str) -> Tables {
        let head = "taxon,rank,appendix,scope,excluded_taxa,from,to,source\n";
        Tables {
            taxa: Table::parse("taxa.csv", format!("{COLUMNS}{taxa}").as_bytes()).unwrap(),
            cites: Table::parse("cites.csv", format!("{head}{cites}").as_bytes()).unwrap(),
            ..Tables::default()
        }
    }

    fn faults(taxa: &str, cites: &str) -> String {
        tables(taxa, cites).compile(20_260_101).unwrap_err().to_string()
    }

    const FELIS: &str =
        "Felis silvestris,species,fauna,Mammalia,Carnivora,Felidae,Felis,accepted,,,x\n";

    #[test]
    fn a_species_that_stands_for_its_own_subspecies_makes_no_circle() {
        let taxa = "Aus bus,species,fauna,,,,,former,Aus bus bus,,x\n\
                    Aus bus bus,subspecies,fauna,Bivalvia,Unionida,Unionidae,Aus,accepted,,,x\n";
        let cites = "Aus bus bus,subspecies,I,,,,,x\n";
        let index = tables(taxa, cites).compile(20_260_101).unwrap().index;
        let species = Species::open(index).unwrap();
        let found = species.find("Aus bus")[0].taxon;
        let upward: Vec<&str> = species.upward(found).map(|id| species.taxon(id).name).collect();
        assert_eq!(upward, ["Aus bus bus", "Aus", "Unionidae", "Unionida", "Bivalvia"]);
        assert_eq!(
            species
                .below(species.find("Unionidae")[0].taxon, jiff::civil::date(2026, 1, 1))
                .unwrap()
                .taxa,
            1
        );
    }

    #[test]
    fn rows_that_break_the_schema_are_named_by_file_and_line() {
        for (taxa, cites, fault) in [
            ("X y,tribe,fauna,,,,,accepted,,,x\n", "", "taxa.csv:2: unknown rank `tribe`"),
            ("X y,species,moon,,,,,accepted,,,x\n", "", "taxa.csv:2: unknown kingdom `moon`"),
            ("X y,species,fauna,,,,,synonym,Z w,,x\n", "", "taxa.csv:2: `Z w` is not in taxa.csv"),
            (
                "X y,species,fauna,,,,,synonym,,,x\n",
                "",
                "taxa.csv:2: `accepted` does not fit the kind synonym",
            ),
            (
                FELIS,
                "Felis catus,species,II,,,,,x\n",
                "cites.csv:2: `Felis catus` is not in taxa.csv",
            ),
            (
                FELIS,
                "Felidae,genus,II,,,,,x\n",
                "cites.csv:2: `Felidae` has the rank family, not `genus`",
            ),
            (FELIS, "Felidae,family,IV,,,,,x\n", "cites.csv:2: unknown appendix `IV`"),
            (
                FELIS,
                "Felidae,family,II,,,2026-02-30,,x\n",
                "cites.csv:2: `from` is no date YYYY-MM-DD: `2026-02-30`",
            ),
            (
                FELIS,
                "Felidae,family,II,,,2026-02-01,2026-01-01,x\n",
                "cites.csv:2: `to` is before `from`",
            ),
            (FELIS, "Felidae,family,II,,,,,\n", "cites.csv:2: a listing without a source"),
            (FELIS, "Felidae,family,II,,Lynx,,,x\n", "cites.csv:2: `Lynx` is not in taxa.csv"),
        ] {
            assert_eq!(faults(taxa, cites), format!("{fault}\n1 fault(s) in the data"));
        }
        assert!(
            faults(&FELIS.repeat(2), "")
                .starts_with("taxa.csv:3: `Felis silvestris` stands here twice")
        );
    }
}
