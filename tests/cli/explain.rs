//! Tests of `pugmark explain`.

use crate::sandbox::Sandbox;

#[test]
fn the_sum_of_points_is_shown() {
    let sandbox = Sandbox::new();
    let output =
        sandbox.run(&["explain", "Ivory netsuke, Schreger lines, 42 g", "--as-of", "2026-11-25"]);
    assert!(output.starts_with("exit 0\n--- stdout\nscore "), "{output}");
    for part in [
        "text: [Ivory netsuke], [Schreger lines], 42 g",
        "a detail of real material",
        "weight given",
        "law of 2026-11-25:",
        "  Loxodonta africana: CITES I/II, EU A/B",
    ] {
        assert!(output.contains(part), "{part} is missing in\n{output}");
    }
}

#[test]
fn an_innocent_text_exits_1() {
    let sandbox = Sandbox::new();
    let output = sandbox.run(&["explain", "Ivory dress with lace, size 38"]);
    assert!(output.starts_with("exit 1\n"), "{output}");
}

#[test]
fn json_is_the_record_of_a_scan() {
    let sandbox = Sandbox::new();
    let output = sandbox.pipe(&["explain", "-", "--format", "json"], "Rhino horn, 900 €\n");
    let record: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(record["schema"], "pugmark.scan/1");
    assert_eq!(record["price"]["eur"], 900.0);
}
