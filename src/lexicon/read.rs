//! Reads word lists: CSV as `species-data/lexicon/README.md` describes it.

use std::collections::{BTreeMap, BTreeSet};

use super::fold::Class;
use super::language::{Language, Languages};
use super::term::{Inflection, Kind, Term, Weight};

/// Longer terms than this, in bytes, are no terms.
const LONGEST: usize = 200;

/// What is wrong with a row of a word list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The file has no such column.
    #[error("{file}:1: the column `{column}` is missing")]
    Column {
        /// The file.
        file: String,
        /// The column.
        column: &'static str,
    },
    /// A cell holds a value that the format does not know.
    #[error("{file}:{line}: `{value}` is no {column}")]
    Value {
        /// The file.
        file: String,
        /// The line.
        line: u64,
        /// The column.
        column: &'static str,
        /// The value.
        value: String,
    },
    /// The row is no CSV.
    #[error("{file}:{line}: {what}")]
    Row {
        /// The file.
        file: String,
        /// The line.
        line: u64,
        /// What the parser says.
        what: String,
    },
}

/// A row of a word list, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line of the file, from 1.
    pub line: u64,
    /// What it says.
    pub term: Term,
}

/// Reads the terms of `csv`, which came from `file`; `language` is that of rows
/// without a language of their own.
///
/// # Errors
///
/// A [`ListError`] for each row that breaks the format.
pub fn terms(csv: &str, file: &str, language: Language) -> Result<Vec<Row>, Vec<ListError>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(csv.as_bytes());
    let columns = match Columns::of(&mut reader, file) {
        Ok(columns) => columns,
        Err(err) => return Err(vec![err]),
    };
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for record in reader.records() {
        match record {
            Ok(record) => match columns.row(&record, file, language) {
                Ok(row) => rows.push(row),
                Err(err) => errors.push(err),
            },
            Err(err) => errors.push(ListError::Row {
                file: file.to_owned(),
                line: err.position().map_or(0, csv::Position::line),
                what: err.to_string(),
            }),
        }
    }
    if errors.is_empty() { Ok(rows) } else { Err(errors) }
}

/// Where each column stands.
struct Columns {
    term: usize,
    kind: usize,
    refers_to: Option<usize>,
    inflection: Option<usize>,
    weight: Option<usize>,
    language: Option<usize>,
}

impl Columns {
    fn of(reader: &mut csv::Reader<&[u8]>, file: &str) -> Result<Self, ListError> {
        let head = reader.headers().map_err(|err| ListError::Row {
            file: file.to_owned(),
            line: 1,
            what: err.to_string(),
        })?;
        let place = |name: &str| {
            head.iter().position(|column| column.trim_start_matches('\u{FEFF}').trim() == name)
        };
        let needed = |column| {
            place(column).ok_or_else(|| ListError::Column { file: file.to_owned(), column })
        };
        Ok(Self {
            term: needed("term")?,
            kind: needed("kind")?,
            refers_to: place("refers_to"),
            inflection: place("inflection"),
            weight: place("weight"),
            language: place("language"),
        })
    }

    fn row(
        &self,
        record: &csv::StringRecord,
        file: &str,
        language: Language,
    ) -> Result<Row, ListError> {
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or("").trim();
        let wrong = |column, value: &str| ListError::Value {
            file: file.to_owned(),
            line,
            column,
            value: value.to_owned(),
        };
        let text = cell(Some(self.term));
        if text.is_empty() || text.len() > LONGEST || text.split(' ').count() > LONGEST / 10 {
            return Err(wrong("term", text));
        }
        let kind = cell(Some(self.kind));
        let inflection = cell(self.inflection);
        let weight = cell(self.weight);
        let code = cell(self.language);
        let refers_to = list(cell(self.refers_to));
        if refers_to.len() > LONGEST {
            return Err(wrong("refers_to", cell(self.refers_to)));
        }
        Ok(Row {
            line,
            term: Term {
                text: text.to_owned(),
                kind: Kind::from_name(kind).ok_or_else(|| wrong("kind", kind))?,
                refers_to,
                inflection: match inflection {
                    "" => Inflection::Fixed,
                    name => Inflection::from_name(name).ok_or_else(|| wrong("inflection", name))?,
                },
                weight: match weight {
                    "" => Weight::Medium,
                    name => Weight::from_name(name).ok_or_else(|| wrong("weight", name))?,
                },
                languages: Languages::one(match code {
                    "" => language,
                    code => Language::from_code(code).ok_or_else(|| wrong("language", code))?,
                }),
            },
        })
    }
}

