//! Ways to a server through proxies.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::super::{CaptureOptions, Capturer};
use super::{Case, acquisition, archive, contains, ok, serve};
use crate::evidence::Proxy;
use crate::evidence::net::{Resolved, Resolver};

/// A resolver that nobody may ask.
struct NoResolver;

impl Resolver for NoResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> Resolved<'a> {
        panic!("`{host}` was looked up, and not by the proxy");
    }
}

/// What a proxy was asked to connect to.
type Asked = Arc<Mutex<Vec<(u8, String)>>>;

/// A SOCKS 5 proxy that sends everybody to `target`. Source: RFC 1928.
fn socks(target: SocketAddr) -> (SocketAddr, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Asked::default();
    let copy = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 2];
            stream.read_exact(&mut head).unwrap();
            stream.read_exact(&mut vec![0; usize::from(head[1])]).unwrap();
            stream.write_all(&[5, 0]).unwrap();
            let mut request = [0; 5];
            stream.read_exact(&mut request).unwrap();
            let mut name = vec![0; usize::from(request[4]) + 2];
            stream.read_exact(&mut name).unwrap();
            name.truncate(name.len() - 2);
            copy.lock().unwrap().push((request[3], String::from_utf8_lossy(&name).into_owned()));
            stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
            join(stream, TcpStream::connect(target).unwrap());
        }
    });
    (address, asked)
}

fn join(client: TcpStream, server: TcpStream) {
    for (mut from, mut to) in
        [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)]
    {
        thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(std::net::Shutdown::Write);
        });
    }
}

fn through(proxy: &str, case: &Case) -> CaptureOptions {
    let _ = case;
    CaptureOptions { proxy: Some(proxy.parse::<Proxy>().unwrap()), ..CaptureOptions::default() }
}

#[test]
fn a_socks_proxy_gets_names_and_nobody_else_does() {
    let server = serve(vec![("/", ok("text/html", "<img src=http://pictures.onion/a>"))]);
    let (proxy, asked) = socks(server);
    let case = Case::new();
    let options = through(&format!("socks5h://{proxy}"), &case);
    let capturer =
        Capturer::with_resolver(&case.store, &case.custodian, options, Arc::new(NoResolver))
            .unwrap();
    let page = capturer.capture("http://market.onion/", &mut |_| {}).unwrap();
    assert_eq!(page.parts, 2);
    // 3 is a domain name: RFC 1928, section 5.
    let asked = asked.lock().unwrap();
    let names: Vec<&str> = asked
        .iter()
        .map(|(kind, name)| {
            assert_eq!(*kind, 3);
            name.as_str()
        })
        .collect();
    assert!(names.contains(&"market.onion") && names.contains(&"pictures.onion"), "{names:?}");
    let record = acquisition(&case.item(&page));
    assert_eq!(record["machine"]["proxy"], format!("socks5h://{proxy}"));
    assert_eq!(record["fetched"][0]["address"], serde_json::Value::Null);
    for inside in ["http://127.0.0.1/", "http://localhost/", "http://[::ffff:10.0.0.1]/"] {
        let error = capturer.capture(inside, &mut |_| {}).unwrap_err().to_string();
        assert!(error.contains("refused: "), "{error}");
    }
}

#[test]
fn an_http_proxy_is_asked_for_whole_addresses_and_its_password_is_not_stored() {
    // The proxy is the server: it must be asked as one.
    let server = serve(vec![("http://market.example/", ok("text/html", "by proxy"))]);
    let case = Case::new();
    let options = through(&format!("http://user:s3cret@{server}"), &case);
    let capturer =
        Capturer::with_resolver(&case.store, &case.custodian, options, Arc::new(NoResolver))
            .unwrap();
    let page = capturer.capture("http://market.example/", &mut |_| {}).unwrap();
    let archive = archive(&case.item(&page));
    assert!(contains(&archive, b"by proxy"));
    assert!(contains(&archive, b"Proxy-Authorization: [redacted]"));
    let record = acquisition(&case.item(&page));
    assert_eq!(record["machine"]["proxy"], format!("http://{server}"));
}
