//! One capture from the first request to the sealed item.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::sync::Arc;
use std::time::Instant;

use hyper::header::COOKIE;
use jiff::Timestamp;
use tokio::task::JoinSet;
use url::Url;

use super::acquisition::{
    ACQUISITION_SCHEMA, Acquisition, Failure, Fetched, Machine, MadeFile, SeenPicture, ServerClock,
    Tls,
};
use super::archive::{Archive, Reason};
use super::browse::LIMITS_OF_BROWSER;
use super::cookies::Jar;
use super::payloads::Written;
use super::{CaptureOptions, Captured, Progress};
use crate::clock::Clock;
use crate::evidence::browser::BrowserFacts;
use crate::evidence::draft::{Draft, SealedItem};
use crate::evidence::net::{Ask, Client, Exchange, FetchError};
use crate::evidence::page::{self, Role};
use crate::evidence::picture::{PICTURE_HASH, Picture};
use crate::evidence::store::Custodian;
use crate::evidence::writer::TOOL;

/// What is left unsaid by a capture without a browser.
const LIMITS_OF_METHOD: &str = "No browser was used. Scripts were kept but not run, so what \
    scripts would load or show is missing; no picture of the page was taken.";

/// What is said besides where a browser was wanted.
const BROWSER_MISSING: &str = "A browser was asked for, but none is installed.";

/// An address that is still to be asked.
struct Job {
    url: Url,
    role: Role,
    via: Url,
    /// Frames or style sheets above it.
    depth: usize,
    /// Redirects that led to it.
    redirects: usize,
}

/// A capture that is going on.
pub(in crate::evidence) struct Session<'a> {
    pub(super) draft: Draft,
    archive: Archive,
    pub(super) options: &'a CaptureOptions,
    clock: Clock,
    started: Timestamp,
    running: Instant,
    seen: BTreeSet<Url>,
    jar: Jar,
    queue: VecDeque<Job>,
    failures: Vec<Failure>,
    url: Url,
    /// Where the address led.
    pub(in crate::evidence) final_url: Url,
    /// Status code of the page.
    pub(in crate::evidence) status: Option<u16>,
    pub(super) title: Option<String>,
    /// What the page says.
    pub(in crate::evidence) text: Option<String>,
    /// Why the page is not whole.
    pub(in crate::evidence) problem: Option<String>,
    server_clock: Option<ServerClock>,
    /// How a browser looked at the page.
    pub(super) browser: Option<BrowserFacts>,
    /// Files that the browser made.
    made: Vec<MadeFile>,
    pictures: Vec<SeenPicture>,
}

impl<'a> Session<'a> {
    pub(in crate::evidence) fn begin(
        draft: Draft,
        url: &Url,
        options: &'a CaptureOptions,
        custodian: &Custodian,
    ) -> io::Result<Self> {
        let clock = custodian.clock();
        let started = clock.now();
        Ok(Self {
            archive: Archive::begin(&draft, options, started)?,
            draft,
            options,
            clock,
            started,
            running: Instant::now(),
            seen: BTreeSet::new(),
            jar: options.cookies.jar(),
            queue: VecDeque::new(),
            failures: Vec::new(),
            url: url.clone(),
            final_url: url.clone(),
            status: None,
            title: None,
            text: None,
            problem: None,
            server_clock: None,
            browser: None,
            made: Vec::new(),
            pictures: Vec::new(),
        })
    }

    /// Fetches the page, then its parts.
    ///
    /// # Errors
    ///
    /// When no answer came at all, when interrupted, or when the disk fails.
    pub(in crate::evidence) async fn run(
        &mut self,
        client: &Arc<Client>,
        url: &Url,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), FetchError> {
        let options = self.options;
        if let Some(browser) = &options.browser {
            return self.browse(browser, client, url, progress).await;
        }
        self.fetch_page(client, url, progress).await?;
        self.fetch_parts(client, progress).await
    }

