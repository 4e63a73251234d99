//! How a capture behaves, and where it stops.

use std::net::SocketAddr;
use std::time::Duration;

use hyper::header::{self, HeaderName, HeaderValue};
use rustls::pki_types::CertificateDer;

use super::cookies::Cookies;
use super::manners::Manners;
use super::payloads::Payloads;
use crate::evidence::browser::BrowserOptions;
use crate::evidence::interrupt::Interrupt;
use crate::evidence::net::Proxy;
use crate::evidence::other_digests::Also;

/// How a capture behaves.
#[derive(Clone, Debug)]
pub struct CaptureOptions {
    /// Whether addresses that are not public may be connected to.
    pub allow_private: bool,
    /// Addresses that may be connected to all the same, such as a server of one's own.
    pub also_allowed: Vec<SocketAddr>,
    /// What the program calls itself to servers.
    pub user_agent: String,
    /// What connections go through.
    pub proxy: Option<Proxy>,
    /// Cookies of a browser that is logged in.
    pub cookies: Cookies,
    /// Headers for the host of the page, and no other.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Whether cookies and headers given above stand in what is stored.
    pub keep_secrets: bool,
    /// How servers are treated.
    pub manners: Manners,
    /// Bodies that the case has; what comes again becomes a reference.
    pub payloads: Payloads,
    /// The browser to look with; without one, servers are asked for the page and its parts.
    pub browser: Option<BrowserOptions>,
    /// Whether a browser was wanted, but is not there.
    pub browser_missing: bool,
    /// What the browser calls itself, if not by its own name.
    pub browser_agent: Option<String>,
    /// Algorithms to hash by beside SHA-256 and BLAKE3.
    pub also: Also,
    /// Where it stops.
    pub limits: Limits,
    /// The command line, for the record.
    pub command: Vec<String>,
    /// Certificates trusted beside those of Mozilla's programme.
    pub roots: Vec<CertificateDer<'static>>,
    /// Whether servers are asked whose certificates do not prove who they are.
    pub any_certificate: bool,
    /// What stops everything.
    pub interrupt: Interrupt,
}

/// Where a capture stops.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For one address, from look-up to last byte.
    pub time: Duration,
    /// For the whole page; parts not begun by then are left out.
    pub total_time: Duration,
    /// Bytes of one body, as sent.
    pub bytes: u64,
    /// Bytes of all bodies; parts not begun by then are left out.
    pub total_bytes: u64,
    /// Redirects in a row.
    pub redirects: usize,
    /// Parts of one page.
    pub parts: usize,
    /// Frames in frames, style sheets in style sheets.
    pub depth: usize,
    /// Addresses asked at the same time.
    pub at_once: usize,
}

impl CaptureOptions {
    /// Whether the investigator gave anything that opens doors.
    pub(super) fn has_secrets(&self) -> bool {
        !self.cookies.is_empty() || !self.headers.is_empty()
    }

    /// The headers whose values are blanked in what is stored. Cookies that servers hand to
    /// an unknown visitor are no secret; what a logged-in one gets may renew the login.
    pub(super) fn secret_headers(&self) -> Vec<HeaderName> {
        if self.keep_secrets || !self.has_secrets() {
            return Vec::new();
        }
        let mut names = vec![header::COOKIE, header::SET_COOKIE, header::AUTHORIZATION];
        names.extend(self.headers.iter().map(|(name, _)| name.clone()));
        names
    }
}

impl Default for CaptureOptions {
    fn default() -> Self {
        Self {
            allow_private: false,
            also_allowed: Vec::new(),
            user_agent: concat!(
                "Mozilla/5.0 (compatible; pugmark/",
                env!("CARGO_PKG_VERSION"),
                ")"
            )
            .to_owned(),
            proxy: None,
            cookies: Cookies::default(),
            headers: Vec::new(),
            keep_secrets: false,
            manners: Manners::default(),
            payloads: Payloads::default(),
            also: Also::default(),
            browser: None,
            browser_missing: false,
            browser_agent: None,
            limits: Limits::default(),
            command: Vec::new(),
            roots: Vec::new(),
            any_certificate: false,
            interrupt: Interrupt::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_mins(1),
            total_time: Duration::from_mins(5),
            bytes: 256 << 20,
            total_bytes: 1 << 30,
            redirects: 10,
            parts: 1000,
            depth: 4,
            at_once: 6,
        }
    }
}
