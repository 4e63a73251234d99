//! `case seal`, `unseal`, `redact`, `purge`, `customs`, and letters that follow a notice.

use serde_json::Value;

use crate::sandbox::Sandbox;

const SCAN: &str = include_str!("fixtures/case/scan.jsonl");

/// A case with the fixture's ads and an exhibit.
fn case(args: &[&str]) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("scan.jsonl", SCAN);
    sandbox.write("photo.jpg", "pixels");
    let new = [&["case", "new", "case", "--title", "Ivory and parrots"], args].concat();
    done(&sandbox, &new);
    done(&sandbox, &["case", "import", "case", "scan.jsonl"]);
    done(&sandbox, &["evidence", "add", "--case", "case", "photo.jpg"]);
    sandbox
}

fn done(sandbox: &Sandbox, args: &[&str]) -> String {
    let output = sandbox.run(args);
    assert!(output.starts_with("exit 0\n"), "{args:?}: {output}");
    output
}

/// Runs the program as another person, with keys of their own.
fn other(sandbox: &Sandbox, args: &[&str]) -> String {
    let home = sandbox.path("other");
    let output = sandbox.command(args).env("PUGMARK_HOME", home).output().unwrap();
    sandbox.show(&output)
}

fn key_of_other(sandbox: &Sandbox) -> String {
    let shown = other(sandbox, &["case", "key"]);
    shown.lines().find(|line| line.starts_with("age1")).unwrap().to_owned()
}

#[test]
fn a_sealed_case_opens_with_its_key_and_only_with_that() {
    let sandbox = case(&[]);
    let key = key_of_other(&sandbox);
    done(&sandbox, &["case", "seal", "case", "--to", &key, "--out", "case.age"]);
    let own = sandbox.run(&["case", "unseal", "case.age", "--out", "mine"]);
    assert!(own.starts_with("exit 2\n") && own.contains("is sealed for another key"), "{own}");
    assert!(!sandbox.path("mine").exists());
    let opened = other(&sandbox, &["case", "unseal", "case.age", "--out", "theirs"]);
    assert!(opened.starts_with("exit 0\n"), "{opened}");
    let verified = other(&sandbox, &["evidence", "verify", "theirs"]);
    assert!(verified.starts_with("exit 0\n"), "{verified}");
    let log = fs_err::read_to_string(sandbox.path("theirs/custody.jsonl")).unwrap();
    assert!(log.contains("\"action\":\"seal\"") && log.contains("\"action\":\"unseal\""));
    let again = other(&sandbox, &["case", "unseal", "case.age", "--out", "theirs"]);
    assert!(again.starts_with("exit 2\n") && again.contains("exists already"), "{again}");
    let wrong = sandbox.run(&["case", "seal", "case", "--to", "age1nobody", "--out", "x.age"]);
    assert!(wrong.starts_with("exit 2\n") && wrong.contains("no age public key"), "{wrong}");
    assert!(!sandbox.path("x.age").exists());
}

#[test]
fn a_package_that_was_changed_or_cut_off_is_refused_and_nothing_is_left() {
    let sandbox = case(&[]);
    let key = key_of_other(&sandbox);
    done(&sandbox, &["case", "seal", "case", "--to", &key, "--out", "case.age"]);
    let whole = fs_err::read(sandbox.path("case.age")).unwrap();
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    for (name, bytes) in [("changed", &changed[..]), ("cut", &whole[..middle]), ("none", b"age")] {
        sandbox.write(name, bytes);
        let output = other(&sandbox, &["case", "unseal", name, "--out", "theirs"]);
        assert!(output.starts_with("exit 2\n"), "{name}: {output}");
        assert!(!sandbox.path("theirs").exists(), "{name}");
    }
}

#[test]
fn a_case_that_was_changed_before_it_was_sealed_does_not_open() {
    let sandbox = case(&[]);
    let key = key_of_other(&sandbox);
    let ledger = fs_err::read_to_string(sandbox.path("case/ads.jsonl")).unwrap();
    sandbox.write("case/ads.jsonl", ledger.replace("Carved tusk", "Carved task"));
    done(&sandbox, &["case", "seal", "case", "--to", &key, "--out", "case.age"]);
    let output = other(&sandbox, &["case", "unseal", "case.age", "--out", "theirs"]);
    assert!(
        output.starts_with("exit 1\n") && output.contains("ads.jsonl: has changed"),
        "{output}"
    );
    assert!(!sandbox.path("theirs").exists());
}

