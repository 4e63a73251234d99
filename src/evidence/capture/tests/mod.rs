//! Captures from servers that the tests run themselves.

mod browser;
mod browser_inside;
mod coded;
mod inside;
mod manners;
mod same;
mod tls;
mod ways;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use serde_json::Value;
use tempfile::TempDir;

use super::{CaptureError, CaptureOptions, Captured, Capturer, Limits};
use crate::evidence::{Custodian, Expected, Store, fresh, verify};

/// Answers each request for a path it knows with the bytes that stand there; an empty
/// answer never comes.
fn serve(answers: Vec<(&'static str, Vec<u8>)>) -> SocketAddr {
    serve_with(move |request| {
        let path = request.split(' ').nth(1).unwrap();
        match answers.iter().find(|(known, _)| *known == path) {
            Some((_, answer)) if answer.is_empty() => {
                thread::sleep(Duration::from_secs(30));
                Vec::new()
            }
            Some((_, answer)) => answer.clone(),
            None => b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone".to_vec(),
        }
    })
}

/// Answers each request as `answer` says, given its head.
fn serve_with(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let answer = Arc::clone(&answer);
            thread::spawn(move || {
                let mut stream = stream.unwrap();
                let mut request = Vec::new();
                let mut block = [0; 4096];
                while !request.ends_with(b"\r\n\r\n") {
                    match stream.read(&mut block) {
                        Ok(count @ 1..) => request.extend_from_slice(&block[..count]),
                        _ => return,
                    }
                }
                // The client may have gone.
                let _ = stream.write_all(&answer(&String::from_utf8(request).unwrap()));
            });
        }
    });
    address
}

fn ok(kind: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn redirect(to: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    .into_bytes()
}

struct Case {
    folder: TempDir,
    custodian: Custodian,
    store: Store,
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let custodian = fresh::custodian(&folder.path().join("home"));
        let store = fresh::store(&folder.path().join("case"), &custodian);
        Self { folder, custodian, store }
    }

    fn capture(&self, url: &str) -> Result<Captured, CaptureError> {
        let limits = Limits { time: Duration::from_secs(1), bytes: 1 << 20, ..Limits::default() };
        let options = CaptureOptions { allow_private: true, limits, ..CaptureOptions::default() };
        Capturer::new(&self.store, &self.custodian, options)?.capture(url, &mut |_| {})
    }

    fn item(&self, captured: &Captured) -> PathBuf {
        self.store.item(&captured.item)
    }

    /// Checks every byte and record of the items.
    fn assert_items_sound(&self) {
        let report = verify(&self.store, &Expected::default(), &|_| {}).unwrap();
        let wrong: Vec<_> =
            report.checks.iter().filter(|check| check.item.is_some() && !check.ok).collect();
        assert!(report.items > 0 && wrong.is_empty(), "{wrong:?}");
    }

    fn last_action(&self) -> String {
        self.store.log().unwrap().lines.last().unwrap().entry.action.clone()
    }
}

fn archive(item: &Path) -> Vec<u8> {
    let file = fs_err::File::open(item.join("data/capture.warc.gz")).unwrap();
    let mut bytes = Vec::new();
    MultiGzDecoder::new(file).read_to_end(&mut bytes).unwrap();
    bytes
}

fn acquisition(item: &Path) -> Value {
    let bytes = fs_err::read(item.join("data/acquisition.json")).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}

#[test]
fn a_page_comes_with_its_parts_to_the_byte() {
    let page =
        ok("text/html", "<title>Ad</title><link rel=stylesheet href=/s.css><img src=/a.png>");
    let css = ok("text/css", "a{background:url(/b.png)}");
    let odd = b"HTTP/1.1 200 OK\r\nX-ODD:   kept as it is \r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n".to_vec();
    let server = serve(vec![("/ad", page.clone()), ("/s.css", css), ("/a.png", odd.clone())]);
    let case = Case::new();
    let captured = case.capture(&format!("http://{server}/ad#top")).unwrap();

    assert_eq!(captured.item, "0001-127-0-0-1-".to_owned() + &server.port().to_string() + "-ad");
    assert_eq!((captured.status, captured.title.as_deref()), (Some(200), Some("Ad")));
    assert_eq!((captured.parts, captured.problem.as_deref()), (4, None));
    let missing: Vec<_> = captured.failures.iter().map(|f| f.reason.as_str()).collect();
    assert_eq!(missing, ["the server answered 404"]);

    let archive = archive(&case.item(&captured));
    assert!(contains(&archive, &page) && contains(&archive, &odd));
    assert!(contains(&archive, b"GET /s.css HTTP/1.1\r\nHost: 127.0.0.1:"));
    let record = acquisition(&case.item(&captured));
    let urls: Vec<_> = record["fetched"].as_array().unwrap().iter().map(|f| &f["role"]).collect();
    assert_eq!(urls[0], "page");
    assert_eq!(urls.len(), 4);
    assert_eq!(case.last_action(), "capture");
}

