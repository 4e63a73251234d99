//! The law, tested against its text: `tests/law/*.csv` beside the answers of the embedded data.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up should stop")]

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use pugmark::species::{Answer, Question, Species};

/// Cell that says "not tested".
const UNTESTED: &str = "-";

fn rows(file: &str) -> Vec<BTreeMap<String, String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/law").join(file);
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// What is wrong with `answer`, if anything.
fn difference(row: &BTreeMap<String, String>, answer: &Answer<'_>) -> Option<String> {
    let cell = |answer: &Option<String>| answer.clone().unwrap_or_default();
    let got = [cell(&answer.cites.appendix), cell(&answer.eu.annex)];
    let wanted = [&row["appendix"], &row["annex"]];
    let right =
        std::iter::zip(wanted, &got).all(|(wanted, got)| wanted == UNTESTED || wanted == got);
    let known = answer.found || row["group"] != "unlisted";
    (!right || !known).then(|| {
        let taxon = answer.taxon.as_ref().map_or("unknown", |taxon| taxon.name);
        let [appendix, annex] = got;
        format!(
            "{:8} {} on {}: wanted {}|{}, got {appendix}|{annex} ({taxon}) {}",
            row["group"], row["name"], row["as_of"], wanted[0], wanted[1], row["note"]
        )
    })
}

#[test]
fn status_is_as_the_law_says() {
    let species = Species::embedded();
    let rows = rows("status.csv");
    let mut wrong = Vec::new();
    for row in &rows {
        let on: Date = row["as_of"].parse().unwrap();
        wrong.extend(difference(row, &species.answer(&row["name"], on)));
    }
    assert!(rows.len() >= 600, "the table has {} rows", rows.len());
    assert!(wrong.is_empty(), "{}\n{} of {} wrong", wrong.join("\n"), wrong.len(), rows.len());
}

#[test]
fn annotations_cover_what_the_law_says() {
    let species = Species::embedded();
    let rows = rows("specimens.csv");
    let today: Date = "2026-11-25".parse().unwrap();
    let mut wrong = Vec::new();
    for row in &rows {
        let question = Question { specimen: Some(&row["specimen"]), ..Question::on(today) };
        let coverage = species.ask(&row["name"], question).specimen;
        let covered = coverage.as_ref().and_then(|coverage| coverage.covered);
        if covered != Some(row["covered"] == "yes") {
            let kinds = coverage.map(|coverage| coverage.kinds);
            wrong.push(format!(
                "{} {}: wanted {}, got {covered:?} by {kinds:?} {}",
                row["name"], row["specimen"], row["covered"], row["annotation"]
            ));
        }
    }
    assert!(rows.len() >= 100, "the table has {} rows", rows.len());
    assert!(wrong.is_empty(), "{}\n{} of {} wrong", wrong.join("\n"), wrong.len(), rows.len());
}