#[test]
fn a_redacted_case_gives_the_same_figures_without_persons() {
    let sandbox = case(&[]);
    done(&sandbox, &["case", "redact", "case", "--out", "r.jsonl", "--log", "r.csv"]);
    let redacted = fs_err::read_to_string(sandbox.path("r.jsonl")).unwrap();
    for secret in ["tom", "https://", "vogelfreund"] {
        assert!(!redacted.contains(secret), "{secret}: {redacted}");
    }
    let log = fs_err::read_to_string(sandbox.path("r.csv")).unwrap();
    assert!(log.contains("R1,seller,account-1,1"), "{log}");
    done(&sandbox, &["case", "new", "course", "--title", "Course"]);
    done(&sandbox, &["case", "import", "course", "r.jsonl"]);
    let totals = |case: &str| {
        let output = sandbox.pipe(&["case", "summary", case, "--format", "json"], "");
        let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
        summary["totals"].clone()
    };
    assert_eq!(totals("case"), totals("course"));
}

#[test]
fn a_purge_waits_for_its_day_or_a_reason_and_leaves_a_case_that_verifies() {
    let sandbox = case(&["--retain-until", "2999-12-31"]);
    let early = sandbox.run(&["case", "purge", "case", "--yes"]);
    assert!(early.starts_with("exit 2\n") && early.contains("until 2999-12-31"), "{early}");
    let unsure = sandbox.run(&["case", "purge", "case", "--reason", "court"]);
    assert!(unsure.starts_with("exit 2\n") && sandbox.path("case/ads.jsonl").exists(), "{unsure}");
    let purged =
        done(&sandbox, &["case", "purge", "case", "--reason", "order of the court", "--yes"]);
    assert!(purged.contains("Items of evidence: 1; files of the case: 1."), "{purged}");
    assert!(!sandbox.path("case/ads.jsonl").exists());
    assert_eq!(fs_err::read_dir(sandbox.path("case/items")).unwrap().count(), 0);
    done(&sandbox, &["evidence", "verify", "case"]);
    let log = fs_err::read_to_string(sandbox.path("case/custody.jsonl")).unwrap();
    assert!(log.contains("order of the court") && log.contains("\"ads.jsonl\":\""), "{log}");
    assert!(!log.contains("Carved tusk"));
    // A file that comes back after the purge is known to nobody.
    sandbox.write("case/ads.jsonl", "{}\n");
    assert!(sandbox.run(&["evidence", "verify", "case"]).starts_with("exit 1\n"));
}

/// What went keeps its number, so that nothing new is taken for it.
#[test]
fn a_case_goes_on_after_a_purge_and_can_be_handed_over() {
    let sandbox = case(&[]);
    sandbox.write("shot.png", "pixels");
    let add = ["evidence", "add", "--case", "case", "shot.png"];
    assert!(done(&sandbox, &add).contains("0002-shot-png"));
    done(&sandbox, &["case", "purge", "case", "--reason", "order of the court", "--yes"]);
    assert!(done(&sandbox, &add).contains("0003-shot-png"));
    assert!(done(&sandbox, &add).contains("0004-shot-png"));
    let verified = done(&sandbox, &["evidence", "verify", "case"]);
    assert!(verified.contains("2 items"), "{verified}");
    let shown = done(&sandbox, &["case", "show", "case", "--format", "json"]);
    assert!(shown.replace(' ', "").contains("\"items\":2"), "{shown}");
    done(&sandbox, &["case", "import", "case", "scan.jsonl"]);
    done(&sandbox, &["case", "export", "case", "--as", "ecomessage", "--out", "form.txt"]);
    let form = fs_err::read_to_string(sandbox.path("form.txt")).unwrap();
    assert!(form.contains("0003-shot-png") && !form.contains("0002-shot-png"), "{form}");
    let transfer = ["evidence", "transfer", "--case", "case", "--to", "B", "--out", "p.tar"];
    let sent = done(&sandbox, &transfer);
    assert!(sent.contains("\"items\":2"), "{sent}");
    for args in
        [&["evidence", "receive", "p.tar", "--case", "taken"][..], &["evidence", "verify", "taken"]]
    {
        let output = other(&sandbox, args);
        assert!(output.starts_with("exit 0\n"), "{output}");
    }
}

#[test]
fn a_case_whose_time_is_over_is_purged_without_a_reason() {
    let sandbox = case(&["--retain-until", "2020-01-01"]);
    done(&sandbox, &["case", "purge", "case", "--yes"]);
    let again = sandbox.run(&["case", "purge", "case", "--yes"]);
    assert!(
        again.starts_with("exit 2\n") && again.contains("nothing that could be purged"),
        "{again}"
    );
}

