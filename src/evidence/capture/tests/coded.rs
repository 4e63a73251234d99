//! Bodies that servers have packed.

use std::io::Read;

use super::{Case, acquisition, archive, contains, serve};

/// `<title>Ad</title><link rel=stylesheet href=/s.css><img src=/a.png>` by the `brotli` of Python.
const PAGE: &[u8] =
    b"\x1b\x41\x00\x20\x1c\x87\x71\xac\xb0\xbd\x4e\xd2\xf1\xfa\x65\x2e\xcc\x65\xf3\x04\x8d\x91\
    \xc9\x1e\x9f\x39\x70\xc8\x01\x7b\x5b\x12\x06\x1c\xc1\xd1\x03\x0f\x59\x7f\xd6\x6c\x82\x82\
    \xe5\x1c\xf0\x14\x82\x96\x51\x7c\x1f\xad\x9e\x1e\xd4\x3d\x27";

fn coded(kind: &str, coding: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Encoding: {coding}\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

#[test]
fn packed_pages_are_read_for_their_parts_and_kept_as_they_came() {
    let style = zstd::encode_all(&b"a{background:url(/b.png)}"[..], 3).unwrap();
    let server = serve(vec![
        ("/ad", coded("text/html", "br", PAGE)),
        ("/s.css", coded("text/css", "zstd", &style)),
        ("/a.png", coded("image/png", "", b"a")),
        ("/b.png", coded("image/png", "", b"b")),
    ]);
    let case = Case::new();
    let captured = case.capture(&format!("http://{server}/ad")).unwrap();
    assert_eq!((captured.title.as_deref(), captured.parts), (Some("Ad"), 4));
    assert_eq!(captured.failures, []);
    let archive = archive(&case.item(&captured));
    assert!(contains(&archive, PAGE) && contains(&archive, &style), "kept as they came");
    assert!(!contains(&archive, b"<title>"));
    case.assert_items_sound();
}

/// A server and the proxy before it may each pack the body, and each say so in a line of its own.
#[test]
fn several_codings_are_taken_off_in_turn_however_they_are_written() {
    let twice = zstd::encode_all(PAGE, 3).unwrap();
    let server = serve(vec![
        ("/lines", coded("text/html", "br\r\ncontent-encoding: zstd", &twice)),
        ("/list", coded("text/html", "br, zstd", &twice)),
        ("/gaps", coded("text/html", "identity,\r\nContent-Encoding:br ,ZSTD", &twice)),
        ("/wrong", coded("text/html", "zstd\r\nContent-Encoding: br", &twice)),
        ("/many", coded("text/html", &"zstd\r\nContent-Encoding: ".repeat(60), &twice)),
        ("/a.png", coded("image/png", "", b"a")),
        ("/s.css", coded("text/css", "", b"a{}")),
    ]);
    let case = Case::new();
    for path in ["lines", "list", "gaps"] {
        let captured = case.capture(&format!("http://{server}/{path}")).unwrap();
        assert_eq!((captured.title.as_deref(), captured.parts), (Some("Ad"), 3), "{path}");
        assert_eq!(captured.failures, [], "{path}");
        assert!(contains(&archive(&case.item(&captured)), &twice), "kept as it came");
    }
    for (path, expected) in [("wrong", "is damaged"), ("many", "more than 3 times")] {
        let captured = case.capture(&format!("http://{server}/{path}")).unwrap();
        let reason = &captured.failures[0].reason;
        assert!(captured.parts == 1 && reason.contains(expected), "{path}: {reason}");
    }
    case.assert_items_sound();
}

#[test]
fn what_a_packed_page_hides_is_said() {
    let bomb = zstd::encode_all(std::io::repeat(b' ').take(100 << 20), 1).unwrap();
    let server = serve(vec![
        ("/bomb", coded("text/html", "zstd", &bomb)),
        ("/cut", coded("text/html", "br", &PAGE[..PAGE.len() / 2])),
        ("/odd", coded("text/html", "lzma", b"x")),
    ]);
    let case = Case::new();
    for (path, expected) in [("bomb", "longer than"), ("cut", "damaged"), ("odd", "not understood")]
    {
        let captured = case.capture(&format!("http://{server}/{path}")).unwrap();
        assert_eq!((captured.parts, &captured.problem), (1, &None), "{path}");
        let reason = &captured.failures[0].reason;
        assert!(reason.contains(expected), "{path}: {reason}");
        let record = acquisition(&case.item(&captured));
        assert_eq!(record["failures"][0]["reason"], reason.as_str());
    }
    case.assert_items_sound();
}
