//! One request and what came of it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::{HeaderMap, Method};
use jiff::Timestamp;
use url::Url;

use super::ask::Ask;
use super::recording::Received;
use super::tls::TlsFacts;
use crate::evidence::digest::Sha256;

/// Why a request got no whole answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("only http and https addresses can be fetched")]
    Scheme,
    #[error("`{host}` does not resolve: {source}")]
    Unresolved { host: String, source: io::Error },
    #[error("refused: `{host}` leads to {address} ({kind}), and only public addresses are fetched")]
    Refused { host: String, address: IpAddr, kind: &'static str },
    #[error("refused: `{0}` is no public name, and only public addresses are fetched")]
    PrivateName(String),
    #[error("no connection by way of the proxy {proxy}: {source}")]
    Proxy { proxy: String, source: io::Error },
    #[error("the browser no longer wanted it")]
    Unwanted,
    #[error("the browser: {0}")]
    Browser(String),
    #[error("{0}")]
    Robots(String),
    #[error("no connection to {address}: {source}")]
    Connect { address: SocketAddr, source: io::Error },
    #[error("TLS with `{host}` failed: {source}")]
    Tls { host: String, source: io::Error },
    #[error("no whole answer within {} s", .0.as_secs_f64())]
    Timeout(Duration),
    #[error("the answer is longer than the limit of {0} bytes")]
    TooLarge(u64),
    #[error("the server broke off before its whole answer had come")]
    BrokeOff,
    #[error("the server does not speak proper HTTP/1.1: {0}")]
    Http(String),
    #[error("cannot keep the answer: {0}")]
    Disk(io::Error),
    #[error("interrupted")]
    Interrupted,
}

impl FetchError {
    /// What `WARC-Truncated` says of an answer that ended so.
    pub(crate) fn truncation(&self) -> &'static str {
        match self {
            Self::TooLarge(_) => "length",
            Self::Timeout(_) => "time",
            Self::BrokeOff | Self::Http(_) | Self::Connect { .. } | Self::Tls { .. } => {
                "disconnect"
            }
            _ => "unspecified",
        }
    }
}

/// One request, and the answer as far as it came.
pub(crate) struct Exchange {
    /// What was asked for.
    pub(crate) url: Url,
    /// How.
    pub(crate) method: Method,
    /// When the request began, by the machine's clock.
    pub(crate) started: Timestamp,
    /// How long it took.
    pub(crate) duration: Duration,
    /// The server's address, once there was a connection.
    pub(crate) address: Option<SocketAddr>,
    /// How the connection was encrypted.
    pub(crate) tls: Option<Arc<TlsFacts>>,
    /// The request as sent, secrets blanked.
    pub(crate) request: Vec<u8>,
    /// Headers whose values were blanked in what is kept, with `request` or `response` before.
    pub(crate) redacted: Vec<String>,
    /// The answer as received.
    pub(crate) received: Option<Received>,
    /// Its status code.
    pub(crate) status: Option<u16>,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// Digest and length of the body without transfer coding.
    pub(crate) entity: Option<(Sha256, u64)>,
    /// The body without transfer coding, when it is a kind that has parts.
    pub(crate) body: Option<Vec<u8>>,
    /// What came behind a whole answer, in words.
    pub(crate) surplus: Option<String>,
    /// Why the answer is missing or not whole.
    pub(crate) error: Option<FetchError>,
}

impl Exchange {
    /// A request of which nothing is known but when it was begun.
    pub(super) fn begun(ask: &Ask, started: Timestamp) -> Self {
        Self {
            url: ask.url.clone(),
            method: ask.method.clone(),
            started,
            duration: Duration::ZERO,
            address: None,
            tls: None,
            request: Vec::new(),
            redacted: Vec::new(),
            received: None,
            status: None,
            headers: HeaderMap::new(),
            entity: None,
            body: None,
            surplus: None,
            error: None,
        }
    }

    /// A request that was not made.
    pub(crate) fn refused(ask: &Ask, now: Timestamp, error: FetchError) -> Self {
        Self { error: Some(error), ..Self::begun(ask, now) }
    }

    /// The text of a header; empty when it is missing or not ASCII.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The values of all lines of a header that is a list, as one line would have them.
    /// Source: RFC 9110, section 5.3.
    pub(crate) fn header_list(&self, name: &str) -> String {
        let values = self.headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
        values.collect::<Vec<_>>().join(", ")
    }

    /// Where the answer sends the client on, whatever the scheme.
    pub(crate) fn redirect(&self) -> Option<Url> {
        let redirects = matches!(self.status, Some(301 | 302 | 303 | 307 | 308));
        let location = self.headers.get("location").filter(|_| redirects)?;
        let location = String::from_utf8_lossy(location.as_bytes());
        let mut url = self.url.join(&location).ok()?;
        url.set_fragment(None);
        Some(url)
    }
}
