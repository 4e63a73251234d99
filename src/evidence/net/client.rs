//! Fetches one address after the other: resolves, checks, connects, asks.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::{HeaderMap, Request, Response};
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use tokio::net::TcpStream;
use url::{Host, Url};

use super::connection::Connection;
use super::exchange::{Exchange, FetchError};
use super::recording::{self, Recording, Stopped};
use super::resolver::Resolver;
use super::{address, tls};
use crate::clock::Clock;
use crate::evidence::digest::{Hasher, Sha256};
use crate::evidence::interrupt::Interrupt;

/// How the client behaves.
pub(crate) struct ClientOptions {
    /// Whether addresses that are not public may be connected to.
    pub(crate) allow_private: bool,
    /// Addresses that may be connected to all the same.
    pub(crate) also_allowed: Vec<SocketAddr>,
    /// What the client calls itself.
    pub(crate) user_agent: String,
    /// Longest time for one address, from look-up to last byte.
    pub(crate) time: Duration,
    /// Longest body in bytes, as sent.
    pub(crate) bytes: u64,
    /// Certificates trusted beside those of Mozilla's programme.
    pub(crate) roots: Vec<CertificateDer<'static>>,
    /// Where bodies wait that do not fit into memory.
    pub(crate) folder: PathBuf,
    /// What stops everything.
    pub(crate) interrupt: Interrupt,
    /// What dates requests.
    pub(crate) clock: Clock,
}

/// Longest time to wait for one address of a host.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// Bodies up to this size are kept for reading, when they are of a kind that has parts.
const LONGEST_TEXT: usize = 16 << 20;

type Origin = (String, String, u16);

/// An HTTP client that keeps every byte.
pub(crate) struct Client {
    options: ClientOptions,
    resolver: Arc<dyn Resolver>,
    tls: Arc<ClientConfig>,
    idle: Mutex<BTreeMap<Origin, Vec<Connection>>>,
}

/// What an attempt leaves behind, also when it is cut off.
#[derive(Default)]
struct Trace {
    connection: Option<Connection>,
    recording: Option<Arc<Mutex<Recording>>>,
    headers: HeaderMap,
    entity: Option<(Sha256, u64)>,
    body: Option<Vec<u8>>,
}

impl Client {
    pub(crate) fn new(options: ClientOptions, resolver: Arc<dyn Resolver>) -> Self {
        let tls = tls::config(&options.roots);
        Self { options, resolver, tls, idle: Mutex::default() }
    }

    /// Asks for `url` once; redirects are the caller's to follow.
    pub(crate) async fn fetch(&self, url: &Url, referrer: Option<&Url>) -> Exchange {
        let started = self.options.clock.now();
        let clock = Instant::now();
        let mut trace = Trace::default();
        let result = tokio::select! {
            result = tokio::time::timeout(self.options.time, self.attempt(url, referrer, &mut trace)) => {
                result.unwrap_or(Err(FetchError::Timeout(self.options.time)))
            }
            () = self.options.interrupt.fired() => Err(FetchError::Interrupted),
        };
        let mut exchange = Exchange {
            url: url.clone(),
            started,
            duration: clock.elapsed(),
            address: None,
            tls: None,
            request: Vec::new(),
            received: None,
            status: None,
            headers: trace.headers,
            entity: trace.entity,
            body: trace.body,
            error: result.err(),
        };
        if let Some(recording) = trace.recording {
            read_back(&mut exchange, &recording);
        }
        if let Some(connection) = trace.connection {
            exchange.address = Some(connection.address);
            exchange.tls.clone_from(&connection.tls);
            if exchange.error.is_none() {
                self.keep(url, connection).await;
            }
        }
        exchange
    }

