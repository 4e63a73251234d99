//! What a case gives to other programs, checked by them: case_validate, stix2_validator,
//! a JSON Schema validator, an XML parser and a CSV reader.
//!
//! A program that is missing makes its check step aside, loudly; with
//! `PUGMARK_COUNTERPARTS=required` it makes it fail.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up should stop")]
#![expect(clippy::print_stderr, reason = "a check that steps aside must say so")]

#[path = "cli/counterpart.rs"]
mod counterpart;
#[path = "cli/sandbox.rs"]
#[allow(dead_code, reason = "shared with the tests of the commands")]
mod sandbox;

use std::path::Path;

use counterpart::{counterpart, python_has, said};
use sandbox::Sandbox;

const SCAN: &str = include_str!("cli/fixtures/case/scan.jsonl");

/// A case with ads in two accounts that share a number, hostile text and an exhibit.
fn case() -> Sandbox {
    let sandbox = Sandbox::new();
    let contacts = r#""contacts": [{"kind": "phone", "value": "+441632960001", "text": "x"}, {"kind": "email", "value": "tom@post.example", "text": "y"}]"#;
    let hostile = SCAN.replace("\"contacts\": []", contacts).replacen(
        "Carved tusk",
        "=1+1 <script>alert(1)</script> \\u0000\\u001b[2J\\u202e",
        1,
    );
    assert_ne!(hostile, SCAN);
    sandbox.write("scan.jsonl", hostile);
    sandbox.write("photo.jpg", "pixels");
    for args in [
        &["case", "new", "case", "--title", "Ivory & parrots"][..],
        &["case", "import", "case", "scan.jsonl"],
        &["evidence", "add", "--case", "case", "photo.jpg"],
    ] {
        let output = sandbox.run(args);
        assert!(output.starts_with("exit 0"), "{output}");
    }
    sandbox
}

fn export(sandbox: &Sandbox, form: &str, file: &str) {
    let output = sandbox.run(&["case", "export", "case", "--as", form, "--out", file]);
    assert!(output.starts_with("exit 0"), "{output}");
}

#[test]
fn case_validate_accepts_the_graph_without_allowances_and_refuses_a_misspelt_term() {
    let sandbox = case();
    export(&sandbox, "case-uco", "case.jsonld");
    let Some(output) = counterpart("case_validate", &["case.jsonld"], sandbox.root()) else {
        return;
    };
    assert!(output.status.success(), "{}", said(&output));
    let graph = fs_err::read_to_string(sandbox.path("case.jsonld")).unwrap();
    sandbox.write("wrong.jsonld", graph.replace("accountIdentifier", "acountIdentifier"));
    let output = counterpart("case_validate", &["wrong.jsonld"], sandbox.root()).unwrap();
    assert!(!output.status.success(), "{}", said(&output));
}

#[test]
fn stix2_validator_accepts_the_bundle_and_refuses_one_without_a_required_field() {
    let sandbox = case();
    export(&sandbox, "stix", "case.json");
    let Some(output) = counterpart("stix2_validator", &["case.json"], sandbox.root()) else {
        return;
    };
    assert!(output.status.success(), "{}", said(&output));
    let bundle = fs_err::read_to_string(sandbox.path("case.json")).unwrap();
    sandbox.write("wrong.json", bundle.replace("\"number_observed\"", "\"number_seen\""));
    let output = counterpart("stix2_validator", &["wrong.json"], sandbox.root()).unwrap();
    assert!(!output.status.success(), "{}", said(&output));
}

/// What pymisp reads of the event, with its own checks of types and categories.
const READ_MISP: &str = "
import json, sys
from pymisp import MISPEvent, exceptions
event = MISPEvent()
event.load_file('misp.json')
kinds = {attribute.type for attribute in event.attributes}
assert {'link', 'phone-number', 'email', 'text'} <= kinds, kinds
assert len(event.attributes) == len({(a.category, a.type, a.value) for a in event.attributes})
wrong = json.load(open('misp.json'))
wrong['Event']['Attribute'][0]['type'] = 'no-such-type'
try:
    MISPEvent().from_dict(**wrong)
except exceptions.PyMISPError:
    sys.exit(0)
sys.exit('a type that MISP does not know passes')
";

