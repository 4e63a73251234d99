//! The law, tested against its text: `tests/law/*.csv` beside the answers of the embedded data.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up should stop")]

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use pugmark::species::compile::Tables;
use pugmark::species::{Answer, Question, Species, TaxonId, TaxonKind};

/// Cell that says "not tested".
const UNTESTED: &str = "-";

/// The day of the law that the whole-table tests ask for.
const TODAY: Date = jiff::civil::date(2026, 11, 25);

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
    let mut wrong = Vec::new();
    for row in &rows {
        let question = Question { specimen: Some(&row["specimen"]), ..Question::on(TODAY) };
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

#[test]
fn no_row_of_the_tables_is_left_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("species-data");
    let compiled = Tables::read(&folder).unwrap().compile(20_261_125).unwrap();
    let left_out: Vec<String> = compiled.left_out.iter().map(ToString::to_string).collect();
    assert!(left_out.is_empty(), "{}", left_out.join("\n"));
    // What the program holds was made from these very tables.
    let fresh = Species::open(compiled.index).unwrap();
    assert_eq!(fresh.taxa().count(), Species::embedded().taxa().count());
}

#[test]
fn every_taxon_in_an_appendix_is_in_an_annex() {
    let species = Species::embedded();
    let without = |id: &TaxonId| {
        let status = species.status(*id, TODAY);
        status.appendix.is_some() && status.annex.is_none()
    };
    let names: Vec<&str> =
        species.taxa().filter(without).map(|id| species.taxon(id).name).collect();
    assert!(names.is_empty(), "in an Appendix and in no Annex: {}", names.join(", "));
}

#[test]
fn an_annex_is_never_milder_than_the_appendix() {
    let species = Species::embedded();
    let strictness = |grades: &Option<String>| match grades.as_deref().map(first_grade) {
        Some("I" | "A") => 3,
        Some("II" | "B") => 2,
        // Annex D holds some species that India put into Appendix III and on which the EU has a reservation.
        Some("III" | "C" | "D") => 1,
        _ => 0,
    };
    let milder = |id: &TaxonId| {
        let status = species.status(*id, TODAY);
        strictness(&status.annex) < strictness(&status.appendix)
    };
    let names: Vec<&str> = species.taxa().filter(milder).map(|id| species.taxon(id).name).collect();
    assert!(names.is_empty(), "milder in the EU than under CITES: {}", names.join(", "));
}

/// The strictest of several grades, which stand in order: `I/II`.
fn first_grade(grades: &str) -> &str {
    grades.split('/').next().unwrap_or(grades)
}

#[test]
fn domesticated_forms_are_in_no_list() {
    let species = Species::embedded();
    let forms: Vec<TaxonId> =
        species.taxa().filter(|id| species.taxon(*id).kind == TaxonKind::Domesticated).collect();
    assert!(forms.len() >= 13, "{} domesticated forms", forms.len());
    for id in forms {
        let status = species.status(id, TODAY);
        let name = species.taxon(id).name;
        assert!(status.appendix.is_none() && status.annex.is_none(), "{name} is listed");
    }
}

#[test]
fn the_totals_are_those_of_the_readme_and_each_difference_is_explained() {
    let species = Species::embedded();
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("species-data/README.md");
    let readme = fs_err::read_to_string(readme).unwrap();
    let official = species.official_totals();
    assert_eq!(official.len(), 7, "one row a group");
    for total in official {
        let ours = species.totals(total.date);
        let here = ours.iter().find(|ours| ours.group == total.group).unwrap().taxa;
        let cells: Vec<String> = std::iter::zip(here, total.taxa)
            .map(|(here, official)| format!("{} / {}", grouped(here), grouped(official)))
            .collect();
        let line = format!("| {} | {} |", total.group, cells.join(" | "));
        assert!(readme.contains(&line), "not in species-data/README.md: {line}");
        assert!(!total.explanation.is_empty(), "{} lacks an explanation", total.group);
    }
}

/// `number` with a comma between thousands.
fn grouped(number: usize) -> String {
    if number < 1000 {
        return number.to_string();
    }
    format!("{},{:03}", number / 1000, number % 1000)
}
