//! The way of a browser to the network: every request is made by our own client.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rcgen::PublicKeyData;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use sha2::Digest;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedSender;
use tokio_rustls::TlsAcceptor;
use url::Url;

use crate::evidence::net::{Ask, Client, Exchange, FetchError, Keep, Tee};
use crate::evidence::page::Role;

/// Longest body that a page may send.
const LONGEST_REQUEST: usize = 32 << 20;
/// Headers that are between two neighbours only. Source: RFC 9110, section 7.6.1.
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Something that the browser asked for, and what came of it.
pub(in crate::evidence) struct Loaded {
    pub(in crate::evidence) exchange: Exchange,
    pub(in crate::evidence) role: Role,
    pub(in crate::evidence) via: Option<Url>,
}

/// What goes along with requests, and where they stop.
pub(in crate::evidence) struct Rules {
    /// Headers for this origin.
    pub(in crate::evidence) headers: Vec<(HeaderName, HeaderValue)>,
    /// The page that is captured.
    pub(in crate::evidence) page: Url,
    /// Headers whose values are blanked in what is kept.
    pub(in crate::evidence) secret: Vec<HeaderName>,
    /// Requests beyond this number are refused.
    pub(in crate::evidence) parts: usize,
}

struct Desk {
    client: Arc<Client>,
    rules: Rules,
    results: UnboundedSender<Loaded>,
    tls: TlsAcceptor,
    asked: AtomicUsize,
    open: AtomicUsize,
    /// When a request last began or ended.
    moved: Mutex<Instant>,
}

/// A proxy on loopback for one browser.
pub(in crate::evidence) struct RecordingProxy {
    address: SocketAddr,
    key_digest: String,
    desk: Arc<Desk>,
    task: tokio::task::JoinHandle<()>,
}

type Body = BoxBody<Bytes, io::Error>;

impl RecordingProxy {
    /// Opens a proxy; what passes goes to `results`.
    pub(in crate::evidence) async fn open(
        client: Arc<Client>,
        rules: Rules,
        results: UnboundedSender<Loaded>,
    ) -> io::Result<Self> {
        let (tls, key_digest) = certificate()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let desk = Arc::new(Desk {
            client,
            rules,
            results,
            tls,
            asked: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            moved: Mutex::new(Instant::now()),
        });
        let copy = Arc::clone(&desk);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                tokio::spawn(serve(stream, Arc::clone(&copy), None));
            }
        });
        Ok(Self { address, key_digest, desk, task })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// SHA-256 in base64 of the public key that its certificate has.
    pub(super) fn key_digest(&self) -> &str {
        &self.key_digest
    }

    /// For how long nothing has been asked or answered; `None` while something is open.
    pub(super) fn idle(&self) -> Option<Duration> {
        let moved = *self.desk.moved.lock().unwrap_or_else(PoisonError::into_inner);
        (self.desk.open.load(Ordering::Relaxed) == 0).then(|| moved.elapsed())
    }
}

impl Drop for RecordingProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A certificate for this proxy and this time.
fn certificate() -> io::Result<(TlsAcceptor, String)> {
    let made = rcgen::generate_simple_self_signed(vec!["pugmark.invalid".to_owned()])
        .map_err(io::Error::other)?;
    let digest = sha2::Sha256::digest(made.signing_key.subject_public_key_info());
    let key =
        PrivateKeyDer::try_from(made.signing_key.serialize_der()).map_err(io::Error::other)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(config)), BASE64.encode(&digest)))
}

/// Serves one connection of the browser; `base` is where it leads, once a tunnel is open.
async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    desk: Arc<Desk>,
    base: Option<Url>,
) {
    let service = service_fn(move |request| {
        let (desk, base) = (Arc::clone(&desk), base.clone());
        async move { Ok::<_, Infallible>(answer(desk, base, request).await) }
    });
    let connection = http1::Builder::new()
        .title_case_headers(true)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    // How it ends, the exchanges on it say.
    let _ = connection.await;
}

async fn answer(desk: Arc<Desk>, base: Option<Url>, request: Request<Incoming>) -> Response<Body> {
    if request.method() == Method::CONNECT {
        let base = |scheme| Url::parse(&format!("{scheme}://{}/", request.uri().authority()?)).ok();
        return match (base("https"), base("http")) {
            (Some(https), Some(http)) => {
                tokio::spawn(tunnel(desk, https, http, request));
                Response::new(empty())
            }
            _ => refusal(),
        };
    }
    let target = request.uri().to_string();
    let url = match &base {
        Some(base) => base.join(&target),
        None => Url::parse(&target),
    };
    match url {
        Ok(url) if desk.asked.fetch_add(1, Ordering::Relaxed) < desk.rules.parts => {
            fetch(desk, url, request).await
        }
        _ => refusal(),
    }
}