#[test]
fn pymisp_reads_the_event_and_refuses_a_type_that_is_none() {
    let sandbox = case();
    export(&sandbox, "misp", "misp.json");
    if !python_has("pymisp", sandbox.root()) {
        return;
    }
    let output = counterpart("python3", &["-c", READ_MISP], sandbox.root()).unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

/// The page as a browser with scripts switched on has it in the end.
fn in_browser(sandbox: &Sandbox, page: &str) -> Option<String> {
    let profile = format!("--user-data-dir={}", sandbox.path("profile").display());
    let address = format!("file://{}", sandbox.path(page).display());
    let args = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--virtual-time-budget=2000",
        &profile,
        "--dump-dom",
        &address,
    ];
    let output = counterpart("chromium", &args, sandbox.root())?;
    assert!(output.status.success(), "{}", said(&output));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn no_script_of_150_hostile_ads_runs_in_a_browser() {
    let sandbox = Sandbox::new();
    sandbox.write("scan.jsonl", include_str!("cli/fixtures/case/hostile.jsonl"));
    for args in [
        &[
            "case",
            "new",
            "case",
            "--title",
            "<script>document.documentElement.setAttribute('data-owned','1')</script>",
        ][..],
        &["case", "import", "case", "scan.jsonl"],
        &["case", "summary", "case", "--html", "summary.html"],
        &["case", "links", "case", "--html", "links.html"],
    ] {
        let output = sandbox.run(args);
        assert!(!output.starts_with("exit 2"), "{output}");
    }
    // The check itself: a page that lets a script in is seen to.
    sandbox.write(
        "control.html",
        "<html><body><script>document.documentElement.setAttribute('data-owned','1')</script>",
    );
    let Some(control) = in_browser(&sandbox, "control.html") else { return };
    let owned = |dom: &str| {
        dom.get(..dom.find("<head").unwrap_or(200)).unwrap_or(dom).contains("data-owned")
    };
    assert!(owned(&control), "{control}");
    for page in ["summary.html", "links.html"] {
        let dom = in_browser(&sandbox, page).unwrap();
        assert!(dom.contains("pugmark") && !owned(&dom), "{page}: {dom:.400}");
    }
}

#[test]
fn every_link_and_button_of_the_reports_is_reached_and_worked_by_keyboard() {
    let sandbox = case();
    for args in [
        &["case", "summary", "case", "--html", "summary.html"][..],
        &["case", "links", "case", "--html", "links.html"],
    ] {
        let output = sandbox.run(args);
        assert!(output.starts_with("exit 0"), "{output}");
    }
    // The check itself: a thing that Tab passes by, and one that does not show that it is chosen, are seen.
    sandbox.write(
        "control.html",
        "<!doctype html><a href=a tabindex=-1>by</a><a href=b style='outline:none'>unmarked</a>",
    );
    let Some(control) = by_keyboard(&sandbox, "control.html") else { return };
    assert_eq!(control["left"].as_array().unwrap().len(), 1, "{control}");
    assert_eq!(control["met"][0]["marked"], false, "{control}");
    for (page, least) in [("summary.html", 20), ("links.html", 5)] {
        let walk = by_keyboard(&sandbox, page).unwrap();
        assert!(walk["things"].as_u64().unwrap() >= least, "{page}: {walk}");
        assert_eq!(walk["left"], serde_json::json!([]), "{page}");
        let met = walk["met"].as_array().unwrap();
        let dark: Vec<_> =
            met.iter().filter(|one| one["marked"] != true || one["seen"] != true).collect();
        assert!(dark.is_empty(), "{page}: chosen, but not shown: {dark:?}");
        let mut sorts: Vec<_> = walk["sorts"].as_array().unwrap().iter().collect();
        sorts.sort_by_key(|sort| sort.as_str());
        assert_eq!(sorts, ["ascending", "descending"], "{page}: Enter and the space bar sort");
    }
}

/// Where Python keeps axe-core, a file that its package `axe_playwright_python` carries along.
const AXE: &str = "
import importlib.util, pathlib
found = importlib.util.find_spec('axe_playwright_python')
print(pathlib.Path(found.origin).with_name('axe.min.js') if found else '')
";

#[test]
fn no_page_breaks_a_rule_of_axe_core_in_light_dark_and_print() {
    let sandbox = case();
    for args in [
        &["case", "summary", "case", "--html", "summary.html"][..],
        &["case", "links", "case", "--html", "links.html", "--lang", "nl"],
        &["explain", "Ivory netsuke, 40 g, with papers, 300 EUR", "--html", "why.html"],
    ] {
        let output = sandbox.run(args);
        assert!(output.starts_with("exit 0"), "{output}");
    }
    // The check itself: what cannot be read in the dark, and a picture without words, are seen.
    sandbox.write(
        "control.html",
        "<!doctype html><html lang=en><title>x</title><style>:root{color-scheme:light dark;background:Canvas}\
         p{color:#333}text{fill:#777}</style><main><svg><rect width=99 height=99 fill=#888 /><text y=50 x=9>dim</text></svg><h1>x</h1><p>words that are dark in the dark<details><img src=a></details></main>",
    );
    let Some(control) = by_axe(&sandbox, "control.html") else { return };
    let broken = |media: &str, scheme: &str, id: &str| {
        control["faults"].as_array().unwrap().iter().any(|fault| {
            (&fault["media"], &fault["scheme"], &fault["id"])
                == (&media.into(), &scheme.into(), &id.into())
        })
    };
    assert!(broken("screen", "dark", "color-contrast"), "{control}");
    assert!(!broken("screen", "light", "color-contrast"), "{control}");
    assert!(broken("print", "light", "image-alt"), "{control}");
    assert!(broken("print", "light", "drawing-contrast"), "{control}");
    for page in ["summary.html", "links.html", "why.html"] {
        let found = by_axe(&sandbox, page).unwrap();
        assert_eq!(found["faults"], serde_json::json!([]), "{page}");
        let unsure = |node: &serde_json::Value| !node[0].as_str().unwrap().starts_with("<text");
        let open = found["unsure"].as_array().unwrap().iter();
        let open: Vec<_> =
            open.filter(|one| one["nodes"].as_array().unwrap().iter().any(unsure)).collect();
        assert!(open.is_empty(), "{page}: {open:#?}");
        assert!(found["rules"].as_u64().unwrap() >= 15, "{page}: {found}");
    }
}

/// What breaks a rule of axe-core in `page`.
fn by_axe(sandbox: &Sandbox, page: &str) -> Option<serde_json::Value> {
    if !python_has("axe_playwright_python", sandbox.root()) {
        return None;
    }
    let axe = counterpart("python3", &["-c", AXE], sandbox.root())?;
    let axe = String::from_utf8(axe.stdout).unwrap();
    in_node(sandbox, "axe.mjs", &[page, "axe-profile", axe.trim()])
}

/// What one meets who walks through `page` with the Tab key in a browser.
fn by_keyboard(sandbox: &Sandbox, page: &str) -> Option<serde_json::Value> {
    in_node(sandbox, "keyboard.mjs", &[page, "keyboard-profile"])
}

/// What a script of `tests/exchange` says after it has worked a page in a browser.
fn in_node(sandbox: &Sandbox, script: &str, args: &[&str]) -> Option<serde_json::Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exchange").join(script);
    counterpart("chromium", &["--version"], sandbox.root())?;
    let args: Vec<&str> =
        [script.to_str().unwrap()].into_iter().chain(args.iter().copied()).collect();
    let output = counterpart("node", &args, sandbox.root())?;
    assert!(output.status.success(), "{}", said(&output));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Reads what it is given with Python's own XML and CSV readers, and validates JSON by schema.
const READ: &str = "
import csv, json, sys, xml.etree.ElementTree as tree
root = tree.parse('net.graphml').getroot()
assert root.tag.endswith('graphml'), root.tag
assert len(root.findall('.//{*}node')) >= 2 and root.findall('.//{*}edge')
rows = list(csv.DictReader(open('ads.csv', encoding='utf-8-sig')))
assert len(rows) == 5, rows
for row in rows:
    for cell in row.values():
        assert not cell.startswith(('=', '+', '-', '@', '\\t')), cell
import jsonschema
for pair in sys.argv[1:]:
    schema, _, file = pair.partition('=')
    schema = json.load(open(schema))
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    record = json.load(open(file))
    check.validate(record)
    record.pop('schema')
    assert not check.is_valid(record), 'a record without its schema passes'
";

#[test]
fn graphml_and_csv_are_read_by_others_and_records_are_as_their_schemas_say() {
    let sandbox = case();
    export(&sandbox, "graphml", "net.graphml");
    export(&sandbox, "csv", "ads.csv");
    assert!(
        sandbox.run(&["case", "summary", "case", "--json", "summary.json"]).starts_with("exit 0")
    );
    let links = sandbox.pipe(&["case", "links", "case", "--format", "json"], "");
    sandbox.write("links.json", links.stdout);
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let pairs = ["summary", "links"].map(|name| {
        format!("{}={name}.json", schemas.join(format!("{name}.schema.json")).display())
    });
    if !python_has("jsonschema", sandbox.root()) {
        return;
    }
    let output =
        counterpart("python3", &["-c", READ, &pairs[0], &pairs[1]], sandbox.root()).unwrap();
    assert!(output.status.success(), "{}", said(&output));
}
