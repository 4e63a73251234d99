//! What we write, checked by programs that are not ours: sha256sum, bagit.py, warcio, openssl.
//!
//! A program that is missing makes its check step aside, loudly; with
//! `PUGMARK_COUNTERPARTS=required` it makes it fail.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up should stop")]
#![expect(clippy::print_stderr, reason = "a check that steps aside must say so")]

#[path = "cli/sandbox.rs"]
#[allow(dead_code, reason = "shared with the tests of the commands")]
mod sandbox;
#[path = "cli/server.rs"]
#[allow(dead_code, reason = "shared with the tests of the commands")]
mod server;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use sandbox::Sandbox;

/// Runs a program in `folder`; `None` when it is missing and may be.
fn counterpart(program: &str, args: &[&str], folder: &Path) -> Option<Output> {
    match Command::new(program).args(args).current_dir(folder).output() {
        Ok(output) => Some(output),
        Err(err) => {
            let required = std::env::var("PUGMARK_COUNTERPARTS").is_ok_and(|v| v == "required");
            assert!(!required, "{program} is required: {err}");
            eprintln!(
                "STEPPED ASIDE: {program} is missing ({err}), so nothing was compared with it"
            );
            None
        }
    }
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}{}", output.status, text(&output.stdout), text(&output.stderr))
}

/// A case with a captured page, a page that broke off, a redirect and two added items.
fn case() -> Sandbox {
    let sandbox = Sandbox::new();
    let market = server::market();
    let broken = server::serve(vec![(
        "/",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\nhalf".to_vec(),
    )]);
    let made = sandbox.run(&["case", "new", "case", "--title", "Schädel"]);
    assert!(made.starts_with("exit 0"), "{made}");
    for (url, exit) in [
        (format!("http://{market}/ad/1"), "exit 0"),
        (format!("http://{market}/moved"), "exit 0"),
        (format!("http://{market}/sold"), "exit 0"),
        (format!("http://{broken}/"), "exit 3"),
    ] {
        let args = ["evidence", "capture", "--case", "case", "--allow-private", &url];
        let output = sandbox.run(&args);
        assert!(output.starts_with(exit), "{output}");
    }
    fs_err::create_dir(sandbox.path("phone")).unwrap();
    sandbox.write("phone/Foto Schädel 100%.jpg", "pixels");
    sandbox.write("phone/象牙.txt", "chat");
    sandbox.write("empty", "");
    let output = sandbox.run(&["evidence", "add", "--case", "case", "phone", "empty"]);
    assert!(output.starts_with("exit 0"), "{output}");
    sandbox
}

fn items(sandbox: &Sandbox) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(sandbox.path("case/items")).unwrap();
    let mut items: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    items.sort();
    assert_eq!(items.len(), 6);
    items
}

#[test]
fn sha256sum_finds_every_manifest_right() {
    for item in items(&case()) {
        let args = ["--check", "--strict", "manifest-sha256.txt", "tagmanifest-sha256.txt"];
        let Some(output) = counterpart("sha256sum", &args, &item) else { return };
        assert!(output.status.success(), "{}", said(&output));
    }
}

#[test]
fn bagit_py_accepts_every_item_and_refuses_a_changed_one() {
    let sandbox = case();
    for item in items(&sandbox) {
        let Some(output) = counterpart("bagit.py", &["--validate", "."], &item) else { return };
        assert!(output.status.success(), "{}", said(&output));
    }
    let item = items(&sandbox).remove(0);
    fs_err::write(item.join("data/acquisition.json"), "{}").unwrap();
    let output = counterpart("bagit.py", &["--validate", "."], &item).unwrap();
    assert!(!output.status.success(), "{}", said(&output));
}

#[test]
fn warcio_finds_every_digest_right_and_reads_every_record() {
    let sandbox = case();
    let mut records = 0;
    for item in items(&sandbox) {
        let archive = item.join("data/capture.warc.gz");
        if !archive.exists() {
            continue;
        }
        let path = archive.to_str().unwrap();
        let Some(output) = counterpart("warcio", &["check", "-v", path], &item) else { return };
        let text = said(&output);
        assert!(output.status.success(), "{text}");
        let passed = text.matches("digest pass").count();
        assert_eq!(passed, text.matches("WARC-Record-ID").count(), "{text}");
        let output = counterpart("warcio", &["index", path], &item).unwrap();
        let index = String::from_utf8(output.stdout).unwrap();
        assert_eq!(index.lines().count(), passed, "{index}");
        records += passed;
    }
    assert!(records > 40, "{records}");
}