    /// Follows redirects from `url` to the page itself.
    ///
    /// # Errors
    ///
    /// When no answer came at all, when interrupted, or when the disk fails.
    pub(in crate::evidence) async fn fetch_page(
        &mut self,
        client: &Client,
        url: &Url,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), FetchError> {
        let mut current = url.clone();
        let mut via: Option<Url> = None;
        let mut asked = BTreeSet::new();
        for hop in 0.. {
            self.seen.insert(current.clone());
            progress(Progress::Asking(&current));
            let reason = Reason { role: Role::Page, via: via.as_ref() };
            let ask = self.ask(&current, None);
            // The same address with other cookies is another question.
            asked.insert((current.clone(), self.jar.header(&current)));
            let (mut exchange, answered) = self.ask_page(client, &ask, reason).await?;
            self.final_url = current.clone();
            self.status = exchange.status;
            if let Some(error) = exchange.error.take() {
                // Nothing at all: no item. Something before: an item, with this said in it.
                if !answered && hop == 0 || matches!(error, FetchError::Interrupted) {
                    return Err(error);
                }
                self.fail(&current, reason, &error.to_string(), progress);
                self.problem = Some(error.to_string());
                return Ok(());
            }
            progress(Progress::Got(&current));
            let Some(next) = exchange.redirect() else {
                self.read_clock(&exchange);
                self.read_parts(&exchange, Role::Page, 0);
                return Ok(());
            };
            let again = asked.contains(&(next.clone(), self.jar.header(&next)));
            if let Some(problem) = self.wrong_redirect(&next, again, hop) {
                let reason = Reason { role: Role::Page, via: Some(&current) };
                self.fail(&next, reason, &problem, progress);
                self.problem = Some(problem);
                return Ok(());
            }
            via = Some(std::mem::replace(&mut current, next));
        }
        Ok(())
    }

    /// Asks for the page, in turn with others of its host, and archives every attempt.
    async fn ask_page(
        &mut self,
        client: &Client,
        ask: &Ask,
        reason: Reason<'_>,
    ) -> Result<(Exchange, bool), FetchError> {
        let options = self.options;
        if let Err(error) = options.manners.check(client, &ask.url, &options.user_agent).await {
            return Ok((Exchange::refused(ask, self.clock.now(), error), false));
        }
        options.manners.wait_turn(&ask.url, &options.interrupt).await;
        let attempts = options.manners.fetch(client, ask, &options.interrupt, self.clock).await;
        let mut last = None;
        for mut exchange in attempts {
            let answered = self.put(&mut exchange, reason)?;
            last = Some((exchange, answered));
        }
        Ok(last.expect("something is asked at least once"))
    }

    /// A request for `url` with what it is to carry.
    fn ask(&self, url: &Url, referrer: Option<&Url>) -> Ask {
        let options = self.options;
        let mut ask = Ask::get(url, referrer, &options.user_agent);
        ask.headers.extend(self.jar.header(url).map(|value| (COOKIE, value)));
        if url.origin() == self.url.origin() {
            ask.headers.extend(options.headers.iter().cloned());
        }
        ask.secret = options.secret_headers();
        ask
    }

    fn wrong_redirect(&self, next: &Url, again: bool, hop: usize) -> Option<String> {
        if again {
            Some(format!("redirects in a loop, back to {next}"))
        } else if hop >= self.options.limits.redirects {
            Some(format!("redirects more than {} times", self.options.limits.redirects))
        } else {
            None
        }
    }

