//! Lists the word lists of `species-data/lexicon/`, so that the program embeds them.

use std::fmt::Write as _;
use std::path::Path;

/// Writes `lexicon_files.rs` into `out`.
pub(crate) fn embed(data: &Path, out: &Path) -> Result<(), String> {
    let folder = data.join("lexicon");
    let entries =
        std::fs::read_dir(&folder).map_err(|err| format!("{}: {err}", folder.display()))?;
    let mut files: Vec<_> =
        entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.sort();
    let mut code = String::from("pub(super) const LISTS: &[(&str, &str)] = &[\n");
    for file in files {
        let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if stem.len() == 2 && file.extension().is_some_and(|extension| extension == "csv") {
            let _ = writeln!(code, "    ({stem:?}, include_str!({:?})),", absolute(&file)?);
        }
    }
    code.push_str("];\n");
    let products = absolute(&data.join("products.csv"))?;
    let _ = writeln!(code, "pub(super) const PRODUCTS: &str = include_str!({products:?});");
    let target = out.join("lexicon_files.rs");
    #[expect(clippy::disallowed_methods, reason = "the path is put into the message here")]
    std::fs::write(&target, code).map_err(|err| format!("{}: {err}", target.display()))
}

fn absolute(file: &Path) -> Result<String, String> {
    let path = file.canonicalize().map_err(|err| format!("{}: {err}", file.display()))?;
    Ok(path.to_string_lossy().into_owned())
}
