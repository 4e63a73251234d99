//! What every command has in common: help, version, usage errors, completions, man pages.

use crate::sandbox::Sandbox;

#[test]
fn an_unknown_command_is_a_usage_error() {
    let sandbox = Sandbox::new();
    let output = sandbox.run(&["shoot"]);
    assert!(
        output.starts_with("exit 2\n--- stdout\n--- stderr\nerror: unrecognized subcommand"),
        "{output}"
    );
}

#[test]
fn completions_name_the_program() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish"] {
        let output = sandbox.run(&["completions", shell]);
        assert!(output.starts_with("exit 0") && output.contains("pugmark"), "{shell}");
    }
}

#[test]
fn man_pages_need_an_existing_folder() {
    let sandbox = Sandbox::new();
    let output = sandbox.run(&["man", "nowhere"]);
    assert!(output.starts_with("exit 2\n"), "{output}");
    assert!(output.contains("cannot write manual pages into `nowhere`"), "{output}");
}
