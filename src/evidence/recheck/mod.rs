//! Visits captured pages again: still up, changed, or gone.

mod compare;
mod past;

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};

use super::capture::{CaptureError, Capturer, Progress, Session};
use super::custody::{Action, Log};
use super::draft::Draft;
use super::net::FetchError;

use past::Past;

/// How a page is compared with how it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is there, and reads as it did.
    Up,
    /// It is there, and reads differently.
    Changed,
    /// The server says that it is not there, or shows something else in its place.
    Gone,
    /// No answer that says anything: the page may be there or not.
    Unknown,
}

/// What a visit found.
#[derive(Clone, Debug, Serialize)]
pub struct Rechecked {
    /// The item that the page was captured as.
    pub item: String,
    /// The page.
    pub url: String,
    /// How it is now.
    pub state: State,
    /// Why it is said to be so.
    pub reason: String,
    /// Status code.
    pub status: Option<u16>,
    /// Of the words of both pages, how many in a hundred stand in the same company in both.
    pub same_percent: Option<u8>,
    /// The item that the page is now, when it changed or is gone.
    pub new_item: Option<String>,
    /// Whether a browser looked at it, then and now.
    pub by_browser: bool,
}

/// Texts on pages from which an ad was taken down; one a line, by language.
const PHRASES: &str = include_str!("gone.csv");
/// Pages that share fewer words than this in a hundred have changed.
const SAME: u8 = 90;
/// A page elsewhere that shares fewer words than this is another page.
const RELATED: u8 = 50;

/// The newest item of every captured page, in the order of the log; without those
/// that the newest visit found gone.
#[must_use]
pub fn pages_to_visit(log: &Log) -> Vec<(String, String)> {
    let visits = visits(log);
    let mut newest: BTreeMap<&str, (u64, &str)> = BTreeMap::new();
    let held = log.held().into_iter();
    for (item, _, line) in held.filter(|(_, _, line)| line.entry.action == "capture") {
        // What a visit captured is compared with by the item it belongs to.
        if let Some(url) = text(&line.entry.details, "url") {
            newest.insert(url, (line.entry.number, item));
        }
    }
    let gone = |url: &str| visits.get(url) == Some(&State::Gone);
    let mut pages: Vec<_> = newest.into_iter().filter(|(url, _)| !gone(url)).collect();
    pages.sort_by_key(|(_, (number, _))| *number);
    pages.into_iter().map(|(url, (_, item))| (url.to_owned(), item.to_owned())).collect()
}

/// What the newest visit that said anything found of every page that was visited again:
/// what removal rates count.
#[must_use]
pub fn visits(log: &Log) -> BTreeMap<String, State> {
    let mut visits = BTreeMap::new();
    for line in log.lines.iter().filter(|line| line.entry.action == "recheck") {
        let details = &line.entry.details;
        let state = details.get("state").map(State::deserialize);
        if let (Some(url), Some(Ok(state @ (State::Up | State::Changed | State::Gone)))) =
            (text(details, "url"), state)
        {
            visits.insert(url.to_owned(), state);
        }
    }
    visits
}

/// The form in which the custody log has the address `url`, as far as it is one.
#[must_use]
pub fn logged_address(url: &str) -> Option<String> {
    super::capture::parse(url).ok().map(String::from)
}

fn text<'a>(
    details: &'a serde_json::Map<String, serde_json::Value>,
    name: &str,
) -> Option<&'a str> {
    details.get(name)?.as_str()
}

