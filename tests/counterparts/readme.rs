//! README.txt of a case folder, followed by an expert who has everything but this program.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::counterpart::{counterpart, said};
use super::sandbox::Sandbox;
use super::{Tsa, case, files_ending, items};

/// The commands of a README, block by block, by the number of their paragraph.
fn commands(readme: &str) -> BTreeMap<u32, Vec<String>> {
    let mut found: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let (mut paragraph, mut is_inside) = (0, false);
    for line in readme.lines() {
        if let Some((number, _)) = line.split_once(". ") {
            paragraph = number.parse().unwrap_or(paragraph);
        }
        let Some(command) = line.strip_prefix("     ").filter(|_| paragraph > 0) else {
            is_inside = false;
            continue;
        };
        let blocks = found.entry(paragraph).or_default();
        if !std::mem::replace(&mut is_inside, true) {
            blocks.push(String::new());
        }
        let block = blocks.last_mut().unwrap();
        block.push_str(command);
        block.push('\n');
    }
    found
}

/// A case as [`case`], stamped, handed over and signed for, by a key that another took over from.
fn travelled() -> Option<Sandbox> {
    let sandbox = case();
    let tsa = Tsa::start(sandbox.path("tsa"))?;
    let root = tsa.folder.join("root.pem");
    let run = |home: &str, args: &[&str]| {
        let home = sandbox.path(home);
        let output = sandbox.command(args).env("PUGMARK_HOME", home).output().unwrap();
        assert!(output.status.success(), "{}", sandbox.show(&output));
    };
    let root = root.to_str().unwrap();
    run("home", &["evidence", "timestamp", "--case", "case", "--tsa", &tsa.url, "--tsa-ca", root]);
    run("home", &["evidence", "transfer", "--case", "case", "--to", "Lab", "--out", "lab.tar"]);
    run("lab", &["evidence", "receive", "lab.tar", "--case", "at-lab", "--by", "B. Roy"]);
    run("home", &["evidence", "transfer", "--case", "case", "--receipt", "lab.receipt.json"]);
    run("home", &["keys", "rotate"]);
    run("home", &["evidence", "note", "--case", "case", "by the new key"]);
    run("home", &["evidence", "wacz", "--case", "case", "-o", "pages.wacz"]);
    Some(sandbox)
}

/// What an expert puts in the place of the README's examples.
fn filled(command: &str, sandbox: &Sandbox) -> String {
    let case = sandbox.path("case");
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let stamp = files_ending(&case.join("timestamps"), ".tsr").remove(0);
    let receipt = files_ending(&case.join("transfers"), "-countersigned.json").remove(0);
    let log = fs_err::read_to_string(case.join("custody.jsonl")).unwrap();
    let number: usize = stamp[..4].parse().unwrap();
    let line: Value = serde_json::from_str(log.lines().nth(number - 1).unwrap()).unwrap();
    command
        .replace("0001-name", &name(&items(sandbox)[0]))
        .replace("0007.tsr", &stamp)
        .replace("0007-countersigned.json", &receipt)
        .replace("HASH", line["hash"].as_str().unwrap())
        .replace("pages.wacz", "../pages.wacz")
        .replace("/tmp/", "../work/")
}

#[test]
fn every_command_of_the_readme_does_what_it_says() {
    let Some(sandbox) = travelled() else { return };
    let case = sandbox.path("case");
    let before = files_ending(&case, "");
    fs_err::create_dir(sandbox.path("work")).unwrap();
    let readme = fs_err::read_to_string(case.join("README.txt")).unwrap();
    let commands = commands(&readme);
    assert_eq!(commands.keys().copied().collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7]);
    let mut said_all = BTreeMap::new();
    for (paragraph, blocks) in &commands {
        let mut outputs = String::new();
        for block in blocks {
            let program = block.split_whitespace().next().unwrap();
            let is_theirs = ["b3sum", "bagit.py", "warcio", "wacz"].contains(&program);
            if is_theirs && counterpart(program, &["--version"], &case).is_none() {
                continue;
            }
            let is_of_item = block.contains("-c manifest") || program == "b3sum";
            let place = if is_of_item { items(&sandbox).remove(0) } else { case.clone() };
            let script = format!("set -eo pipefail\n{}", filled(block, &sandbox));
            let output = counterpart("bash", &["-c", &script], &place).unwrap();
            assert!(output.status.success(), "{script}\n{}", said(&output));
            outputs += &said(&output);
        }
        said_all.insert(*paragraph, outputs);
    }
    let log = fs_err::read_to_string(case.join("custody.jsonl")).unwrap();
    let signed = &said_all[&3];
    assert_eq!(signed.matches(" signed by keys/").count(), log.lines().count(), "{signed}");
    assert_eq!(signed.matches("signed by keys/0002.pub").count(), 3, "{signed}");
    assert!(!signed.contains("BROKEN"), "{signed}");
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(signed.contains(line["hash"].as_str().unwrap()), "{signed}");
    }
    for (paragraph, expected, times) in [
        (3, "Signature Verified Successfully", 2),
        (5, "Verification: OK", 2),
        (6, "Signature Verified Successfully", 1),
        (7, "Verified OK", 1),
    ] {
        let text = &said_all[&paragraph];
        // The program of the whole paragraph is missing.
        if text.is_empty() {
            continue;
        }
        assert_eq!(text.matches(expected).count(), times, "{paragraph}: {text}");
    }
    assert_eq!(files_ending(&case, ""), before, "nothing was left in the case");
    assert!(sandbox.run(&["evidence", "verify", "case"]).starts_with("exit 0"));
}

/// A line that was changed, taken out or exchanged is told by the same commands.
#[test]
fn the_readme_finds_a_forged_log() {
    let sandbox = case();
    let case = sandbox.path("case");
    if counterpart("openssl", &["version"], &case).is_none() {
        return;
    }
    fs_err::create_dir(sandbox.path("work")).unwrap();
    let readme = fs_err::read_to_string(case.join("README.txt")).unwrap();
    let check = commands(&readme)[&3].iter().find(|block| block.contains("while")).unwrap().clone();
    let check = check.replace("/tmp/", "../work/");
    let log = fs_err::read_to_string(case.join("custody.jsonl")).unwrap();
    let lines: Vec<&str> = log.lines().collect();
    let forged = lines[1].replacen("\"failures\":1", "\"failures\":0", 1);
    assert_ne!(forged, lines[1]);
    let mut exchanged = lines.clone();
    exchanged.swap(2, 3);
    for (what, lines) in [
        ("changed", [&[lines[0], &forged][..], &lines[2..]].concat()),
        ("taken out", [&lines[..2], &lines[3..]].concat()),
        ("exchanged", exchanged),
    ] {
        fs_err::write(case.join("custody.jsonl"), lines.join("\n") + "\n").unwrap();
        let output = counterpart("bash", &["-c", &check], &case).unwrap();
        let text = said(&output);
        let unsigned = text.matches(" signed by ").count() < lines.len();
        assert_eq!(unsigned, what == "changed", "{what}: {text}");
        assert!(text.contains("THE CHAIN IS BROKEN"), "{what}: {text}");
    }
}
