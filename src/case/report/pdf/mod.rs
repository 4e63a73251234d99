//! The report as PDF/A-2b: a document that archives take and courts read.
//!
//! The figures and texts go to the template `report.typ` as data, so that nothing that a
//! seller wrote is ever read as markup. Fonts are in the program: no file of the machine is
//! read, and the same summary gives the same bytes.

mod page;
mod world;

use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use self::page::Page;
use self::world::{Fonts, ReportWorld};
use super::Language;
use crate::case::summary::Summary;

/// Why there is no PDF: what the typesetter says.
#[derive(Debug, thiserror::Error)]
#[error("the report cannot be set as a PDF/A: {0}")]
pub struct PdfError(String);

/// Returns the report of `summary` as a PDF/A-2b in `language`.
///
/// # Errors
///
/// [`PdfError`], when the typesetter refuses; no summary is known that it refuses.
pub fn pdf(summary: &Summary, language: Language) -> Result<Vec<u8>, PdfError> {
    let fonts = Fonts::shipped();
    let page = Page::of(summary, language, &fonts);
    let data = serde_json::to_vec(&page).map_err(|err| PdfError(err.to_string()))?;
    let world = ReportWorld::new(fonts, data);
    let document: PagedDocument = typst::compile(&world).output.map_err(|found| {
        PdfError(found.iter().map(|one| one.message.to_string()).collect::<Vec<_>>().join("; "))
    })?;
    let options = PdfOptions {
        ident: Smart::Custom(format!("{} {}", summary.case.title, summary.made)),
        creator: Smart::Custom(Some(format!("pugmark {}", summary.program))),
        timestamp: made(summary).map(Timestamp::new_utc),
        standards: PdfStandards::new(&[PdfStandard::A_2b])
            .map_err(|err| PdfError(err.message().to_string()))?,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|found| {
        PdfError(found.iter().map(|one| one.message.to_string()).collect::<Vec<_>>().join("; "))
    })
}

/// When the summary was made.
fn made(summary: &Summary) -> Option<Datetime> {
    let made = jiff::tz::TimeZone::UTC.to_datetime(summary.made);
    let part = |number: i8| u8::try_from(number).ok();
    Datetime::from_ymd_hms(
        i32::from(made.year()),
        part(made.month())?,
        part(made.day())?,
        part(made.hour())?,
        part(made.minute())?,
        part(made.second())?,
    )
}

#[cfg(test)]
mod tests;
