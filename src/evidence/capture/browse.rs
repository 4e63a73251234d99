//! A capture by browser: what it loads goes into the archive, what it shows into files.

use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use url::Url;

use super::Progress;
use super::archive::Reason;
use super::session::Session;
use crate::evidence::browser::{
    BrowserError, BrowserOptions, Loaded, RecordingProxy, Rules, Visit, Visited,
};
use crate::evidence::net::{Client, FetchError};
use crate::evidence::page::Role;

/// What is left unsaid by a capture with a browser.
pub(super) const LIMITS_OF_BROWSER: &str = "The page was opened in a browser whose traffic went \
    through a recording proxy: TLS ended there with a certificate of its own, servers were asked \
    over HTTP/1.1, and web sockets were refused. Bodies are as servers sent them; none was \
    decoded. What needs a click was not opened. Of parts that scroll inside the page one was \
    scrolled, and only where it fills much of the window and the page itself does not scroll.";

impl Session<'_> {
    /// Opens the page in a browser, and takes down what it loads and shows.
    ///
    /// # Errors
    ///
    /// When no answer came at all, the browser fails, when interrupted, or when the disk fails.
    pub(super) async fn browse(
        &mut self,
        browser: &BrowserOptions,
        client: &Arc<Client>,
        url: &Url,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), FetchError> {
        let options = self.options;
        options.manners.check(client, url, &options.user_agent).await?;
        options.manners.wait_turn(url, &options.interrupt).await;
        let (sender, mut results) = unbounded_channel();
        let rules = Rules {
            headers: options.headers.clone(),
            page: url.clone(),
            secret: options.secret_headers(),
            parts: options.limits.parts,
        };
        progress(Progress::Asking(url));
        let proxy = RecordingProxy::open(Arc::clone(client), rules, sender).await;
        let proxy = proxy.map_err(FetchError::Disk)?;
        let cookies: Vec<_> = options.cookies.iter().collect();
        let agent = options.browser_agent.as_deref();
        let lost = |err: &dyn std::fmt::Display| FetchError::Browser(err.to_string());
        let mut visit = Visit::begin(browser, &proxy, &options.interrupt, &cookies, agent)
            .await
            .map_err(|err| lost(&err))?;
        let opened = self.in_time(visit.open(url, options.limits.time)).await;
        let mut trail = Trail { next: url.clone(), answered: false, error: None };
        self.take_loaded(&mut results, &mut trail, progress)?;
        let visited = match (opened, trail.error.is_none() && trail.answered) {
            (Ok(()), true) => Some(self.in_time(visit.take()).await),
            (Ok(()), false) => None,
            (Err(err), _) => Some(Err(err)),
        };
        visit.end().await;
        drop(proxy);
        self.take_loaded(&mut results, &mut trail, progress)?;
        if options.interrupt.has_fired() {
            return Err(FetchError::Interrupted);
        }
        if !trail.answered {
            let silent = || FetchError::Browser("the page was not answered".to_owned());
            return Err(trail.error.unwrap_or_else(silent));
        }
        self.problem = trail.error.map(|err| err.to_string());
        match visited {
            Some(Ok(visited)) => self.keep_visited(visited).map_err(FetchError::Disk)?,
            Some(Err(err)) => self.problem = Some(lost(&err).to_string()),
            None => {}
        }
        Ok(())
    }

    /// Waits for the browser, but not for longer than a page may take, and not after Ctrl-C.
    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, BrowserError>>,
    ) -> Result<T, BrowserError> {
        let longest = self.options.limits.total_time;
        tokio::select! {
            result = tokio::time::timeout(longest, work) => result.unwrap_or_else(|_| {
                Err(BrowserError::Silent(format!("the page took {} s", longest.as_secs())))
            }),
            () = self.options.interrupt.fired() => {
                Err(BrowserError::Silent("interrupted".to_owned()))
            }
        }
    }

    /// Archives what the browser has loaded so far.
    fn take_loaded(
        &mut self,
        results: &mut UnboundedReceiver<Loaded>,
        trail: &mut Trail,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), FetchError> {
        while let Ok(Loaded { mut exchange, role, via }) = results.try_recv() {
            let is_page = exchange.url == trail.next && !(trail.answered && role != Role::Page);
            let role = if is_page { Role::Page } else { role };
            let reason = Reason { role, via: via.as_ref() };
            let answered = self.put(&mut exchange, reason)?;
            if is_page {
                trail.answered |= answered;
                self.final_url = exchange.url.clone();
                self.status = exchange.status;
                match exchange.redirect() {
                    Some(next) => trail.next = next,
                    None => self.read_clock(&exchange),
                }
            }
            match exchange.error.take() {
                Some(error) => {
                    self.fail(&exchange.url, reason, &error.to_string(), progress);
                    if is_page {
                        trail.error = Some(error);
                    }
                }
                None => progress(Progress::Got(&exchange.url)),
            }
            if let Some(status) = exchange.status.filter(|&status| status >= 400 && !is_page) {
                let text = format!("the server answered {status}");
                self.fail(&exchange.url, reason, &text, progress);
            }
        }
        Ok(())
    }

    /// Writes what the browser showed.
    fn keep_visited(&mut self, visited: Visited) -> std::io::Result<()> {
        if let Some(mut url) = visited.final_url {
            url.set_fragment(None);
            if matches!(url.scheme(), "http" | "https") {
                self.final_url = url;
            }
        }
        for shot in visited.shots {
            self.keep_made(shot.name, &shot.bytes)?;
        }
        for (name, text) in [("dom.html", &visited.dom), ("text.txt", &visited.text)] {
            self.keep_made(name.to_owned(), text.as_bytes())?;
        }
        for what in visited.missing {
            let reason = Reason { role: Role::Page, via: None };
            let url = self.final_url.clone();
            self.fail(&url, reason, &what, &mut |_| {});
        }
        self.title = Some(visited.title).filter(|title| !title.is_empty());
        self.text = Some(visited.text);
        self.browser = Some(visited.facts);
        Ok(())
    }
}

/// The way to the page, through its redirects.
struct Trail {
    next: Url,
    answered: bool,
    error: Option<FetchError>,
}