    /// Fetches what the page named.
    ///
    /// # Errors
    ///
    /// When interrupted, or when the disk fails.
    pub(in crate::evidence) async fn fetch_parts(
        &mut self,
        client: &Arc<Client>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), FetchError> {
        let mut running = JoinSet::new();
        loop {
            while running.len() < self.options.limits.at_once {
                let Some(job) = self.queue.pop_front() else { break };
                if let Some(limit) = self.limit_reached() {
                    let reason = Reason { role: job.role, via: Some(&job.via) };
                    self.fail(&job.url, reason, &limit, progress);
                    continue;
                }
                progress(Progress::Asking(&job.url));
                let ask = self.ask(&job.url, Some(&job.via));
                running.spawn(self.fetch_part(client, job, ask));
            }
            let Some(done) = running.join_next().await else { return Ok(()) };
            let (job, mut attempts) =
                done.map_err(|err| FetchError::Http(format!("a fetch broke off: {err}")))?;
            let last = attempts.pop();
            for mut exchange in attempts {
                self.put(&mut exchange, Reason { role: job.role, via: Some(&job.via) })?;
            }
            if let Some(last) = last {
                self.take_part(&job, last, progress)?;
            }
        }
    }

    fn fetch_part(
        &self,
        client: &Arc<Client>,
        job: Job,
        ask: Ask,
    ) -> impl Future<Output = (Job, Vec<Exchange>)> + Send + 'static {
        let (client, clock) = (Arc::clone(client), self.clock);
        let (manners, interrupt) = (self.options.manners.clone(), self.options.interrupt.clone());
        let user_agent = self.options.user_agent.clone();
        async move {
            let attempts = match manners.check(&client, &ask.url, &user_agent).await {
                Ok(()) => manners.fetch(&client, &ask, &interrupt, clock).await,
                Err(error) => vec![Exchange::refused(&ask, clock.now(), error)],
            };
            (job, attempts)
        }
    }

    fn take_part(
        &mut self,
        job: &Job,
        mut exchange: Exchange,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), FetchError> {
        let reason = Reason { role: job.role, via: Some(&job.via) };
        self.put(&mut exchange, reason)?;
        match exchange.error.take() {
            Some(error @ FetchError::Interrupted) => return Err(error),
            Some(error) => self.fail(&job.url, reason, &error.to_string(), progress),
            None => progress(Progress::Got(&job.url)),
        }
        if let Some(status) = exchange.status.filter(|&status| status >= 400) {
            let text = format!("the server answered {status}");
            self.fail(&job.url, reason, &text, progress);
        }
        match exchange.redirect() {
            Some(next) if job.redirects < self.options.limits.redirects => {
                self.enqueue(next, job.role, job.url.clone(), job.depth, job.redirects + 1);
            }
            Some(_) => {
                let text = format!("redirects more than {} times", self.options.limits.redirects);
                self.fail(&job.url, reason, &text, progress);
            }
            None => self.read_parts(&exchange, job.role, job.depth),
        }
        Ok(())
    }

    /// Writes `exchange` into the archive; true when there is an answer.
    pub(super) fn put(
        &mut self,
        exchange: &mut Exchange,
        reason: Reason<'_>,
    ) -> Result<bool, FetchError> {
        if let Some(FetchError::Disk(err)) =
            exchange.error.take_if(|e| matches!(e, FetchError::Disk(_)))
        {
            return Err(FetchError::Disk(err));
        }
        self.jar.keep(&exchange.url, &exchange.headers);
        self.look_at(exchange);
        self.archive.put(&mut self.draft, exchange, reason).map_err(FetchError::Disk)
    }

    /// Notes what a picture looks like.
    fn look_at(&mut self, exchange: &Exchange) {
        let is_whole = exchange.status == Some(200) && exchange.error.is_none();
        let is_picture = exchange.header("content-type").starts_with("image/");
        let (Some(body), Some((sha256, _))) = (&exchange.body, exchange.entity) else { return };
        if is_whole
            && is_picture
            && let (body, None) = page::unpack(body, &exchange.header_list("content-encoding"))
            && let Some(picture) = Picture::read(&body)
        {
            let url = exchange.url.to_string();
            self.pictures.push(SeenPicture { url, sha256, algorithm: PICTURE_HASH, picture });
        }
    }

    /// Keeps a file that was made from the page, beside the archive and in it.
    pub(super) fn keep_made(&mut self, path: String, bytes: &[u8]) -> io::Result<()> {
        let sha256 = self.draft.write(&path, bytes)?;
        let (name, kind) = made_as(&path);
        let (target, started) = (format!("urn:{name}:{}", self.final_url), self.clock.now());
        let record = self.archive.put_made(&target, kind, started, bytes)?;
        let bytes = bytes.len() as u64;
        self.made.push(MadeFile { path, bytes, sha256, started, target, record });
        Ok(())
    }

    fn limit_reached(&self) -> Option<String> {
        let limits = &self.options.limits;
        if self.archive.fetched.len() >= limits.parts {
            Some(format!("left out: the page has more than {} parts", limits.parts))
        } else if self.archive.bytes >= limits.total_bytes {
            Some(format!("left out: the page has more than {} bytes", limits.total_bytes))
        } else if self.running.elapsed() >= limits.total_time {
            Some(format!("left out: the page took {} s", limits.total_time.as_secs()))
        } else {
            None
        }
    }

    /// Looks into the body for what it names.
    fn read_parts(&mut self, exchange: &Exchange, role: Role, depth: usize) {
        let Some(body) = &exchange.body else { return };
        let kind = exchange.header("content-type").to_ascii_lowercase();
        let is_style = kind.contains("css") || (kind.is_empty() && role == Role::Style);
        if !is_style && !kind.is_empty() && !kind.contains("html") && !kind.contains("svg") {
            return;
        }
        let decoded = page::decode(body, &exchange.header_list("content-encoding"), &kind);
        let reason = Reason { role, via: None };
        if let Some(problem) = decoded.problem {
            self.failures.push(failure(&exchange.url, reason, problem));
        }
        let parts = if is_style {
            page::css_parts(&decoded.text, &exchange.url)
        } else {
            let page = page::read_html(&decoded.text, &exchange.url);
            if role == Role::Page {
                self.title = page.title;
                self.text = Some(page.text);
            }
            page.parts
        };
        for part in parts {
            let goes_on = matches!(part.role, Role::Frame | Role::Refresh | Role::Style);
            let depth = depth + usize::from(goes_on);
            if depth > self.options.limits.depth && goes_on && !self.seen.contains(&part.url) {
                let reason = Reason { role: part.role, via: Some(&exchange.url) };
                let text = format!("left out: more than {} levels deep", self.options.limits.depth);
                self.failures.push(failure(&part.url, reason, text));
                continue;
            }
            self.enqueue(part.url, part.role, exchange.url.clone(), depth, 0);
        }
    }

    fn enqueue(&mut self, url: Url, role: Role, via: Url, depth: usize, redirects: usize) {
        if self.seen.insert(url.clone()) {
            self.queue.push_back(Job { url, role, via, depth, redirects });
        }
    }

    pub(super) fn fail(
        &mut self,
        url: &Url,
        reason: Reason<'_>,
        text: &str,
        progress: &mut dyn FnMut(Progress<'_>),
    ) {
        progress(Progress::Failed(url, text));
        self.failures.push(failure(url, reason, text.to_owned()));
    }

    /// Source: RFC 9110, section 5.6.7: `Date` has the form of RFC 5322, with `GMT`.
    pub(super) fn read_clock(&mut self, exchange: &Exchange) {
        let parser = jiff::fmt::rfc2822::DateTimeParser::new();
        let Ok(server) = parser.parse_timestamp(exchange.header("date")) else { return };
        let took = i64::try_from(exchange.duration.as_micros()).unwrap_or(0);
        let machine = Timestamp::from_microsecond(exchange.started.as_microsecond() + took)
            .unwrap_or(exchange.started);
        let offset_seconds = server.as_second() - machine.as_second();
        self.server_clock = Some(ServerClock { server, machine, offset_seconds });
    }

    /// Leaves what came so far for the next writer to set aside.
    pub(super) fn leave(self) {
        self.draft.leave();
    }

    /// Closes the item.
    pub(in crate::evidence) fn seal(mut self) -> io::Result<(SealedItem, Captured, Vec<Written>)> {
        let bytes = self.archive.bytes;
        let (fetched, tls, written) = self.archive.finish(&mut self.draft)?;
        let parts = fetched.iter().filter(|fetched| fetched.response_record.is_some()).count();
        let record = Acquisition {
            schema: ACQUISITION_SCHEMA,
            method: if self.browser.is_some() { "browser" } else { "http" },
            url: self.url.to_string(),
            final_url: self.final_url.to_string(),
            status: self.status,
            title: self.title,
            started: self.started,
            finished: self.clock.now(),
            complete: self.problem.is_none(),
            problem: self.problem,
            clock: self.server_clock,
            machine: machine(self.options, self.browser.as_ref()),
            fetched,
            failures: self.failures,
            tls,
            limits_of_method: match (&self.browser, self.options.browser_missing) {
                (Some(_), _) => LIMITS_OF_BROWSER.to_owned(),
                (None, true) => format!("{BROWSER_MISSING} {LIMITS_OF_METHOD}"),
                (None, false) => LIMITS_OF_METHOD.to_owned(),
            },
            browser: self.browser,
            files: self.made,
            pictures: self.pictures,
        };
        let mut json = serde_json::to_vec_pretty(&record).map_err(io::Error::from)?;
        json.push(b'\n');
        self.draft.write("acquisition.json", &json)?;
        let description = format!("Capture of {}", record.url);
        let sealed = self.draft.seal(&record.url, &description, self.clock)?;
        let captured = Captured {
            item: String::new(),
            url: record.url,
            final_url: record.final_url,
            status: record.status,
            title: record.title,
            parts,
            bytes,
            failures: record.failures,
            problem: record.problem,
            unproven: unproven(&record.tls),
            surplus: surplus(&record.fetched),
            clock_offset_seconds: record.clock.map(|clock| clock.offset_seconds),
        };
        Ok((sealed, captured, written))
    }
}

