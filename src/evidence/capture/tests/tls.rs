//! Servers that prove by TLS who they are, and servers that do not.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::Value;

use super::super::{CaptureOptions, Capturer};
use super::{Case, acquisition, ok};
use crate::evidence::Sha256;

/// An HTTPS server with a certificate of its own; answers every request alike.
pub(super) fn serve_tls(answer: Vec<u8>) -> (SocketAddr, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    (serve_with_certificate(answer, certificate.clone(), &made.signing_key), certificate)
}

fn serve_with_certificate(
    answer: Vec<u8>,
    certificate: CertificateDer<'static>,
    key: &KeyPair,
) -> SocketAddr {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, stream.unwrap());
            let mut block = [0; 4096];
            // A client that does not trust the certificate goes away here.
            if stream.read(&mut block).is_ok() {
                let _ = stream.write_all(&answer);
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    address
}

#[test]
fn a_page_over_tls_comes_with_the_certificates_that_the_server_showed() {
    let (server, certificate) = serve_tls(ok("text/html", "<title>Over TLS</title>"));
    let url = format!("https://{server}/");
    let case = Case::new();
    let trusting = CaptureOptions {
        allow_private: true,
        roots: vec![certificate.clone()],
        ..CaptureOptions::default()
    };
    let capturer = Capturer::new(&case.store, &case.custodian, trusting).unwrap();
    let page = capturer.capture(&url, &mut |_| {}).unwrap();
    assert_eq!((page.title.as_deref(), page.problem.as_deref()), (Some("Over TLS"), None));
    let item = case.item(&page);
    let tls = &acquisition(&item)["tls"][0];
    assert_eq!((&tls["host"], &tls["version"]), (&"127.0.0.1".into(), &"TLSv1_3".into()));
    assert_eq!(tls["certificate"], Sha256::of(&certificate).to_string());
    let pem =
        fs_err::read_to_string(item.join("data").join(tls["chain"].as_str().unwrap())).unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\n"));
    assert_eq!(acquisition(&item)["fetched"][0]["tls"], 0);

    let options = CaptureOptions { allow_private: true, ..CaptureOptions::default() };
    let capturer = Capturer::new(&case.store, &case.custodian, options).unwrap();
    let error = capturer.capture(&url, &mut |_| {}).unwrap_err().to_string();
    assert!(error.contains("TLS with `127.0.0.1` failed: "), "{error}");
}

/// An authority, and certificates that it issues.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap().der().clone();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// A server with a certificate for `name`, valid for the years from and to.
    fn server(&self, name: &str, years: (i32, i32)) -> SocketAddr {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(years.0, 1, 2);
        params.not_after = date_time_ymd(years.1, 3, 4);
        let certificate = params.signed_by(&key, &self.issuer).unwrap().der().clone();
        serve_with_certificate(ok("text/html", "<title>Over TLS</title>"), certificate, &key)
    }
}

/// What a capture of `server` comes to: strict, then with any certificate.
fn both_ways(server: SocketAddr, roots: &[CertificateDer<'static>]) -> (String, Option<Value>) {
    let case = Case::new();
    let strict =
        CaptureOptions { allow_private: true, roots: roots.to_vec(), ..CaptureOptions::default() };
    let lenient = CaptureOptions { any_certificate: true, ..strict.clone() };
    let url = format!("https://{server}/");
    let capturer = Capturer::new(&case.store, &case.custodian, strict).unwrap();
    let refused = match capturer.capture(&url, &mut |_| {}) {
        Ok(_) => String::new(),
        Err(err) => err.to_string(),
    };
    assert_eq!(case.last_action(), if refused.is_empty() { "capture" } else { "capture-failed" });
    let capturer = Capturer::new(&case.store, &case.custodian, lenient).unwrap();
    let Ok(page) = capturer.capture(&url, &mut |_| {}) else { return (refused, None) };
    let record = acquisition(&case.item(&page));
    assert_eq!(record["machine"]["certificates"], "any");
    let problem = record["tls"][0]["problem"].clone();
    assert_eq!(page.unproven.get("127.0.0.1").map(String::as_str), problem.as_str());
    let log = case.store.log().unwrap();
    let logged = log.lines.last().unwrap().entry.details.get("unproven").cloned();
    assert_eq!(logged.unwrap_or_default()["127.0.0.1"], problem);
    case.assert_items_sound();
    (refused, Some(problem))
}

#[test]
fn what_a_certificate_does_not_prove_is_said_and_taken_only_when_asked_for() {
    let authority = Authority::new();
    let roots = [authority.certificate.clone()];
    let good = authority.server("127.0.0.1", (2020, 2100));
    assert_eq!(both_ways(good, &roots), (String::new(), Some(Value::Null)));
    for (server, roots, why) in [
        (
            authority.server("127.0.0.1", (2020, 2024)),
            &roots[..],
            "its certificate expired on 2024-03-04",
        ),
        (
            authority.server("127.0.0.1", (2090, 2100)),
            &roots,
            "its certificate is not valid before 2090-01-02",
        ),
        (
            authority.server("shop.example", (2020, 2100)),
            &roots,
            "its certificate is for `shop.example`, not for `127.0.0.1`",
        ),
        (
            authority.server("127.0.0.1", (2020, 2100)),
            &[],
            "its certificate was issued by nobody whom browsers trust, perhaps by itself",
        ),
        (
            serve_tls(ok("text/html", "<title>Self-signed</title>")).0,
            &[],
            "its certificate was issued by nobody whom browsers trust, perhaps by itself",
        ),
    ] {
        let (refused, recorded) = both_ways(server, roots);
        assert!(refused.ends_with(&format!("TLS with `127.0.0.1` failed: {why}")), "{refused}");
        assert_eq!(recorded, Some(why.into()));
    }
}

/// Answers every client with these bytes.
fn serve_bytes(answer: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut block = [0; 4096];
            let _ = stream.read(&mut block);
            let _ = stream.write_all(answer);
        }
    });
    address
}

/// No flag helps here: what is not spoken cannot be listened to.
#[test]
fn a_server_that_speaks_only_old_tls_or_none_is_named() {
    // The fatal alerts `protocol_version` and `handshake_failure`, and a `ServerHello` of TLS 1.1
    // (RFC 4346, section 7.4.1.3).
    const ALERT: &[u8] = &[0x15, 3, 2, 0, 2, 2, 70];
    const NO_CIPHER: &[u8] = &[0x15, 3, 3, 0, 2, 2, 40];
    const HELLO: &[u8] = &[
        0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 0, 0, 0x2f, 0,
    ];
    for (answer, why) in [
        (ALERT, "the server speaks no version of TLS that is still safe, 1.2 or 1.3"),
        (HELLO, "the server speaks no version of TLS that is still safe, 1.2 or 1.3"),
        (NO_CIPHER, "the server agrees to no way to encrypt that is still safe"),
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "the server does not speak TLS"),
    ] {
        let (refused, recorded) = both_ways(serve_bytes(answer), &[]);
        assert!(refused.contains(&format!("failed: {why}")), "{refused}");
        assert_eq!(recorded, None);
    }
}
