//! Pages shown again by pywb, and what a browser made of one taken by other programs.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use super::chromium::browser;
use super::counterpart::{counterpart, said};
use super::sandbox::Sandbox;
use super::{case, comparable, files_ending, items, server};

/// pywb over a folder of collections, until the test ends.
struct Wayback {
    address: String,
    child: std::process::Child,
}

impl Wayback {
    fn start(root: &Path) -> Self {
        let any = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = any.local_addr().unwrap().port().to_string();
        drop(any);
        let mut command = std::process::Command::new("wayback");
        command.args(["-b", "127.0.0.1", "-p", &port]).current_dir(root);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { address: format!("127.0.0.1:{port}"), child }
    }

    /// What it answers; it takes some seconds to start.
    fn get(&self, path: &str) -> Vec<u8> {
        let answer = (0..100).find_map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(200));
            get(&self.address, path)
        });
        answer.expect("pywb answers within 20 s")
    }
}

impl Drop for Wayback {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The body of the answer to a GET on loopback; `None` while nobody listens.
fn get(address: &str, path: &str) -> Option<Vec<u8>> {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let at = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")? + 4;
    Some(answer.split_off(at))
}

#[test]
fn pywb_replays_pages_their_parts_and_what_is_a_reference() {
    let sandbox = case();
    let root = sandbox.path("pywb");
    fs_err::create_dir(&root).unwrap();
    if counterpart("wb-manager", &["init", "case"], &root).is_none() {
        return;
    }
    let mut captured = Vec::new();
    for (number, item) in items(&sandbox).iter().enumerate() {
        let archive = item.join("data/capture.warc.gz");
        if archive.exists() {
            let copy = format!("{number}.warc.gz");
            fs_err::copy(archive, root.join(&copy)).unwrap();
            let output = counterpart("wb-manager", &["add", "case", &copy], &root).unwrap();
            assert!(output.status.success(), "{}", said(&output));
            let record = fs_err::read(item.join("data/acquisition.json")).unwrap();
            captured.push(serde_json::from_slice::<Value>(&record).unwrap());
        }
    }
    let wayback = Wayback::start(&root);
    let replay = |record: &Value, end: &str| {
        let fetched = record["fetched"].as_array().unwrap();
        let part =
            fetched.iter().find(|part| part["url"].as_str().unwrap().ends_with(end)).unwrap();
        let time: String =
            part["started"].as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
        let path = format!("/case/{}id_/{}", &time[..14], part["url"].as_str().unwrap());
        wayback.get(&path)
    };
    let page = String::from_utf8(replay(&captured[0], "/ad/1")).unwrap();
    assert!(page.contains("<title>Elfenbein, alt</title>"), "{page}");
    assert_eq!(replay(&captured[0], "/tusk.png"), [0, 159, 146, 150]);
    let last = captured.last().unwrap();
    assert!(String::from_utf8(replay(last, "/b")).unwrap().contains("<title>b</title>"));
    let shared =
        last["fetched"].as_array().unwrap().iter().find(|part| part["same_as"].is_object());
    assert!(shared.is_some(), "{last}");
    assert_eq!(replay(last, "/shared.js"), "// shared\n".repeat(500).as_bytes());
}

/// Pictures, paper, elements and text that a browser made are records of the archive as well.
#[test]
fn what_a_browser_made_is_taken_by_warcio_wacz_and_pywb() {
    let Some(program) = browser() else { return };
    let sandbox = Sandbox::new();
    let _ = sandbox.run(&["case", "new", "case", "--title", "T"]);
    let url = format!("http://{}/ad/1", server::market());
    let mut args = vec!["evidence", "capture", "--case", "case", "--allow-private", "--browser"];
    args.extend([
        "--browser-program",
        &program,
        "--browser-without-sandbox",
        "--scroll",
        "0",
        &url,
    ]);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let output = sandbox.command(&args).env("PATH", path).output().unwrap();
    assert!(output.status.success(), "{}", sandbox.show(&output));
    let root = sandbox.root();
    let item = fs_err::read_dir(sandbox.path("case/items")).unwrap().next().unwrap().unwrap();
    let archive = item.path().join("data/capture.warc.gz");
    let record = fs_err::read(item.path().join("data/acquisition.json")).unwrap();
    let record: Value = serde_json::from_slice(&record).unwrap();
    let made = record["files"].as_array().unwrap();
    assert_eq!(made.len(), 4);
    assert_eq!(made[0]["target"], format!("urn:fullPage:{url}"));

    let archive = archive.to_str().unwrap();
    let Some(output) = counterpart("warcio", &["check", "-v", archive], root) else { return };
    assert!(output.status.success(), "{}", said(&output));
    let output = counterpart("warcio", &["index", "-f", "warc-type", archive], root).unwrap();
    assert_eq!(said(&output).matches("resource").count(), 4, "{}", said(&output));
    let output = sandbox.run(&["evidence", "wacz", "--case", "case", "-o", "pages.wacz"]);
    assert!(output.starts_with("exit 0"), "{output}");
    let output = counterpart("wacz", &["validate", "-f", "pages.wacz"], root).unwrap();
    assert!(output.status.success() && !said(&output).contains("invalid"), "{}", said(&output));
    let unpack = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall('unpacked')";
    counterpart("python3", &["-c", unpack, "pages.wacz"], root).unwrap();
    let archives = files_ending(&root.join("unpacked/archive"), ".warc.gz");
    let archive = format!("unpacked/archive/{}", archives[0]);
    let theirs = counterpart("cdxj-indexer", &["-s", &archive], root).unwrap();
    let ours = fs_err::read_to_string(root.join("unpacked/indexes/index.cdxj")).unwrap();
    assert_eq!(comparable(&ours), comparable(&String::from_utf8(theirs.stdout).unwrap()));

    counterpart("wb-manager", &["init", "case"], root).unwrap();
    let output = counterpart("wb-manager", &["add", "case", &archive], root).unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let wayback = Wayback::start(root);
    let time = made[0]["started"].as_str().unwrap();
    let time: String = time.chars().filter(char::is_ascii_digit).take(14).collect();
    let picture = wayback.get(&format!("/case/{time}id_/urn:fullPage:{url}"));
    let file = fs_err::read(item.path().join("data/screenshot.png")).unwrap();
    assert!(picture == file, "the picture is replayed: {} of {}", picture.len(), file.len());
    let page = wayback.get(&format!("/case/{time}id_/{url}"));
    assert!(String::from_utf8_lossy(&page).contains("<title>Elfenbein, alt</title>"));
}
