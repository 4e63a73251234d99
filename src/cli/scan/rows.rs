//! Puts a judged record into the form that was asked for.

use serde::Serialize;

use crate::output::{Format, Record as OutputRecord, spreadsheet_text};
use crate::scan::Finding;
use crate::scan::ad::Role;
use crate::scan::read::record::write_json;
use crate::scan::read::{Layout, Original, Record};

/// Letters of an ad's text in a table.
const SHOWN: usize = 70;

/// Heads of the columns that a scan adds to CSV.
const ADDED: [&str; 10] = [
    "pugmark_score",
    "pugmark_verdict",
    "pugmark_language",
    "pugmark_appendix",
    "pugmark_annex",
    "pugmark_taxa",
    "pugmark_terms",
    "pugmark_price_eur",
    "pugmark_quantity",
    "pugmark_reasons",
];

/// A row of the table.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    score: u8,
    verdict: &'static str,
    ad: String,
    listed: String,
    why: String,
}

impl OutputRecord for Row {
    const COLUMNS: &'static [&'static str] = &["score", "verdict", "listed", "ad", "why"];

    fn cells(&self) -> Vec<String> {
        let score = self.score.to_string();
        vec![score, self.verdict.to_owned(), self.listed.clone(), self.ad.clone(), self.why.clone()]
    }
}

/// A judged record in the form that was asked for.
#[derive(Clone, Debug)]
pub(super) enum Printed {
    /// Bytes that are written as they stand.
    Bytes(Vec<u8>),
    /// A row of a table.
    Row(Box<Row>),
}

pub(super) fn printed(
    record: &Record<'_>,
    layout: &Layout,
    finding: &Finding,
    format: Format,
) -> Printed {
    match format {
        Format::Jsonl | Format::Json => {
            let mut bytes = Vec::new();
            write_json(&mut bytes, record, layout, finding);
            Printed::Bytes(bytes)
        }
        Format::Csv => Printed::Bytes(csv_row(&cells(record, finding))),
        Format::Table | Format::List => Printed::Row(Box::new(row(record, finding))),
    }
}

/// The header of CSV output.
pub(super) fn csv_header(layout: &Layout) -> Vec<u8> {
    let own: Vec<&str> = match layout {
        Layout::Csv { columns, .. } => columns.iter().map(|(name, _)| name.as_str()).collect(),
        Layout::Json | Layout::Table { .. } => vec!["id", "title", "text"],
        Layout::Text => vec!["line", "text"],
    };
    csv_row(&own.into_iter().chain(ADDED).map(str::to_owned).collect::<Vec<_>>())
}

fn csv_row(cells: &[String]) -> Vec<u8> {
    spreadsheet_text::row(cells.iter().map(String::as_str)).into_bytes()
}

fn cells(record: &Record<'_>, finding: &Finding) -> Vec<String> {
    let mut cells: Vec<String> = match &record.original {
        Original::Line(text) => vec![record.line.to_string(), text.clone().into_owned()],
        Original::Cells(cells) => cells.iter().map(|cell| cell.clone().into_owned()).collect(),
        Original::Json { .. } => {
            [Role::Id, Role::Title, Role::Text].map(|role| value(record, role)).into()
        }
    };
    let status = finding.status.as_ref();
    let text = |text: Option<String>| text.unwrap_or_default();
    let price = finding.price.as_ref().and_then(|price| price.eur);
    cells.extend([
        finding.score.to_string(),
        finding.verdict.word().to_owned(),
        finding.language.unwrap_or_default().to_owned(),
        text(status.and_then(|status| status.appendix.clone())),
        text(status.and_then(|status| status.annex.clone())),
        text(status.map(|status| {
            status.taxa.iter().map(|taxon| taxon.name.clone()).collect::<Vec<_>>().join("; ")
        })),
        terms(finding),
        text(price.map(|eur| eur.to_string())),
        text(finding.quantity.map(|count| count.to_string())),
        finding.reasons.join("; "),
    ]);
    cells
}

fn value(record: &Record<'_>, wanted: Role) -> String {
    let values = record.fields.iter().filter(|(role, _, _)| *role == wanted);
    values.map(|(_, _, value)| value.as_ref()).collect::<Vec<_>>().join(" ")
}

fn terms(finding: &Finding) -> String {
    let mut terms: Vec<&str> = finding.hits.iter().map(|hit| hit.term.as_str()).collect();
    terms.dedup();
    terms.join("; ")
}

fn row(record: &Record<'_>, finding: &Finding) -> Row {
    let id = value(record, Role::Id);
    let name = if id.is_empty() { record.line.to_string() } else { id };
    let title = value(record, Role::Title);
    let said = if title.is_empty() { value(record, Role::Text) } else { title };
    let said: String = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let status = finding.status.as_ref();
    let listed = status.map_or_else(String::new, |status| {
        let law = |name: &str, grade: &Option<String>| {
            grade.as_ref().map(|grade| format!("{name} {grade}"))
        };
        let both = [law("CITES", &status.appendix), law("EU", &status.annex)];
        both.into_iter().flatten().collect::<Vec<_>>().join(", ")
    });
    Row {
        score: finding.score,
        verdict: finding.verdict.word(),
        ad: format!("{name}: {}", shortened(&said)),
        listed,
        why: finding.reasons.iter().take(3).cloned().collect::<Vec<_>>().join("; "),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
