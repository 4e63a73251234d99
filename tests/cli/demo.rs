//! `demo`: the whole way in one command.

use crate::sandbox::Sandbox;

#[test]
fn the_demonstration_makes_a_case_that_verifies_and_a_report() {
    let sandbox = Sandbox::new();
    let output = sandbox.run(&["demo", "d"]);
    assert!(output.starts_with("exit 0\n--- stdout\nScanned    30 ads: "), "{output}");
    let stdout = output.split("--- stderr").next().unwrap();
    assert_eq!(stdout.lines().count(), 2 + 5, "five lines: {output}");
    assert!(output.contains("all as recorded"), "{output}");
    let verified = sandbox.run(&["evidence", "verify", "d/case"]);
    assert!(verified.starts_with("exit 0\n"), "{verified}");
    let report = fs_err::read_to_string(sandbox.path("d/report.html")).unwrap();
    assert!(report.contains("Antique ivory okimono"), "the report lists the ads");
    assert!(!report.contains("wedding"), "the report lists only what was flagged");
}

#[test]
fn the_demonstration_writes_nothing_outside_its_folder_and_overwrites_nothing() {
    let sandbox = Sandbox::new();
    assert!(sandbox.run(&["-q", "demo", "d"]).starts_with("exit 0\n"));
    let entries = fs_err::read_dir(sandbox.root()).unwrap();
    let names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["d"]);
    insta::assert_snapshot!(sandbox.run(&["demo", "d"]), @"
    exit 2
    --- stdout
    --- stderr
    error: `d` exists already
    hint: name another folder: pugmark demo DIR; nothing is overwritten
    ");
}

#[test]
#[cfg(unix)]
fn the_worked_case_comes_out_as_expected() {
    let sandbox = Sandbox::new();
    let program = assert_cmd::cargo::cargo_bin!("pugmark");
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/worked-case/run.sh");
    let output = std::process::Command::new("bash")
        .arg(script)
        .arg(sandbox.path("out"))
        .env_clear()
        .env("PATH", path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", sandbox.show(&output));
}
