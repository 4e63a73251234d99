//! The house itself: what SECURITY.md names exists, every file says what it is for, and sizes stay as agreed.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up should stop")]

use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// All Rust files under `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn own_sources() -> Vec<(String, String)> {
    let folders = ["src", "tests", "build"].map(|folder| sources(&Path::new(ROOT).join(folder)));
    let files = folders.concat().into_iter().filter(|path| !path.ends_with("snapshots"));
    files
        .map(|path| {
            let name = path.strip_prefix(ROOT).unwrap().to_str().unwrap().to_owned();
            (name, fs_err::read_to_string(path).unwrap())
        })
        .collect()
}

/// The tests that a document names as `file::test`, between back quotes.
fn named_tests(document: &str) -> Vec<(String, String)> {
    let text = fs_err::read_to_string(Path::new(ROOT).join(document)).unwrap();
    let quoted = text.split('`').skip(1).step_by(2);
    let pairs = quoted.filter_map(|span| span.split_once(".rs::"));
    pairs.map(|(file, test)| (format!("{file}.rs"), test.to_owned())).collect()
}

#[test]
fn every_test_that_security_names_exists() {
    let named = named_tests("SECURITY.md");
    assert!(named.len() > 30, "SECURITY.md names its tests: {}", named.len());
    for (file, test) in named {
        let text = fs_err::read_to_string(Path::new(ROOT).join(&file)).unwrap();
        let lines: Vec<_> = text.lines().map(str::trim).collect();
        let place = lines.iter().position(|line| line.starts_with(&format!("fn {test}(")));
        let place = place.unwrap_or_else(|| panic!("{file} has no fn {test}"));
        let before = lines[..place].iter().rev().take_while(|line| line.starts_with("#["));
        assert!(before.into_iter().any(|line| *line == "#[test]"), "{file}::{test} is no test");
    }
}

#[test]
fn every_dependency_has_a_reason() {
    let read = |name: &str| fs_err::read_to_string(Path::new(ROOT).join(name)).unwrap();
    let (manifest, reasons) = (read("Cargo.toml"), read("packaging/dependencies.csv"));
    let (_, rest) = manifest.split_once("\n[dependencies]\n").unwrap();
    let names = rest.lines().take_while(|line| !line.starts_with('[')).filter_map(|line| {
        let (name, value) = line.split_once(" = ")?;
        Some(match value.split_once("package = \"") {
            Some((_, real)) => real.split('"').next().unwrap(),
            None => name,
        })
    });
    let without: Vec<_> = names.filter(|name| !reasons.contains(&format!("\n{name},"))).collect();
    assert_eq!(without, [""; 0], "no reason in packaging/dependencies.csv");
}

#[test]
fn every_file_opens_with_its_purpose() {
    let without: Vec<_> = own_sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(without, [""; 0], "files without a first line `//! …`");
}

#[test]
fn files_stay_within_600_lines_and_most_within_400() {
    let mut sizes: Vec<_> =
        own_sources().into_iter().map(|(name, text)| (text.lines().count(), name)).collect();
    sizes.sort();
    let ninth = &sizes[sizes.len() * 9 / 10];
    assert!(ninth.0 <= 400, "one file in ten is longer than {} lines ({})", ninth.0, ninth.1);
    let longest = sizes.last().unwrap();
    assert!(longest.0 <= 600, "{} has {} lines", longest.1, longest.0);
}

/// The command line knows the rooms, and no room knows the command line.
#[test]
fn only_the_command_line_knows_clap_and_the_terminal() {
    for (name, text) in own_sources() {
        let is_inside =
            name.starts_with("src/") && !name.starts_with("src/cli") && !name.contains("test");
        if is_inside && name != "src/main.rs" {
            for word in ["clap::", "crate::cli", "println!", "process::exit"] {
                let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                let found = code.filter(|line| line.contains(word)).count();
                assert_eq!(found, 0, "{name} has `{word}`");
            }
        }
    }
}
