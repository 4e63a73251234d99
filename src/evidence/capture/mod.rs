//! Captures a page by HTTP: the page, its redirects and its parts become one item.
//!
//! ```no_run
//! use pugmark::clock::Clock;
//! use pugmark::evidence::{CaptureOptions, Capturer, Custodian, Store};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = Store::open("CASE".as_ref())?;
//! let custodian = Custodian::of_user(Clock::System)?;
//! let options = CaptureOptions { allow_private: true, ..CaptureOptions::default() };
//! let capturer = Capturer::new(&store, &custodian, options)?; // for one page after the other
//! let captured = capturer.capture("http://127.0.0.1:8000/ad/1", &mut |_progress| {})?;
//! println!("{} holds {} parts", captured.item, captured.parts);
//! # Ok(())
//! # }
//! ```

mod acquisition;
mod archive;
mod browse;
mod cookies;
mod manners;
mod options;
mod payloads;
mod robots;
mod session;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use tokio::runtime::Runtime;
use url::Url;

use super::custody::Action;
use super::draft::{Draft, SealedItem};
use super::net::{Client, ClientOptions, FetchError, Resolver, Route, SystemResolver};
use super::store::{Custodian, Store, StoreError};

use payloads::Written;

pub use acquisition::{
    ACQUISITION_SCHEMA, Acquisition, Failure, Fetched, Machine, MadeFile, SeenPicture, ServerClock,
    Tls,
};
pub use cookies::{CookieError, Cookies};
pub use manners::{Hosts, Manners};
pub use options::{CaptureOptions, Limits};
pub use payloads::{Payloads, SameAs};

pub(super) use cookies::CookieLine;
pub(super) use session::Session;

#[cfg(test)]
mod tests;

