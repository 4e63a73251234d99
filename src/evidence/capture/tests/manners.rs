//! robots.txt, cookies, redaction, asking again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hyper::header::{AUTHORIZATION, HeaderValue};

use super::super::{CaptureOptions, Capturer, Cookies, Manners};
use super::{Case, acquisition, archive, contains, ok, serve, serve_with};

fn options() -> CaptureOptions {
    CaptureOptions { allow_private: true, ..CaptureOptions::default() }
}

const ROBOTS: &str = "user-agent: *\ndisallow: /private\n";

#[test]
fn what_robots_txt_asks_to_leave_alone_is_left_alone_unless_the_user_says_so() {
    let server = serve(vec![
        ("/robots.txt", ok("text/plain", ROBOTS)),
        ("/private/1", ok("text/html", "hidden")),
        ("/ad", ok("text/html", "<img src=/private/a.png><img src=/b.png>")),
    ]);
    let case = Case::new();
    let capturer = Capturer::new(&case.store, &case.custodian, options()).unwrap();
    let url = format!("http://{server}/private/1");
    let error = capturer.capture(&url, &mut |_| {}).unwrap_err().to_string();
    assert!(error.ends_with("robots.txt of 127.0.0.1 asks programs to leave this address alone"));
    let page = capturer.capture(&format!("http://{server}/ad"), &mut |_| {}).unwrap();
    let reasons: Vec<&str> = page.failures.iter().map(|f| f.reason.as_str()).collect();
    assert!(reasons[0].starts_with("robots.txt of ") && reasons[1] == "the server answered 404");
    assert_eq!(acquisition(&case.item(&page))["machine"]["robots"], "respected");

    let manners = Manners { respect_robots: false, ..Manners::default() };
    let options = CaptureOptions { manners, ..options() };
    let capturer = Capturer::new(&case.store, &case.custodian, options).unwrap();
    let page = capturer.capture(&url, &mut |_| {}).unwrap();
    assert_eq!(acquisition(&case.item(&page))["machine"]["robots"], "ignored");
}

#[test]
fn a_server_that_cannot_give_robots_txt_is_asked_for_nothing_else() {
    let error = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
    let server = serve(vec![("/robots.txt", error), ("/", ok("text/html", "x"))]);
    let case = Case::new();
    let error = case.capture(&format!("http://{server}/")).unwrap_err().to_string();
    assert!(
        error.ends_with("robots.txt of 127.0.0.1 cannot be had: the server answers 500"),
        "{error}"
    );
}

#[test]
fn a_server_that_asks_to_wait_is_asked_again_and_every_answer_kept() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let server = serve_with(move |request| {
        if request.starts_with("GET /robots.txt") {
            return b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
        }
        match count.fetch_add(1, Ordering::Relaxed) {
            0 => b"HTTP/1.1 429 Slow\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec(),
            _ => ok("text/html", "at last"),
        }
    });
    let case = Case::new();
    let page = case.capture(&format!("http://{server}/")).unwrap();
    assert_eq!((page.status, page.parts, asked.load(Ordering::Relaxed)), (Some(200), 2, 2));
    let archive = archive(&case.item(&page));
    assert!(contains(&archive, b"HTTP/1.1 429 Slow") && contains(&archive, b"at last"));
}

/// Sends to itself until the cookie that it sets comes back.
fn consent_server() -> std::net::SocketAddr {
    serve_with(|request| {
        if request.starts_with("GET /loop") {
            return b"HTTP/1.1 302 Found\r\nLocation: /loop\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
        }
        if request.contains("\r\nCookie: ") && request.contains("seen=yes") {
            return ok("text/html", "<title>In</title>");
        }
        b"HTTP/1.1 302 Found\r\nLocation: /\r\nSet-Cookie: seen=yes\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()
    })
}

#[test]
fn a_page_that_sends_to_itself_with_a_cookie_is_no_loop() {
    let server = consent_server();
    let case = Case::new();
    let page = case.capture(&format!("http://{server}/")).unwrap();
    assert_eq!((page.title.as_deref(), page.problem.as_deref()), (Some("In"), None));
    assert_eq!(acquisition(&case.item(&page))["machine"]["secrets"], "none");
    // What a server hands to anybody is no secret.
    assert!(contains(&archive(&case.item(&page)), b"Cookie: seen=yes"));
    let page = case.capture(&format!("http://{server}/loop")).unwrap();
    assert!(page.problem.unwrap().starts_with("redirects in a loop"));
}

#[test]
fn what_opens_doors_is_used_but_not_stored_unless_asked() {
    for keep_secrets in [false, true] {
        let server = serve_with(|request| {
            let inside = request.contains("Cookie: login=s3cret")
                && request.contains("\r\nAuthorization: Bearer s3cret");
            let foreign = request.starts_with("GET /foreign") && request.contains("s3cret");
            let text = if inside { "inside" } else { "outside" };
            let body = format!("{text}{}", if foreign { "leak" } else { "" });
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: next=s3cret2; Path=/\r\n";
            format!("{head}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
                .into_bytes()
        });
        let case = Case::new();
        let cookies = format!("{}\tFALSE\t/\tFALSE\t0\tlogin\ts3cret\n", server.ip());
        let options = CaptureOptions {
            cookies: Cookies::read(&cookies).unwrap(),
            headers: vec![(AUTHORIZATION, HeaderValue::from_static("Bearer s3cret"))],
            keep_secrets,
            ..options()
        };
        let capturer = Capturer::new(&case.store, &case.custodian, options).unwrap();
        let page = capturer.capture(&format!("http://{server}/"), &mut |_| {}).unwrap();
        let archive = archive(&case.item(&page));
        assert!(contains(&archive, b"inside"));
        assert_eq!(contains(&archive, b"s3cret"), keep_secrets);
        let record = acquisition(&case.item(&page));
        let expected = if keep_secrets { "kept" } else { "redacted" };
        assert_eq!(record["machine"]["secrets"], expected);
        if !keep_secrets {
            assert!(contains(&archive, b"Cookie: login=[redacted]"));
            assert!(contains(&archive, b"Set-Cookie: next=[redacted]; Path=/"));
            let redacted = &record["fetched"][0]["redacted"];
            assert_eq!(
                redacted,
                &serde_json::json!([
                    "request cookie",
                    "request authorization",
                    "response set-cookie"
                ])
            );
        }
        // The digests are those of what is stored.
        case.assert_items_sound();
    }
}
