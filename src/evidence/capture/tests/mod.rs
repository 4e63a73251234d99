//! Captures from servers that the tests run themselves.

mod browser;
mod coded;
mod manners;
mod same;
mod tls;
mod ways;

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use serde_json::Value;
use tempfile::TempDir;

use super::{CaptureError, CaptureOptions, Captured, Capturer, Limits, Manners};
use crate::clock::Clock;
use crate::evidence::net::{Resolved, Resolver};
use crate::evidence::{Custodian, Expected, Signer, Store, verify};

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
        let signer = Signer::in_folder(&folder.path().join("home")).unwrap();
        let custodian = Custodian::new(signer, Clock::System);
        let root = folder.path().join("case");
        fs_err::create_dir(&root).unwrap();
        let store = Store::create(&root, &custodian).unwrap();
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

/// Knows the names of a test.
struct Names(Vec<(&'static str, IpAddr)>);

impl Resolver for Names {
    fn resolve<'a>(&'a self, host: &'a str) -> Resolved<'a> {
        let found = self.0.iter().filter(|(name, _)| *name == host).map(|(_, ip)| *ip).collect();
        Box::pin(async move { Ok(found) })
    }
}

#[test]
fn an_address_that_is_not_public_is_refused_however_it_is_spelt() {
    let case = Case::new();
    let names = Names(vec![
        ("inner.example", "10.1.2.3".parse().unwrap()),
        ("mixed.example", "93.184.215.14".parse().unwrap()),
        ("mixed.example", "127.0.0.1".parse().unwrap()),
        ("nat64.example", "64:ff9b::a00:1".parse().unwrap()),
    ]);
    let capturer = Capturer::with_resolver(
        &case.store,
        &case.custodian,
        CaptureOptions::default(),
        Arc::new(names),
    )
    .unwrap();
    for url in [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://0/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://169.254.169.254/latest",
        "http://①②⑦.0.0.1/",
        "http://127。0。0。1/",
        "http://127.0.0.1./",
        "https://192.168.0.1/",
        "http://inner.example/",
        "http://mixed.example/",
        "http://nat64.example/",
        "127.0.0.1",
        "http://%31%32%37.0.0.1/",
        "http://localhost/",
        "http://a.localhost/",
        "http://A.B.LocalHost./",
        "http://0300.0250.1/",
        "http://3232235777/",
        "http://[fe80::1]/",
    ] {
        let error = capturer.capture(url, &mut |_| {}).unwrap_err().to_string();
        assert!(error.contains("refused: "), "{url}: {error}");
    }
}

#[test]
fn redirects_refreshes_frames_and_pictures_that_lead_inside_are_refused() {
    let target = serve(vec![("/", ok("text/html", "secret"))]);
    let body = format!(
        "<meta http-equiv=refresh content='0;url=http://{target}/'>\
         <iframe src=http://localhost:{0}/></iframe><img src=http://2130706433:{0}/x>\
         <style>@import 'http://[::ffff:127.0.0.1]:{0}/';</style>",
        target.port()
    );
    let to_target = redirect(&format!("http://{target}/"));
    let server = serve(vec![("/page", ok("text/html", &body)), ("/away", to_target)]);
    let case = Case::new();
    let options = CaptureOptions { also_allowed: vec![server], ..CaptureOptions::default() };
    let capturer = Capturer::new(&case.store, &case.custodian, options).unwrap();
    let page = capturer.capture(&format!("http://{server}/page"), &mut |_| {}).unwrap();
    assert_eq!((page.parts, page.failures.len()), (1, 4), "{:?}", page.failures);
    assert!(page.failures.iter().all(|failure| failure.reason.starts_with("refused: ")));
    let away = capturer.capture(&format!("http://{server}/away"), &mut |_| {}).unwrap();
    assert!(away.problem.unwrap().starts_with("refused: "));
    assert_eq!(away.parts, 1);
}

/// Answers one address first and another from then on, as a rebinding attack does.
struct Rebinding(AtomicUsize);

impl Resolver for Rebinding {
    fn resolve<'a>(&'a self, _host: &'a str) -> Resolved<'a> {
        let first = self.0.fetch_add(1, Ordering::Relaxed) == 0;
        let address = if first { "127.0.0.1" } else { "127.0.0.2" };
        Box::pin(async move { Ok(vec![address.parse().unwrap()]) })
    }
}

#[test]
fn a_name_that_changes_its_address_is_checked_again() {
    let server = serve(vec![("/", ok("text/html", "<img src=/inside>"))]);
    let case = Case::new();
    // Without robots.txt, which would be the first to be asked for.
    let manners = Manners { respect_robots: false, ..Manners::default() };
    let options =
        CaptureOptions { also_allowed: vec![server], manners, ..CaptureOptions::default() };
    let resolver = Arc::new(Rebinding(AtomicUsize::new(0)));
    let capturer =
        Capturer::with_resolver(&case.store, &case.custodian, options, resolver).unwrap();
    let url = format!("http://rebind.example:{}/", server.port());
    let captured = capturer.capture(&url, &mut |_| {}).unwrap();
    assert_eq!(captured.parts, 1);
    assert!(captured.failures[0].reason.contains("leads to 127.0.0.2 (loopback)"));
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