/// What happens while a page is captured, for whoever watches.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// An address is asked for.
    Asking(&'a Url),
    /// An answer came whole.
    Got(&'a Url),
    /// No whole answer came, for this reason.
    Failed(&'a Url, &'a str),
}

/// Why a page was not captured.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The address cannot be understood.
    #[error("`{url}` is no web address: {why}")]
    Address {
        /// The text.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// Nothing came that could be kept; the custody log says so.
    #[error("`{url}` was not captured: {reason}")]
    Nothing {
        /// What was asked for.
        url: String,
        /// Why nothing came.
        reason: String,
    },
    /// The user stopped it; what came so far is set aside.
    #[error("interrupted: `{0}` was not captured")]
    Interrupted(String),
    /// The case cannot be written to.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The item cannot be written.
    #[error("cannot write the item")]
    Io(#[from] io::Error),
}

/// A page that became an item of the case.
#[derive(Clone, Debug)]
pub struct Captured {
    /// Name of the item's folder below `items/`.
    pub item: String,
    /// What was asked for.
    pub url: String,
    /// Where that led.
    pub final_url: String,
    /// Status code of the page.
    pub status: Option<u16>,
    /// Title of the page.
    pub title: Option<String>,
    /// Answers kept, the page and its redirects included.
    pub parts: usize,
    /// Bytes received.
    pub bytes: u64,
    /// What did not come.
    pub failures: Vec<Failure>,
    /// Why the page itself is not whole; `None` when it is.
    pub problem: Option<String>,
    /// Hosts that did not prove by their certificates who they are, and why.
    pub unproven: BTreeMap<String, String>,
    /// Addresses whose servers sent more than an answer, and what.
    pub surplus: BTreeMap<String, String>,
    /// How far the server's clock was ahead of the machine's, in seconds, where it told.
    pub clock_offset_seconds: Option<i64>,
}

/// Captures one page after the other into a case.
pub struct Capturer<'a> {
    pub(super) store: &'a Store,
    pub(super) custodian: &'a Custodian,
    pub(super) options: CaptureOptions,
    pub(super) client: Arc<Client>,
    pub(super) runtime: Runtime,
}

impl<'a> Capturer<'a> {
    /// Gets ready to capture into `store`.
    ///
    /// # Errors
    ///
    /// When the system gives no event queue.
    pub fn new(
        store: &'a Store,
        custodian: &'a Custodian,
        options: CaptureOptions,
    ) -> io::Result<Self> {
        Self::with_resolver(store, custodian, options, Arc::new(SystemResolver))
    }

    /// As [`Capturer::new`], with another way from names to addresses.
    ///
    /// # Errors
    ///
    /// When the system gives no event queue.
    pub fn with_resolver(
        store: &'a Store,
        custodian: &'a Custodian,
        options: CaptureOptions,
        resolver: Arc<dyn Resolver>,
    ) -> io::Result<Self> {
        let route = Route {
            allow_private: options.allow_private,
            also_allowed: options.also_allowed.clone(),
            proxy: options.proxy.clone(),
            resolver,
        };
        let client = ClientOptions {
            route,
            time: options.limits.time,
            bytes: options.limits.bytes,
            roots: options.roots.clone(),
            any_certificate: options.any_certificate,
            folder: store.root().to_owned(),
            interrupt: options.interrupt.clone(),
            clock: custodian.clock(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { store, custodian, options, client: Arc::new(Client::new(client)), runtime })
    }

    /// Captures the page at `url` and its parts as one item.
    ///
    /// # Errors
    ///
    /// [`CaptureError::Nothing`] when no answer came at all; a page that came in part
    /// is an item, and [`Captured::problem`] says what is wrong with it.
    pub fn capture(
        &self,
        url: &str,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Captured, CaptureError> {
        let prepared = self.prepare(url, progress)?;
        let mut results = Prepared::commit(vec![prepared], self.store, self.custodian)?;
        results.pop().expect("one page was prepared, so there is one result")
    }

    /// As [`Capturer::capture`], up to the point where the case must be written to: see
    /// [`Prepared::commit`].
    ///
    /// # Errors
    ///
    /// As [`Capturer::capture`], but for [`CaptureError::Nothing`].
    pub fn prepare(
        &self,
        url: &str,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Prepared, CaptureError> {
        let address = parse(url)?;
        let draft = Draft::begin(self.store)?.also(self.options.also);
        let mut session = Session::begin(draft, &address, &self.options, self.custodian)?;
        let result = self.runtime.block_on(session.run(&self.client, &address, progress));
        match result {
            Ok(()) => {
                let (sealed, captured, written) = session.seal()?;
                let action = Self::capture_action(&captured);
                let payloads = Some((self.options.payloads.clone(), written));
                Ok(Prepared { sealed: Some(sealed), action, result: Ok(captured), payloads })
            }
            Err(FetchError::Interrupted) => {
                session.leave();
                self.store.lock(self.custodian)?;
                Err(CaptureError::Interrupted(url.to_owned()))
            }
            Err(FetchError::Disk(err)) => Err(err.into()),
            // That somebody looked and found nothing is worth an entry.
            Err(err) => {
                let (url, reason) = (address.to_string(), err.to_string());
                let action =
                    Action::new("capture-failed").with("url", &url).with("reason", &reason);
                let result = Err(CaptureError::Nothing { url, reason });
                Ok(Prepared { sealed: None, action, result, payloads: None })
            }
        }
    }

    /// What the custody log says of a captured page.
    pub(super) fn capture_action(captured: &Captured) -> Action {
        let mut action = Action::new("capture")
            .with("url", &captured.url)
            .with("status", captured.status)
            .with("parts", captured.parts)
            .with("failures", captured.failures.len())
            .with("complete", captured.problem.is_none());
        for (name, what) in [("unproven", &captured.unproven), ("surplus", &captured.surplus)] {
            if !what.is_empty() {
                action = action.with(name, what);
            }
        }
        action
    }
}

/// A page that was captured, or not, and is still to be entered into the case.
pub struct Prepared {
    sealed: Option<SealedItem>,
    action: Action,
    result: Result<Captured, CaptureError>,
    /// Bodies that later captures can refer to, once the item has its place.
    payloads: Option<(Payloads, Vec<Written>)>,
}

impl Prepared {
    /// Enters pages into the case, all at once: what one page waits for the disk, many do.
    /// Returns what became of each, in the same order.
    ///
    /// # Errors
    ///
    /// When the case cannot be written to; none is then entered.
    pub fn commit(
        pages: Vec<Self>,
        store: &Store,
        custodian: &Custodian,
    ) -> Result<Vec<Result<Captured, CaptureError>>, StoreError> {
        let mut entries = Vec::new();
        let mut results = Vec::new();
        for page in pages {
            entries.push((page.sealed, page.action));
            results.push((page.result, page.payloads));
        }
        let names = store.lock(custodian)?.admit_all(entries)?;
        let named = results.into_iter().zip(names).map(|((result, written), name)| {
            let item = name.unwrap_or_default();
            if let Some((payloads, written)) = written {
                payloads.add(&item, written);
            }
            result.map(|captured| Captured { item, ..captured })
        });
        Ok(named.collect())
    }
}

/// Reads an address as a person writes it: without a scheme, `https` is meant.
pub(super) fn parse(text: &str) -> Result<Url, CaptureError> {
    let wrong = |why: &str| CaptureError::Address { url: text.to_owned(), why: why.to_owned() };
    let trimmed = text.trim();
    let url = match Url::parse(trimmed) {
        Err(url::ParseError::RelativeUrlWithoutBase) if !trimmed.starts_with(['/', '.']) => {
            Url::parse(&format!("https://{trimmed}"))
        }
        parsed => parsed,
    };
    let mut url = url.map_err(|err| wrong(&err.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("only http and https can be captured"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it holds a user name or password, which would end up in the evidence"));
    }
    url.set_fragment(None);
    Ok(url)
}
