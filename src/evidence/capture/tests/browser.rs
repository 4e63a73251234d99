//! Captures by an installed Chromium; without one these tests step aside, loudly.
#![expect(clippy::print_stderr, reason = "a test that steps aside must say so")]

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::super::{CaptureOptions, Capturer, Cookies};
use super::tls::serve_tls;
use super::{Case, acquisition, archive, contains, ok, redirect, serve, serve_with};
use crate::evidence::{Browser, BrowserOptions, State};

/// Options with a browser, when there is one.
pub(super) fn options() -> Option<CaptureOptions> {
    let Some(program) = Browser::find() else {
        let required = std::env::var("PUGMARK_COUNTERPARTS").is_ok_and(|v| v == "required");
        assert!(!required, "a Chromium is required");
        eprintln!("STEPPED ASIDE: no Chromium is installed, so none was driven");
        return None;
    };
    // Containers run tests as root, and Chromium refuses its sandbox to root.
    let browser = BrowserOptions { without_sandbox: true, ..BrowserOptions::new(program) };
    Some(CaptureOptions {
        browser: Some(browser),
        allow_private: true,
        ..CaptureOptions::default()
    })
}

/// Width and height in the head of a PNG file.
fn size(png: &[u8]) -> (u32, u32) {
    assert!(png.starts_with(b"\x89PNG"));
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

const MARKET: &str = "<!doctype html><title>Ivory</title><p id=p>loading</p>\
    <div style='height:3000px'></div><img id=late width=50 height=50><div style='height:500px'></div>\
    <script>fetch('/price').then(a => a.text()).then(t => p.textContent = 'Price ' + t);\
    new IntersectionObserver(e => { if (e[0].isIntersecting) late.src = '/late.svg' }).observe(late)</script>";

#[test]
fn a_browser_shows_what_scripts_load_and_what_comes_on_scrolling() {
    let Some(options) = options() else { return };
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>";
    let server = serve(vec![
        ("/ad", ok("text/html; charset=utf-8", MARKET)),
        ("/price", ok("text/plain", "450 €")),
        ("/late.svg", ok("image/svg+xml", svg)),
    ]);
    let case = Case::new();
    let capturer = Capturer::new(&case.store, &case.custodian, options).unwrap();
    let page = capturer.capture(&format!("http://{server}/ad"), &mut |_| {}).unwrap();
    assert_eq!(
        (page.status, page.title.as_deref(), page.problem),
        (Some(200), Some("Ivory"), None)
    );
    let item = case.store.item(&page.item);
    let archive = archive(&item);
    assert!(contains(&archive, MARKET.as_bytes()) && contains(&archive, svg.as_bytes()));
    let data = item.join("data");
    assert!(fs_err::read_to_string(data.join("text.txt")).unwrap().contains("Price 450 €"));
    assert!(fs_err::read_to_string(data.join("dom.html")).unwrap().contains("src=\"/late.svg\""));
    assert!(fs_err::read(data.join("page.pdf")).unwrap().starts_with(b"%PDF-"));
    let (width, height) = size(&fs_err::read(data.join("screenshot.png")).unwrap());
    assert!(width == 1280 && height > 3500, "{width} x {height}");
    let record = acquisition(&item);
    assert_eq!(
        (&record["method"], &record["browser"]["scroll_end"]),
        (&"browser".into(), &"bottom".into())
    );
    assert_eq!(record["files"].as_array().unwrap().len(), 4);
    case.assert_items_sound();
}

#[test]
fn a_page_without_end_is_left_at_a_height() {
    let Some(mut options) = options() else { return };
    let feed = "<title>Feed</title><script>function more() {\
        document.body.insertAdjacentHTML('beforeend', '<p style=height:900px>post</p>') }\
        onload = more; onscroll = more</script><body>";
    let server = serve(vec![("/", ok("text/html", feed))]);
    if let Some(browser) = &mut options.browser {
        browser.longest_page = 12_000;
    }
    let case = Case::new();
    let capturer = Capturer::new(&case.store, &case.custodian, options).unwrap();
    let page = capturer.capture(&format!("http://{server}/"), &mut |_| {}).unwrap();
    let item = case.store.item(&page.item);
    assert_eq!(acquisition(&item)["browser"]["scroll_end"], "height");
    assert_eq!(size(&fs_err::read(item.join("data/screenshot.png")).unwrap()), (1280, 8000));
    assert!(item.join("data/screenshot-2.png").exists());
}

/// Of feeds and chats often nothing scrolls but a part of the page, which asks for more.
#[test]
fn what_scrolls_in_place_of_the_page_is_scrolled_and_shown_whole() {
    let Some(mut options) = options() else { return };
    let feed = "<!doctype html><title>Feed</title><style>html, body { height: 100%; margin: 0; overflow: hidden }\
        div { height: 100vh; overflow-y: auto } p { height: 700px; margin: 0 }</style><div id=feed></div><script>\
        let posts = 0; function more() { for (let n = 0; n < 2 && posts < 8; n++)\
        feed.insertAdjacentHTML('beforeend', `<p>post ${++posts} <img loading=lazy src=/${posts}.svg>`) }\
        more(); feed.onscroll = more</script>";
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>";
    let server = serve_with(move |request| match request.starts_with("GET / ") {
        true => ok("text/html", feed),
        false => ok("image/svg+xml", svg),
    });
    let case = Case::new();
    let url = format!("http://{server}/");
    for (longest, height) in [(30_000, 5600), (3000, 3000)] {
        options.browser.as_mut().unwrap().longest_page = longest;
        let capturer = Capturer::new(&case.store, &case.custodian, options.clone()).unwrap();
        let page = capturer.capture(&url, &mut |_| {}).unwrap();
        let data = case.store.item(&page.item).join("data");
        let looked = &acquisition(&case.store.item(&page.item))["browser"];
        assert_eq!(looked["window_for_pictures"], serde_json::json!([1280, height]));
        let picture = size(&fs_err::read(data.join("screenshot.png")).unwrap());
        assert_eq!(picture, (1280, height), "{looked}");
        let text = fs_err::read_to_string(data.join("text.txt")).unwrap();
        assert!(longest < 5000 || text.contains("post 8"), "{text}");
        let paper = fs_err::read(data.join("page.pdf")).unwrap();
        assert_eq!(memchr::memmem::find_iter(&paper, "/MediaBox").count(), 1);
    }
    case.assert_items_sound();
}

/// The page sends strangers away; its script and its picture need the login as well.
#[test]
fn a_page_behind_a_login_is_seen_with_the_cookies_and_else_the_login_is() {
    let Some(options) = options() else { return };
    let page = "<title>Members</title><p id=p></p><img src=/otter.svg><script>\
        fetch('/note').then(a => a.text()).then(t => p.textContent = t)</script>";
    let server = serve_with(move |request| {
        let inside = request.contains("session=s3cret");
        match request.split(' ').nth(1) {
            Some("/members") if !inside => redirect("/login"),
            Some("/members") => ok("text/html", page),
            Some("/login") => ok("text/html", "<title>Log in</title><form>"),
            Some("/note") if inside => ok("text/plain", "two live otters"),
            Some("/otter.svg") if inside => {
                ok("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>")
            }
            _ => {
                b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()
            }
        }
    });
    let url = format!("http://{server}/members");
    let case = Case::new();
    let capturer = Capturer::new(&case.store, &case.custodian, options.clone()).unwrap();
    let outside = capturer.capture(&url, &mut |_| {}).unwrap();
    assert_eq!(outside.title.as_deref(), Some("Log in"));
    assert_eq!(outside.final_url, format!("http://{server}/login"));
    let cookies = Cookies::read("127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\ts3cret\n").unwrap();
    let options = CaptureOptions { cookies, ..options };
    let capturer = Capturer::new(&case.store, &case.custodian, options).unwrap();
    let inside = capturer.capture(&url, &mut |_| {}).unwrap();
    assert_eq!(inside.title.as_deref(), Some("Members"));
    let item = case.store.item(&inside.item);
    assert_eq!(
        fs_err::read_to_string(item.join("data/text.txt")).unwrap().trim(),
        "two live otters"
    );
    let archive = archive(&item);
    assert!(contains(&archive, b"two live otters") && !contains(&archive, b"s3cret"));
    case.assert_items_sound();
}

/// A small answer that becomes 400 MB of page, and a script that never ends.
#[test]
fn pages_that_hang_the_browser_are_left_in_time_and_no_folder_stays() {
    let Some(mut options) = options() else { return };
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(b"<title>Bomb</title>").unwrap();
    for _ in 0..400 {
        bomb.write_all(&vec![b'x'; 1 << 20]).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        bomb.len()
    );
    let server = serve(vec![
        ("/bomb", [head.as_bytes(), &bomb].concat()),
        ("/loop", ok("text/html", "<title>Loop</title><p>text<script>for (;;) {}</script>")),
    ]);
    options.limits.total_time = Duration::from_secs(2);
    let case = Case::new();
    let profiles = case.folder.path().join("profiles");
    fs_err::create_dir(&profiles).unwrap();
    if let Some(browser) = &mut options.browser {
        browser.profiles = Some(profiles.clone());
    }
    let capturer = Capturer::new(&case.store, &case.custodian, options).unwrap();
    for path in ["bomb", "loop"] {
        let started = Instant::now();
        let page = capturer.capture(&format!("http://{server}/{path}"), &mut |_| {}).unwrap();
        let took = started.elapsed();
        assert!(took < Duration::from_secs(30), "{path}: {took:?}");
        assert_eq!(page.status, Some(200), "{path}");
        assert!(page.problem.unwrap().contains("the page took 2 s"), "{path}");
        assert_eq!(fs_err::read_dir(&profiles).unwrap().count(), 0, "{path}");
    }
    case.assert_items_sound();
}

#[test]
fn a_browser_over_tls_is_logged_in_and_the_login_is_not_stored() {
    let Some(options) = options() else { return };
    let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: login=s3cret2; Path=/\r\n\
        Content-Length: 21\r\nConnection: close\r\n\r\n<title>Inside</title>";
    let (server, certificate) = serve_tls(answer.as_bytes().to_vec());
    let cookies = "127.0.0.1\tFALSE\t/\tTRUE\t0\tlogin\ts3cret\n";
    let cookies = Cookies::read(cookies).unwrap();
    let case = Case::new();
    let options = CaptureOptions { roots: vec![certificate], cookies, ..options };
    let capturer = Capturer::new(&case.store, &case.custodian, options).unwrap();
    let page = capturer.capture(&format!("https://{server}/"), &mut |_| {}).unwrap();
    assert_eq!((page.title.as_deref(), page.problem), (Some("Inside"), None));
    let item = case.store.item(&page.item);
    let archive = archive(&item);
    assert!(contains(&archive, b"Cookie: login=[redacted]") && !contains(&archive, b"s3cret"));
    let record = acquisition(&item);
    assert_eq!(record["tls"][0]["version"], "TLSv1_3");
    assert_eq!(record["machine"]["secrets"], "redacted");
    case.assert_items_sound();
}

/// The server sends the same page before and after; only what its script loads has changed.
#[test]
fn a_browser_sees_what_became_of_a_page_that_scripts_fill() {
    let Some(options) = options() else { return };
    let page = "<title>Ad</title><p id=p></p>\
        <script>fetch('/state').then(a => a.text()).then(t => p.textContent = t)</script>";
    let visits = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&visits);
    let server = serve_with(move |request| {
        if !request.starts_with("GET /state") {
            return ok("text/html", page);
        }
        match count.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => ok("text/plain", "Carved tusk from an old collection"),
            _ => ok("text/plain", "This ad is no longer available"),
        }
    });
    let url = format!("http://{server}/ad");
    let case = Case::new();
    let with_browser = Capturer::new(&case.store, &case.custodian, options).unwrap();
    let without = CaptureOptions { allow_private: true, ..CaptureOptions::default() };
    let without = Capturer::new(&case.store, &case.custodian, without).unwrap();
    let item = with_browser.capture(&url, &mut |_| {}).unwrap().item;
    let found = with_browser.recheck(&item, &url, &mut |_| {}).unwrap();
    assert_eq!((found.state, found.same_percent, found.new_item), (State::Up, Some(100), None));
    let found = without.recheck(&item, &url, &mut |_| {}).unwrap();
    assert_eq!((found.state, found.by_browser), (State::Up, false));
    let found = with_browser.recheck(&item, &url, &mut |_| {}).unwrap();
    assert_eq!((found.state, found.by_browser), (State::Gone, true), "{}", found.reason);
    let new = case.store.item(&found.new_item.unwrap());
    assert!(new.join("data/screenshot.png").is_file());
    case.assert_items_sound();
}
