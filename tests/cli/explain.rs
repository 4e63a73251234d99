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

#[test]
fn the_page_is_as_somebody_read_it() {
    let sandbox = Sandbox::new();
    let ad = "Ivory netsuke <b>signed</b>, cream coloured, Schreger lines, 42 g, not plastic. \
              Leopard print box. 340 €";
    let output = sandbox.run(&["explain", ad, "--html", "why.html", "--as-of", "2026-11-25"]);
    assert!(output.starts_with("exit 0\n") && output.contains("wrote why.html"), "{output}");
    let page = fs_err::read_to_string(sandbox.path("why.html")).unwrap();
    let page = page.replace(env!("CARGO_PKG_VERSION"), "VERSION") + "\n";
    let golden =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/golden/explain.html");
    if std::env::var_os("PUGMARK_GOLDEN").is_some_and(|value| value == "write") {
        fs_err::write(&golden, &page).unwrap();
    }
    assert_eq!(page, fs_err::read_to_string(&golden).unwrap());
}
