//! Ways to addresses inside a network, each refused and named.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::super::{CaptureOptions, Captured, Capturer, Manners};
use super::{Case, acquisition, archive, contains, ok, redirect, serve, serve_with};
use crate::evidence::net::{Resolved, Resolver};

/// Knows the names of a test.
struct Names(&'static [(&'static str, &'static [&'static str])]);

impl Resolver for Names {
    fn resolve<'a>(&'a self, host: &'a str) -> Resolved<'a> {
        let found = self.0.iter().find(|(name, _)| *name == host).map_or(&[][..], |(_, ips)| ips);
        let found = found.iter().map(|address| address.parse().unwrap()).collect();
        Box::pin(async move { Ok(found) })
    }
}

/// What a resolver says at the end of its aliases (CNAME), one address or several.
const NAMES: Names = Names(&[
    ("inner.example", &["10.1.2.3"]),
    ("alias.example", &["192.168.7.7"]),
    ("mixed.example", &["93.184.215.14", "127.0.0.1"]),
    ("first.example", &["172.16.0.9", "93.184.215.14"]),
    ("two-families.example", &["93.184.215.14", "fd00::9"]),
    ("nat64.example", &["64:ff9b::a00:1"]),
    ("mapped.example", &["::ffff:169.254.169.254"]),
    ("shared.example", &["100.64.3.2"]),
    ("nowhere.example", &["0.0.0.0"]),
    ("everybody.example", &["255.255.255.255"]),
    ("group.example", &["ff02::1"]),
    ("metadata.google.internal", &["169.254.169.254"]),
]);

/// One name for each of them.
const NAMED: [&str; 12] = [
    "http://inner.example/",
    "http://alias.example/",
    "http://mixed.example/",
    "http://first.example/",
    "http://two-families.example/",
    "http://nat64.example/",
    "http://mapped.example/",
    "http://shared.example/",
    "http://nowhere.example/",
    "http://everybody.example/",
    "http://group.example/",
    "http://metadata.google.internal/computeMetadata/v1/",
];

/// Spellings of addresses that are not public, which the address itself gives away.
const SPELT: [&str; 57] = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.255.255.254/",
    "http://2130706433/",
    "http://3232235777/",
    "http://0x7f.0.0.1/",
    "http://0x7f000001/",
    "http://0x7F.0x0.0X0.0x1/",
    "http://127.0x1/",
    "http://0177.0.0.1/",
    "http://00000177.0.0.01/",
    "http://017700000001/",
    "http://0300.0250.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://127.0.0.1./",
    "http://127.0.0.1:80\\@public.example/",
    "http://127.0.0.1#@public.example/",
    "http://127.0.0.1?@public.example/",
    "http:127.0.0.1/",
    "http:/127.0.0.1/",
    "http:///127.0.0.1/",
    "http:\\\\127.0.0.1\\",
    "hTTp://127.0.0.1/",
    "127.0.0.1",
    "127.0.0.1/path",
    "http://127.0.\t0.1/",
    "http://12\n7.0.0.1/",
    "http://%31%32%37.0.0.1/",
    "http://127%2e0%2E0%2e1/",
    "http://①②⑦.0.0.1/",
    "http://１２７．０．０．１/",
    "http://127。0。0。1/",
    "http://127｡0｡0｡1/",
    "http://𝟏𝟐𝟕.𝟎.𝟎.𝟏/",
    "https://192.168.0.1/",
    "http://169.254.169.254/latest",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[0000::0001]/",
    "http://[::]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:FFFF:7F00:0001]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::a00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fd12:3456::1]/",
    "http://[ff02::1]/",
    "http://localhost/",
    "http://ⓁＯｃａｌ\u{ad}host%2e/",
    "http://A.b.LocalHost./",
];

#[test]
fn an_address_that_is_not_public_is_refused_however_it_is_spelt() {
    let case = Case::new();
    let capturer = Capturer::with_resolver(
        &case.store,
        &case.custodian,
        CaptureOptions::default(),
        Arc::new(NAMES),
    )
    .unwrap();
    for url in SPELT.iter().chain(&NAMED) {
        let error = capturer.capture(url, &mut |_| {}).unwrap_err().to_string();
        assert!(error.contains("refused: "), "{url}: {error}");
        let entry = case.store.log().unwrap().lines.pop().unwrap().entry;
        assert_eq!(entry.action, "capture-failed", "{url}");
        assert!(entry.details["reason"].as_str().unwrap().starts_with("refused: "), "{url}");
    }
}

