//! `pugmark case summary`: the figures of a case.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use fs_err::File;

use crate::case::Folder;
use crate::case::decisions::Decisions;
use crate::case::ledger::Ledger;
use crate::case::rates::Rates;
use crate::case::report;
use crate::case::summary::{CaseHead, Row, Summary, Terms, Visits, summarise};
use crate::cli::case_folder::CaseDir;
use crate::cli::data::DataArgs;
use crate::cli::format::FormatArgs;
use crate::cli::{Hint, Outcome, Streams};
use crate::clock::Clock;
use crate::output::{Format, Records};

use super::counted::CountedArgs;
use super::lang::Lang;

/// Count ads, specimens and asking value of a case
///
/// Counts by country, platform, language, taxon, Appendix, Annex, week and account, with
/// the ads behind every figure. Near-identical ads count as one offer.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark case summary CASE
  pugmark case summary CASE --html report.html --csv figures.csv")]
pub(super) struct Args {
    #[command(flatten)]
    case: CaseDir,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    counted: CountedArgs,
    /// Convert prices with the rates in FILE: CSV with currency, rate for one euro, date, source
    #[arg(long, value_name = "FILE")]
    rates: Option<PathBuf>,
    /// Language of the report
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    lang: Lang,
    /// Write the report as one HTML page to FILE: needs nothing from outside, fit for print
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the report as Markdown to FILE
    #[arg(long, value_name = "FILE")]
    md: Option<PathBuf>,
    /// Write the report as PDF/A-2b to FILE, where the program was built with it
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
    /// Write the figures as one JSON object to FILE (`-`: standard output)
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the figures as CSV to FILE, one a row
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    if args.pdf.is_some() && !cfg!(feature = "pdf") {
        return Err(anyhow::anyhow!("this build of pugmark writes no PDF").context(Hint(
            "use a released package or `cargo build --release --features pdf`; or write \
             `--html report.html`, open it in a browser and print it"
                .to_owned(),
        )));
    }
    let case = args.case.open()?;
    let summary = summarise(&Ledger::of(case.path()), &terms(args, &case, streams)?)?;
    if summary.looked_at.records == 0 {
        return Err(anyhow::anyhow!("the ledger of `{}` has no ads", case.path().display())
            .context(Hint(
                "import some: pugmark scan FILE | pugmark case import CASE".to_owned(),
            )));
    }
    let outputs = [
        (&args.html, Form::Html),
        (&args.md, Form::Markdown),
        (&args.pdf, Form::Pdf),
        (&args.json, Form::Json),
        (&args.csv, Form::Csv),
    ];
    let mut written = false;
    for (path, form) in outputs {
        if let Some(path) = path {
            write(path, &summary, form, args, streams)?;
            written = true;
        }
    }
    if !written || args.format.choice().is_some() {
        print(&summary, args, streams)?;
    }
    // The program ends: to give back the memory of many ads string by string takes long.
    std::mem::forget(summary);
    Ok(Outcome::Done)
}

fn terms(args: &Args, case: &Folder, streams: &mut Streams) -> anyhow::Result<Terms> {
    Ok(Terms {
        case: CaseHead::of(case.record()),
        verdicts: args.counted.verdicts(),
        made: Clock::System.now(),
        data_date: Some(DataArgs::NEWEST.open(streams)?.species().data_date()),
        rates: rates(args.rates.as_deref())?,
        decisions: Decisions::of(case.path())?,
        visits: Visits::of(&case.store().log()?),
    })
}

fn rates(path: Option<&Path>) -> anyhow::Result<Rates> {
    let Some(path) = path else { return Ok(Rates::shipped()) };
    let csv = fs_err::read_to_string(path).context("cannot read the rates")?;
    Ok(Rates::read(&csv, &path.display().to_string())?)
}

/// A form that the summary is written to a file in.
#[derive(Clone, Copy)]
enum Form {
    Html,
    Markdown,
    Pdf,
    Json,
    Csv,
}

/// Writes the form; returns what the user should know of it.
fn render(
    summary: &Summary,
    form: Form,
    args: &Args,
    out: &mut dyn Write,
) -> anyhow::Result<Option<String>> {
    match form {
        Form::Html => out.write_all(report::html(summary, args.lang.into()).as_bytes())?,
        Form::Markdown => out.write_all(report::markdown(summary, args.lang.into()).as_bytes())?,
        #[cfg(feature = "pdf")]
        Form::Pdf => {
            let pdf = report::pdf(summary, args.lang.into())?;
            out.write_all(&pdf.bytes)?;
            return Ok(without_font(&pdf.missing));
        }
        #[cfg(not(feature = "pdf"))]
        Form::Pdf => unreachable!("refused before the ledger is read"),
        Form::Json => {
            serde_json::to_writer_pretty(&mut *out, summary)?;
            out.write_all(b"\n")?;
        }
        Form::Csv => {
            let mut records = Records::new(out, Format::Csv, 0);
            for row in summary.rows() {
                records.put::<Row>(&row)?;
            }
            records.finish()?;
        }
    }
    Ok(None)
}

/// What to do about letters that no font has.
#[cfg(feature = "pdf")]
fn without_font(letters: &std::collections::BTreeSet<char>) -> Option<String> {
    let shown: String = letters.iter().take(20).collect();
    let shown = crate::output::terminal_text::escape(&shown);
    let count = letters.len();
    (count > 0).then(|| {
        format!(
            "No font here has these letters of the ads, which stand as □ in the PDF ({count}): {shown}{}\n\
             Install a font with them, such as Noto Sans CJK or Noto Naskh Arabic, and write it again.",
            if count > 20 { " …" } else { "" }
        )
    })
}

fn print(summary: &Summary, args: &Args, streams: &mut Streams) -> anyhow::Result<()> {
    let format = streams.format(args.format.choice());
    let (width, coloured) = (streams.width(), streams.coloured());
    let out = streams.data();
    match format {
        Format::Table | Format::List => {
            let text = report::terminal(summary, width, args.lang.into(), coloured);
            out.write_all(text.as_bytes())?;
        }
        Format::Json => drop(render(summary, Form::Json, args, out)?),
        Format::Csv => drop(render(summary, Form::Csv, args, out)?),
        Format::Jsonl => {
            serde_json::to_writer(&mut *out, summary)?;
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}

fn write(
    path: &Path,
    summary: &Summary,
    form: Form,
    args: &Args,
    streams: &mut Streams,
) -> anyhow::Result<()> {
    if path == Path::new("-") {
        let note = render(summary, form, args, streams.data())?;
        note.into_iter().for_each(|note| streams.message(note));
        return Ok(());
    }
    let cannot = "cannot write the summary";
    let mut out = BufWriter::with_capacity(1 << 16, File::create(path).context(cannot)?);
    let note = render(summary, form, args, &mut out)?;
    out.flush().context(cannot)?;
    streams.message(format_args!("Wrote {}.", path.display()));
    note.into_iter().for_each(|note| streams.message(note));
    Ok(())
}
