//! A web server on loopback that answers as a test says.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Serves `answers` (path and whole answer; an empty answer never comes) and 404 for
/// everything else, until the test ends. Returns the server's address.
pub(crate) fn serve(answers: Vec<(&'static str, Vec<u8>)>) -> SocketAddr {
    serve_changing(Arc::new(Mutex::new(answers)))
}

/// As [`serve`], with answers that a test changes while the server runs.
pub(crate) fn serve_changing(answers: Changing) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let now = answers.lock().unwrap().clone();
            thread::spawn(move || answer(stream, &now));
        }
    });
    address
}

/// Paths and whole answers, to be changed by a test.
pub(crate) type Changing = Arc<Mutex<Vec<(&'static str, Vec<u8>)>>>;

fn answer(mut stream: TcpStream, answers: &[(&'static str, Vec<u8>)]) -> Option<()> {
    let mut request = Vec::new();
    let mut block = [0; 4096];
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read(&mut block).ok()? {
            0 => return None,
            count => request.extend_from_slice(&block[..count]),
        }
    }
    let text = String::from_utf8(request).ok()?;
    let path = text.split(' ').nth(1)?;
    match answers.iter().find(|(known, _)| *known == path) {
        Some((_, answer)) if answer.is_empty() => thread::sleep(Duration::from_secs(60)),
        Some((_, answer)) => stream.write_all(answer).ok()?,
        None => stream.write_all(&with_status("404 Not Found", "text/html", b"gone")).ok()?,
    }
    Some(())
}

/// A whole answer with `body`.
pub(crate) fn ok(kind: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    with_status("200 OK", kind, body.as_ref())
}

/// An answer that sends the client on.
pub(crate) fn redirect(to: &str) -> Vec<u8> {
    let head = format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n");
    format!("{head}Connection: close\r\n\r\n").into_bytes()
}

fn with_status(status: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n");
    [format!("{head}Connection: close\r\n\r\n").as_bytes(), body].concat()
}

/// A page with a picture, a style sheet that names another picture, and a missing script.
pub(crate) fn market() -> SocketAddr {
    let page = "<!doctype html><title>Elfenbein, alt</title><link rel=stylesheet href=/s.css>\
        <img src=/tusk.png><script src=/missing.js></script><p>Schnitzerei, 450 €";
    let chunked = b"HTTP/1.1 200 OK\r\nX-ODD:  kept \r\nContent-Type: image/png\r\n\
        Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    serve(vec![
        ("/ad/1", ok("text/html; charset=utf-8", page)),
        ("/s.css", ok("text/css", "p { background: url(/paper.png) }")),
        ("/tusk.png", ok("image/png", [0, 159, 146, 150])),
        ("/paper.png", chunked.to_vec()),
        ("/moved", redirect("/ad/1")),
        ("/loop", redirect("/loop/again")),
        ("/loop/again", redirect("/loop")),
        ("/never", Vec::new()),
    ])
}
