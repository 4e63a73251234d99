//! Compiles the tables of `species-data/` with the program's own compiler.
#![allow(dead_code, unreachable_pub, reason = "the program uses these files for more")]

#[path = "../src/species/compile/mod.rs"]
mod compile;
#[path = "../src/species/fold.rs"]
mod fold;
#[path = "../src/species/layout.rs"]
mod layout;
#[path = "../src/species/vocabulary.rs"]
mod vocabulary;

use std::path::Path;

/// Compiles `data` into `out`/species.index; returns a line on what was left out, if anything.
pub(crate) fn compile(
    data: &Path,
    out: &Path,
) -> Result<Option<String>, Box<dyn std::error::Error>> {
    let tables = compile::Tables::read(data)?;
    let compiled = tables.compile(date(data)?)?;
    fs_err::write(out.join("species.index"), compiled.index)?;
    let count = compiled.left_out.len();
    let line = |first| format!("species-data/{first}; {count} names of unknown taxa are left out");
    Ok(compiled.left_out.first().map(line))
}

/// The day of the data, which stands in `species-data/DATE`.
fn date(data: &Path) -> Result<u32, Box<dyn std::error::Error>> {
    let text = fs_err::read_to_string(data.join("DATE"))?;
    Ok(text.trim().replace('-', "").parse()?)
}
