//! Compiles the word lists and the names of taxa with the program's own compiler.
#![allow(dead_code, unreachable_pub, reason = "the program uses these files for more")]

#[path = "../src/lexicon/endings.rs"]
mod endings;
#[path = "../src/lexicon/fold.rs"]
mod fold;
#[path = "../src/lexicon/function_words.rs"]
mod function_words;
#[path = "../src/lexicon/index/mod.rs"]
mod index;
#[path = "../src/lexicon/inflection.rs"]
mod inflection;
#[path = "../src/lexicon/language.rs"]
mod language;
#[path = "../src/lexicon/letters.rs"]
mod letters;
#[path = "../src/lexicon/read.rs"]
mod read;
#[path = "../src/lexicon/term.rs"]
mod term;
#[path = "../src/lexicon/words.rs"]
mod words;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use language::Language;
use term::Term;

type Fault = Box<dyn std::error::Error>;

/// Compiles `data` into `out`: `lexicon.index`, and `lexicon_files.rs` with the lists as they stand.
pub(crate) fn compile(data: &Path, out: &Path) -> Result<(), Fault> {
    let lists = by_language(&data.join("lexicon"))?;
    let mut terms = Vec::new();
    for (language, path) in &lists {
        let csv = fs_err::read_to_string(path)?;
        let rows = read::terms(&csv, &path.display().to_string(), *language);
        terms.extend(rows.map_err(|errors| in_lines(&errors))?.into_iter().map(|row| row.term));
    }
    terms.extend(name_terms(data)?);
    fs_err::write(out.join("lexicon.index"), index::compile(terms))?;
    let products = data.join("products.csv");
    read::products(&fs_err::read_to_string(&products)?, "products.csv")?;
    fs_err::write(out.join("lexicon_files.rs"), code(&lists, &products, out)?)?;
    Ok(())
}

fn in_lines(errors: &[read::ListError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The files of `folder` whose name is the code of a language.
fn by_language(folder: &Path) -> Result<Vec<(Language, PathBuf)>, Fault> {
    let mut files = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        let path = entry?.path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).and_then(Language::from_code);
        if let Some(language) = stem.filter(|_| path.extension().is_some_and(|end| end == "csv")) {
            files.push((language, path));
        }
    }
    files.sort();
    Ok(files)
}

/// The names of taxa in all languages, each with the taxon that it stands for.
fn name_terms(data: &Path) -> Result<Vec<Term>, Fault> {
    let mut homes: BTreeMap<String, String> = BTreeMap::new();
    let taxa = fs_err::read_to_string(data.join("taxa.csv"))?;
    for row in csv::Reader::from_reader(taxa.as_bytes()).records() {
        let row = row?;
        let moved = matches!(&row[7], "synonym" | "former" | "included");
        homes.insert(row[0].to_owned(), row[if moved { 8 } else { 0 }].to_owned());
    }
    let mut names: Vec<(Language, String, &str)> =
        homes.iter().map(|(name, home)| (Language::LATIN, name.clone(), home.as_str())).collect();
    for (language, path) in by_language(&data.join("names"))? {
        let csv = fs_err::read_to_string(&path)?;
        for row in csv::Reader::from_reader(csv.as_bytes()).records() {
            let row = row?;
            if let Some(home) = homes.get(&row[0]) {
                names.push((language, row[1].to_owned(), home));
            }
        }
    }
    let borrowed = names.iter().map(|(language, name, home)| (*language, name.as_str(), *home));
    Ok(read::names(borrowed).collect())
}

/// Code that embeds the lists as they stand, packed: only `pugmark lexicon` reads them.
fn code(lists: &[(Language, PathBuf)], products: &Path, out: &Path) -> Result<String, Fault> {
    let mut code = String::from("pub(super) const LISTS: &[(&str, &[u8])] = &[\n");
    for (language, path) in lists {
        let packed = out.join(format!("{}.csv.gz", language.code()));
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&fs_err::read(path)?)?;
        fs_err::write(&packed, encoder.finish()?)?;
        writeln!(code, "    ({:?}, include_bytes!({packed:?})),", language.code())?;
    }
    let products = fs_err::canonicalize(products)?;
    writeln!(code, "];\npub(super) const PRODUCTS: &str = include_str!({products:?});")?;
    Ok(code)
}