#[test]
fn parcels_are_held_against_their_code_and_the_case() {
    let sandbox = case(&[]);
    sandbox.write(
        "parcels.csv",
        "tracking,sender,recipient,goods,hs_code,origin,destination\n\
         1,x,y,carved elephant ivory figure,3926,NG,FR\n\
         2,x,y,bone handicraft,0506,NG,FR\n\
         3,x,vogelfreund,lamps,8539,DE,NL\n\
         4,x,y,cotton scarves,6214,FR,ES\n\
         5,x,y,cowhide belts,4203,US,AT\n\
         broken\n",
    );
    let args = ["case", "customs", "parcels.csv", "--case", "case", "--format", "csv"];
    insta::assert_snapshot!(sandbox.run(&args), @r#"
    exit 3
    --- stdout
    risk,parcel,goods,hs,appendix,annex,route,movement,reasons
    high,1,carved elephant ivory figure,3926,I,A,NG → FR,import,"the text names Elephas maximus, Loxodonta africana (CITES I, EU Annex A); into the Union: import permit or notification (Reg. 338/97 Art. 4); tariff chapter 39 does not fit such goods"
    high,3,lamps,8539,,,DE → NL,internal,the case knows who it is from or for: b.example/vogelfreund
    medium,2,bone handicraft,0506,,,NG → FR,import,"tariff chapter 05 (other products of animal origin), but the text does not say of which animal"
    --- stderr
    warning: parcels.csv:7: CSV error: record 6 (line: 7, byte: 234): found record with 1 fields, but the previous record has 7 fields; left out
    3 of 5 parcels are worth a look.
    "#);
    let missing = sandbox.write("none.csv", "a,b\n1,2\n");
    let output = sandbox.run(&["case", "customs", missing.to_str().unwrap()]);
    assert!(output.starts_with("exit 2\n") && output.contains("no column describes"), "{output}");
}

#[test]
fn a_decision_on_an_unknown_ad_is_named_and_the_others_are_kept() {
    let sandbox = case(&[]);
    sandbox
        .write("d.csv", "ad_id,decision,note\na.example/1,reject,plastic\nz.example/9,confirm,\n");
    insta::assert_snapshot!(sandbox.run(&["case", "review", "case", "--csv", "d.csv"]), @"
    exit 3
    --- stdout
    --- stderr
    warning: d.csv:3: the ledger has no ad `z.example/9`; left out
    1 decision kept.
    ");
}

#[test]
fn letters_that_follow_a_notice_rest_on_the_custody_log() {
    let sandbox = case(&[]);
    let none = sandbox.run(&["case", "notice", "case", "--kind", "reminder", "--out", "r"]);
    assert!(none.starts_with("exit 1\n"), "{none}");
    let written = sandbox.run(&["case", "notice", "case", "--out", "n"]);
    assert!(written.contains("Wrote n/notice-a.example.en.txt"), "{written}");
    let log = fs_err::read_to_string(sandbox.path("case/custody.jsonl")).unwrap();
    assert!(log.contains("\"action\":\"notice\"") && log.contains("a.example/1"), "{log}");
}

/// On a real terminal: `script` gives one.
#[cfg(target_os = "linux")]
#[test]
fn a_person_decides_on_a_terminal_stops_and_goes_on_later() {
    use std::io::Write;
    use std::process::{Command, Stdio};

    let sandbox = case(&[]);
    let review = |keys: &str| {
        let program = assert_cmd::cargo::cargo_bin!("pugmark");
        let line = format!("{} case review case", program.display());
        let child = Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .current_dir(sandbox.root())
            .env("PUGMARK_HOME", sandbox.path("home"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = child.ok()?;
        child.stdin.take().unwrap().write_all(keys.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let Some(shown) = review("n not bone\nc\nu\nx\nn\nbone\nr\nq\n") else {
        return;
    };
    assert!(shown.contains("1/6") && shown.contains("[c]onfirm"), "{shown}");
    assert!(shown.contains("Answer c, r, u or q; n TEXT adds a note."), "{shown}");
    assert!(shown.contains("1 confirmed, 1 rejected, 1 unsure. 4 left: run it again"), "{shown}");
    let decided = fs_err::read_to_string(sandbox.path("case/decisions.jsonl")).unwrap();
    assert_eq!(decided.lines().count(), 3, "{decided}");
    assert!(decided.contains("\"decision\":\"confirm\",\"note\":\"not bone\""), "{decided}");
    assert!(decided.contains("\"decision\":\"reject\",\"note\":\"bone\""), "{decided}");
    // The one that was left as unsure comes last, and is then still open.
    let later = review("r\nr\nr\nu\n").unwrap();
    assert!(later.contains("1/4") && later.contains("4/4"), "{later}");
    assert!(later.contains("0 confirmed, 3 rejected, 1 unsure. 1 left"), "{later}");
    assert!(review("c\n").unwrap().contains("1 confirmed, 0 rejected. No ad is left."));
    assert!(review("").unwrap().contains("No ad waits for a decision."));
}