/// Behind a proxy no name is looked up here: what the address itself gives away is refused
/// before the proxy is asked, and what a name leads to is the proxy's to judge.
#[test]
fn no_spelling_gets_past_to_a_proxy() {
    let visits = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&visits);
    let proxy = serve_with(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        ok("text/html", "<title>By proxy</title>")
    });
    for kind in ["http", "socks5h"] {
        let case = Case::new();
        let proxy = Some(format!("{kind}://{proxy}").parse().unwrap());
        let options = CaptureOptions { proxy, ..CaptureOptions::default() };
        let capturer =
            Capturer::with_resolver(&case.store, &case.custodian, options, Arc::new(NAMES))
                .unwrap();
        let special =
            ["http://metadata.google.internal/", "http://printer.local/", "http://intranet/"];
        for url in SPELT.iter().chain(&special) {
            let error = capturer.capture(url, &mut |_| {}).unwrap_err().to_string();
            assert!(error.contains("refused: "), "{url} by {kind}: {error}");
        }
    }
    assert_eq!(visits.load(Ordering::Relaxed), 0);
}

/// A proxy is asked for the first page only, not for what that leads to.
#[test]
fn redirects_and_parts_that_lead_inside_do_not_get_past_to_a_proxy() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let copy = Arc::clone(&asked);
    let proxy = serve_with(move |request| {
        let url = request.split(' ').nth(1).unwrap().to_owned();
        copy.lock().unwrap().push(url.clone());
        match url.as_str() {
            "http://shop.example/away" => redirect("http://u@0x7f.1/"),
            "http://shop.example/" => {
                ok("text/html", "<img src=http://10.0.0.1/a><iframe src=http://[::1]/>")
            }
            _ => b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
        }
    });
    let case = Case::new();
    let proxy = Some(format!("http://{proxy}").parse().unwrap());
    let options = CaptureOptions { proxy, ..CaptureOptions::default() };
    let capturer = Capturer::new(&case.store, &case.custodian, options).unwrap();
    let away = capturer.capture("http://shop.example/away", &mut |_| {}).unwrap();
    assert!(away.problem.unwrap().starts_with("refused: "));
    let page = capturer.capture("http://shop.example/", &mut |_| {}).unwrap();
    let reasons = page.failures.iter().map(|failure| failure.reason.as_str());
    assert_eq!(reasons.filter(|reason| reason.starts_with("refused: ")).count(), 2);
    let asked = asked.lock().unwrap();
    assert!(asked.iter().all(|url| url.starts_with("http://shop.example/")), "{asked:?}");
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

/// Every attribute and rule that names a part, each to an address of its own.
#[test]
fn no_part_of_a_page_that_leads_inside_is_asked_for() {
    let visits = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&visits);
    let inside = serve_with(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        ok("text/html", "secret")
    });
    let page = PARTS.replace("IN", &format!("http://{inside}/"));
    let sheet = format!(
        "@import 'http://{inside}/sheet-import'; p {{ background: url(http://{inside}/sheet-url) }}"
    );
    let server = serve(vec![("/", ok("text/html", &page)), ("/s.css", ok("text/css", &sheet))]);
    let case = Case::new();
    let options = CaptureOptions { also_allowed: vec![server], ..CaptureOptions::default() };
    let capturer = Capturer::new(&case.store, &case.custodian, options).unwrap();
    let page = capturer.capture(&format!("http://{server}/"), &mut |_| {}).unwrap();
    let refused = page.failures.iter().filter(|failure| failure.reason.starts_with("refused: "));
    let named: BTreeSet<_> = refused.map(|failure| failure.url.clone()).collect();
    let ways = PARTS.matches("IN").count() + 2;
    assert_eq!(named.len(), ways, "{named:#?}");
    assert_eq!((page.parts, visits.load(Ordering::Relaxed)), (2, 0));
}