fn list(cell: &str) -> Vec<String> {
    cell.split('|').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// The taxa of each product, from `species-data/products.csv`.
///
/// # Errors
///
/// A [`ListError`] for the first row that is no CSV.
pub fn products(csv: &str, file: &str) -> Result<BTreeMap<String, Vec<String>>, ListError> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let mut products = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|err| ListError::Row {
            file: file.to_owned(),
            line: err.position().map_or(0, csv::Position::line),
            what: err.to_string(),
        })?;
        products.insert(record[0].to_owned(), list(&record[1]));
    }
    Ok(products)
}

/// Makes terms of the names of taxa: `(language, name, taxon)`. A name that
/// several taxa bear becomes one term of all of them.
pub fn names<'a>(
    names: impl Iterator<Item = (Language, &'a str, &'a str)>,
) -> impl Iterator<Item = Term> {
    let mut taxa: BTreeMap<(Language, String), BTreeSet<&str>> = BTreeMap::new();
    for (language, name, taxon) in names {
        if is_usable(name, language) {
            taxa.entry((language, name.to_lowercase())).or_default().insert(taxon);
        }
    }
    taxa.into_iter().map(|((language, text), taxa)| Term {
        inflection: name_inflection(language, &text),
        weight: name_weight(&text, language),
        kind: Kind::Taxon,
        refers_to: taxa.into_iter().map(str::to_owned).collect(),
        languages: Languages::one(language),
        text,
    })
}

/// Too short a name is a syllable of other words.
fn is_usable(name: &str, language: Language) -> bool {
    let letters = name.chars().filter(|c| c.is_alphanumeric()).count();
    let whole = !name.starts_with('-') && !name.ends_with('-');
    whole && letters >= if is_spaceless(language) { 2 } else { 3 }
}

fn is_spaceless(language: Language) -> bool {
    matches!(language.code(), "zh" | "ja" | "ko" | "th")
}

fn name_inflection(language: Language, text: &str) -> Inflection {
    let single = !text.contains([' ', '-']);
    match language.code() {
        "la" | "vi" | "xx" => Inflection::Fixed,
        "zh" | "ja" | "ko" | "th" => Inflection::Inside,
        "de" | "nl" | "sv" if single && text.chars().count() >= 4 => Inflection::Compound,
        _ => Inflection::Noun,
    }
}

fn name_weight(text: &str, language: Language) -> Weight {
    let letters = text.chars().count();
    let is_run = text.chars().next().is_some_and(|c| super::fold::class(c) == Class::Inside);
    // A long word is made of several: Molukkenkakadu, woestijnbuizerd, ヒョウモントカゲモドキ.
    let compounds = matches!(language.code(), "de" | "nl" | "sv" | "fi" | "hu");
    let is_han = text.chars().all(|c| ('\u{3400}'..='\u{9FFF}').contains(&c));
    let long = match (is_run, is_han) {
        (true, true) => letters >= 3,
        (true, false) => letters >= 4,
        (false, _) => compounds && letters >= 10,
    };
    if text.contains([' ', '-']) {
        Weight::Strong
    } else if text.is_ascii() && text.len() <= 3 {
        Weight::Weak
    } else if long {
        Weight::Strong
    } else {
        Weight::Medium
    }
}

#[cfg(test)]
mod tests {
    use super::super::language::Language;
    use super::super::term::{Inflection, Kind, Weight};
    use super::{ListError, names, terms};

    const HEAD: &str = "term,kind,refers_to,inflection,weight,note,source\n";

    #[test]
    fn a_row_becomes_a_term() {
        let csv = format!("{HEAD}ivory,product,ivory,fixed,strong,,usage\n");
        let rows = terms(&csv, "en.csv", Language::ENGLISH).unwrap();
        assert_eq!(rows[0].line, 2);
        assert_eq!(rows[0].term.kind, Kind::Product);
        assert_eq!(rows[0].term.weight, Weight::Strong);
    }

    #[test]
    fn wrong_rows_are_named_with_file_and_line() {
        let csv = format!("{HEAD}a,animal,,fixed,strong,,\nb,ask,,bent,weak,,\n");
        let errors = terms(&csv, "en.csv", Language::ENGLISH).unwrap_err();
        assert_eq!(errors[0].to_string(), "en.csv:2: `animal` is no kind");
        assert_eq!(errors[1].to_string(), "en.csv:3: `bent` is no inflection");
        let missing = terms("word\nx\n", "en.csv", Language::ENGLISH).unwrap_err();
        assert!(matches!(missing[0], ListError::Column { column: "term", .. }));
    }

    #[test]
    fn a_name_of_several_taxa_is_one_term() {
        let german = Language::from_code("de").unwrap();
        let given = [(german, "Python", "Pythonidae"), (german, "python", "Python molurus")];
        let made: Vec<_> = names(given.into_iter()).collect();
        assert_eq!(made.len(), 1);
        assert_eq!(made[0].refers_to, ["Python molurus", "Pythonidae"]);
        assert_eq!(made[0].inflection, Inflection::Compound);
    }
}