/// What the archive calls a file that was made from the page, and its media type. Names as
/// Browsertrix gives them, where it has such files: `urn:fullPage:` and the page's address.
fn made_as(path: &str) -> (String, &'static str) {
    match path.split_once('.') {
        Some((name, "png")) => (name.replace("screenshot", "fullPage"), "image/png"),
        Some(("page", "pdf")) => ("pdf".to_owned(), "application/pdf"),
        Some((name, "html")) => (name.to_owned(), "text/html; charset=utf-8"),
        Some((name, _)) => (name.to_owned(), "text/plain; charset=utf-8"),
        None => (path.to_owned(), "application/octet-stream"),
    }
}

fn machine(options: &CaptureOptions, browser: Option<&BrowserFacts>) -> Machine {
    Machine {
        tool: TOOL,
        command: options.command.clone(),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        user_agent: browser.map_or(&options.user_agent, |facts| &facts.user_agent).clone(),
        allow_private: options.allow_private,
        proxy: options.proxy.as_ref().map(ToString::to_string),
        robots: if options.manners.respect_robots { "respected" } else { "ignored" },
        certificates: if options.any_certificate { "any" } else { "checked" },
        secrets: match (options.has_secrets(), options.keep_secrets) {
            (false, _) => "none",
            (true, false) => "redacted",
            (true, true) => "kept",
        },
    }
}

/// Hosts that did not prove who they are, and why.
fn unproven(connections: &[Tls]) -> BTreeMap<String, String> {
    let wrong = connections.iter().filter_map(|tls| Some((tls.host.clone(), tls.problem.clone()?)));
    wrong.collect()
}

/// Addresses whose servers sent more than an answer, and what.
fn surplus(fetched: &[Fetched]) -> BTreeMap<String, String> {
    let more = fetched.iter().filter_map(|part| Some((part.url.clone(), part.surplus.clone()?)));
    more.collect()
}

fn failure(url: &Url, reason: Reason<'_>, text: String) -> Failure {
    Failure {
        url: url.to_string(),
        role: reason.role,
        via: reason.via.map(Url::to_string),
        reason: text,
    }
}