const PARTS: &str = "<!doctype html><title>Trap</title><link rel=stylesheet href=/s.css>\
    <meta http-equiv=refresh content='0; url=INrefresh'><link rel=stylesheet href=INlink-style>\
    <link rel=icon href=INicon><link rel=preload as=image href=INpreload-image>\
    <link rel=preload as=font href=INpreload-font><link rel=modulepreload href=INmodule>\
    <link rel=manifest href=INmanifest><meta property=og:image content=INog-image>\
    <script src=INscript></script><style>@import url(INimport); p { background: url(INurl) }</style>\
    <img src=INimg srcset='INsrcset-1 1x, INsrcset-2 2x' data-src=INlazy><iframe src=INiframe></iframe>\
    <embed src=INembed><object data=INobject></object><video poster=INposter src=INvideo></video>\
    <audio src=INaudio></audio><picture><source srcset=INsource></picture><input type=image src=INinput>\
    <svg><image href=INsvg-image /><use href=INsvg-use /></svg><p style='background: url(INstyle)'>\
    <table background=INbackground></table>";

#[test]
fn redirects_that_end_inside_or_in_another_scheme_are_refused_at_the_last_hop() {
    let inside = serve(vec![("/", ok("text/html", "secret"))]);
    let port = inside.port();
    let moved = |to: &str| {
        format!(
            "HTTP/1.1 301 Moved\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        .into_bytes()
    };
    let refused = [
        format!("http://{inside}/"),
        format!("//{inside}/"),
        format!("http://public.example@{inside}/"),
        format!("http://public.example:80@127.1:{port}/"),
        format!("http:\\\\127.0.0.1:{port}\\"),
        format!("http://127.0.0.1:{port}\\@public.example/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("https://0x7f.1:{port}/"),
        format!("http://localhost:{port}/"),
    ];
    let other = [
        "file:///etc/passwd",
        "ftp://10.0.0.1/",
        "gopher://10.0.0.1/",
        "data:text/html,x",
        "javascript:1",
    ];
    let all = refused.iter().map(|to| (to.as_str(), "refused: "));
    let all = all.chain(other.map(|to| (to, "only http and https addresses can be fetched")));
    for (to, reason) in all {
        let server = serve(vec![("/", moved("/hop")), ("/hop", redirect(to))]);
        let case = Case::new();
        let options = CaptureOptions { also_allowed: vec![server], ..CaptureOptions::default() };
        let capturer = Capturer::new(&case.store, &case.custodian, options).unwrap();
        let page = capturer.capture(&format!("http://{server}/"), &mut |_| {}).unwrap();
        assert_eq!(page.parts, 2, "{to}");
        assert!(page.problem.as_ref().unwrap().starts_with(reason), "{to}: {:?}", page.problem);
        assert!(page.failures[0].reason.starts_with(reason), "{to}");
        assert!(!contains(&archive(&case.item(&page)), b"secret"), "{to}");
    }
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

/// Captures a page with this body from a name that is rebound; also returns its case, its server
/// and how often the name was looked up.
fn capture_rebound(body: &str) -> (Captured, Case, SocketAddr, usize) {
    let server = serve(vec![("/", ok("text/html", body))]);
    let case = Case::new();
    // Without robots.txt, which would be the first to be asked for.
    let manners = Manners { respect_robots: false, ..Manners::default() };
    let options =
        CaptureOptions { also_allowed: vec![server], manners, ..CaptureOptions::default() };
    let resolver = Arc::new(Rebinding(AtomicUsize::new(0)));
    let copy: Arc<dyn Resolver> = Arc::clone(&resolver) as _;
    let capturer = Capturer::with_resolver(&case.store, &case.custodian, options, copy).unwrap();
    let url = format!("http://rebind.example:{}/", server.port());
    let page = capturer.capture(&url, &mut |_| {}).unwrap();
    drop(capturer);
    (page, case, server, resolver.0.load(Ordering::Relaxed))
}

#[test]
fn a_name_that_changes_its_address_is_checked_again() {
    let (page, ..) = capture_rebound("<img src=/inside>");
    assert_eq!(page.parts, 1);
    assert!(page.failures[0].reason.contains("leads to 127.0.0.2 (loopback)"));
}

/// Between check and connection nothing is looked up again: what was checked is connected to.
#[test]
fn a_name_is_looked_up_once_for_a_connection() {
    let (page, case, server, lookups) = capture_rebound("<title>Outside</title>");
    assert_eq!((page.title.as_deref(), lookups), (Some("Outside"), 1));
    assert_eq!(acquisition(&case.item(&page))["fetched"][0]["address"], server.to_string());
}
