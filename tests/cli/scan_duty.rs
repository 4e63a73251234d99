//! Tests of what `scan` says of national duties that an ad denies.

use serde_json::Value;

use crate::sandbox::Sandbox;

/// What `scan` says of an ad with this title and country.
fn scan(title: &str, country: &str) -> Value {
    let sandbox = Sandbox::new();
    let ad = serde_json::json!({"title": title, "country": country});
    let output = sandbox.pipe(&["scan", "--as-of", "2026-11-25"], format!("{ad}\n"));
    let line = String::from_utf8(output.stdout).unwrap();
    let record: Value = serde_json::from_str(line.trim()).unwrap();
    record["pugmark"].clone()
}

/// Taxa and duties that the ad denies.
fn denied(title: &str, country: &str) -> Vec<(String, String)> {
    let found = scan(title, country);
    let duties = found["duties"].as_array().cloned().unwrap_or_default();
    let text = |duty: &Value, key: &str| duty[key].as_str().unwrap().to_owned();
    duties.iter().map(|duty| (text(duty, "taxon"), text(duty, "duty"))).collect()
}

#[test]
fn a_denied_chip_is_set_against_the_duty_of_the_country() {
    let found = scan("Griechische Landschildkröte, 5 Jahre alt, ohne Chip, abzugeben", "DE");
    let duty = &found["duties"][0];
    assert_eq!(duty["taxon"], "Testudo hermanni");
    assert_eq!(duty["country"], "DE");
    assert_eq!(duty["duty"], "transponder");
    assert_eq!(duty["claim"], "ohne Chip");
    assert_eq!(duty["as_of"], "2026-11-25");
    let source = duty["source"].as_str().unwrap();
    assert!(source.contains("Bundesartenschutzverordnung") && source.contains("2013"), "{source}");
    let reasons = found["reasons"].as_array().unwrap();
    let said = reasons.iter().filter_map(Value::as_str).find(|reason| reason.starts_with("says "));
    let said = said.expect("the denial is a reason");
    assert!(
        said.starts_with(
            "says \"ohne Chip\"; Germany asks for a transponder or documentation for Testudo hermanni: "
        ),
        "{said}"
    );
}

#[test]
fn rings_chips_and_documents_are_told_apart_in_four_languages() {
    for (title, country, taxon, duty) in [
        ("Habicht unberingt, Jungvogel, abzugeben", "DE", "Accipiter gentilis", "closed-ring"),
        ("Northern goshawk for sale, not ringed", "Germany", "Accipiter gentilis", "closed-ring"),
        ("Tortue d'Hermann adulte, sans puce, à vendre", "DE", "Testudo hermanni", "transponder"),
        (
            "Griekse landschildpad te koop, zonder chip",
            "Deutschland",
            "Testudo hermanni",
            "transponder",
        ),
        ("Griechische Landschildkröte ohne Papiere", "DE", "Testudo hermanni", "documentation"),
    ] {
        let wanted = vec![(taxon.to_owned(), duty.to_owned())];
        assert_eq!(denied(title, country), wanted, "{title}");
    }
}

#[test]
fn nothing_is_said_where_it_is_not_sure() {
    for (title, country, why) in [
        ("Griechische Landschildkröte, ohne Chip", "FR", "no duties of France in the data"),
        ("Griechische Landschildkröte, ohne Chip", "", "no country"),
        ("Griechische Landschildkröte, ohne Chip", "Atlantis", "no known country"),
        ("Griechische Landschildkröte, mit Chip und Papieren", "DE", "nothing is denied"),
        ("Kornnatter, ohne Chip, abzugeben", "DE", "no duty on a corn snake"),
        ("Habicht ausgestopft, ohne Papiere", "DE", "a dead bird"),
    ] {
        assert_eq!(denied(title, country), Vec::new(), "{why}: {title}");
    }
}
