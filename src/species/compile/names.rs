//! Every name under its folded key.

use std::collections::BTreeMap;

use super::super::fold::fold;
use super::super::layout::{NONE, Section};
use super::super::vocabulary::{Kingdom, NameKind, TaxonKind};
use super::table::{Fault, Row, Table};
use super::taxa::Taxa;
use super::writer::{Writer, word};

/// Language of scientific names.
const LATIN: &str = "la";

/// More sources than these make a name no surer.
const MOST_SOURCES: u8 = 15;

/// A name on its way into the index; sorted best first under one key.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    kind: NameKind,
    /// How many sources do not attest it, so that the best attested sorts first.
    doubt: u8,
    text: String,
    language: String,
    taxon: u32,
}

/// Names by key.
pub(super) type Names = BTreeMap<String, Vec<Name>>;

/// Collects the scientific names of `taxa` and the common names of `tables`.
pub(super) fn read(
    tables: &[(String, Table)],
    taxa: &Taxa,
    faults: &mut Vec<Fault>,
    left_out: &mut Vec<Fault>,
) -> Names {
    let mut names = Names::new();
    for (id, entry) in taxa.entries.iter().enumerate() {
        let kind = match entry.kind {
            TaxonKind::Synonym | TaxonKind::Former | TaxonKind::Included => NameKind::Synonym,
            TaxonKind::Accepted | TaxonKind::Domesticated | TaxonKind::Fossil => {
                NameKind::Scientific
            }
        };
        let name = Name {
            kind,
            doubt: 0,
            text: entry.name.clone(),
            language: LATIN.to_owned(),
            taxon: word(id),
        };
        names.entry(fold(&entry.name)).or_default().push(name);
    }
    for (language, table) in tables {
        faults.extend(table.require(&["taxon", "name", "kind"]).err());
        for row in table.rows() {
            match (find_taxon(&row, taxa), read_row(&row, language)) {
                (_, Err(fault)) => faults.push(fault),
                (Err(fault), _) => left_out.push(fault),
                (Ok(taxon), Ok((key, name))) => {
                    names.entry(key).or_default().push(Name { taxon, ..name });
                }
            }
        }
    }
    names
}

/// Adds the words of the lexicon that name a product, unless they are weak evidence of it or the
/// product comes from no listed taxon.
pub(super) fn add_products(lexicon: &[(String, Table)], products: &Table, names: &mut Names) {
    let numbers: BTreeMap<&str, u32> = products
        .rows()
        .enumerate()
        .filter(|(_, row)| !row.get("taxa").is_empty())
        .map(|(number, row)| (row.get("id"), word(number)))
        .collect();
    for (language, table) in lexicon {
        let words = table.rows().filter(|row| row.get("kind") == "product");
        for row in words.filter(|row| row.get("weight") != "weak") {
            let term = row.get("term").to_owned();
            let key = fold(&term);
            if let Some(&number) = numbers.get(row.get("refers_to")).filter(|_| !key.is_empty()) {
                names.entry(key).or_default().push(Name {
                    kind: NameKind::Product,
                    doubt: 0,
                    text: term,
                    language: language.clone(),
                    taxon: number,
                });
            }
        }
    }
}

fn read_row(row: &Row<'_>, language: &str) -> Result<(String, Name), Fault> {
    if language.len() != 2 || !language.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Err(row.fault("the file is not called by a language of ISO 639-1"));
    }
    let word = row.get("kind");
    let kind = NameKind::parse(word).ok_or_else(|| row.fault(format!("unknown kind `{word}`")))?;
    let text = row.get("name").to_owned();
    let key = fold(&text);
    if key.is_empty() {
        return Err(row.fault("a name without letters"));
    }
    let sources = row.get("sources").split_whitespace().count();
    let doubt = MOST_SOURCES - u8::try_from(sources).unwrap_or(MOST_SOURCES).min(MOST_SOURCES);
    Ok((key, Name { kind, doubt, text, language: language.to_owned(), taxon: NONE }))
}

fn find_taxon(row: &Row<'_>, taxa: &Taxa) -> Result<u32, Fault> {
    let kingdom = Kingdom::parse(row.get("kingdom"));
    taxa.find(row.get("taxon"), kingdom).map_err(|reason| row.fault(reason))
}

/// Writes the names and the map of their keys.
pub(super) fn write(names: Names, writer: &mut Writer) {
    let mut keys = fst::MapBuilder::memory();
    let mut written = 0;
    for (number, (key, mut sharers)) in names.into_iter().enumerate() {
        sharers.sort();
        sharers.dedup();
        keys.insert(key, number as u64).expect("a map in memory takes keys in order");
        writer.put(Section::KeyStarts, &[written]);
        for name in sharers {
            let kind = u32::from(name.kind.code() | name.doubt << 4);
            let codes = writer.texts.add(&name.language) << 8 | kind;
            let text = writer.texts.add(&name.text);
            writer.put(Section::Names, &[name.taxon, text, codes]);
            written += 1;
        }
    }
    writer.put(Section::KeyStarts, &[written]);
    let keys = keys.into_inner().expect("a map in memory can be closed");
    writer.set(Section::Keys, keys);
}
