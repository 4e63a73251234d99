//! Tests of `pugmark evidence` and of the case folder it writes to.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::server::{market, ok, redirect, serve, serve_changing};

/// A sandbox with an empty case in the folder `case`.
pub(crate) fn case() -> Sandbox {
    let sandbox = Sandbox::new();
    let made = sandbox.run(&["case", "new", "case", "--title", "Ivory"]);
    assert_eq!(made, "exit 0\n--- stdout\n--- stderr\nMade the case folder `case`.\n");
    sandbox
}

fn capture(sandbox: &Sandbox, url: &str) -> (i32, Value, String) {
    let args = ["evidence", "capture", "--case", "case", "--allow-private", "--timeout", "2", url];
    let output = sandbox.pipe(&args, "");
    let line = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code().unwrap(), line, String::from_utf8(output.stderr).unwrap())
}

/// Exit code and failed checks of `evidence verify`.
fn verify(sandbox: &Sandbox) -> (i32, Vec<Value>) {
    let output = sandbox.pipe(&["evidence", "verify", "case"], "");
    let lines = String::from_utf8(output.stdout).unwrap();
    let checks = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let failed = checks.filter(|check| check["ok"] == false && check["check"] != "total");
    (output.status.code().unwrap(), failed.collect())
}

pub(crate) fn assert_sound(sandbox: &Sandbox) {
    assert_eq!(verify(sandbox), (0, vec![]));
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn actions(sandbox: &Sandbox) -> Vec<String> {
    let output = sandbox.pipe(&["evidence", "log", "case"], "");
    let lines = String::from_utf8(output.stdout).unwrap();
    let entries = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    entries.map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_page_becomes_an_item_that_verifies() {
    let sandbox = case();
    let url = format!("http://{}/moved", market());
    let (exit, line, stderr) = capture(&sandbox, &url);
    assert_eq!(exit, 0, "{stderr}");
    assert_eq!(line["title"], "Elfenbein, alt");
    assert_eq!((&line["parts"], &line["failures"]), (&6.into(), &1.into()));
    assert!(stderr.contains("1 part did not come"), "{stderr}");
    let output = sandbox.run(&["evidence", "verify", "case", "--format", "table"]);
    assert!(output.starts_with("exit 0") && output.contains("all as recorded"), "{output}");
    assert_eq!(actions(&sandbox), ["create", "capture"]);
}

#[test]
fn a_changed_byte_anywhere_is_found_and_its_file_named() {
    let sandbox = case();
    capture(&sandbox, &format!("http://{}/ad/1", market()));
    sandbox.write("shot.png", "pixels");
    let _ = sandbox.run(&["evidence", "add", "--case", "case", "shot.png"]);
    assert_sound(&sandbox);
    for path in files(&sandbox.path("case")) {
        let before = fs_err::read(&path).unwrap();
        if before.is_empty() {
            continue;
        }
        let mut after = before.clone();
        let middle = after.len() / 2;
        after[middle] ^= 1;
        fs_err::write(&path, after).unwrap();
        let name = path.strip_prefix(sandbox.path("case")).unwrap().to_str().unwrap();
        let (exit, failed) = verify(&sandbox);
        assert_eq!(exit, 1, "{name}");
        assert!(failed.iter().any(|check| check["file"] == name), "{name}: {failed:?}");
        fs_err::write(&path, before).unwrap();
    }
    assert_sound(&sandbox);
}

#[test]
fn a_404_is_captured_and_a_loop_is_kept_and_named() {
    let sandbox = case();
    let server = market();
    let (exit, line, _) = capture(&sandbox, &format!("http://{server}/sold"));
    assert_eq!((exit, &line["status"]), (0, &404.into()));
    let (exit, line, stderr) = capture(&sandbox, &format!("http://{server}/loop"));
    assert_eq!((exit, &line["parts"]), (3, &2.into()));
    assert!(stderr.contains("is not whole: redirects in a loop"), "{stderr}");
    assert_sound(&sandbox);
}

#[test]
fn what_cannot_be_captured_is_said_and_logged() {
    let sandbox = case();
    let server = market();
    for (url, expected) in [
        ("http://no-such-host.invalid/".to_owned(), "`no-such-host.invalid` does not resolve"),
        (format!("http://{server}/never"), "no whole answer within 2 s"),
        ("http://127.0.0.1:1/".to_owned(), "no connection to 127.0.0.1:1"),
    ] {
        let (exit, line, stderr) = capture(&sandbox, &url);
        assert_eq!((exit, line), (2, Value::Null), "{url}");
        assert!(stderr.starts_with("error: ") && stderr.contains(expected), "{stderr}");
    }
    assert_eq!(actions(&sandbox)[1..], ["capture-failed"; 3]);
    assert_sound(&sandbox);
}

#[test]
fn the_limits_of_a_capture_are_the_users_to_set() {
    let sandbox = case();
    let url = format!("http://{}/ad/1", market());
    let base = ["evidence", "capture", "--case", "case", "--allow-private"];
    for (limit, reason) in [
        (["--max-parts", "2"], "the page has more than 2 parts"),
        (["--max-size", "100"], "the page has more than 100 bytes"),
        (["--max-file-size", "90"], "longer than the limit of 90 bytes"),
        (["--max-time", "0"], "the page took 0 s"),
    ] {
        let output = sandbox.run(&[&base[..], &["-v", limit[0], limit[1], &url]].concat());
        assert!(output.contains(reason), "{limit:?}: {output}");
    }
    let output = sandbox.run(&[&base[..], &["--max-size", "much", &url]].concat());
    assert!(output.starts_with("exit 2") && output.contains("no size such as `500M`"), "{output}");
    assert_sound(&sandbox);
}

#[test]
fn loopback_is_refused_unless_allowed() {
    let sandbox = case();
    let server = market();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"] {
        let url = format!("http://{host}:{}/ad/1", server.port());
        let output = sandbox.run(&["evidence", "capture", "--case", "case", &url]);
        assert!(output.starts_with("exit 2\n--- stdout\n--- stderr\nerror: "), "{output}");
        assert!(output.contains("was not captured: refused: "), "{output}");
        assert!(output.contains("hint: `--allow-private` allows it"), "{output}");
    }
}

#[test]
fn pages_are_visited_again_and_what_became_of_them_is_said() {
    let sandbox = case();
    let long = |price: &str| {
        let words = "carved figure from an old collection sold with all papers of the time ";
        ok("text/html", format!("<title>Ad</title><p>{}<p>{price}", words.repeat(3)))
    };
    let answers =
        [("/same", "450"), ("/dearer", "450"), ("/sold", "450"), ("/soft", "450"), ("/led", "450")];
    let answers = answers.map(|(path, price)| (path, long(price))).to_vec();
    let answers = Arc::new(Mutex::new(answers));
    let server = serve_changing(Arc::clone(&answers));
    for path in ["same", "dearer", "sold", "soft", "led"] {
        capture(&sandbox, &format!("http://{server}/{path}"));
    }
    *answers.lock().unwrap() = vec![
        ("/same", long("450")),
        (
            "/dearer",
            ok(
                "text/html",
                "<p>carved figure from an old collection, now for 900 and without papers",
            ),
        ),
        ("/soft", ok("text/html", "<h1>This ad is <b>no  longer</b> available</h1>")),
        ("/led", redirect("/all")),
        ("/all", ok("text/html", "<p>All our offers of furniture")),
    ];
    let visit = ["evidence", "recheck", "--case", "case", "--allow-private", "--timeout", "2"];
    let output = sandbox.run(&visit);
    assert!(output.starts_with("exit 0"), "{output}");
    assert!(output.contains("1 up, 1 changed, 3 gone, 0 unknown."), "{output}");
    for reason in [
        "100 % of the words are as they were",
        "the server answers 404",
        "the page says: no longer available",
        "the address leads to another page: ",
    ] {
        assert!(output.contains(reason), "{reason}: {output}");
    }
    assert_sound(&sandbox);
    // Three ads of the ledger are among the pages, one of them gone.
    let finding = r#""pugmark":{"schema":"pugmark.scan/1","score":90,"verdict":"flag","language":"en","hits":[],"status":null,"claims":[],"price":null,"quantity":null,"contacts":[],"reasons":[]}"#;
    let ads: String = ["same", "dearer", "sold", "never-captured"]
        .iter()
        .map(|path| format!("{{\"id\":\"{path}\",\"title\":\"{path} ivory\",\"url\":\"http://{server}/{path}\",{finding}}}\n"))
        .collect();
    let imported = sandbox.pipe(&["case", "import", "case"], ads);
    assert!(imported.status.success(), "{}", sandbox.show(&imported));
    let summary = sandbox.pipe(&["case", "summary", "case", "--format", "json"], "");
    let summary: Value = serde_json::from_slice(&summary.stdout).unwrap();
    let rate = summary["totals"]["removal_rate"].as_f64().unwrap();
    assert!((rate - 1.0 / 3.0).abs() < 1e-9, "{rate}");
    for state in ["up", "changed", "gone"] {
        assert_eq!(summary["removal"][state], 1, "{state}");
    }
    assert_eq!(summary["removal"]["median_days"], Value::Null, "the ads give no date");
    // What is gone is not asked for again; what changed is compared with how it is now.
    let output = sandbox.run(&visit);
    assert!(output.contains("2 up, 0 changed, 0 gone, 0 unknown."), "{output}");
}

#[test]
fn addresses_come_from_stdin_plain_or_as_scan_output() {
    let sandbox = case();
    let server = market();
    let input = format!(
        "http://{server}/ad/1\n\n{{\"url\":\"http://{server}/sold\",\"pugmark\":{{}}}}\n{{\"id\":1}}\n"
    );
    let args = ["evidence", "capture", "--case", "case", "--allow-private", "-"];
    let output = sandbox.pipe(&args, input);
    let shown = sandbox.show(&output);
    assert_eq!(output.status.code(), Some(3), "{shown}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 2, "{shown}");
    assert!(shown.contains("warning: stdin:4: the record has no `url`"), "{shown}");
    assert_sound(&sandbox);
}

#[test]
fn many_pages_are_captured_at_once_and_only_what_is_new() {
    let sandbox = case();
    let server = market();
    let lines = |range: std::ops::Range<u32>| -> String {
        range.map(|number| format!("http://{server}/ad/{number}\n")).collect()
    };
    let args = ["evidence", "capture", "--case", "case", "--allow-private", "--jobs", "3", "-"];
    let output = sandbox.pipe(&args, lines(0..20));
    assert_eq!(output.status.code(), Some(0), "{}", sandbox.show(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 20);
    let args = [&args[..], &["--new-only"]].concat();
    let output = sandbox.pipe(&args, lines(0..25));
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 5);
    assert_eq!(fs_err::read_dir(sandbox.path("case/items")).unwrap().count(), 25);
    assert_sound(&sandbox);
}

#[test]
fn files_and_folders_are_added_and_links_are_not_followed() {
    let sandbox = case();
    for folder in ["phone", "phone/dcim"] {
        fs_err::create_dir(sandbox.path(folder)).unwrap();
    }
    sandbox.write("phone/dcim/a b.jpg", "1");
    sandbox.write("phone/dcim/A_B.jpg", "2");
    sandbox.write("chat.txt", "3");
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", sandbox.path("phone/link")).unwrap();
    let args = ["evidence", "add", "--case", "case", "chat.txt", "phone"];
    let output = sandbox.run(&args);
    let exit = if cfg!(unix) { "exit 3" } else { "exit 0" };
    assert!(output.starts_with(exit), "{output}");
    assert!(!cfg!(unix) || output.contains("warning: phone/link: a link; left out"), "{output}");
    let item = sandbox.path("case/items/0002-phone/data/files/dcim");
    let names: Vec<_> =
        files(&item).iter().map(|path| path.file_name().unwrap().to_owned()).collect();
    assert_eq!(names, ["A_B.jpg", "a_b-2.jpg"]);
    assert_sound(&sandbox);
}

#[test]
fn what_added_files_say_of_themselves_is_recorded_and_old_digests_on_request() {
    let sandbox = case();
    fs_err::create_dir(sandbox.path("phone")).unwrap();
    sandbox.write(
        "phone/offer.eml",
        "From: a@b.example\r\nSubject: =?utf-8?q?Sch=C3=A4del?=\r\n\r\nx",
    );
    let chat = "[02.11.26, 10:00:01] Anna: Elfenbein?\n[02.11.26, 10:01:00] Ben: 450\n";
    sandbox.write("phone/_chat.txt", chat);
    let args = ["evidence", "add", "--case", "case", "--also", "sha1,md5", "phone"];
    let output = sandbox.run(&args);
    assert!(output.starts_with("exit 0"), "{output}");
    let item = sandbox.path("case/items/0001-phone");
    let record = fs_err::read(item.join("data/acquisition.json")).unwrap();
    let record: Value = serde_json::from_slice(&record).unwrap();
    assert_eq!(
        record["files"][0]["chat"]["participants"],
        serde_json::json!({"Anna": 1, "Ben": 1})
    );
    assert_eq!(record["files"][1]["mail"]["subject"], "Schädel");
    for (algorithm, digits) in [("blake3", 64), ("sha1", 40), ("md5", 32)] {
        let manifest =
            fs_err::read_to_string(item.join(format!("manifest-{algorithm}.txt"))).unwrap();
        assert_eq!(manifest.lines().count(), 3, "{algorithm}");
        assert!(manifest.lines().all(|line| line.find("  data/") == Some(digits)), "{manifest}");
    }
    assert_sound(&sandbox);
}

#[cfg(unix)]
#[test]
fn a_link_by_itself_is_not_added() {
    let sandbox = case();
    std::os::unix::fs::symlink("/etc/passwd", sandbox.path("link")).unwrap();
    let output = sandbox.run(&["evidence", "add", "--case", "case", "link"]);
    insta::assert_snapshot!(output, @r"
    exit 2
    --- stdout
    --- stderr
    error: `link` is neither a file nor a folder (links are not followed)
    ");
}

#[test]
fn the_case_is_found_from_inside_it_and_from_the_environment() {
    let sandbox = case();
    let inside = sandbox.path("case/items");
    let note = ["evidence", "note", "seen"];
    let output = sandbox.command(&note).current_dir(inside).output().unwrap();
    assert!(output.status.success(), "{}", sandbox.show(&output));
    let output = sandbox.command(&note).env("PUGMARK_CASE", "case").output().unwrap();
    assert!(output.status.success(), "{}", sandbox.show(&output));
    assert_eq!(actions(&sandbox), ["create", "note", "note"]);
    insta::assert_snapshot!(sandbox.run(&note), @r"
    exit 2
    --- stdout
    --- stderr
    error: no case folder was named
    hint: name its folder, set PUGMARK_CASE to it, or work inside of it
    ");
}

#[test]
fn a_case_is_never_overwritten() {
    let sandbox = case();
    let again = sandbox.run(&["case", "new", "case", "--title", "Other"]);
    insta::assert_snapshot!(again, @r"
    exit 2
    --- stdout
    --- stderr
    error: `case` exists already
    hint: choose another folder; a case is never overwritten
    ");
    assert_sound(&sandbox);
}

#[test]
fn an_authority_that_is_no_address_is_refused_before_anything_is_done() {
    let sandbox = case();
    sandbox.write("shot.png", "pixels");
    for tsa in ["tsa.example", "tsa.example:8080", "file:///etc/passwd", "https://", ""] {
        for args in [
            &["evidence", "timestamp", "--case", "case", "--tsa", tsa][..],
            &["evidence", "add", "--case", "case", "--tsa", tsa, "shot.png"],
            &["evidence", "capture", "--case", "case", "--tsa", tsa, "https://a.invalid/"],
        ] {
            let output = sandbox.run(args);
            let expected = format!("exit 2\n--- stdout\n--- stderr\nerror: `{tsa}` is no address");
            assert!(output.starts_with(&expected), "{output}");
        }
    }
    assert_eq!(actions(&sandbox), ["create"]);
}

#[test]
fn a_folder_that_is_no_case_is_said_to_be_none() {
    let sandbox = Sandbox::new();
    fs_err::create_dir(sandbox.path("x")).unwrap();
    for args in [&["evidence", "verify", "x"][..], &["evidence", "note", "--case", "x", "t"]] {
        let output = sandbox.run(args);
        assert!(output.starts_with("exit 2"), "{output}");
        assert!(output.contains("`x` is no case folder"), "{output}");
    }
}

/// Runs `mount`; false where it cannot be had.
fn mount(args: &[&str]) -> bool {
    let output = Command::new("mount").args(args).stderr(Stdio::null()).status();
    output.is_ok_and(|status| status.success())
}

/// Undoes a mount when the test ends, also when it fails.
struct Mounted(PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[cfg(unix)]
#[test]
#[expect(clippy::print_stderr, reason = "a test that steps aside must say so")]
fn a_case_that_cannot_be_written_to_can_still_be_verified() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = case();
    let folder = sandbox.path("case");
    let text = folder.to_str().unwrap();
    // Root may write whatever the permissions say; then a read-only mount is needed.
    let mounted = mount(&["--bind", text, text]).then(|| Mounted(folder.clone()));
    let read_only = mounted.is_some() && mount(&["-o", "remount,bind,ro", text]);
    let writable = std::fs::Permissions::from_mode(0o644);
    if !read_only {
        let closed = std::fs::Permissions::from_mode(0o444);
        fs_err::set_permissions(folder.join(".lock"), closed).unwrap();
        let open = std::fs::OpenOptions::new().write(true).open(folder.join(".lock"));
        if open.is_ok() {
            eprintln!("STEPPED ASIDE: no read-only folder can be had here");
            return;
        }
    }
    let output = sandbox.run(&["evidence", "note", "--case", "case", "text"]);
    assert!(output.starts_with("exit 2"), "{output}");
    assert!(output.contains("error: cannot write to `case`: "), "{output}");
    assert!(output.contains("hint: work on a copy of the case"), "{output}");
    assert_sound(&sandbox);
    if !read_only {
        fs_err::set_permissions(folder.join(".lock"), writable).unwrap();
    }
}

/// What is too long for the disk is an error that says so, and the case stays as it was.
#[cfg(unix)]
fn assert_too_long(sandbox: &Sandbox, case: &str, expected: &str, run: &dyn Fn(&[&str]) -> Output) {
    let made = sandbox.run(&["case", "new", case, "--title", "T"]);
    assert!(made.starts_with("exit 0"), "{made}");
    let noise: Vec<u8> =
        (0..2_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    sandbox.write("big", &noise);
    let server = serve(vec![("/big", ok("image/png", &noise))]);
    let url = format!("http://{server}/big");
    for args in [
        &["evidence", "add", "--case", case, "big"][..],
        &["evidence", "capture", "--case", case, "--allow-private", &url],
    ] {
        let shown = sandbox.show(&run(args));
        assert!(shown.starts_with("exit 2"), "{shown}");
        assert!(shown.contains(expected), "{shown}");
        let verified = sandbox.run(&["evidence", "verify", case]);
        assert!(verified.starts_with("exit 0"), "{verified}");
        assert!(verified.contains("0 items"), "{verified}");
    }
}

/// Where none can be had, the limit below must do.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_case_as_it_was() {
    let sandbox = Sandbox::new();
    fs_err::create_dir(sandbox.path("disk")).unwrap();
    let disk = sandbox.path("disk");
    if mount(&["-t", "tmpfs", "-o", "size=512k", "tmpfs", disk.to_str().unwrap()]) {
        let _guard = Mounted(disk);
        let run = |args: &[&str]| sandbox.command(args).output().unwrap();
        assert_too_long(&sandbox, "disk/case", "No space left on device", &run);
    }
}

/// The system would end the program by a signal, without a word.
#[cfg(unix)]
#[test]
fn a_limit_on_the_size_of_files_is_an_error_as_a_full_disk_is() {
    let sandbox = Sandbox::new();
    let program = assert_cmd::cargo::cargo_bin!("pugmark").to_str().unwrap();
    let run = |args: &[&str]| {
        let script = format!("ulimit -f 512; exec {program} {}", args.join(" "));
        let mut shell = Command::new("bash");
        shell.args(["-c", &script]).current_dir(sandbox.root());
        shell.env_clear().env("PUGMARK_HOME", sandbox.path("home")).output().unwrap()
    };
    assert_too_long(&sandbox, "case", "File too large", &run);
}

#[test]
fn two_processes_that_add_at_once_keep_the_chain() {
    let sandbox = case();
    thread::scope(|scope| {
        for name in ["left", "right"] {
            let sandbox = &sandbox;
            scope.spawn(move || {
                sandbox.write(name, name);
                for _ in 0..20 {
                    let output = sandbox.run(&["evidence", "add", "--case", "case", name]);
                    assert!(output.starts_with("exit 0"), "{output}");
                }
            });
        }
    });
    assert_eq!(actions(&sandbox).len(), 41);
    let items = fs_err::read_dir(sandbox.path("case/items")).unwrap().count();
    assert_eq!(items, 40);
    assert_sound(&sandbox);
}

#[cfg(unix)]
#[test]
fn ctrl_c_sets_the_capture_aside_and_exits_130() {
    let sandbox = case();
    let server = serve(vec![("/", ok("text/html", "<img src=/slow>")), ("/slow", Vec::new())]);
    let url = format!("http://{server}/");
    let args = ["evidence", "capture", "--case", "case", "--allow-private", &url];
    let child = sandbox.command(&args).stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(Duration::from_millis(800));
    let id = child.id().to_string();
    Command::new("kill").args(["-INT", &id]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", sandbox.show(&output));
    assert_eq!(actions(&sandbox), ["create", "quarantine"]);
    assert_sound(&sandbox);
}

#[test]
fn the_list_shows_cases_and_names_folders_that_cannot_be_read() {
    let sandbox = case();
    fs_err::create_dir(sandbox.path("broken")).unwrap();
    sandbox.write("broken/case.json", "{}");
    let output = sandbox.run(&["case", "list", "--format", "csv"]);
    assert!(output.starts_with("exit 3\n"), "{output}");
    assert!(output.contains("\ncase,,Ivory,,,0,1,"), "{output}");
    assert!(output.contains("warning: `broken` is no case folder"), "{output}");
    fs_err::create_dir(sandbox.path("none")).unwrap();
    assert!(sandbox.run(&["case", "list", "none"]).starts_with("exit 1\n"));
}
