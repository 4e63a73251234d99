//! The labelled ads of `examples/ads` are judged as they were when somebody last looked.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::sandbox::Sandbox;

/// What the scanner must not be told.
const LABELS: [&str; 5] = ["listed", "animal_product", "asks", "of", "note"];

/// Every wrong verdict by the label `listed`, and how many ads there were.
fn wrong_verdicts(file: &Path, sandbox: &Sandbox) -> (String, usize, usize) {
    let ads: Vec<Value> = fs_err::read_to_string(file)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut dump = String::new();
    for ad in &ads {
        let mut bare = ad.as_object().unwrap().clone();
        bare.retain(|name, _| !LABELS.contains(&name.as_str()));
        writeln!(dump, "{}", Value::Object(bare)).unwrap();
    }
    let args = ["scan", "-", "--format", "jsonl", "--as-of", "2026-11-25"];
    let output = sandbox.pipe(&args, dump);
    let judged = String::from_utf8(output.stdout).unwrap();
    assert_eq!(judged.lines().count(), ads.len(), "{}", file.display());
    let mut wrong = String::new();
    for (ad, line) in ads.iter().zip(judged.lines()) {
        let record: Value = serde_json::from_str(line).unwrap();
        let verdict = record["pugmark"]["verdict"].as_str().unwrap();
        let listed = ad["listed"].as_bool().unwrap();
        if listed != (verdict == "flag") {
            let label = if listed { "offer" } else { "other" };
            let id = ad["id"].as_str().unwrap();
            let title: String = ad["title"].as_str().unwrap().chars().take(60).collect();
            writeln!(wrong, "{id} {label} {verdict}: {title}").unwrap();
        }
    }
    let count = wrong.lines().count();
    (wrong, count, ads.len())
}

#[test]
fn the_example_ads_are_judged_as_before() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> = fs_err::read_dir(root.join("examples/ads"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
        .collect();
    files.sort();
    let sandbox = Sandbox::new();
    let (mut found, mut wrong, mut ads) = (String::new(), 0, 0);
    for file in &files {
        let (lines, count, of) = wrong_verdicts(file, &sandbox);
        found.push_str(&lines);
        wrong += count;
        ads += of;
    }
    let golden = root.join("tests/cli/golden/ads-wrong.txt");
    if std::env::var_os("PUGMARK_GOLDEN").is_some_and(|value| value == "write") {
        fs_err::write(&golden, &found).unwrap();
    }
    let known = fs_err::read_to_string(&golden).unwrap();
    let new: Vec<&str> = found.lines().filter(|line| !known.contains(line)).collect();
    let gone: Vec<&str> = known.lines().filter(|line| !found.contains(line)).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "wrong verdicts that are new: {new:#?}\nthat are gone: {gone:#?}\nlook at each, then write \
         the list anew: PUGMARK_GOLDEN=write cargo test --test cli ads"
    );
    assert!(ads >= 1400 && wrong * 25 <= ads, "{wrong} of {ads} verdicts are wrong");
}