/// The commands of README.txt in the case folder, run by a shell.
#[test]
fn openssl_verifies_every_signature_as_the_readme_says() {
    let sandbox = case();
    let case = sandbox.path("case");
    let readme = fs_err::read_to_string(case.join("README.txt")).unwrap();
    let start = readme.find("     line=$(sed -n 1p custody.jsonl)").unwrap();
    let end = readme.find("     sha256sum entry").unwrap();
    let script = &readme[start..end];
    if counterpart("openssl", &["version"], &case).is_none() {
        return;
    }
    let work = sandbox.path("work");
    let log = fs_err::read_to_string(case.join("custody.jsonl")).unwrap();
    assert_eq!(log.lines().count(), 7);
    let mut previous = Value::Null;
    for (index, line) in log.lines().enumerate() {
        let _ = fs_err::create_dir(&work);
        fs_err::create_dir_all(work.join("keys")).unwrap();
        fs_err::copy(case.join("custody.jsonl"), work.join("custody.jsonl")).unwrap();
        fs_err::copy(case.join("keys/pugmark.pub"), work.join("keys/pugmark.pub")).unwrap();
        let script = script.replace("sed -n 1p", &format!("sed -n {}p", index + 1));
        let output = counterpart("bash", &["-ec", &script], &work).unwrap();
        assert!(said(&output).contains("Signature Verified Successfully"), "{}", said(&output));
        let sum = counterpart("sha256sum", &["entry"], &work).unwrap();
        let sum = String::from_utf8(sum.stdout).unwrap()[..64].to_owned();
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["hash"], sum.as_str());
        assert_eq!(line["entry"]["previous"], previous);
        previous = line["hash"].clone();
        fs_err::write(work.join("entry"), "forged").unwrap();
        let verify = script.split("openssl ").last().unwrap().trim();
        let args = format!("openssl {verify}");
        let output = counterpart("bash", &["-ec", &args], &work).unwrap();
        assert!(!output.status.success(), "{}", said(&output));
    }
}

/// Validates files against a schema of ours. Lines: schema, then file, by `=`.
const VALIDATE: &str = "
import json, sys, jsonschema
for pair in sys.argv[1:]:
    schema, _, file = pair.partition('=')
    schema = json.load(open(schema))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    text = open(file).read()
    records = [json.loads(l) for l in text.splitlines()] if file.endswith('.jsonl') else [json.loads(text)]
    assert records, file
    for record in records:
        validator.validate(record)
";

#[test]
fn records_are_as_their_schemas_say() {
    let sandbox = case();
    let importable = counterpart("python3", &["-c", "import jsonschema"], sandbox.root());
    if !importable.is_some_and(|output| output.status.success()) {
        let required = std::env::var("PUGMARK_COUNTERPARTS").is_ok_and(|v| v == "required");
        assert!(!required, "the Python package jsonschema is required");
        eprintln!("STEPPED ASIDE: the Python package jsonschema is missing");
        return;
    }
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let pair = |schema: &str, file: &Path| {
        format!("{}={}", schemas.join(format!("{schema}.schema.json")).display(), file.display())
    };
    let case = sandbox.path("case");
    let mut pairs =
        vec![pair("case", &case.join("case.json")), pair("custody", &case.join("custody.jsonl"))];
    for item in items(&sandbox) {
        pairs.push(pair("acquisition", &item.join("data/acquisition.json")));
    }
    let mut args = vec!["-c", VALIDATE];
    args.extend(pairs.iter().map(String::as_str));
    let output = counterpart("python3", &args, sandbox.root()).unwrap();
    assert!(output.status.success(), "{}", said(&output));
    fs_err::write(case.join("case.json"), "{}").unwrap();
    let output = counterpart("python3", &args, sandbox.root()).unwrap();
    assert!(!output.status.success(), "{}", said(&output));
}
