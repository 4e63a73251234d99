//! Tests of `pugmark lexicon`.

use crate::sandbox::Sandbox;

#[test]
fn terms_are_listed_with_their_language() {
    let sandbox = Sandbox::new();
    let output = sandbox.pipe(&["lexicon", "list", "--format", "jsonl"], "");
    let text = String::from_utf8(output.stdout).unwrap();
    let terms: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(terms.len() >= 800, "{}", terms.len());
    assert!(terms.iter().any(|term| term["term"] == "ivory" && term["language"] == "en"));
    let none = sandbox.run(&["lexicon", "list", "--language", "xx"]);
    assert!(none.starts_with("exit 1\n"), "{none}");
}

#[test]
fn the_shipped_lists_pass_the_check() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run(&["lexicon", "check"]), @r"
    exit 0
    --- stdout
    --- stderr
    ");
}

#[test]
fn faults_of_a_list_of_ones_own_are_named() {
    let sandbox = Sandbox::new();
    sandbox.write("my.csv", "term,kind,refers_to\nblick,product,unobtainium\n");
    sandbox.write("bad.csv", "term,kind,refers_to\nblick,animal,\n");
    insta::assert_snapshot!(sandbox.run(&["lexicon", "check", "my.csv", "bad.csv", "--format", "csv"]), @r"
    exit 1
    --- stdout
    place,fault
    bad.csv:2,`animal` is no kind
    my.csv:2,`unobtainium` is neither a product nor a known taxon
    --- stderr
    ");
}

#[test]
fn words_that_stand_in_ordinary_text_are_named() {
    let sandbox = Sandbox::new();
    sandbox.write("my.csv", "term,kind,refers_to\nblorx,code,ivory\nzorble,code,ivory\n");
    sandbox.write("sofas.txt", "A sofa\nA blorx sofa\nBlorx chair\n");
    let output =
        sandbox.run(&["lexicon", "check", "my.csv", "--ordinary", "sofas.txt", "--format", "csv"]);
    assert!(output.starts_with("exit 1"), "{output}");
    assert!(output.contains("stands in 2 texts of ordinary goods"), "{output}");
    assert!(!output.contains("zorble"), "{output}");
}
