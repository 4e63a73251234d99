//! Ways that a page in a browser has to addresses inside a network, each refused and named.
#![expect(clippy::print_stderr, reason = "what a busy machine put off must be said")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::super::{CaptureOptions, Capturer};
use super::browser::options;
use super::{Case, acquisition, ok, serve, serve_with};

#[test]
fn a_browser_is_kept_from_addresses_that_are_not_public() {
    let Some(options) = options() else { return };
    let visits = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&visits);
    let inside = serve_with(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        ok("text/html", "secret")
    });
    let port = inside.port();
    let mut page = format!(
        "<title>Trap</title><meta http-equiv=refresh content='3;url=http://127.0.0.2:{port}/'>\
         <iframe src=http://127.0.0.1:{port}/></iframe><script>\
         fetch('http://[::ffff:127.0.0.1]:{port}/f', {{mode: 'no-cors'}}).catch(() => 0);\
         new WebSocket('ws://127.0.0.3:{port}/');</script>"
    );
    let hosts = [
        "localhost",
        "a.localhost",
        "b.c.localhost.",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[64:ff9b::7f00:1]",
    ];
    for (number, host) in hosts.iter().enumerate() {
        let _ = write!(page, "<img src=http://{host}:{port}/{number}>");
    }
    let away = format!(
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{port}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    page += "<img src=/away>";
    let server = serve(vec![("/", ok("text/html", &page)), ("/away", away.into_bytes())]);
    let case = Case::new();
    let mut options =
        CaptureOptions { allow_private: false, also_allowed: vec![server], ..options };
    if let Some(browser) = &mut options.browser {
        browser.wait = Duration::from_secs(4);
    }
    let capturer = Capturer::new(&case.store, &case.custodian, options).unwrap();
    let page = capturer.capture(&format!("http://{server}/"), &mut |_| {}).unwrap();
    assert_eq!(visits.load(Ordering::Relaxed), 0, "{:?}", page.failures);
    let pictures = hosts.iter().enumerate().map(|(number, host)| format!("{host}:{port}/{number}"));
    let others = ["127.0.0.1:{}/", "127.0.0.2:{}/", "[::ffff:127.0.0.1]:{}/f"];
    let others = others.map(|other| other.replace("{}", &port.to_string()));
    for address in pictures.chain(others) {
        let url = url::Url::parse(&format!("http://{address}")).unwrap();
        let failure = page.failures.iter().find(|failure| failure.url == url.as_str());
        let refused = failure.is_some_and(|failure| failure.reason.starts_with("refused: "));
        assert!(refused, "{url}: {:#?}", page.failures);
    }
    let error = capturer.capture(&format!("http://{inside}/"), &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("refused: "), "{error}");
    assert_eq!(visits.load(Ordering::Relaxed), 0);
}

/// A frame of another site is in a process of its own, which is told apart.
#[test]
fn no_frame_has_webrtc_of_whatever_site_and_workers_go_on() {
    let Some(mut options) = options() else { return };
    let asks = "<script>new Image().src = (window.RTCPeerConnection || window.webkitRTCPeerConnection \
            ? '/has-' : '/not-') + WHO;</script>";
    let asks = |who: &str| asks.replace("WHO", &format!("'{who}'"));
    let inner = format!(
        "{}<iframe src=http://127.0.0.1:PORT/inner></iframe>\
        <script>new Worker(URL.createObjectURL(new Blob([`fetch('${{location.origin}}/worker')`])))</script>",
        asks("frame")
    );
    let port = Arc::new(AtomicUsize::new(0));
    let known = Arc::clone(&port);
    let server = serve_with(move |request| {
        let path = request.split(' ').nth(1).unwrap();
        let page = match path {
            "/" => format!(
                "{}<iframe src=http://localhost:PORT/frame></iframe>\
                <iframe sandbox=allow-scripts src=/sandboxed></iframe>",
                asks("page")
            ),
            "/frame" => inner.clone(),
            "/inner" | "/sandboxed" => asks(&path[1..]),
            _ => String::new(),
        };
        let port = known.load(Ordering::Relaxed).to_string();
        ok("text/html", &page.replace("PORT", &port))
    });
    port.store(usize::from(server.port()), Ordering::Relaxed);
    if let Some(browser) = &mut options.browser {
        browser.wait = Duration::from_secs(2);
    }
    let case = Case::new();
    let capturer = Capturer::new(&case.store, &case.custodian, options).unwrap();
    let page = capturer.capture(&format!("http://{server}/"), &mut |_| {}).unwrap();
    let record = acquisition(&case.item(&page));
    let fetched = record["fetched"].as_array().unwrap();
    let paths: BTreeSet<_> = fetched
        .iter()
        .filter_map(|part| part["url"].as_str()?.rsplit('/').next())
        .filter(|path| !path.is_empty() && *path != "favicon.ico")
        .collect();
    let expected = [
        "frame",
        "inner",
        "not-frame",
        "not-inner",
        "not-page",
        "not-sandboxed",
        "sandboxed",
        "worker",
    ];
    assert_eq!(paths, BTreeSet::from(expected), "{fetched:#?}");
}