impl Capturer<'_> {
    /// Visits the page at `url`, which `item` holds as it was, and captures it again
    /// when it changed or is gone. The custody log keeps what was found. Where the options
    /// name a browser, pages that a browser showed then are shown by one again.
    ///
    /// # Errors
    ///
    /// When `item` cannot be read, the user stops it, or the case cannot be written to.
    pub fn recheck(
        &self,
        item: &str,
        url: &str,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Rechecked, CaptureError> {
        let past = Past::read(&self.store.item(item))?;
        let address = super::capture::parse(url)?;
        let draft = Draft::begin(self.store)?.also(self.options.also);
        let mut session = Session::begin(draft, &address, &self.options, self.custodian)?;
        let by_browser = self.options.browser.is_some() && past.shown.is_some();
        let result = if by_browser {
            self.runtime.block_on(session.run(&self.client, &address, progress))
        } else {
            self.runtime.block_on(session.fetch_page(&self.client, &address, progress))
        };
        let mut found = Rechecked {
            item: item.to_owned(),
            url: url.to_owned(),
            state: State::Unknown,
            reason: String::new(),
            status: session.status,
            same_percent: None,
            new_item: None,
            by_browser,
        };
        match result {
            Ok(()) => {
                let before = past.shown.as_ref().filter(|_| by_browser).unwrap_or(&past.text);
                judge(&mut found, &past.final_url, before, &session);
            }
            Err(FetchError::Interrupted) => {
                return Err(CaptureError::Interrupted(url.to_owned()));
            }
            Err(FetchError::Disk(err)) => return Err(err.into()),
            Err(err) => found.reason = err.to_string(),
        }
        if matches!(found.state, State::Changed | State::Gone) {
            // A browser has loaded them.
            if !by_browser {
                let parts = self.runtime.block_on(session.fetch_parts(&self.client, progress));
                self.explain(parts, url)?;
            }
            let (sealed, captured, _) = session.seal()?;
            let action = Self::capture_action(&captured).with("recheck_of", item);
            found.new_item = Some(self.store.lock(self.custodian)?.admit(sealed, action)?);
        }
        let action = Action::new("recheck")
            .on(item)
            .with("url", url)
            .with("state", found.state)
            .with("reason", &found.reason)
            .with("status", found.status)
            .with("same_percent", found.same_percent)
            .with("new_item", &found.new_item)
            .with("by_browser", by_browser);
        self.store.lock(self.custodian)?.append(action)?;
        Ok(found)
    }

    fn explain(&self, result: Result<(), FetchError>, url: &str) -> Result<(), CaptureError> {
        match result {
            Ok(()) => Ok(()),
            Err(FetchError::Interrupted) => Err(CaptureError::Interrupted(url.to_owned())),
            Err(FetchError::Disk(err)) => Err(err.into()),
            Err(err) => Err(io::Error::other(err.to_string()).into()),
        }
    }
}

/// Says how the page is, from its status, its address and its text.
fn judge(found: &mut Rechecked, led_to: &str, before: &str, session: &Session<'_>) {
    let status = session.status;
    let mut set = |state, reason: String| (found.state, found.reason) = (state, reason);
    if let Some(problem) = &session.problem {
        return set(State::Unknown, problem.clone());
    }
    match status {
        Some(404 | 410 | 451) => {
            return set(State::Gone, format!("the server answers {}", status.unwrap_or_default()));
        }
        Some(200..=299) => {}
        _ => {
            let status = status.unwrap_or_default();
            return set(State::Unknown, format!("the server answers {status}"));
        }
    }
    let text = session.text.as_deref().unwrap_or_default();
    let same = compare::same_percent(before, text);
    let phrase = gone_phrases()
        .find(|phrase| compare::contains(text, phrase) && !compare::contains(before, phrase));
    if let Some(phrase) = phrase {
        set(State::Gone, format!("the page says: {phrase}"));
    } else if session.final_url.as_str() != led_to && same < RELATED {
        set(State::Gone, format!("the address leads to another page: {}", session.final_url));
    } else if same < SAME {
        set(State::Changed, format!("{same} % of the words are as they were"));
    } else {
        set(State::Up, format!("{same} % of the words are as they were"));
    }
    found.same_percent = Some(same);
}

fn gone_phrases() -> impl Iterator<Item = &'static str> {
    PHRASES.lines().skip(1).filter_map(|line| Some(line.split_once(',')?.1))
}
