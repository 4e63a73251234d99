//! Prints why an ad got its score.

use std::io;
use std::path::Path;

use anyhow::Context as _;

use crate::cli::Streams;
use crate::output::{Format, terminal_text};
use crate::scan::{Ad, Finding, Weights};

/// Prints the explanation of `finding`: the marked text, the sum, the status.
pub(in crate::cli) fn print_explanation(
    streams: &mut Streams,
    format: Option<Format>,
    ad: &Ad<'_>,
    finding: &Finding,
    weights: &Weights,
) -> io::Result<()> {
    if matches!(format, Some(Format::Json | Format::Jsonl)) {
        let json = serde_json::to_string(finding)?;
        return writeln!(streams.data(), "{json}");
    }
    let text = explanation(ad, finding, weights);
    streams.data().write_all(text.as_bytes())
}

/// Writes the explanation as a page to `path`.
pub(in crate::cli) fn write_page(
    path: &Path,
    ad: &Ad<'_>,
    finding: &Finding,
    weights: &Weights,
) -> anyhow::Result<()> {
    let page = crate::scan::page::page(ad, finding, weights);
    fs_err::write(path, page).context("cannot write the explanation")
}

fn explanation(ad: &Ad<'_>, finding: &Finding, weights: &Weights) -> String {
    let flag = weights.get("threshold.flag");
    let review = weights.get("threshold.review");
    let mut lines = vec![format!(
        "score {} of 100: {} (flag from {flag}, review from {review})",
        finding.score,
        finding.verdict.word()
    )];
    if let Some(language) = finding.language {
        lines.push(format!("language {language}"));
    }
    lines.push(String::new());
    for field in &ad.fields {
        lines.push(format!("{}: {}", field.name, marked(&field.text, &field.name, finding)));
    }
    lines.push(String::new());
    for reason in &finding.reasons {
        let (words, points) = reason.rsplit_once(' ').unwrap_or((reason.as_str(), ""));
        lines.push(format!("{points:>5}  {words}"));
    }
    lines.extend(law(finding));
    let text: Vec<String> =
        lines.iter().map(|line| terminal_text::escape(line).into_owned()).collect();
    text.join("\n") + "\n"
}

fn law(finding: &Finding) -> Vec<String> {
    let Some(status) = &finding.status else { return Vec::new() };
    let mut lines = vec![String::new(), format!("law of {}:", status.as_of)];
    for taxon in &status.taxa {
        let appendix = taxon.appendix.as_deref().map(|grade| format!("CITES {grade}"));
        let annex = taxon.annex.as_deref().map(|grade| format!("EU {grade}"));
        let both: Vec<String> = [appendix, annex].into_iter().flatten().collect();
        lines.push(format!("  {}: {}", taxon.name, both.join(", ")));
    }
    lines
}

/// The text of a field with the words that counted in brackets.
fn marked(text: &str, field: &str, finding: &Finding) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut spans: Vec<(usize, usize)> = finding
        .hits
        .iter()
        .filter(|hit| hit.field == field && hit.end <= chars.len())
        .map(|hit| (hit.start, hit.end))
        .collect();
    spans.sort_by_key(|(start, end)| (*start, std::cmp::Reverse(*end)));
    let mut shown = String::new();
    let mut at = 0;
    for (start, end) in spans {
        if start < at {
            continue;
        }
        shown.extend(&chars[at..start]);
        shown.push('[');
        shown.extend(&chars[start..end]);
        shown.push(']');
        at = end;
    }
    shown.extend(&chars[at.min(chars.len())..]);
    shown.replace('\n', " ")
}