/// `IN` is a server that must not be reached; what follows it names the way.
const PAGE: &str = r##"<!doctype html><title>Trap</title><meta charset=utf-8>
<link rel=stylesheet href=INlink-style><link rel=icon href=INicon><link rel=manifest href=INmanifest>
<link rel=preload as=image href=INpreload><link rel=prefetch href=INprefetch>
<link rel=modulepreload href=INmodulepreload><link rel=preconnect href=INpreconnect>
<style>@import url(INimport); @font-face { font-family: trap; src: url(INfont) }
body { font-family: trap; background: url(INcss-url); cursor: url(INcursor), auto }</style>
<body>x<object data=INobject></object><embed src=INembed>
<video poster=INposter src=INvideo></video><audio src=INaudio preload=auto></audio>
<picture><source srcset=INsource><img></picture><input type=image src=INinput>
<svg><image href=INsvg-image /></svg>
<iframe srcdoc="<img src=INsrcdoc>"></iframe><iframe sandbox=allow-scripts src=INsandboxed></iframe>
<iframe name=target></iframe><form id=form method=post target=target action=INform><input name=a></form>
<a id=ping href="#" ping=INping></a><a id=download download href=INdownload></a>
<script>
form.submit(); ping.click(); download.click();
fetch('INfetch', { mode: 'no-cors' }).catch(() => 0);
const asked = new XMLHttpRequest(); asked.open('GET', 'INxhr'); asked.onerror = () => 0; asked.send();
new EventSource('INevents'); navigator.sendBeacon('INbeacon', 'x');
import('INmodule').catch(() => 0);
const source = "importScripts('INimport-scripts')";
new Worker(URL.createObjectURL(new Blob(["fetch('INworker', { mode: 'no-cors' }).catch(() => 0);" + source])));
navigator.serviceWorker.register('/sw.js').catch(() => 0);
new WebSocket('INsocket'.replace('http', 'ws'));
window.open('INwindow');
const fresh = document.body.appendChild(document.createElement('iframe')).contentWindow;
const Peer = window.RTCPeerConnection || fresh.RTCPeerConnection || fresh.webkitRTCPeerConnection;
if (Peer) {
  const peer = new Peer({ iceServers: [{ urls: 'stun:UDP' }] });
  peer.createDataChannel('x'); peer.createOffer().then(offer => peer.setLocalDescription(offer));
  new Image().src = 'INwebrtc';
}
new Image().src = 'INviolation';
</script>"##;

/// Ways that a browser without a window does not take; one that it takes one day has to be refused.
const NOT_TAKEN: [&str; 6] = ["preconnect", "icon", "manifest", "ping", "window", "webrtc"];

#[test]
fn no_way_of_a_page_in_a_browser_leads_inside() {
    let Some(mut options) = options() else { return };
    let visits = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&visits);
    let inside = serve_with(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        ok("text/html", "secret")
    });
    let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
    datagrams.set_nonblocking(true).unwrap();
    let to = format!("http://{inside}/");
    let udp = datagrams.local_addr().unwrap().to_string();
    let page = PAGE.replace("IN", &to).replace("UDP", &udp);
    let page = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\
         Link: <{to}link-header>; rel=preload; as=image\r\n\
         Content-Security-Policy-Report-Only: img-src 'none'; report-uri {to}csp\r\n\r\n{page}",
        page.len()
    );
    let worker =
        "self.oninstall = event => event.waitUntil(fetch('INservice-worker', { mode: 'no-cors' }))";
    let worker = ok("text/javascript", &worker.replace("IN", &to));
    let server = serve(vec![("/", page.into_bytes()), ("/sw.js", worker)]);
    let case = Case::new();
    (options.allow_private, options.also_allowed) = (false, vec![server]);
    let ways = PAGE.split("IN").skip(1).map(|rest| {
        let end = rest.find(|letter: char| !letter.is_ascii_lowercase() && letter != '-');
        &rest[..end.unwrap_or(rest.len())]
    });
    let mut missing: BTreeSet<_> = ways.chain(["link-header", "csp", "service-worker"]).collect();
    missing.retain(|way| !NOT_TAKEN.contains(way));
    // On a busy machine the browser puts some off until the page is left (workers, a form were
    // seen): then the page is looked at again, for longer.
    for wait in [4, 10, 25] {
        if let Some(browser) = &mut options.browser {
            browser.wait = Duration::from_secs(wait);
        }
        let capturer = Capturer::new(&case.store, &case.custodian, options.clone()).unwrap();
        let page = capturer.capture(&format!("http://{server}/"), &mut |_| {}).unwrap();
        assert_eq!(visits.load(Ordering::Relaxed), 0, "{:#?}", page.failures);
        let mut came = [0; 64];
        if let Ok((length, from)) = datagrams.recv_from(&mut came) {
            panic!("a datagram came from {from}: {:02x?}", &came[..length]);
        }
        let named = page.failures.iter().filter(|failure| {
            failure.reason.starts_with("refused: ") || failure.reason.contains("web socket")
        });
        for way in named.filter_map(|failure| failure.url.strip_prefix(&to)) {
            assert_ne!(way, "webrtc", "a page has WebRTC");
            missing.remove(way);
        }
        if missing.is_empty() {
            return;
        }
        eprintln!("NOT YET NAMED: {missing:?}");
    }
    panic!("not named in three captures: {missing:?}");
}
