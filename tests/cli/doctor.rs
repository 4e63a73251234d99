//! `doctor`: what is wrong is named, with what to do, and the exit code says so.

use serde_json::Value;

use crate::sandbox::Sandbox;

/// Exit code, and the finding on `check`.
fn ask(sandbox: &Sandbox, variable: Option<(&str, &str)>, check: &str) -> (i32, Value) {
    let mut command = sandbox.command(&["doctor"]);
    let output = command.envs(variable).output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let mut findings = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let finding = findings.rfind(|finding| finding["check"] == check);
    (output.status.code().unwrap(), finding.unwrap())
}

#[test]
fn a_new_machine_has_nothing_wrong_and_is_left_as_it_is() {
    let sandbox = Sandbox::new();
    let (exit, key) = ask(&sandbox, None, "signing key");
    assert_eq!((exit, &key["state"]), (0, &"good".into()), "{key}");
    assert!(!sandbox.path("home").exists(), "doctor changes nothing");
    let (_, browser) = ask(&sandbox, None, "browser");
    assert_ne!(browser["state"], "wrong", "no browser is nothing wrong: {browser}");
    let (exit, browser) = ask(&sandbox, Some(("PUGMARK_BROWSER", "/nowhere")), "browser");
    assert_eq!((exit, &browser["state"]), (1, &"wrong".into()));
}

#[test]
fn a_misspelt_variable_is_named() {
    let (exit, finding) = ask(&Sandbox::new(), Some(("PUGMARK_CAES", "x")), "variables");
    assert_eq!((exit, &finding["found"]), (1, &"PUGMARK_CAES means nothing".into()));
    let (exit, finding) = ask(&Sandbox::new(), Some(("PUGMARK_LANG", "de")), "variables");
    assert_eq!((exit, &finding["state"]), (0, &"good".into()));
}

#[test]
#[cfg(unix)]
fn a_key_that_others_can_read_and_one_that_is_none_are_wrong() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::new();
    assert!(sandbox.run(&["case", "new", "c", "--title", "t"]).starts_with("exit 0"));
    assert_eq!(ask(&sandbox, None, "signing key").0, 0);
    let key = sandbox.path("home/signing-key.pem");
    fs_err::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
    let (exit, finding) = ask(&sandbox, None, "signing key");
    assert_eq!((exit, &finding["state"]), (1, &"wrong".into()));
    assert!(finding["advice"].as_str().unwrap().starts_with("chmod 600 "), "{finding}");
    fs_err::write(&key, "rubbish").unwrap();
    assert!(ask(&sandbox, None, "signing key").1["found"].as_str().unwrap().ends_with("no key"));
}

#[test]
fn settings_and_data_that_cannot_be_used_are_wrong() {
    let sandbox = Sandbox::new();
    fs_err::create_dir(sandbox.path("home")).unwrap();
    sandbox.write("home/config.toml", "lang =");
    let (exit, finding) = ask(&sandbox, None, "settings");
    assert_eq!((exit, &finding["state"]), (1, &"wrong".into()), "{finding}");
    fs_err::remove_file(sandbox.path("home/config.toml")).unwrap();
    fs_err::create_dir(sandbox.path("home/species")).unwrap();
    sandbox.write("home/species/species.index", "rubbish");
    let (exit, finding) = ask(&sandbox, None, "updated data");
    assert_eq!((exit, &finding["state"]), (1, &"wrong".into()), "{finding}");
}

#[test]
fn a_list_reads_one_field_a_line() {
    let sandbox = Sandbox::new();
    let output = sandbox.run(&["doctor", "--format", "list"]);
    let version = env!("CARGO_PKG_VERSION");
    let start =
        format!("exit 0\n--- stdout\ncheck: program\nstate: good\nfound: pugmark {version}\n\n");
    assert!(output.starts_with(&start), "{output}");
}
