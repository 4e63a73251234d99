//! Commands killed half-way: what they said they did must be there, and the rest be no harm.
#![cfg(unix)]

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::evidence::{assert_sound, case};
use crate::sandbox::Sandbox;
use crate::server::market;

const SCAN: &str = include_str!("fixtures/case/scan.jsonl");

/// What was acknowledged before a command ended.
#[derive(Default)]
struct Acknowledged {
    items: Vec<String>,
    imports: Vec<u32>,
    killed: u32,
}

/// How often to repeat: as the variable says, else `usual` times.
fn rounds(variable: &str, usual: u32) -> u32 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Runs a command for as long as `time` says, or to its end; returns how long it ran.
fn run(
    sandbox: &Sandbox,
    args: &[&str],
    time: Option<Duration>,
    round: u32,
    acknowledged: &mut Acknowledged,
) -> Duration {
    // Each import brings ads that were not there before.
    sandbox.write("scan.jsonl", SCAN.replace("\"id\": \"", &format!("\"id\": \"{round}-")));
    let mut command = sandbox.command(args);
    let started = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    if let Some(time) = time {
        thread::sleep(time);
        let _ = child.kill();
    }
    let output = child.wait_with_output().unwrap();
    let took = started.elapsed();
    let lines = String::from_utf8(output.stdout).unwrap();
    let items = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let items = items.filter_map(|line| line["item"].as_str().map(str::to_owned));
    acknowledged.items.extend(items);
    match output.status.code() {
        None => acknowledged.killed += 1,
        Some(_) if args[1] == "import" => acknowledged.imports.push(round),
        Some(_) => {}
    }
    took
}

/// Kills captures, additions and imports at moments spread over their whole run
/// (`PUGMARK_KILLS` times); whatever was acknowledged must be there afterwards.
#[test]
fn a_killed_command_leaves_a_case_that_verifies() {
    let sandbox = case();
    let server = market();
    sandbox.write("shot", "pixels");
    let url = format!("http://{server}/ad/1");
    let sold = format!("http://{server}/sold");
    let commands = [
        vec!["evidence", "capture", "--case", "case", "--allow-private", &url, &sold, &url],
        vec!["evidence", "add", "--case", "case", "shot"],
        vec!["case", "import", "case", "scan.jsonl"],
    ];
    let mut acknowledged = Acknowledged::default();
    // How long each takes depends on what else the machine does.
    let mut whole = [Duration::ZERO; 3];
    for (index, command) in (0..).zip(&commands) {
        whole[index as usize] = run(&sandbox, command, None, index, &mut acknowledged);
    }
    assert_eq!((acknowledged.items.len(), acknowledged.imports.len()), (4, 1));
    for round in 0..rounds("PUGMARK_KILLS", 30) {
        let which = round as usize % 3;
        // A step that shares no factor with the span visits all of it, and a little more.
        let time = whole[which] * (round * 37 % 101) / 90;
        run(&sandbox, &commands[which], Some(time), round + 3, &mut acknowledged);
        assert_sound(&sandbox);
    }
    assert!(acknowledged.killed > 0, "no command was killed before its end");
    // The next writer keeps promises and sets the rest aside.
    let noted = sandbox.run(&["evidence", "note", "--case", "case", "after all"]);
    assert!(noted.starts_with("exit 0"), "{noted}");
    let output = sandbox.run(&["evidence", "verify", "case"]);
    for item in acknowledged.items {
        let sound = format!("{{\"item\":\"{item}\",\"check\":\"bag\",\"ok\":true");
        assert!(output.contains(&sound), "{item}: {output}");
    }
    let ads = fs_err::read_to_string(sandbox.path("case/ads.jsonl")).unwrap();
    for round in acknowledged.imports {
        assert!(ads.contains(&format!("\"id\": \"{round}-1\"")), "{round}");
    }
}
