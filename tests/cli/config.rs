//! `config`: settings that a user keeps, and what goes before what.

use crate::sandbox::Sandbox;

/// A sandbox whose settings file has this text.
fn with(settings: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    fs_err::create_dir(sandbox.path("home")).unwrap();
    sandbox.write("home/config.toml", settings);
    sandbox
}

/// What Annex B means to a seller in the EU, as `species` says it: its first word tells the language.
fn meaning(sandbox: &Sandbox, variable: Option<&str>, flag: &[&str]) -> String {
    let args = [&["species", "Psittacus timneh", "--format", "jsonl"], flag].concat();
    let mut command = sandbox.command(&args);
    if let Some(language) = variable {
        command.env("PUGMARK_LANG", language);
    }
    let output = command.output().unwrap();
    let record: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    record["eu"]["meaning"].to_string()
}

#[test]
fn a_flag_goes_before_the_environment_before_the_file_before_the_default() {
    let (bare, kept) = (Sandbox::new(), with("lang = \"de\"\n"));
    let [english, german, french, dutch] =
        ["en", "de", "fr", "nl"].map(|language| meaning(&bare, None, &["--lang", language]));
    assert!(english != german && german != french && french != dutch, "{english} {german}");
    assert_eq!(meaning(&bare, None, &[]), english);
    assert_eq!(meaning(&kept, None, &[]), german);
    assert_eq!(meaning(&kept, Some("fr"), &[]), french);
    assert_eq!(meaning(&kept, Some("fr"), &["--lang", "nl"]), dutch);
}

#[test]
fn a_setting_is_kept_shown_and_taken_out_and_comments_stay() {
    let sandbox = with("# for the office\nlang = \"de\" # our language\n");
    assert_eq!(
        sandbox.run(&["config", "set", "tsa", "https://a.example/", "https://b.example/"]),
        "exit 0\n--- stdout\n--- stderr\n`tsa` is kept in $SANDBOX/home/config.toml.\n"
    );
    let shown = sandbox.run(&["config", "show", "--format", "csv"]);
    assert!(shown.contains("\ntsa,\"https://a.example/, https://b.example/\",file,"), "{shown}");
    assert!(shown.contains("\nlang,de,file,"), "{shown}");
    assert!(shown.contains("\nscope,,not set,"), "{shown}");
    assert!(sandbox.run(&["config", "unset", "tsa"]).starts_with("exit 0"));
    assert!(sandbox.run(&["config", "unset", "tsa"]).starts_with("exit 1"));
    let text = fs_err::read_to_string(sandbox.path("home/config.toml")).unwrap();
    assert_eq!(text, "# for the office\nlang = \"de\" # our language\n");
}

#[test]
fn an_unknown_key_is_an_error_with_file_and_line() {
    let sandbox = with("lang = \"de\"\ntas = \"https://tsa.example/\"\n");
    let output = sandbox.run(&["species", "Ara macao"]);
    let expected = "exit 2\n--- stdout\n--- stderr\n\
        error: $SANDBOX/home/config.toml:2: there is no setting `tas`; there are: color, ";
    assert!(output.starts_with(expected), "{output}");
    assert!(output.contains("\nhint: correct the line"), "{output}");
    // The commands that mend it still work, and so does help.
    assert!(sandbox.run(&["config", "show"]).starts_with("exit 3"));
    assert!(sandbox.run(&["--help"]).starts_with("exit 0"));
    assert!(sandbox.run(&["config", "unset", "tas"]).starts_with("exit 0"));
    assert!(sandbox.run(&["species", "Ara macao"]).starts_with("exit 0"));
}

#[test]
fn a_value_that_cannot_be_is_refused_before_it_is_kept() {
    let sandbox = Sandbox::new();
    for (args, reason) in [
        (&["lang", "tlh"][..], "`lang` cannot be `tlh`; it can be: en, fr, de, nl"),
        (&["jobs", "many"], "`jobs` must be a whole number above 0"),
        (&["email", "a", "b"], "`email` has one value"),
        (&["case", "mine"], "there is no setting `case`"),
    ] {
        let output = sandbox.run(&[&["config", "set"], args].concat());
        assert!(output.starts_with("exit 2") && output.contains(reason), "{output}");
    }
    assert!(!sandbox.path("home/config.toml").exists());
}

#[test]
#[cfg(unix)]
fn a_file_of_settings_that_is_a_device_is_never_replaced() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(&["config", "set", "lang", "de"]);
    let output = command.env("PUGMARK_CONFIG", "/dev/null").output().unwrap();
    assert!(sandbox.show(&output).contains("`/dev/null` is no file"), "{}", sandbox.show(&output));
    let output = sandbox.command(&["config", "path"]).env("PUGMARK_CONFIG", "/x/y.toml").output();
    assert_eq!(output.unwrap().stdout, b"/x/y.toml\n");
}

#[test]
fn what_is_kept_for_a_case_enters_it() {
    let sandbox = with("investigator = \"A. Devi\"\nlegal-basis = \"Section 163\"\n");
    let made = sandbox.run(&["case", "new", "c", "--title", "t", "--legal-basis", "Art. 1"]);
    assert!(made.starts_with("exit 0"), "{made}");
    let record = fs_err::read_to_string(sandbox.path("c/case.json")).unwrap();
    assert!(record.contains("A. Devi") && record.contains("Art. 1"), "{record}");
}
