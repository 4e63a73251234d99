//! `pugmark evidence capture`: web pages into a case.

use std::io::{self, BufRead};
use std::time::Duration;

use anyhow::Context;
use serde::Serialize;
use serde_json::Value;

use super::command_line;
use super::timestamp::{self, TsaArgs};
use crate::cli::case_folder::{CaseArg, explain_store, store_hint};
use crate::cli::format::FormatArgs;
use crate::cli::{Hint, Outcome, Streams};
use crate::clock::Clock;
use crate::evidence::{
    CaptureError, CaptureOptions, Captured, Capturer, Custodian, Interrupt, Limits, Progress,
};
use crate::output::Record;

/// Capture web pages into a case
///
/// A page and its pictures, style sheets, scripts and frames become one item: an archive
/// (WARC) of every byte sent and received, in a bag (BagIt) with its checksums, entered
/// into the signed custody log. An answer such as 404 is evidence too.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark evidence capture --case ivory-2026 https://market.example/ad/17
  pugmark scan dump.jsonl --only flag | pugmark evidence capture --case ivory-2026 -

Exit code 3: some pages were not captured, or not whole; each is named.")]
pub(super) struct Args {
    /// Addresses; `-` reads them from standard input, one a line, or scan output with `url`
    #[arg(required = true, value_name = "URL")]
    urls: Vec<String>,
    #[command(flatten)]
    case: CaseArg,
    /// Allow addresses that are not public: loopback, private and the like
    #[arg(long)]
    allow_private: bool,
    /// Longest time for one address, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
    /// What to call oneself to servers
    #[arg(long, value_name = "TEXT")]
    user_agent: Option<String>,
    #[command(flatten)]
    tsa: TsaArgs,
    #[command(flatten)]
    format: FormatArgs,
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
    let custodian = Custodian::of_user(Clock::System)?;
    let mut options = CaptureOptions {
        allow_private: args.allow_private,
        command: command_line(),
        interrupt: Interrupt::on_ctrl_c(),
        limits: Limits { time: Duration::from_secs(args.timeout), ..Limits::default() },
        ..CaptureOptions::default()
    };
    if let Some(user_agent) = &args.user_agent {
        options.user_agent.clone_from(user_agent);
    }
    let authorities = args.tsa.authorities()?;
    let capturer = Capturer::new(case.store(), &custodian, options)?;
    let mut run = Run { args, captured: Vec::new(), left_out: 0 };
    for url in &args.urls {
        let interrupted = if url == "-" {
            run.capture_stdin(&capturer, streams)?
        } else {
            run.capture(&capturer, url, streams)?
        };
        if interrupted {
            run.print(streams)?;
            return Ok(Outcome::Interrupted);
        }
    }
    let items: Vec<String> = run.captured.iter().map(|line| line.item.clone()).collect();
    let stamped = timestamp::stamp(&case, &custodian, &items, &authorities, streams)?.1;
    run.print(streams)?;
    Ok(if run.left_out == 0 { stamped } else { Outcome::Partial })
}

struct Run<'a> {
    args: &'a Args,
    captured: Vec<Line>,
    left_out: usize,
}

impl Run<'_> {
    fn capture_stdin(
        &mut self,
        capturer: &Capturer<'_>,
        streams: &mut Streams,
    ) -> anyhow::Result<bool> {
        for (index, line) in io::stdin().lock().lines().enumerate() {
            let line = line.context("cannot read standard input")?;
            match address(&line) {
                Ok(None) => {}
                Ok(Some(url)) => {
                    if self.capture(capturer, &url, streams)? {
                        return Ok(true);
                    }
                }
                Err(why) => self.leave_out(streams, &format!("stdin:{}: {why}", index + 1)),
            }
        }
        Ok(false)
    }

    /// Captures `url`; true when the user stopped it.
    fn capture(
        &mut self,
        capturer: &Capturer<'_>,
        url: &str,
        streams: &mut Streams,
    ) -> anyhow::Result<bool> {
        let bar = streams.progress(None, "parts");
        let mut details = Vec::new();
        let result = capturer.capture(url, &mut |progress| match progress {
            Progress::Asking(_) => bar.tick(),
            Progress::Got(url) => {
                bar.inc(1);
                details.push(format!("got {url}"));
            }
            Progress::Failed(url, why) => details.push(format!("missing {url}: {why}")),
        });
        bar.finish_and_clear();
        for detail in details {
            streams.detail(detail);
        }
        match result {
            Ok(captured) => self.take(captured, streams),
            Err(CaptureError::Interrupted(_)) => {
                streams.message(format_args!("Interrupted: `{url}` was not captured."));
                return Ok(true);
            }
            Err(CaptureError::Store(err)) => return Err(explain_store(err)),
            // One page and nothing else asked for: its failure is the command's.
            Err(err) if self.args.urls.len() == 1 && url == self.args.urls[0] => {
                return Err(explain(err));
            }
            Err(err @ CaptureError::Io(_)) => return Err(err.into()),
            Err(err) => self.leave_out(streams, &err.to_string()),
        }
        Ok(false)
    }

    fn take(&mut self, captured: Captured, streams: &mut Streams) {
        if let Some(problem) = &captured.problem {
            self.leave_out(streams, &format!("{} is not whole: {problem}", captured.url));
        } else if !captured.failures.is_empty() {
            streams.message(format_args!(
                "{}: {} parts did not come; data/acquisition.json names them.",
                captured.item,
                captured.failures.len()
            ));
        }
        self.captured.push(Line {
            item: captured.item,
            url: captured.url,
            final_url: captured.final_url,
            status: captured.status,
            title: captured.title,
            parts: captured.parts,
            bytes: captured.bytes,
            failures: captured.failures.len(),
            problem: captured.problem,
        });
    }

    fn leave_out(&mut self, streams: &mut Streams, text: &str) {
        streams.warning(text);
        self.left_out += 1;
    }

    fn print(&self, streams: &mut Streams) -> anyhow::Result<()> {
        Ok(streams.print(self.args.format.choice(), &self.captured)?)
    }
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

fn explain(err: CaptureError) -> anyhow::Error {
    let hint = match &err {
        CaptureError::Nothing { reason, .. } if reason.starts_with("refused: ") => {
            Some("`--allow-private` allows it, for a server of your own")
        }
        CaptureError::Store(err) => store_hint(err),
        _ => None,
    };
    match hint {
        Some(hint) => anyhow::Error::new(err).context(Hint(hint.to_owned())),
        None => err.into(),
    }
}
