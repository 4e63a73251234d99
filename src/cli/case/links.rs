//! `pugmark case links`: who is behind the ads.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::case::links::{Cluster, EdgeRow, Kind, Links, Photos, graphml, links};
use crate::case::report;
use crate::case::summary::CaseHead;
use crate::cli::case_folder::CaseDir;
use crate::cli::format::FormatArgs;
use crate::cli::{Outcome, Streams};
use crate::output::{Format, Records, terminal_text};

use super::counted::{CountedArgs, counted};
use super::lang::Lang;

/// Join accounts by phone, e-mail, handle, payment reference, photo or near-identical text
///
/// Numbers of couriers and platforms, and numbers that an ad quotes beside its own, join
/// nobody; they are listed with the reason.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark case links CASE
  pugmark case links CASE --graphml network.graphml --csv edges.csv

Exit code 1: no accounts belong together.")]
pub(super) struct Args {
    #[command(flatten)]
    case: CaseDir,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    counted: CountedArgs,
    /// Write the networks as one HTML page to FILE, with a drawing of each
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Language of that page
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    lang: Lang,
    /// Write the network as GraphML to FILE, for Gephi, yEd and the like
    #[arg(long, value_name = "FILE")]
    graphml: Option<PathBuf>,
    /// Write the edges as CSV to FILE
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let case = args.case.open()?;
    let ads = counted(&case, &args.counted)?;
    let links = links(&ads, &Photos::of(case.store())?);
    let page = || report::network(&links, &CaseHead::of(case.record()), args.lang.into());
    if let Some(path) = &args.html {
        write(path, page().as_bytes(), streams)?;
    }
    if let Some(path) = &args.graphml {
        write(path, graphml(&links).as_bytes(), streams)?;
    }
    if let Some(path) = &args.csv {
        write(path, &csv(&links)?, streams)?;
    }
    let bytes = match streams.format(args.format.choice()) {
        Format::Table | Format::List => table(&links).into_bytes(),
        Format::Json => serde_json::to_vec_pretty(&links)?,
        Format::Jsonl => serde_json::to_vec(&links)?,
        Format::Csv => csv(&links)?,
    };
    streams.data().write_all(&bytes)?;
    if matches!(streams.format(args.format.choice()), Format::Json | Format::Jsonl) {
        streams.data().write_all(b"\n")?;
    }
    // The program ends: to give back the memory of many ads string by string takes long.
    std::mem::forget(ads);
    if links.clusters.is_empty() {
        streams
            .message("No accounts belong together: they share no contact, payment, photo or text.");
        return Ok(Outcome::Negative);
    }
    Ok(Outcome::Done)
}

fn write(path: &Path, bytes: &[u8], streams: &mut Streams) -> anyhow::Result<()> {
    fs_err::write(path, bytes).context("cannot write the networks")?;
    streams.message(format_args!("Wrote {}.", path.display()));
    Ok(())
}

fn csv(links: &Links) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut records = Records::new(&mut bytes, Format::Csv, 0);
    for row in links.rows() {
        records.put::<EdgeRow>(&row)?;
    }
    records.finish()?;
    Ok(bytes)
}

fn table(links: &Links) -> String {
    let mut text = String::new();
    for cluster in &links.clusters {
        text += &block(cluster);
    }
    if !links.ignored.is_empty() {
        text += "Shared, but joining nobody:\n";
        for value in &links.ignored {
            let line = format!(
                "  {} {}: {} ({} accounts)",
                value.kind.word(),
                value.value,
                value.reason,
                value.accounts.len()
            );
            let _ = writeln!(text, "{}", terminal_text::escape(&line));
        }
    }
    text
}

/// A network: a line on the whole, its accounts by number, then what two of them share.
fn block(cluster: &Cluster) -> String {
    let mut text = format!(
        "{}  {} accounts, {} ads, EUR {}",
        cluster.id,
        cluster.accounts.len(),
        cluster.ads.len(),
        cluster.value_eur.cents() / 100,
    );
    if let (Some(from), Some(to)) = (cluster.from, cluster.to) {
        let _ = write!(text, ", {from} to {to}");
    }
    text.push('\n');
    let numbers: BTreeMap<&str, usize> =
        cluster.accounts.iter().enumerate().map(|(at, name)| (name.as_str(), at + 1)).collect();
    for name in &cluster.accounts {
        let key = if *name == cluster.key_account { "  (key account)" } else { "" };
        let line = format!("    {:<3} {name}{key}", numbers[name.as_str()]);
        let _ = writeln!(text, "{}", terminal_text::escape(&line));
    }
    for edge in &cluster.edges {
        let pair = format!("{}–{}", numbers[edge.a.as_str()], numbers[edge.b.as_str()]);
        let kind = edge.kind.word();
        let value = if edge.kind == Kind::Text { "as in " } else { "" }.to_owned() + &edge.value;
        let line = format!("    {pair:<7} {kind:<7} {value}  {:.2}", edge.strength);
        let _ = writeln!(text, "{}", terminal_text::escape(&line));
        for item in edge.items() {
            let _ = writeln!(text, "                    in {}", terminal_text::escape(item));
        }
    }
    text + "\n"
}
