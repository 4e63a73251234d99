//! `pugmark case export`: a case for other programs.

use std::path::PathBuf;

use serde::Serialize;

use crate::case::Folder;
use crate::case::ad::{Ad, AdId, Offer};
use crate::case::decisions::{Decision, Decisions};
use crate::case::export::{AdRow, Dossier, case_uco, ecomessage, misp, stix};
use crate::case::ledger::Ledger;
use crate::case::links::{Photos, graphml, links};
use crate::cli::case_folder::CaseDir;
use crate::cli::custodian::custodian;
use crate::cli::new_file::new_file;
use crate::cli::{Outcome, Streams};
use crate::clock::Clock;
use crate::evidence::{Action, Sha256};
use crate::output::{Format, Records};

use super::counted::{CountedArgs, counted};

/// Give a case to other programs and people
///
/// The custody log keeps what was given out, when, and its hash.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark case export CASE --as case-uco --out case.jsonld
  pugmark case export CASE --as csv --out ads.csv")]
pub(super) struct Args {
    #[command(flatten)]
    case: CaseDir,
    /// Form of the export
    #[arg(long = "as", value_name = "FORM")]
    form: Form,
    /// File to write; never overwritten
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    counted: CountedArgs,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Form {
    /// CASE/UCO 1.4 as JSON-LD: ads, accounts, networks, custody log
    CaseUco,
    /// STIX 2.1 bundle: ads, accounts, networks
    Stix,
    /// MISP event as JSON: addresses of ads, accounts, ways to reach and to pay them
    Misp,
    /// Plain text in the order of INTERPOL's Ecomessage, for a National Central Bureau
    Ecomessage,
    /// GraphML: accounts and what joins them
    Graphml,
    /// CSV for a spreadsheet: one ad a row, formulas neutralised
    Csv,
    /// Labelled ads as JSON lines, from the decisions of `case review`
    Labels,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let case = args.case.open()?;
    let custodian = custodian()?;
    let ads = counted(&case, &args.counted)?;
    let links = links(&ads, &Photos::of(case.store())?);
    let entries: Vec<_> = case.store().log()?.lines.into_iter().map(|line| line.entry).collect();
    let made = Clock::System.now();
    let dossier =
        Dossier { record: case.record(), ads: &ads, links: &links, entries: &entries, made };
    let mut count = ads.len();
    let bytes = match args.form {
        Form::CaseUco => pretty(&case_uco(&dossier))?,
        Form::Stix => pretty(&stix(&dossier))?,
        Form::Misp => pretty(&misp(&dossier))?,
        Form::Ecomessage => ecomessage(&dossier).into_bytes(),
        Form::Graphml => graphml(&links).into_bytes(),
        Form::Csv => csv(&ads)?,
        Form::Labels => {
            let labels = labels(&case)?;
            count = labels.len();
            labels.concat().into_bytes()
        }
    };
    let mut file = new_file(&args.out)?;
    std::io::Write::write_all(&mut file, &bytes)?;
    file.sync_all()?;
    let action = Action::new("export")
        .with("form", args.form.word())
        .with("ads", count)
        .with("sha256", Sha256::of(&bytes));
    case.lock(&custodian)?.append(action)?;
    streams.message(format_args!("Wrote {count} ads to {}.", args.out.display()));
    Ok(if count == 0 { Outcome::Negative } else { Outcome::Done })
}

impl Form {
    fn word(self) -> &'static str {
        match self {
            Self::CaseUco => "case-uco",
            Self::Stix => "stix",
            Self::Misp => "misp",
            Self::Ecomessage => "ecomessage",
            Self::Graphml => "graphml",
            Self::Csv => "csv",
            Self::Labels => "labels",
        }
    }
}

fn pretty(value: &serde_json::Value) -> anyhow::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// With a byte-order mark, without which spreadsheets take UTF-8 for something else.
fn csv(ads: &[Ad]) -> anyhow::Result<Vec<u8>> {
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    let mut records = Records::new(&mut bytes, Format::Csv, 0);
    for ad in ads {
        records.put(&AdRow::from(ad))?;
    }
    records.finish()?;
    Ok(bytes)
}

/// A decided ad as an example for the scanner.
#[derive(Serialize)]
struct Label<'a> {
    id: &'a AdId,
    title: &'a str,
    text: &'a str,
    language: Option<&'a str>,
    listed: bool,
}

/// A line for each ad that a person confirmed or rejected.
fn labels(case: &Folder) -> anyhow::Result<Vec<String>> {
    let decisions = Decisions::of(case.path())?;
    let mut lines = Vec::new();
    Ledger::of(case.path()).read(|ad| {
        let listed = match decisions.on(&ad.ad_id).map(|decided| decided.decision) {
            Some(Decision::Confirm) => true,
            Some(Decision::Reject) => false,
            Some(Decision::Unsure) | None => return,
        };
        let Offer { title, text, .. } = &ad.offer;
        let language = ad.finding.language.as_deref();
        let label = Label { id: &ad.ad_id, title, text, language, listed };
        lines.push(serde_json::to_string(&label).expect("a label is always JSON") + "\n");
    })?;
    Ok(lines)
}
