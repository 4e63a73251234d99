//! A page as an installed Chromium shows it, with everything that it loads on the way through
//! our own hands.
//!
//! The browser reaches the network by one way only: a proxy of ours on loopback, which asks
//! for it with the client that captures without a browser ask with. So what comes is recorded
//! to the byte as servers sent it, no body is taken from the browser after decoding, and
//! every connection is checked on the resolved address, those of scripts, frames and
//! redirects included. TLS ends at the proxy with a certificate of its own, which only this
//! browser is told to trust; the servers' certificates are recorded, and checked as usual.
//!
//! Chromium is driven over its debugging protocol with a small client of ours: of the
//! protocol's 700 calls a dozen are needed, and the crate that has all of them takes three
//! minutes to build and adds 7 MB to the program.

mod guard;
mod process;
mod protocol;
mod proxy;
mod scroll;
mod visit;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

pub use process::Browser;

pub use visit::BrowserFacts;

pub(super) use proxy::{Loaded, RecordingProxy, Rules};
pub(super) use visit::{Visit, Visited};

/// How a browser looks at a page.
#[derive(Clone, Debug)]
pub struct BrowserOptions {
    /// The program.
    pub program: Browser,
    /// Time to wait after the page has come, for what scripts do later.
    pub wait: Duration,
    /// Longest time to scroll down, for pictures and posts that come then.
    pub scroll_time: Duration,
    /// Height in pixels at which scrolling ends: some pages have no end.
    pub longest_page: u32,
    /// Whether the browser runs without its sandbox, as containers often need.
    pub without_sandbox: bool,
    /// Where the folder for its profile is made; where temporary files go, if nothing is said.
    pub profiles: Option<PathBuf>,
}

impl BrowserOptions {
    /// Looks with `program` as it usually does.
    #[must_use]
    pub fn new(program: Browser) -> Self {
        Self {
            program,
            wait: Duration::ZERO,
            scroll_time: Duration::from_secs(30),
            longest_page: 30_000,
            without_sandbox: false,
            profiles: None,
        }
    }
}

/// Why a browser did not show a page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BrowserError {
    #[error("the browser `{program}` does not start: {why}")]
    Start { program: PathBuf, why: String },
    #[error("the browser does not answer: {0}")]
    Silent(String),
    #[error("the browser refuses {call}: {why}")]
    Refused { call: String, why: String },
    #[error(transparent)]
    Io(#[from] io::Error),
}
