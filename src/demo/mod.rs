//! The whole way on embedded examples: scan, capture, verify, import, report.
//!
//! The pages come from a server on loopback that runs as long as the demonstration does;
//! nothing leaves the machine, and nothing is written outside the folder of the
//! demonstration, its signing key included.

mod pages;
mod scan;
mod server;

pub use scan::ScanError;
pub use server::{Document, Server};

use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::case::ad::Verdict;
use crate::case::decisions::Decisions;
use crate::case::ledger::{Ledger, LedgerError};
use crate::case::rates::Rates;
use crate::case::report::{Language, html};
use crate::case::summary::{CaseHead, Summary, Terms, Visits, summarise};
use crate::case::{CaseDetails, Folder, FolderError, ImportError, import};
use crate::clock::Clock;
use crate::evidence::{
    CaptureError, CaptureOptions, Capturer, Check, Custodian, Expected, KeyError, Signer,
    StoreError, verify,
};
use crate::species::Species;

use scan::Scanned;

/// The ads: fictional, in four languages, about half of them no trade in wildlife.
pub const ADS: &str = include_str!("../../examples/worked-case/ads.jsonl");

/// Why the demonstration stopped.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// There is something at the path already.
    #[error("`{0}` exists already")]
    Exists(PathBuf),
    /// The examples could not be scanned.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// The key could not be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The case folder could not be made.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A page could not be captured.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// The case could not be verified.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ads could not be imported.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The ads could not be counted.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Anything else of the system.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What the demonstration made.
#[derive(Debug)]
pub struct Demo {
    /// The case folder.
    pub case: PathBuf,
    /// The scan output.
    pub scan: PathBuf,
    /// The report.
    pub report: PathBuf,
    /// Pages captured.
    pub captured: usize,
    /// What verification came to.
    pub verified: Check,
    /// The figures.
    pub summary: Summary,
}

/// Goes the whole way in `folder`, which must not exist. `step` is told what comes next.
///
/// # Errors
///
/// [`DemoError`]; what was made until then stays.
pub fn demo(folder: &Path, clock: Clock, step: &mut dyn FnMut(&str)) -> Result<Demo, DemoError> {
    if folder.symlink_metadata().is_ok() {
        return Err(DemoError::Exists(folder.to_owned()));
    }
    fs::create_dir_all(folder)?;
    step("scan the ads");
    let scanned = scan::scan(ADS, clock.today())?;
    let (ads, scan) = (folder.join("ads.jsonl"), folder.join("scan.jsonl"));
    fs::write(&ads, ADS)?;
    fs::write(&scan, &scanned.records)?;

    let custodian = Custodian::new(Signer::in_folder(&folder.join("key"))?, clock);
    let case = Folder::create(&folder.join("case"), details(), &custodian)?;
    let captured = capture(&case, &custodian, &scanned, step)?;
    step("import the ads");
    import(&case, &custodian, scanned.records.as_slice(), "scan.jsonl", &mut |_, _| {})?;
    step("verify the case");
    let verified = verify(case.store(), &Expected::default(), &|_| {})?.total();
    step("write the report");
    let summary = summarise(&Ledger::of(case.path()), &terms(&case, clock))?;
    let report = folder.join("report.html");
    fs::write(&report, html(&summary, Language::En))?;
    Ok(Demo { case: case.path().to_owned(), scan, report, captured, verified, summary })
}

fn details() -> CaseDetails {
    CaseDetails {
        title: "Demonstration: ivory, birds and tortoises on four marketplaces".to_owned(),
        number: Some("DEMO".to_owned()),
        ..CaseDetails::default()
    }
}

fn terms(case: &Folder, clock: Clock) -> Terms {
    Terms {
        case: CaseHead::of(case.record()),
        verdicts: vec![Verdict::Flag],
        made: clock.now(),
        data_date: Some(Species::embedded().data_date()),
        rates: Rates::shipped(),
        decisions: Decisions::default(),
        visits: Visits::default(),
    }
}

/// Serves the ads on loopback and captures the pages of those that were flagged.
fn capture(
    case: &Folder,
    custodian: &Custodian,
    scanned: &Scanned,
    step: &mut dyn FnMut(&str),
) -> Result<usize, DemoError> {
    let pages = pages::pages(scanned.offers.iter().map(|(offer, _)| offer));
    let server = Server::start(pages, custodian.clock())?;
    let address = server.address();
    let options = CaptureOptions { also_allowed: vec![address], ..CaptureOptions::default() };
    let capturer = Capturer::new(case.store(), custodian, options)?;
    let mut captured = 0;
    for (offer, _) in scanned.offers.iter().filter(|(_, verdict)| *verdict == Verdict::Flag) {
        let Some(path) = pages::path(offer) else { continue };
        step(&format!("capture {path}"));
        capturer.capture(&format!("http://{address}{path}"), &mut |_| {})?;
        captured += 1;
    }
    Ok(captured)
}
