//! The report as PDF/A-2b: a document that archives take and courts read.
//!
//! The figures and texts go to the template `report.typ` as data, so that nothing that a
//! seller wrote is ever read as markup. Fonts are in the program; only where an ad has letters
//! that they lack (Chinese, Arabic …) are those of the machine asked. The same summary gives the
//! same bytes on a machine with the same fonts.

mod machine;
mod page;
mod world;

use std::collections::BTreeSet;

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

/// The report, and the letters that stand in it as □ because no font has them.
#[derive(Debug)]
pub struct Pdf {
    /// The document.
    pub bytes: Vec<u8>,
    /// Letters of the ads that neither the program nor the machine has a font for.
    pub missing: BTreeSet<char>,
}

/// Returns the report of `summary` as a PDF/A-2b in `language`.
///
/// # Errors
///
/// [`PdfError`], when the typesetter refuses; no summary is known that it refuses.
pub fn pdf(summary: &Summary, language: Language) -> Result<Pdf, PdfError> {
    let fonts = Fonts::shipped();
    let page = Page::of(summary, language, &fonts);
    let missing = fonts.missing();
    if missing.is_empty() {
        return Ok(Pdf { bytes: set(summary, &page, &fonts)?, missing });
    }
    let more = fonts.with_machine();
    let with_more = Page::of(summary, language, &more);
    // A font of the machine may be broken: then the program's own do.
    match set(summary, &with_more, &more) {
        Ok(bytes) => Ok(Pdf { bytes, missing: more.missing() }),
        Err(_) => Ok(Pdf { bytes: set(summary, &page, &Fonts::shipped())?, missing }),
    }
}

/// Sets the page and writes the document.
fn set(summary: &Summary, page: &Page, fonts: &Fonts) -> Result<Vec<u8>, PdfError> {
    let data = serde_json::to_vec(page).map_err(|err| PdfError(err.to_string()))?;
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
