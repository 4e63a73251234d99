//! `pugmark evidence capture`: web pages into a case.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Mutex, PoisonError};
use std::thread;

use indicatif::ProgressBar;
use serde::Serialize;
use serde_json::Value;

use super::also::AlsoArg;
use super::browser::BrowserArgs;
use super::network::NetworkArgs;
use super::timestamp::{self, TsaArgs};
use crate::case::Folder;
use crate::cli::case_folder::{CaseArg, explain_store, store_hint, tell_clock};
use crate::cli::custodian::custodian;
use crate::cli::format::FormatArgs;
use crate::cli::{Hint, Outcome, Streams};
use crate::evidence::{
    CaptureError, CaptureOptions, Captured, Capturer, Custodian, Prepared, Progress, logged_address,
};
use crate::output::{Format, Record};

/// Capture web pages into a case
///
/// A page and its pictures, style sheets, scripts and frames become one item: an archive
/// (WARC) of every byte sent and received, in a bag (BagIt) with its checksums, entered
/// into the signed custody log. An answer such as 404 is evidence too.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark evidence capture --case ivory-2026 https://market.example/ad/17
  pugmark scan dump.jsonl --only flag | pugmark evidence capture --case ivory-2026 --new-only -

Exit code 3: some pages were not captured, or not whole; each is named.")]
pub(super) struct Args {
    /// Addresses; `-` reads them from standard input, one a line, or scan output with `url`
    #[arg(required = true, value_name = "URL")]
    urls: Vec<String>,
    #[command(flatten)]
    case: CaseArg,
    /// Leave out pages that the case has whole: to go on after an interruption
    #[arg(long)]
    new_only: bool,
    /// Pages to capture at the same time
    #[arg(short, long, value_name = "N", default_value_t = 4)]
    jobs: usize,
    #[command(flatten)]
    browser: BrowserArgs,
    #[command(flatten)]
    also: AlsoArg,
    #[command(flatten)]
    tsa: TsaArgs,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    network: NetworkArgs,
}

/// A captured page, as printed.
#[derive(Serialize)]
struct Line {
    item: String,
    url: String,
    final_url: String,
    status: Option<u16>,
    title: Option<String>,
    parts: usize,
    bytes: u64,
    failures: usize,
    problem: Option<String>,
}

impl Record for Line {
    const COLUMNS: &'static [&'static str] =
        &["item", "status", "title", "parts", "bytes", "failures"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.item.clone(),
            self.status.map_or_else(String::new, |status| status.to_string()),
            self.title.clone().unwrap_or_default(),
            self.parts.to_string(),
            self.bytes.to_string(),
            self.failures.to_string(),
        ]
    }
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let case = args.case.open()?;
    let custodian = custodian()?;
    tell_clock(&case, &custodian, streams);
    let authorities = args.tsa.authorities()?;
    let known = if args.new_only { captured_before(&case)? } else { BTreeSet::new() };
    let mut options = args.network.options()?;
    options.also = args.also.choice();
    args.browser.apply(&mut options, streams)?;
    let says_details = streams.says_details();
    let crew = Crew { case: &case, custodian: &custodian, options, says_details };
    let mut run = Run::new(args, streams);
    crew.work(args.jobs, addresses(&args.urls, known), &mut run)?;
    let outcome = run.finish()?;
    let items = run.items;
    let stamped = timestamp::stamp(&case, &custodian, &items, &authorities, streams)?.1;
    Ok(if outcome == Outcome::Done { stamped } else { outcome })
}

/// The addresses of whole captures that the case has.
fn captured_before(case: &Folder) -> anyhow::Result<BTreeSet<String>> {
    let log = case.store().log().map_err(explain_store)?;
    let entries = log.held().into_iter().map(|(_, _, line)| &line.entry);
    let whole = entries.filter(|entry| {
        entry.action == "capture" && entry.details.get("complete") == Some(&Value::Bool(true))
    });
    Ok(whole.filter_map(|entry| Some(entry.details.get("url")?.as_str()?.to_owned())).collect())
}

/// What the user asked for, one address after the other, without those that are `known`.
fn addresses(urls: &[String], known: BTreeSet<String>) -> Addresses {
    let named = urls.iter().filter(|url| *url != "-").cloned().map(Ok);
    let stdin: Addresses = if urls.iter().any(|url| url == "-") {
        let lines = BufReader::new(io::stdin()).lines().enumerate();
        Box::new(lines.filter_map(|(index, line)| {
            let line = line.map_err(|err| err.to_string());
            let found = line.and_then(|line| address(&line)).transpose()?;
            Some(found.map_err(|why| format!("stdin:{}: {why}", index + 1)))
        }))
    } else {
        Box::new(std::iter::empty())
    };
    let named: Vec<_> = named.collect();
    let is_new = move |url: &Result<String, String>| match url {
        Ok(url) => !logged_address(url).is_some_and(|url| known.contains(&url)),
        Err(_) => true,
    };
    Box::new(named.into_iter().chain(stdin).filter(is_new))
}

