//! One look at a page: opened, waited for, scrolled through, taken down.

use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use super::process::Running;
use super::protocol::Protocol;
use super::proxy::RecordingProxy;
use super::{BrowserError, BrowserOptions};
use crate::evidence::capture::CookieLine;
use crate::evidence::interrupt::Interrupt;

/// Size of the window in pixels.
pub(super) const WINDOW: (u32, u32) = (1280, 900);
/// A page on which nothing has moved for so long has settled.
const QUIET: Duration = Duration::from_millis(500);
/// Longest time for a page to settle after a step.
const SETTLE: Duration = Duration::from_secs(10);
/// How often is looked.
const TICK: Duration = Duration::from_millis(50);

/// A browser with a page.
pub(in crate::evidence) struct Visit<'a> {
    pub(super) protocol: Protocol,
    proxy: &'a RecordingProxy,
    pub(super) options: &'a BrowserOptions,
    pub(super) interrupt: &'a Interrupt,
    product: String,
    user_agent: String,
    // Ends after the protocol has asked it to.
    _browser: Running,
}

/// What was taken of a page.
pub(in crate::evidence) struct Visited {
    pub(in crate::evidence) final_url: Option<Url>,
    pub(in crate::evidence) title: String,
    pub(in crate::evidence) text: String,
    pub(in crate::evidence) dom: String,
    pub(in crate::evidence) shots: Vec<Shot>,
    pub(in crate::evidence) facts: BrowserFacts,
    /// What could not be taken, and why.
    pub(in crate::evidence) missing: Vec<String>,
}

/// A file that the browser made.
pub(in crate::evidence) struct Shot {
    pub(in crate::evidence) name: String,
    pub(in crate::evidence) bytes: Vec<u8>,
}

/// How the browser looked at the page, for the record.
#[derive(Clone, Debug, Serialize)]
pub struct BrowserFacts {
    /// Name and version of the browser.
    pub product: String,
    /// What the browser called itself to servers.
    pub user_agent: String,
    /// Width and height of the window in pixels.
    pub window: (u32, u32),
    /// Whether it ran in its sandbox.
    pub sandbox: bool,
    /// Seconds waited after the page had come.
    pub waited: f64,
    /// Steps scrolled down.
    pub scrolled: u32,
    /// Why scrolling ended: `bottom`, `height` or `time`.
    pub scroll_end: &'static str,
    /// The window made as tall as the part of the page that scrolls in place of the page; where
    /// there is one, it was scrolled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_for_pictures: Option<(u32, u32)>,
    /// Height of the page in pixels when its picture was taken.
    pub height: u32,
}

impl<'a> Visit<'a> {
    /// Starts a browser and gets it ready for a page.
    pub(in crate::evidence) async fn begin(
        options: &'a BrowserOptions,
        proxy: &'a RecordingProxy,
        interrupt: &'a Interrupt,
        cookies: &[&CookieLine],
        user_agent: Option<&str>,
    ) -> Result<Self, BrowserError> {
        let mut browser = Running::start(options, proxy.key_digest())?;
        let (port, path) = browser.address().await?;
        let mut protocol = Protocol::open(port, &path, proxy.address()).await?;
        let version = protocol.call("Browser.getVersion", json!({})).await?;
        let text = |name: &str| version[name].as_str().unwrap_or_default().to_owned();
        protocol.keep_webrtc_away().await?;
        protocol.set_window(WINDOW.0, WINDOW.1).await?;
        protocol.call("Browser.setDownloadBehavior", json!({ "behavior": "deny" })).await?;
        if let Some(user_agent) = user_agent {
            let agent = json!({ "userAgent": user_agent });
            protocol.call("Emulation.setUserAgentOverride", agent).await?;
        }
        if !cookies.is_empty() {
            let cookies: Vec<Value> = cookies.iter().map(|cookie| for_browser(cookie)).collect();
            protocol.call("Storage.setCookies", json!({ "cookies": cookies })).await?;
        }
        Ok(Self {
            product: text("product"),
            user_agent: user_agent.map_or_else(|| text("userAgent"), str::to_owned),
            protocol,
            proxy,
            options,
            interrupt,
            _browser: browser,
        })
    }

    /// Opens the page and waits until it has come, at most for `time`.
    pub(in crate::evidence) async fn open(
        &mut self,
        url: &Url,
        time: Duration,
    ) -> Result<(), BrowserError> {
        self.protocol.forget_load();
        self.protocol.call("Page.navigate", json!({ "url": url.as_str() })).await?;
        let started = Instant::now();
        while !self.protocol.has_loaded(TICK).await?
            && started.elapsed() < time
            && !self.interrupt.has_fired()
        {}
        self.settle(SETTLE).await?;
        let waiting = Instant::now();
        while waiting.elapsed() < self.options.wait && !self.interrupt.has_fired() {
            self.protocol.has_loaded(TICK).await?;
        }
        Ok(())
    }

    /// Waits until nothing moves any more, at most for `time`.
    pub(super) async fn settle(&mut self, time: Duration) -> Result<(), BrowserError> {
        let started = Instant::now();
        while started.elapsed() < time && !self.interrupt.has_fired() {
            self.protocol.has_loaded(TICK).await?;
            if self.proxy.idle().is_some_and(|idle| idle >= QUIET) {
                break;
            }
        }
        Ok(())
    }

    /// Scrolls through the page and takes it down.
    pub(in crate::evidence) async fn take(&mut self) -> Result<Visited, BrowserError> {
        let (scrolled, scroll_end) = self.scroll().await?;
        let mut missing = Vec::new();
        let stretched = self.stretch().await?;
        let (mut shots, (width, height)) = self.pictures(&mut missing).await?;
        match self.paper(width, stretched).await {
            Ok(paper) => shots.extend(paper),
            Err(err) => missing.push(format!("page.pdf: {err}")),
        }
        let mut visited = Visited {
            final_url: None,
            title: self.text("document.title").await?,
            text: self.text("document.body ? document.body.innerText : ''").await?,
            dom: self.text(DOM).await?,
            shots,
            facts: BrowserFacts {
                product: self.product.clone(),
                user_agent: self.user_agent.clone(),
                window: WINDOW,
                sandbox: !self.options.without_sandbox,
                waited: self.options.wait.as_secs_f64(),
                scrolled,
                scroll_end,
                window_for_pictures: stretched.map(|height| (WINDOW.0, height)),
                height,
            },
            missing,
        };
        visited.final_url = Url::parse(&self.text("location.href").await?).ok();
        Ok(visited)
    }

    /// Ends the browser.
    pub(in crate::evidence) async fn end(self) {
        self.protocol.close().await;
    }

    async fn text(&mut self, script: &str) -> Result<String, BrowserError> {
        Ok(self.protocol.evaluate(script).await?.as_str().unwrap_or_default().to_owned())
    }
}

/// The page as it is now, with its document type.
const DOM: &str = "(document.doctype ? new XMLSerializer().serializeToString(document.doctype) + '\\n' : '') \
    + document.documentElement.outerHTML";

fn for_browser(cookie: &CookieLine) -> Value {
    let scheme = if cookie.secure { "https" } else { "http" };
    let mut value = json!({
        "name": cookie.name,
        "value": cookie.value,
        "url": format!("{scheme}://{}{}", cookie.domain, cookie.path),
        "path": cookie.path,
        "secure": cookie.secure,
        "httpOnly": cookie.http_only,
    });
    if cookie.subdomains {
        value["domain"] = json!(format!(".{}", cookie.domain));
    }
    if let Some(expires) = cookie.expires {
        value["expires"] = json!(expires);
    }
    value
}
