//! `pugmark demo`: the whole way on embedded examples.

use std::path::PathBuf;

use crate::clock::Clock;
use crate::demo::{Demo, DemoError, demo};

use super::{Hint, Outcome, Streams};

/// Show all steps with thirty fictional ads
///
/// Scans the ads, captures the pages of those it flags from a server that it starts on this
/// machine, verifies the evidence and writes the report. Needs no network. All that it makes is in
/// the folder, a signing key of its own included.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark demo
  pugmark demo /tmp/pugmark-course")]
pub(super) struct Args {
    /// Folder to make
    #[arg(default_value = "pugmark-demo")]
    dir: PathBuf,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let bar = streams.progress(None, "steps");
    let done = demo(&args.dir, Clock::System, &mut |step| {
        bar.set_message(step.to_owned());
        bar.inc(1);
    });
    bar.finish_and_clear();
    let demo = done.map_err(|err| match err {
        DemoError::Exists(_) => anyhow::Error::new(err).context(Hint(
            "name another folder: pugmark demo DIR; nothing is overwritten".to_owned(),
        )),
        err => err.into(),
    })?;
    tell(&demo, streams)?;
    Ok(if demo.verified.ok { Outcome::Done } else { Outcome::Negative })
}

/// Five lines: what was made, and what to open.
fn tell(demo: &Demo, streams: &mut Streams) -> std::io::Result<()> {
    let Demo { summary, .. } = demo;
    let (looked_at, totals) = (summary.looked_at, &summary.totals);
    let out = streams.data();
    writeln!(
        out,
        "Scanned    {} ads: {} flagged, {} to review, {} clear ({}).",
        looked_at.records,
        looked_at.flag,
        looked_at.review,
        looked_at.clear,
        demo.scan.display(),
    )?;
    writeln!(
        out,
        "Captured   {} pages of flagged ads from a server on this machine ({}).",
        demo.captured,
        demo.case.display(),
    )?;
    writeln!(out, "Verified   {}.", demo.verified.detail)?;
    writeln!(
        out,
        "Counted    {} offers of {} specimens, asking EUR {} ({}).",
        totals.unique_ads,
        totals.specimens,
        totals.value_eur.cents() / 100,
        demo.report.display(),
    )?;
    writeln!(
        out,
        "Now open   {} in a browser; then try: pugmark case links {}",
        demo.report.display(),
        demo.case.display(),
    )
}