/// The address in a line of input; `None` in an empty line.
fn address(line: &str) -> Result<Option<String>, String> {
    let line = line.trim();
    if line.is_empty() {
        return Ok(None);
    }
    if !line.starts_with('{') {
        return Ok(Some(line.to_owned()));
    }
    let record: Value = serde_json::from_str(line).map_err(|err| format!("broken JSON: {err}"))?;
    match record.get("url").and_then(Value::as_str) {
        Some(url) => Ok(Some(url.to_owned())),
        None => Err("the record has no `url`".to_owned()),
    }
}

type Addresses = Box<dyn Iterator<Item = Result<String, String>> + Send>;

/// Pages that are entered into the case together, at most.
const TOGETHER: usize = 64;

/// What a worker has to say.
enum News {
    /// A step, for those who want to know each.
    Detail(String),
    /// A line of input that is no address.
    NoAddress(String),
    /// A page that came, or not.
    Page(String, Result<Box<Prepared>, CaptureError>),
}

/// Workers that capture pages at the same time, each one page after the other.
struct Crew<'a> {
    case: &'a Folder,
    custodian: &'a Custodian,
    options: CaptureOptions,
    says_details: bool,
}

impl Crew<'_> {
    fn work(&self, jobs: usize, urls: Addresses, run: &mut Run<'_>) -> anyhow::Result<()> {
        let urls = Mutex::new(urls);
        thread::scope(|scope| {
            // Made here, so that it is gone before the workers are waited for.
            let (sender, news) = mpsc::sync_channel(2 * TOGETHER);
            for _ in 0..jobs.max(1) {
                let (sender, urls) = (sender.clone(), &urls);
                scope.spawn(move || self.capture_all(urls, &sender));
            }
            drop(sender);
            let result = self.take_all(&news, run);
            if result.is_err() {
                self.options.interrupt.fire();
            }
            result
        })
    }

    fn capture_all(&self, urls: &Mutex<Addresses>, sender: &SyncSender<News>) {
        let capturer = Capturer::new(self.case.store(), self.custodian, self.options.clone());
        let next = || urls.lock().unwrap_or_else(PoisonError::into_inner).next();
        while !self.options.interrupt.has_fired()
            && let Some(url) = next()
        {
            let news = match (url, &capturer) {
                (Err(text), _) => News::NoAddress(text),
                (Ok(url), Err(err)) => {
                    let err = io::Error::new(err.kind(), err.to_string());
                    News::Page(url, Err(err.into()))
                }
                (Ok(url), Ok(capturer)) => {
                    let prepared = capturer.prepare(&url, &mut |progress| {
                        if !self.says_details {
                            return;
                        }
                        let _ = sender.send(News::Detail(match progress {
                            Progress::Asking(url) => format!("asking {url}"),
                            Progress::Got(url) => format!("got {url}"),
                            Progress::Failed(url, why) => format!("missing {url}: {why}"),
                        }));
                    });
                    News::Page(url, prepared.map(Box::new))
                }
            };
            // Nobody listens any more when the case can no longer be written to.
            if sender.send(news).is_err() {
                return;
            }
        }
    }

    /// Takes what the workers have, and enters what is there at one time together.
    fn take_all(&self, news: &Receiver<News>, run: &mut Run<'_>) -> anyhow::Result<()> {
        while let Ok(first) = news.recv() {
            let mut batch = Vec::new();
            for news in std::iter::once(first).chain(news.try_iter()) {
                match news {
                    News::Detail(text) => run.streams.detail(text),
                    News::NoAddress(text) => run.leave_out(&text),
                    News::Page(_, Ok(prepared)) => batch.push(*prepared),
                    News::Page(url, Err(err)) => run.failed(&url, err)?,
                }
                if batch.len() == TOGETHER {
                    break;
                }
            }
            if batch.is_empty() {
                continue;
            }
            let results = Prepared::commit(batch, self.case.store(), self.custodian);
            for result in results.map_err(explain_store)? {
                match result {
                    Ok(captured) => run.take(captured)?,
                    Err(err) => run.failed("", err)?,
                }
            }
        }
        Ok(())
    }
}

/// What came of it all, so far.
struct Run<'a> {
    streams: &'a mut Streams,
    format: Format,
    /// One page and nothing else was asked for: its failure is the command's.
    is_single: bool,
    captured: Vec<Line>,
    items: Vec<String>,
    left_out: usize,
    interrupted: bool,
    /// That clocks differ is said of the first page only: it is likely so of all.
    has_told_clock: bool,
    bar: ProgressBar,
}