/// The first byte of TLS. Source: RFC 8446, section 5.1.
const HANDSHAKE: u8 = 22;

/// Takes the browser's end of TLS; a web socket without TLS comes through a tunnel, too. Boxed,
/// because a tunnel is served as the connection that it came by.
fn tunnel(
    desk: Arc<Desk>,
    https: Url,
    http: Url,
    request: Request<Incoming>,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let Ok(stream) = hyper::upgrade::on(request).await else { return };
        let mut stream = BufReader::new(TokioIo::new(stream));
        match stream.fill_buf().await.ok().and_then(|bytes| bytes.first()) {
            Some(&HANDSHAKE) => {
                if let Ok(stream) = desk.tls.accept(stream).await {
                    serve(stream, Arc::clone(&desk), Some(https)).await;
                }
            }
            Some(_) => serve(stream, desk, Some(http)).await,
            None => {}
        }
    })
}

/// Asks in the browser's name, and passes on what comes as it comes.
async fn fetch(desk: Arc<Desk>, url: Url, request: Request<Incoming>) -> Response<Body> {
    let (role, via) = (role(&request), referrer(&request));
    let upgrades = request.headers().contains_key(header::UPGRADE);
    let Some(ask) = ask(&desk.rules, url, request).await else { return refusal() };
    if upgrades {
        let error = FetchError::Browser("left out: a web socket".to_owned());
        let exchange = Exchange::refused(&ask, desk.client.now(), error);
        let _ = desk.results.send(Loaded { exchange, role, via });
        return refusal();
    }
    let (mut tee, head, body) = Tee::new();
    let busy = Busy::new(&desk);
    tokio::spawn(async move {
        let exchange = desk.client.fetch_into(&ask, Some(&mut tee)).await;
        drop(busy);
        // Nobody listens once the capture has ended.
        let _ = desk.results.send(Loaded { exchange, role, via });
    });
    let Ok((status, headers)) = head.await else { return refusal() };
    let mut response = Response::new(body.boxed());
    *response.status_mut() = status;
    for (name, value) in &headers {
        if !HOP_BY_HOP.contains(&name.as_str()) {
            response.headers_mut().append(name, value.clone());
        }
    }
    response
}

/// The request as it goes on.
async fn ask(rules: &Rules, url: Url, request: Request<Incoming>) -> Option<Ask> {
    let (parts, body) = request.into_parts();
    let mut headers: Vec<(HeaderName, HeaderValue)> = Vec::new();
    for (name, value) in &parts.headers {
        if !HOP_BY_HOP.contains(&name.as_str()) && name != header::CONTENT_LENGTH {
            headers.push((name.clone(), value.clone()));
        }
    }
    if url.origin() == rules.page.origin() {
        headers.extend(rules.headers.iter().cloned());
    }
    let body = Limited::new(body, LONGEST_REQUEST).collect().await.ok()?.to_bytes();
    let secret = rules.secret.clone();
    Some(Ask { method: parts.method, url, headers, body, secret, keep: Keep::Parts })
}

/// What the browser wants it for. Source: Fetch Metadata Request Headers, `Sec-Fetch-Dest`,
/// which browsers send to trustworthy addresses only; else by what they accept.
fn role(request: &Request<Incoming>) -> Role {
    let value = |name: &str| {
        request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    };
    match value("sec-fetch-dest") {
        "document" => Role::Page,
        "iframe" | "frame" => Role::Frame,
        "style" => Role::Style,
        "script" | "worker" | "serviceworker" | "sharedworker" => Role::Script,
        "image" => Role::Image,
        "" => match value("accept") {
            accept if accept.starts_with("text/html") => Role::Frame,
            accept if accept.starts_with("text/css") => Role::Style,
            accept if accept.starts_with("image/") => Role::Image,
            _ => Role::Other,
        },
        _ => Role::Other,
    }
}

fn referrer(request: &Request<Incoming>) -> Option<Url> {
    Url::parse(request.headers().get(header::REFERER)?.to_str().ok()?).ok()
}

fn empty() -> Body {
    Full::default().map_err(|never: Infallible| match never {}).boxed()
}

/// What the browser gets when nothing comes.
fn refusal() -> Response<Body> {
    let mut response = Response::new(empty());
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}

/// A request that is open.
struct Busy(Arc<Desk>);

impl Busy {
    fn new(desk: &Arc<Desk>) -> Self {
        desk.open.fetch_add(1, Ordering::Relaxed);
        *desk.moved.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        Self(Arc::clone(desk))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        *self.0.moved.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}
