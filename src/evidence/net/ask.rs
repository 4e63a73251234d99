//! A request as it is to be made.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Method, Request};
use url::{Position, Url};

use super::exchange::FetchError;

/// Which bodies are kept for reading, beside the recording of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Those of a kind that names parts of a page, and pictures.
    Parts,
    /// Every one.
    All,
}

/// One request that is to be made.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// All but `Host`, in the order in which they are sent.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
    /// Names of headers whose values are blanked in what is kept.
    pub(crate) secret: Vec<HeaderName>,
    pub(crate) keep: Keep,
}

impl Ask {
    /// Asks for a page or a part of one, as a browser would.
    pub(crate) fn get(url: &Url, referrer: Option<&Url>, user_agent: &str) -> Self {
        let mut headers = Vec::new();
        headers.extend(HeaderValue::from_str(user_agent).ok().map(|v| (header::USER_AGENT, v)));
        let accept = HeaderValue::from_static("text/html,application/xhtml+xml,*/*;q=0.8");
        headers.push((header::ACCEPT, accept));
        headers.push((header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate")));
        if let Some(value) = referrer.and_then(|from| referrer_for(from, url)) {
            headers.push((header::REFERER, value));
        }
        Self {
            method: Method::GET,
            url: url.clone(),
            headers,
            body: Bytes::new(),
            secret: Vec::new(),
            keep: Keep::Parts,
        }
    }

    /// The request; with its whole address in the first line when a proxy is to read it.
    pub(super) fn request(&self, whole_address: bool) -> Result<Request<Full<Bytes>>, FetchError> {
        let end = Position::AfterQuery;
        let start = if whole_address { Position::BeforeScheme } else { Position::BeforePath };
        let host = &self.url[Position::BeforeHost..Position::AfterPort];
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(&self.url[start..end])
            .header(header::HOST, host);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let body = Full::new(self.body.clone());
        request.body(body).map_err(|err| FetchError::Http(err.to_string()))
    }
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
