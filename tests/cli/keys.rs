//! Tests of `pugmark keys`.

use serde_json::Value;

use crate::sandbox::Sandbox;

fn known(sandbox: &Sandbox) -> Vec<Value> {
    let output = sandbox.pipe(&["keys", "show", "--format", "json"], "");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn case(sandbox: &Sandbox, name: &str) {
    let made = sandbox.run(&["case", "new", name, "--title", "Ivory"]);
    assert!(made.starts_with("exit 0"), "{made}");
}

#[test]
fn the_key_is_made_on_first_use_shown_and_exported() {
    let sandbox = Sandbox::new();
    let shown = known(&sandbox);
    assert_eq!((shown.len(), &shown[0]["current"]), (1, &Value::Bool(true)));
    let exported = sandbox.pipe(&["keys", "export"], "");
    let text = String::from_utf8(exported.stdout).unwrap();
    assert!(text.starts_with("-----BEGIN PUBLIC KEY-----\n"), "{text}");
    assert!(sandbox.run(&["keys", "export", "-o", "devi.pub"]).starts_with("exit 0"));
    assert_eq!(fs_err::read_to_string(sandbox.path("devi.pub")).unwrap(), text);
    case(&sandbox, "case");
    assert_eq!(fs_err::read_to_string(sandbox.path("case/keys/pugmark.pub")).unwrap(), text);
    let again = sandbox.run(&["keys", "export", "-o", "devi.pub"]);
    assert!(again.starts_with("exit 2") && again.contains("is not overwritten"), "{again}");
}

#[test]
fn a_protected_key_signs_with_its_passphrase_only() {
    let sandbox = Sandbox::new();
    case(&sandbox, "case");
    let before = known(&sandbox);
    sandbox.write("passphrase", "tusk & horn\n");
    sandbox.write("wrong", "tusk\n");
    let output = sandbox.run(&["keys", "protect", "--passphrase-file", "passphrase"]);
    assert!(output.starts_with("exit 0"), "{output}");
    let note = ["evidence", "note", "--case", "case", "seen"];
    insta::assert_snapshot!(sandbox.run(&note), @r"
    exit 2
    --- stdout
    --- stderr
    error: the signing key `$SANDBOX/home/signing-key.pem` is protected by a passphrase, and none was given
    hint: put it into a file that only you can read, and its path into `PUGMARK_PASSPHRASE_FILE`
    ");
    let with = |file: &str| {
        let output = sandbox.command(&note).env("PUGMARK_PASSPHRASE_FILE", file).output().unwrap();
        sandbox.show(&output)
    };
    assert!(with("wrong").contains("error: the passphrase does not open the signing key"));
    assert!(with("missing").contains("error: cannot read the passphrase from `missing`"));
    assert!(with("passphrase").starts_with("exit 0"));
    // Without the passphrase everything can be checked and shown.
    assert!(sandbox.run(&["evidence", "verify", "case"]).starts_with("exit 0"));
    assert_eq!(known(&sandbox)[0]["fingerprint"], before[0]["fingerprint"]);
    assert_eq!(known(&sandbox)[0]["protected"], true);
    let output = sandbox
        .command(&["keys", "protect", "--remove"])
        .env("PUGMARK_PASSPHRASE_FILE", "passphrase")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", sandbox.show(&output));
    assert!(sandbox.run(&note).starts_with("exit 0"));
}

#[test]
fn a_new_key_takes_over_in_every_case() {
    let sandbox = Sandbox::new();
    case(&sandbox, "first");
    case(&sandbox, "second");
    let output = sandbox.run(&["keys", "rotate", "--reason", "yearly", "first"]);
    assert!(output.starts_with("exit 0") && output.contains("`first` has the"), "{output}");
    let shown = known(&sandbox);
    assert_eq!((shown.len(), &shown[0]["reason"]), (2, &"yearly".into()));
    assert!(sandbox.run(&["evidence", "note", "--case", "second", "seen"]).starts_with("exit 0"));
    for name in ["first", "second"] {
        for key in &shown {
            let signer = key["fingerprint"].as_str().unwrap();
            let output = sandbox.run(&["evidence", "verify", name, "--signed-by", signer]);
            assert!(output.starts_with("exit 0") && output.contains("took over from"), "{output}");
        }
    }
    let stranger = "0".repeat(64);
    let output = sandbox.run(&["evidence", "verify", "first", "--signed-by", &stranger]);
    assert!(output.starts_with("exit 1") && output.contains("was not expected"), "{output}");
}
