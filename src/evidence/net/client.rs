//! Fetches one address after the other: resolves, checks, connects, asks.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::{HeaderMap, Response, header};
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use url::Url;

use super::ask::{Ask, Keep};
use super::connection::Connection;
use super::exchange::{Exchange, FetchError};
use super::proxy::Proxy;
use super::recording::{self, Recording, Stopped};
use super::redact;
use super::route::Route;
use super::surplus::surplus;
use super::tee::Tee;
use super::tls::Tls;
use crate::clock::Clock;
use crate::evidence::digest::{Hasher, Sha256};
use crate::evidence::interrupt::Interrupt;

/// How the client behaves.
pub(crate) struct ClientOptions {
    /// Which way connections go, and where they may lead.
    pub(crate) route: Route,
    /// Longest time for one address, from look-up to last byte.
    pub(crate) time: Duration,
    /// Longest body in bytes, as sent.
    pub(crate) bytes: u64,
    /// Certificates trusted beside those of Mozilla's programme.
    pub(crate) roots: Vec<CertificateDer<'static>>,
    /// Whether servers are spoken to whose certificates prove nothing.
    pub(crate) any_certificate: bool,
    /// Where bodies wait that do not fit into memory.
    pub(crate) folder: PathBuf,
    /// What stops everything.
    pub(crate) interrupt: Interrupt,
    /// What dates requests.
    pub(crate) clock: Clock,
}

/// Bodies up to this size are kept for reading, when they are of a kind that has parts.
const LONGEST_TEXT: usize = 16 << 20;

type Origin = (String, String, u16);

/// An HTTP client that keeps every byte.
pub(crate) struct Client {
    options: ClientOptions,
    tls: Tls,
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
    pub(crate) fn new(options: ClientOptions) -> Self {
        let tls = Tls::new(&options.roots, options.any_certificate);
        Self { options, tls, idle: Mutex::default() }
    }

    /// The time by the clock that dates requests.
    pub(crate) fn now(&self) -> Timestamp {
        self.options.clock.now()
    }

    /// Asks once; redirects are the caller's to follow.
    pub(crate) async fn fetch(&self, ask: &Ask) -> Exchange {
        self.fetch_into(ask, None).await
    }

    /// As [`Client::fetch`], and passes the answer on as it comes.
    pub(crate) async fn fetch_into(&self, ask: &Ask, mut tee: Option<&mut Tee>) -> Exchange {
        let started = self.options.clock.now();
        let clock = Instant::now();
        let mut trace = Trace::default();
        let result = tokio::select! {
            result = tokio::time::timeout(self.options.time, self.attempt(ask, &mut trace, tee.as_deref_mut())) => {
                result.unwrap_or(Err(FetchError::Timeout(self.options.time)))
            }
            () = self.options.interrupt.fired() => Err(FetchError::Interrupted),
        };
        if let Some(tee) = tee {
            tee.end(result.is_ok());
        }
        let mut exchange = Exchange {
            duration: clock.elapsed(),
            headers: trace.headers,
            entity: trace.entity,
            body: trace.body,
            error: result.err(),
            ..Exchange::begun(ask, started)
        };
        if let Some(recording) = trace.recording {
            read_back(&mut exchange, &recording);
            let said = note_surplus(&mut exchange);
            if let Err(err) = said.and_then(|()| self.redact(ask, &mut exchange)) {
                exchange.error = Some(FetchError::Disk(err));
            }
        }
        if let Some(connection) = trace.connection {
            exchange.address = connection.address;
            exchange.tls.clone_from(&connection.tls);
            if exchange.error.is_none() {
                self.keep(&ask.url, connection).await;
            }
        }
        exchange
    }

    /// Blanks the secrets of `ask` in what is kept of it and its answer.
    fn redact(&self, ask: &Ask, exchange: &mut Exchange) -> io::Result<()> {
        // What opens the proxy has no place in evidence in any case.
        let mut secret = vec![header::PROXY_AUTHORIZATION];
        secret.extend(ask.secret.iter().cloned());
        let (request, in_request) = redact::redact(&exchange.request, &secret);
        exchange.request = request;
        exchange.redacted = in_request.iter().map(|name| format!("request {name}")).collect();
        if let Some(received) = &mut exchange.received {
            let (head, in_answer) = redact::redact(&received.head, &ask.secret);
            if !in_answer.is_empty() {
                received.replace_head(head, &self.options.folder)?;
            }
            exchange.redacted.extend(in_answer.iter().map(|name| format!("response {name}")));
        }
        Ok(())
    }

