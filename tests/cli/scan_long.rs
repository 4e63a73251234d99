//! Tests of long scans: going on after a stop, answers line by line, threads, memory.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::sandbox::Sandbox;

const IVORY: &str = "Hand-carved elephant ivory netsuke, Schreger lines visible, 42 g";

/// Ordinary lines with an offer of ivory in every thousandth.
fn dump(lines: usize) -> String {
    let mut text = String::new();
    for at in 0..lines {
        if at % 1000 == 500 {
            text.push_str(IVORY);
        } else {
            text.push_str(
                "Sofa in gutem Zustand, nur Abholung, wegen Umzug abzugeben, kaum benutzt",
            );
        }
        text.push_str(&format!(" {at} EUR\n"));
    }
    text
}

#[test]
fn a_scan_that_was_killed_goes_on_and_its_output_is_that_of_one_run() {
    let sandbox = Sandbox::new();
    sandbox.write("dump.txt", dump(600_000));
    let scan = ["scan", "dump.txt", "--only", "flag,review", "--format", "jsonl"];
    let whole = sandbox.command(&scan).output().unwrap();
    assert_eq!(whole.status.code(), Some(0));
    let saved = [&scan[..], &["--output", "out.jsonl", "--checkpoint", "place.json"]].concat();
    let mut child = sandbox.command(&saved).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    let has_saved_blocks = || {
        let place = fs_err::read(sandbox.path("place.json")).unwrap_or_default();
        serde_json::from_slice(&place).is_ok_and(|place: serde_json::Value| place["blocks"] != 0)
    };
    while !has_saved_blocks() && begun.elapsed() < Duration::from_secs(120) {
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(sandbox.path("place.json").exists(), "the scan was over before it could be killed");
    let other = [&saved[..], &["--full"]].concat();
    let refused = sandbox.run(&other);
    assert!(refused.contains("belongs to another scan"), "{refused}");
    let again = sandbox.command(&saved).output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(fs_err::read(sandbox.path("out.jsonl")).unwrap(), whole.stdout);
    assert!(!sandbox.path("place.json").exists());
    let refused = sandbox.run(&saved);
    assert!(refused.starts_with("exit 2") && refused.contains("not written over"), "{refused}");
}

#[test]
fn a_scan_that_was_killed_before_anything_was_saved_begins_again() {
    let sandbox = Sandbox::new();
    sandbox.write("dump.txt", dump(100_000));
    let scan = ["scan", "dump.txt", "--only", "flag,review", "--format", "jsonl"];
    let whole = sandbox.command(&scan).output().unwrap();
    let saved = [&scan[..], &["--output", "out.jsonl", "--checkpoint", "place.json"]].concat();
    let mut child = sandbox.command(&saved).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while !sandbox.path("place.json").exists() && begun.elapsed() < Duration::from_secs(120) {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it had written since belongs to no saved place.
    fs_err::write(sandbox.path("out.jsonl"), "half of a rec").unwrap();
    let again = sandbox.command(&saved).output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(fs_err::read(sandbox.path("out.jsonl")).unwrap(), whole.stdout);
}

#[test]
fn a_live_feed_is_answered_line_by_line() {
    let sandbox = Sandbox::new();
    let mut child = sandbox
        .command(&["scan", "--line-buffered"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for (title, verdict) in [(IVORY, "flag"), ("Sofa in gutem Zustand", "clear"), (IVORY, "flag")] {
        writeln!(stdin, "{{\"title\":\"{title}\"}}").unwrap();
        let mut answer = String::new();
        stdout.read_line(&mut answer).unwrap();
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["pugmark"]["verdict"], verdict);
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn threads_change_no_byte() {
    let sandbox = Sandbox::new();
    sandbox.write("dump.txt", dump(40_000));
    let scan = |threads| {
        let args = ["scan", "dump.txt", "--format", "jsonl", "--threads", threads];
        sandbox.command(&args).output().unwrap().stdout
    };
    let one = scan("1");
    assert!(one.len() > 1 << 20);
    assert_eq!(one, scan("2"));
    assert_eq!(one, scan("5"));
}

#[test]
fn an_ad_that_names_no_wildlife_is_read_whole_when_asked() {
    let sandbox = Sandbox::new();
    let ad = "Schönes Sofa zu verkaufen, sehr guter Zustand, 120 €";
    let price = |args: &[&str]| {
        let output = sandbox.pipe(args, ad);
        let record: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(record["pugmark"]["verdict"], "clear");
        record["pugmark"]["price"]["amount"].clone()
    };
    assert_eq!(price(&["scan"]), serde_json::Value::Null);
    assert_eq!(price(&["scan", "--full"]), 120.0);
}
