//! Asks a server politely: one question at a time, with pauses, and again when it is busy.

use std::io::Read;
use std::time::Duration;

use reqwest::blocking::{Client, Response};
use reqwest::header::{LOCATION, RETRY_AFTER};
use reqwest::redirect::{Action, Attempt, Policy};
use serde_json::Value;

use super::UpdateError;

/// How often a question is asked in all.
const TRIES: u32 = 5;
/// How often an answer may point elsewhere on the same server.
const REDIRECTS: usize = 5;
/// The longest pause that a server can ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);
/// The longest answer that is read.
const LONGEST_ANSWER: u64 = 64 << 20;

/// A client that waits between questions.
#[derive(Debug)]
pub(super) struct Polite {
    client: Client,
    token: Option<String>,
    delay: Duration,
}

/// Why an answer was of no use, and whether to ask again.
struct Refusal {
    reason: String,
    again: bool,
    /// How long the server asked to be left alone.
    pause: Option<Duration>,
}

impl Polite {
    /// Makes a client that pauses for `delay` after each answer, and longer after a failure.
    pub(super) fn new(token: Option<String>, delay: Duration) -> Result<Self, UpdateError> {
        let roots: rustls::RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider knows the protocol versions that the library holds safe")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(concat!("pugmark/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::custom(follow))
            .timeout(Duration::from_secs(60))
            .build()
            .map_err(|err| UpdateError::Server { url: String::new(), reason: explain(&err) })?;
        Ok(Self { client, token, delay })
    }

    /// Returns the JSON at `url`.
    pub(super) fn json(&self, url: &str) -> Result<Value, UpdateError> {
        let mut reason = String::new();
        for attempt in 0..TRIES {
            match self.ask(url) {
                Ok(value) => {
                    std::thread::sleep(self.delay);
                    return Ok(value);
                }
                Err(refusal) => {
                    reason = refusal.reason;
                    if !refusal.again {
                        break;
                    }
                    let pause = refusal.pause.unwrap_or(self.delay * 2_u32.pow(attempt));
                    std::thread::sleep(pause.min(LONGEST_PAUSE));
                }
            }
        }
        Err(UpdateError::Server { url: url.to_owned(), reason })
    }

    fn ask(&self, url: &str) -> Result<Value, Refusal> {
        let busy = |reason: String| Refusal { reason, again: true, pause: None };
        let mut request = self.client.get(url).header("Accept", "application/json");
        if let Some(token) = &self.token {
            request = request.header("X-Authentication-Token", token);
        }
        let response = request.send().map_err(|err| busy(explain(&err)))?;
        let status = response.status();
        if status.is_redirection() {
            let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            let to = to.unwrap_or("nowhere");
            let reason = format!("it points to `{to}`, which is asked only if `--site` names it");
            return Err(Refusal { reason, again: false, pause: None });
        }
        if !status.is_success() {
            let again = status.is_server_error() || status.as_u16() == 429;
            return Err(Refusal {
                reason: status.to_string(),
                again,
                pause: retry_after(&response),
            });
        }
        let mut body = Vec::new();
        response.take(LONGEST_ANSWER).read_to_end(&mut body).map_err(|err| busy(explain(&err)))?;
        serde_json::from_slice(&body).map_err(|err| {
            let start = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
            busy(format!("the answer is no JSON ({err}); it begins `{}`", start.trim()))
        })
    }
}

/// Stays with the server that was named: the token goes to no other.
fn follow(attempt: Attempt<'_>) -> Action {
    let known = attempt.previous();
    let stays = known.first().is_some_and(|named| named.origin() == attempt.url().origin());
    if stays && known.len() <= REDIRECTS { attempt.follow() } else { attempt.stop() }
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    Some(Duration::from_secs(seconds.trim().parse().ok()?))
}

/// An error with its causes.
fn explain(err: &dyn std::error::Error) -> String {
    let mut causes = vec![err.to_string()];
    let mut source = err.source();
    while let Some(cause) = source {
        causes.push(cause.to_string());
        source = cause.source();
    }
    causes.join(": ")
}