    async fn attempt(
        &self,
        url: &Url,
        referrer: Option<&Url>,
        trace: &mut Trace,
    ) -> Result<(), FetchError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::Scheme);
        }
        let response = match self.take_idle(url) {
            Some(connection) => match self.ask(connection, url, referrer, trace).await {
                // The server may have closed a connection that was kept: once more on a new one.
                Err(_) if !has_answer(trace) => {
                    *trace = Trace::default();
                    self.ask(self.connect(url).await?, url, referrer, trace).await
                }
                answer => answer,
            },
            None => self.ask(self.connect(url).await?, url, referrer, trace).await,
        }?;
        trace.headers = response.headers().clone();
        self.read_body(response.into_body(), trace).await
    }

    async fn ask(
        &self,
        connection: Connection,
        url: &Url,
        referrer: Option<&Url>,
        trace: &mut Trace,
    ) -> Result<Response<Incoming>, FetchError> {
        let recording = connection.recording();
        lock(&recording).begin(self.options.bytes);
        trace.recording = Some(recording);
        let request = self.request(url, referrer)?;
        let connection = trace.connection.insert(connection);
        connection.send(request).await.map_err(|err| self.explain(&err))
    }

    async fn read_body(&self, mut body: Incoming, trace: &mut Trace) -> Result<(), FetchError> {
        let mut hasher = Hasher::default();
        let mut text = has_parts(&trace.headers).then(Vec::new);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|err| self.explain(&err))?;
            let Some(bytes) = frame.data_ref() else { continue };
            hasher.update(bytes);
            text = text.filter(|text| text.len() + bytes.len() <= LONGEST_TEXT);
            if let Some(text) = &mut text {
                text.extend_from_slice(bytes);
            }
        }
        trace.entity = Some((hasher.digest(), hasher.bytes()));
        trace.body = text;
        Ok(())
    }

    /// Resolves the host of `url`, checks every address, connects to one of them.
    async fn connect(&self, url: &Url) -> Result<Connection, FetchError> {
        let host = url.host_str().ok_or(FetchError::Scheme)?.to_owned();
        let port = url.port_or_known_default().ok_or(FetchError::Scheme)?;
        let addresses = self.addresses(url, &host, port).await?;
        let mut failure = None;
        for address in addresses {
            let address = SocketAddr::new(address, port);
            match connect_tcp(address).await {
                Ok(stream) => return self.speak(url, &host, stream, address).await,
                Err(source) => failure = Some(FetchError::Connect { address, source }),
            }
        }
        Err(failure.unwrap_or_else(|| FetchError::Unresolved {
            host,
            source: io::Error::other("it has no address"),
        }))
    }

    async fn addresses(&self, url: &Url, host: &str, port: u16) -> Result<Vec<IpAddr>, FetchError> {
        let addresses = match url.host() {
            Some(Host::Ipv4(address)) => vec![IpAddr::V4(address)],
            Some(Host::Ipv6(address)) => vec![IpAddr::V6(address)],
            _ => self
                .resolver
                .resolve(host)
                .await
                .map_err(|source| FetchError::Unresolved { host: host.to_owned(), source })?,
        };
        for &address in &addresses {
            let allowed = self.options.allow_private
                || self.options.also_allowed.contains(&SocketAddr::new(address, port));
            if let Some(kind) = address::refusal(address).filter(|_| !allowed) {
                return Err(FetchError::Refused { host: host.to_owned(), address, kind });
            }
        }
        Ok(addresses)
    }

    async fn speak(
        &self,
        url: &Url,
        host: &str,
        stream: TcpStream,
        address: SocketAddr,
    ) -> Result<Connection, FetchError> {
        let folder = self.options.folder.clone();
        let opened = if url.scheme() == "https" {
            let (stream, facts) = tls::connect(&self.tls, host, stream)
                .await
                .map_err(|source| FetchError::Tls { host: host.to_owned(), source })?;
            Connection::open(stream, address, Some(Arc::new(facts)), folder).await
        } else {
            Connection::open(stream, address, None, folder).await
        };
        opened.map_err(|err| self.explain(&err))
    }

    fn request(
        &self,
        url: &Url,
        referrer: Option<&Url>,
    ) -> Result<Request<Empty<Bytes>>, FetchError> {
        let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let mut request = Request::get(target)
            .header(header::HOST, host)
            .header(header::USER_AGENT, &self.options.user_agent)
            .header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
            .header(header::ACCEPT_ENCODING, "gzip, deflate");
        if let Some(value) = referrer.and_then(|from| referrer_for(from, url)) {
            request = request.header(header::REFERER, value);
        }
        request.body(Empty::new()).map_err(|err| FetchError::Http(err.to_string()))
    }

    fn take_idle(&self, url: &Url) -> Option<Connection> {
        lock(&self.idle).get_mut(&origin(url)?)?.pop()
    }

    async fn keep(&self, url: &Url, mut connection: Connection) {
        if let Some(origin) = origin(url)
            && connection.is_reusable().await
        {
            lock(&self.idle).entry(origin).or_default().push(connection);
        }
    }

    /// Finds our own reasons among the causes of an error of hyper's.
    fn explain(&self, err: &hyper::Error) -> FetchError {
        let mut cause = std::error::Error::source(err);
        while let Some(err) = cause {
            let inner = err.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            match inner.and_then(|inner| inner.downcast_ref::<Stopped>()) {
                Some(Stopped::TooLong) => return FetchError::TooLarge(self.options.bytes),
                Some(Stopped::Disk(kind, text)) => {
                    return FetchError::Disk(io::Error::new(*kind, text.clone()));
                }
                None => cause = err.source(),
            }
        }
        FetchError::Http(err.to_string())
    }
}

/// Reads what the connection's recording has of the exchange.
fn read_back(exchange: &mut Exchange, recording: &Mutex<Recording>) {
    let mut recording = lock(recording);
    exchange.request = recording.take_sent();
    match recording.take_received() {
        Ok(received) => exchange.received = received,
        Err(err) => exchange.error = Some(FetchError::Disk(err)),
    }
    exchange.status =
        exchange.received.as_ref().and_then(|received| recording::status(&received.head));
}

async fn connect_tcp(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = tokio::time::timeout(CONNECT_TIME, TcpStream::connect(address))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn has_answer(trace: &Trace) -> bool {
    trace.recording.as_ref().is_some_and(|recording| lock(recording).has_answer())
}

/// True for bodies that name parts of a page.
fn has_parts(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_none_or(|kind| {
        let kind = kind.to_ascii_lowercase();
        ["html", "css", "svg"].iter().any(|word| kind.contains(word))
    })
}

/// What a browser tells the server about the page a part belongs to.
/// Source: Referrer Policy, `strict-origin-when-cross-origin`.
fn referrer_for(from: &Url, to: &Url) -> Option<HeaderValue> {
    let mut referrer = from.clone();
    referrer.set_fragment(None);
    let value = match (from.origin() == to.origin(), from.scheme(), to.scheme()) {
        (true, ..) => referrer.to_string(),
        (false, "https", "http") => return None,
        (false, ..) => format!("{}/", from.origin().ascii_serialization()),
    };
    HeaderValue::from_str(&value).ok()
}

fn origin(url: &Url) -> Option<Origin> {
    Some((url.scheme().to_owned(), url.host_str()?.to_owned(), url.port_or_known_default()?))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