#[test]
fn a_404_is_evidence() {
    let server = serve(vec![]);
    let case = Case::new();
    let captured = case.capture(&format!("http://{server}/sold")).unwrap();
    assert_eq!((captured.status, captured.problem.as_deref()), (Some(404), None));
    assert!(contains(&archive(&case.item(&captured)), b"gone"));
}

#[test]
fn a_redirect_loop_is_kept_and_named() {
    let server = serve(vec![("/a", redirect("/b")), ("/b", redirect("/a"))]);
    let case = Case::new();
    let captured = case.capture(&format!("http://{server}/a")).unwrap();
    assert!(captured.problem.as_ref().unwrap().starts_with("redirects in a loop"));
    assert_eq!(captured.parts, 2);
}

#[test]
fn endless_redirects_end() {
    let answers = ["/0", "/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/9", "/10", "/11", "/12"];
    let server = serve(answers.windows(2).map(|w| (w[0], redirect(w[1]))).collect());
    let captured = Case::new().capture(&format!("http://{server}/0")).unwrap();
    assert_eq!(captured.problem.unwrap(), "redirects more than 10 times");
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let server = serve(vec![("/", vec![])]);
    let case = Case::new();
    let error = case.capture(&format!("http://{server}/")).unwrap_err().to_string();
    assert!(error.ends_with("no whole answer within 1 s"), "{error}");
    assert_eq!(case.last_action(), "capture-failed");
    assert_eq!(fs_err::read_dir(case.store.root().join("items")).unwrap().count(), 0);
}

#[test]
fn a_body_that_breaks_off_or_never_ends_is_kept_as_far_as_it_came() {
    let short = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\nhalf".to_vec();
    let mut long = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    long.resize(3 << 20, b'x');
    let server = serve(vec![("/short", short), ("/long", long)]);
    let case = Case::new();
    for (path, truncated) in [("short", "disconnect"), ("long", "length")] {
        let captured = case.capture(&format!("http://{server}/{path}")).unwrap();
        assert!(captured.problem.is_some(), "{path}");
        let expected = format!("WARC-Truncated: {truncated}\r\n");
        assert!(contains(&archive(&case.item(&captured)), expected.as_bytes()), "{path}");
    }
}

#[test]
fn a_kept_connection_that_the_server_closed_is_opened_again() {
    let page =
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 14\r\n\r\n<img src=/one>"
            .to_vec();
    let server = serve(vec![("/", page), ("/one", ok("image/png", "x"))]);
    let captured = Case::new().capture(&format!("http://{server}/")).unwrap();
    assert_eq!((captured.parts, captured.failures), (2, vec![]));
}

#[test]
fn an_address_with_a_password_or_another_scheme_is_no_web_address() {
    for url in
        ["http://u:p@a.example/", "ftp://a.example/", "file:///etc/passwd", "", "/x", "http://"]
    {
        let error = Case::new().capture(url).unwrap_err();
        assert!(matches!(error, CaptureError::Address { .. }), "{url}: {error}");
    }
}

#[test]
fn an_interrupted_capture_is_set_aside() {
    let server = serve(vec![("/", ok("text/html", "<img src=/slow>")), ("/slow", vec![])]);
    let case = Case::new();
    let options = CaptureOptions { allow_private: true, ..CaptureOptions::default() };
    let interrupt = options.interrupt.clone();
    let capturer = Capturer::new(&case.store, &case.custodian, options).unwrap();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        interrupt.fire();
    });
    let error = capturer.capture(&format!("http://{server}/"), &mut |_| {}).unwrap_err();
    assert!(matches!(error, CaptureError::Interrupted(_)), "{error}");
    assert_eq!(case.last_action(), "quarantine");
    assert_eq!(fs_err::read_dir(case.store.root().join("items")).unwrap().count(), 0);
    assert_eq!(fs_err::read_dir(case.store.root().join("quarantine")).unwrap().count(), 1);
    drop(case.folder);
}