    async fn attempt(
        &self,
        ask: &Ask,
        trace: &mut Trace,
        mut tee: Option<&mut Tee>,
    ) -> Result<(), FetchError> {
        if !matches!(ask.url.scheme(), "http" | "https") {
            return Err(FetchError::Scheme);
        }
        let response = match self.take_idle(&ask.url) {
            Some(connection) => match self.ask(connection, ask, trace).await {
                // The server may have closed a connection that was kept: once more on a new one.
                Err(_) if !has_answer(trace) => {
                    *trace = Trace::default();
                    self.ask(self.connect(&ask.url).await?, ask, trace).await
                }
                answer => answer,
            },
            None => self.ask(self.connect(&ask.url).await?, ask, trace).await,
        }?;
        trace.headers = response.headers().clone();
        if let Some(tee) = &mut tee {
            tee.start(response.status(), response.headers());
        }
        self.read_body(response.into_body(), ask.keep, trace, tee).await
    }

    async fn ask(
        &self,
        connection: Connection,
        ask: &Ask,
        trace: &mut Trace,
    ) -> Result<Response<Incoming>, FetchError> {
        let recording = connection.recording();
        lock(&recording).begin(self.options.bytes);
        trace.recording = Some(recording);
        let proxy = self.options.route.proxy.as_ref().filter(|p| p.reads_requests(&ask.url));
        let mut request = ask.request(proxy.is_some())?;
        if let Some(value) = proxy.and_then(Proxy::authorization) {
            let value = value.parse().map_err(|_| FetchError::Http("odd password".to_owned()))?;
            request.headers_mut().insert(header::PROXY_AUTHORIZATION, value);
        }
        let connection = trace.connection.insert(connection);
        connection.send(request).await.map_err(|err| self.explain(&err))
    }

    async fn read_body(
        &self,
        mut body: Incoming,
        keep: Keep,
        trace: &mut Trace,
        mut tee: Option<&mut Tee>,
    ) -> Result<(), FetchError> {
        let mut hasher = Hasher::default();
        let mut text = (keep == Keep::All || is_read(&trace.headers)).then(Vec::new);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|err| self.explain(&err))?;
            let Some(bytes) = frame.data_ref() else { continue };
            hasher.update(bytes);
            text = text.filter(|text| text.len() + bytes.len() <= LONGEST_TEXT);
            if let Some(text) = &mut text {
                text.extend_from_slice(bytes);
            }
            if let Some(tee) = &mut tee
                && !tee.send(bytes.clone()).await
            {
                return Err(FetchError::Unwanted);
            }
        }
        trace.entity = Some((hasher.digest(), hasher.bytes()));
        trace.body = text;
        Ok(())
    }

    /// Opens a connection to the server of `url`.
    async fn connect(&self, url: &Url) -> Result<Connection, FetchError> {
        let (stream, address) = self.options.route.connect(url).await?;
        let folder = self.options.folder.clone();
        let opened = if url.scheme() == "https" {
            let host = url.host_str().unwrap_or_default();
            let (stream, facts) = self
                .tls
                .connect(host, stream)
                .await
                .map_err(|source| FetchError::Tls { host: host.to_owned(), source })?;
            Connection::open(stream, address, Some(Arc::new(facts)), folder).await
        } else {
            Connection::open(stream, address, None, folder).await
        };
        opened.map_err(|err| self.explain(&err))
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
                None if is_end(err) => return FetchError::BrokeOff,
                None => cause = err.source(),
            }
        }
        if err.is_incomplete_message() {
            return FetchError::BrokeOff;
        }
        FetchError::Http(err.to_string())
    }
}

/// True when a connection ended where more should have come.
fn is_end(err: &(dyn std::error::Error + 'static)) -> bool {
    let ends = [io::ErrorKind::UnexpectedEof, io::ErrorKind::ConnectionReset];
    err.downcast_ref::<io::Error>().is_some_and(|err| ends.contains(&err.kind()))
        || err.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message)
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

/// Notes what came behind a whole answer.
fn note_surplus(exchange: &mut Exchange) -> io::Result<()> {
    let Exchange { error, received, status, method, headers, surplus: noted, .. } = exchange;
    if let (None, Some(received)) = (error, received) {
        *noted = surplus(received, *status, method, headers)?;
    }
    Ok(())
}

fn has_answer(trace: &Trace) -> bool {
    trace.recording.as_ref().is_some_and(|recording| lock(recording).has_answer())
}

/// True for bodies that name parts of a page, and for pictures.
fn is_read(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_none_or(|kind| {
        let kind = kind.to_ascii_lowercase();
        ["html", "css", "svg", "image/"].iter().any(|word| kind.contains(word))
    })
}

fn origin(url: &Url) -> Option<Origin> {
    Some((url.scheme().to_owned(), url.host_str()?.to_owned(), url.port_or_known_default()?))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
