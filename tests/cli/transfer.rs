//! Tests of `pugmark evidence transfer`, `receive` and `verify --record`.

use serde_json::Value;

use crate::sandbox::Sandbox;

/// A case with one item.
fn case() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("shot.png", "pixels");
    for args in [
        &["case", "new", "case", "--title", "Ivory"][..],
        &["evidence", "add", "--case", "case", "shot.png"],
    ] {
        let output = sandbox.run(args);
        assert!(output.starts_with("exit 0"), "{output}");
    }
    sandbox
}

/// Runs the program with the key of somebody else.
fn as_lab(sandbox: &Sandbox, args: &[&str]) -> String {
    let home = sandbox.path("lab-home");
    sandbox.show(&sandbox.command(args).env("PUGMARK_HOME", home).output().unwrap())
}

fn entries(sandbox: &Sandbox, case: &str) -> Vec<Value> {
    let output = sandbox.pipe(&["evidence", "log", case], "");
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn evidence_is_handed_over_received_and_signed_for() {
    let sandbox = case();
    let send = ["evidence", "transfer", "--case", "case", "--to", "Lab", "--out", "lab.tar"];
    let sent = sandbox.run(&send);
    assert!(sent.starts_with("exit 0") && sent.contains("\"items\":1"), "{sent}");
    let again = sandbox.run(&send);
    assert!(again.contains("error: `lab.tar` exists already\nhint: choose another"), "{again}");
    let receive = ["evidence", "receive", "lab.tar", "--case", "at-lab", "--by", "B. Roy"];
    let received = as_lab(&sandbox, &receive);
    assert!(received.starts_with("exit 0"), "{received}");
    assert!(received.contains("Send `lab.receipt.json` back to the sender."), "{received}");
    let file = ["evidence", "transfer", "--case", "case", "--receipt", "lab.receipt.json"];
    let filed = sandbox.run(&file);
    assert!(filed.starts_with("exit 0") && filed.contains("\"by\":\"B. Roy\""), "{filed}");
    for name in ["case", "at-lab"] {
        let receipt = ["evidence", "verify", name, "--receipt", "lab.receipt.json"];
        let output = sandbox.run(&receipt);
        assert!(output.starts_with("exit 0"), "{output}");
        assert!(output.contains("entry 3 is the one that `lab.receipt.json` shows"), "{output}");
    }
    // Both copies live on, each on its own machine.
    assert!(sandbox.run(&["evidence", "note", "--case", "case", "x"]).starts_with("exit 0"));
    assert!(as_lab(&sandbox, &["evidence", "note", "--case", "at-lab", "x"]).starts_with("exit 0"));
    assert!(sandbox.run(&["evidence", "verify", "case"]).starts_with("exit 0"));
    assert!(as_lab(&sandbox, &["evidence", "verify", "at-lab"]).starts_with("exit 0"));
}

/// The numbers of what stayed with the sender are taken in the copy too.
#[test]
fn a_case_of_which_a_part_was_handed_over_goes_on() {
    let sandbox = case();
    let add = |name| ["evidence", "add", "--case", name, "shot.png"];
    assert!(sandbox.run(&add("case")).contains("0002-shot-png"));
    let send = ["evidence", "transfer", "--case", "case", "--to", "Lab", "--out", "lab.tar"];
    let sent = sandbox.run(&[&send[..], &["0001-shot-png"]].concat());
    assert!(sent.contains("\"left_behind\":[\"0002-shot-png\"]"), "{sent}");
    for (args, said) in [
        (&["evidence", "receive", "lab.tar", "--case", "at-lab"][..], "\"items\":1"),
        (&add("at-lab"), "\"item\":\"0003-shot-png\""),
        (&["evidence", "verify", "at-lab"], "2 items"),
        (&["case", "show", "at-lab", "--format", "jsonl"], "\"items\":2"),
    ] {
        let output = as_lab(&sandbox, args);
        assert!(output.starts_with("exit 0\n") && output.contains(said), "{args:?}: {output}");
    }
}

/// One person, one machine: the memory of it knows two copies of the case.
#[test]
fn a_package_received_on_the_machine_of_the_sender_leaves_both_cases_sound_and_a_cut_is_found() {
    let sandbox = case();
    let sound = |name: &str| {
        let output = sandbox.run(&["evidence", "verify", name]);
        assert!(output.starts_with("exit 0") && !output.contains("cut"), "{name}: {output}");
        assert!(output.contains("\"check\":\"memory\",\"ok\":true"), "{name}: {output}");
    };
    let note = |name: &str| {
        let output = sandbox.run(&["evidence", "note", "--case", name, "x"]);
        assert!(output.starts_with("exit 0"), "{name}: {output}");
    };
    let cut = |name: &str| {
        let log = sandbox.path(name).join("custody.jsonl");
        let whole = fs_err::read_to_string(&log).unwrap();
        let kept: Vec<&str> = whole.lines().collect();
        let kept = &kept[..kept.len() - 1];
        fs_err::write(&log, kept.join("\n") + "\n").unwrap();
        let head = sandbox.path(name).join("custody.head");
        fs_err::write(&head, format!("{}\n", kept[kept.len() - 1])).unwrap();
        let output = sandbox.run(&["evidence", "verify", name]);
        assert!(output.starts_with("exit 1") && output.contains("the log was cut"), "{output}");
        let refused = sandbox.run(&["evidence", "note", "--case", name, "x"]);
        assert!(refused.contains("the log was cut"), "{refused}");
        fs_err::write(&log, &whole).unwrap();
        fs_err::write(&head, format!("{}\n", whole.lines().last().unwrap())).unwrap();
        sound(name);
    };
    let send = ["evidence", "transfer", "--case", "case", "--to", "Lab", "--out", "lab.tar"];
    assert!(sandbox.run(&send).starts_with("exit 0"));
    let received = sandbox.run(&["evidence", "receive", "lab.tar", "--case", "at-lab"]);
    assert!(received.starts_with("exit 0"), "{received}");
    ["case", "at-lab"].iter().for_each(|name| sound(name));
    note("at-lab");
    ["case", "at-lab"].iter().for_each(|name| sound(name));
    // The longer one is moved: neither it nor the one that stays was cut.
    fs_err::rename(sandbox.path("at-lab"), sandbox.path("moved")).unwrap();
    ["case", "moved"].iter().for_each(|name| sound(name));
    note("case");
    note("moved");
    note("moved");
    ["case", "moved"].iter().for_each(|name| note(name));
    ["case", "moved"].iter().for_each(|name| cut(name));
    fs_err::remove_dir_all(sandbox.path("moved")).unwrap();
    sound("case");
    cut("case");
}

#[test]
fn a_changed_package_is_refused_and_the_file_named() {
    let sandbox = case();
    let send = ["evidence", "transfer", "--case", "case", "--to", "Lab", "--out", "lab.tar"];
    assert!(sandbox.run(&send).starts_with("exit 0"));
    let mut bytes = fs_err::read(sandbox.path("lab.tar")).unwrap();
    let at = bytes.windows(6).position(|window| window == b"pixels").unwrap();
    bytes[at] ^= 1;
    sandbox.write("forged.tar", bytes);
    let output = as_lab(&sandbox, &["evidence", "receive", "forged.tar", "--case", "at-lab"]);
    assert!(output.starts_with("exit 1\n"), "{output}");
    assert!(output.contains("\"file\":\"items/0001-shot-png/data/files/shot.png\""), "{output}");
    assert!(output.contains("has changed: SHA-256 is"), "{output}");
    assert!(output.ends_with("Refused: nothing changed hands.\n"), "{output}");
    assert!(!sandbox.path("at-lab").exists());
    let stranger = "0".repeat(64);
    let receive = ["evidence", "receive", "lab.tar", "--case", "x", "--signed-by", &stranger];
    let output = as_lab(&sandbox, &receive);
    assert!(output.starts_with("exit 1\n") && output.contains("was not expected"), "{output}");
}

#[test]
fn whoever_keeps_the_case_notes_verifications_and_who_saw_it() {
    let sandbox = case();
    let verify = ["evidence", "verify", "case", "--record"];
    assert!(sandbox.run(&verify[..3]).starts_with("exit 0"));
    assert_eq!(entries(&sandbox, "case").len(), 2, "without --record nothing is written");
    assert!(sandbox.run(&verify).starts_with("exit 0"));
    let access = ["evidence", "note", "--case", "case", "--access", "Shown to A. Devi"];
    assert!(sandbox.run(&access).starts_with("exit 0"));
    sandbox.write("case/items/0001-shot-png/data/files/shot.png", "forged");
    assert!(sandbox.run(&verify).starts_with("exit 1"));
    let entries = entries(&sandbox, "case");
    let actions: Vec<&str> = entries.iter().map(|e| e["action"].as_str().unwrap()).collect();
    assert_eq!(actions[2..], ["verification", "access", "verification"]);
    assert_eq!(entries[2]["details"]["failed"], 0);
    assert_eq!(entries[4]["details"]["failed"], 1);
    let file = "items/0001-shot-png/data/files/shot.png";
    assert_eq!(entries[4]["details"]["named"], serde_json::json!([file]));
}