impl<'a> Run<'a> {
    fn new(args: &Args, streams: &'a mut Streams) -> Self {
        let is_single = args.urls.len() == 1 && args.urls[0] != "-";
        Self {
            format: streams.format(args.format.choice()),
            bar: streams.progress(None, "pages"),
            streams,
            is_single,
            captured: Vec::new(),
            items: Vec::new(),
            left_out: 0,
            interrupted: false,
            has_told_clock: false,
        }
    }

    fn take(&mut self, captured: Captured) -> anyhow::Result<()> {
        if let Some(problem) = &captured.problem {
            self.leave_out(&format!("{} is not whole: {problem}", captured.url));
        } else if !captured.failures.is_empty() {
            let (item, missing) = (&captured.item, captured.failures.len());
            let what = match missing {
                1 => "1 part did not come; data/acquisition.json names it".to_owned(),
                _ => format!("{missing} parts did not come; data/acquisition.json names them"),
            };
            self.streams.message(format_args!("{item}: {what}."));
        }
        for (host, why) in &captured.unproven {
            let item = &captured.item;
            self.streams.warning(format_args!("{item}: `{host}` did not prove who it is: {why}"));
        }
        for (url, what) in &captured.surplus {
            let item = &captured.item;
            self.streams.warning(format_args!(
                "{item}: {url}: {what}; they stand in the archive, and browsers do not show them"
            ));
        }
        let apart = captured.clock_offset_seconds.and_then(timestamp::clocks_apart);
        if let Some(apart) = apart.filter(|_| !std::mem::replace(&mut self.has_told_clock, true)) {
            let item = &captured.item;
            self.streams.warning(format_args!("{item}: the clock of the server is {apart}"));
        }
        self.bar.inc(1);
        self.items.push(captured.item.clone());
        let line = Line {
            item: captured.item,
            url: captured.url,
            final_url: captured.final_url,
            status: captured.status,
            title: captured.title,
            parts: captured.parts,
            bytes: captured.bytes,
            failures: captured.failures.len(),
            problem: captured.problem,
        };
        // Lines of JSON go out when their page is safe; the other forms need all of them.
        if self.format == Format::Jsonl {
            self.streams.print(Some(Format::Jsonl), &[line])?;
            Ok(self.streams.data().flush()?)
        } else {
            self.captured.push(line);
            Ok(())
        }
    }

    fn failed(&mut self, url: &str, err: CaptureError) -> anyhow::Result<()> {
        match err {
            CaptureError::Interrupted(_) => {
                self.streams.message(format_args!("Interrupted: `{url}` was not captured."));
                self.interrupted = true;
            }
            CaptureError::Store(err) => return Err(explain_store(err)),
            err @ CaptureError::Io(_) => return Err(err.into()),
            err if self.is_single => return Err(explain(err)),
            err => self.leave_out(&err.to_string()),
        }
        Ok(())
    }

    fn leave_out(&mut self, text: &str) {
        self.streams.warning(text);
        self.left_out += 1;
    }

    fn finish(&mut self) -> anyhow::Result<Outcome> {
        self.bar.finish_and_clear();
        if self.format != Format::Jsonl {
            self.streams.print(Some(self.format), &self.captured)?;
        }
        Ok(if self.interrupted {
            Outcome::Interrupted
        } else if self.left_out > 0 {
            Outcome::Partial
        } else {
            Outcome::Done
        })
    }
}

fn explain(err: CaptureError) -> anyhow::Error {
    let hint = match &err {
        CaptureError::Nothing { reason, .. } if reason.starts_with("refused: ") => {
            Some("`--allow-private` allows it, for a server of your own")
        }
        CaptureError::Nothing { reason, .. } if reason.contains("failed: its certificate ") => {
            Some("`--any-certificate` captures it all the same, and the record says what is wrong")
        }
        CaptureError::Nothing { reason, .. } if reason.contains("still safe") => Some(
            "save the page with a program that still does (`curl --tlsv1.0 --ciphers \
             DEFAULT@SECLEVEL=0 -o page.html`, by the same proxy), and keep it by `evidence add`; \
             somebody on the way could have changed it",
        ),
        CaptureError::Nothing { reason, .. } if reason.starts_with("robots.txt of ") => {
            Some("`--ignore-robots` captures it all the same, and the record says so")
        }
        CaptureError::Nothing { reason, .. } if reason.contains("sandbox") => {
            Some("`--browser-without-sandbox` lets it start, for a container of its own")
        }
        CaptureError::Store(err) => store_hint(err),
        _ => None,
    };
    match hint {
        Some(hint) => anyhow::Error::new(err).context(Hint(hint.to_owned())),
        None => err.into(),
    }
}
