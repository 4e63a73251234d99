//! An explanation as a page: the ad with the words that counted marked, and the sum.
//!
//! One file without a script that asks for nothing from elsewhere. What a seller wrote is
//! escaped, and characters that hide or turn text are written out.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::output::terminal_text;

use super::ad::Ad;
use super::record::{Finding, HitRecord, Verdict};
use super::weights::Weights;

const STYLE: &str = "\
:root{color-scheme:light dark;background:Canvas;color:CanvasText;--soft:#6a6a6a}\
@media(prefers-color-scheme:dark){:root{--soft:#a6a6a6}}body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.3rem}h2{font-size:1.05rem;margin-top:2rem}.field{margin:.6rem 0;white-space:pre-wrap;overflow-wrap:anywhere}\
.name{color:var(--soft);font-size:.85rem;display:block}mark{padding:0 .15em;border-radius:.2em;color:#111;background:#ffe08a}\
mark.against{background:#b9dcff}mark.nil{background:#e4e4e4}sup{font-size:.7em;padding-left:.15em}\
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.25rem .6rem .25rem 0;border-bottom:1px solid #8884;overflow-wrap:anywhere}\
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}tfoot td{font-weight:600;border-bottom:0}\
footer{margin-top:2rem;color:var(--soft);font-size:.85rem}";

/// Writes `finding` of `ad` as a page.
#[must_use]
pub fn page(ad: &Ad<'_>, finding: &Finding, weights: &Weights) -> String {
    let digest = data_encoding::BASE64.encode(&Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    );
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="referrer" content="no-referrer";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { "Score " (finding.score) " · pugmark" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { "Score " (finding.score) " of 100: " (finding.verdict.word()) }
                    (thresholds(finding, weights))
                    h2 { "The ad" }
                    @for field in &ad.fields {
                        div.field {
                            span.name { (shown(&field.name)) }
                            (marked(&field.text, &field.name, finding))
                        }
                    }
                    (sum(finding))
                    (law(finding))
                }
                footer {
                    "Made by pugmark " (env!("CARGO_PKG_VERSION"))
                    ". A score says what an ad's words point to, not what was sold: a person decides."
                }
            }
        }
    }
    .into_string()
}

fn thresholds(finding: &Finding, weights: &Weights) -> Markup {
    let meaning = match finding.verdict {
        Verdict::Flag => "an offer of a specimen in scope, as far as words can tell",
        Verdict::Review => "a person should look",
        Verdict::Clear => "nothing that counts was found",
    };
    html! {
        p {
            (meaning) " (flag from " (weights.get("threshold.flag")) ", review from "
            (weights.get("threshold.review")) ")"
            @if let Some(language) = finding.language { "; language " (language) }
        }
    }
}

/// The text of a field with the words that counted marked.
fn marked(text: &str, field: &str, finding: &Finding) -> Markup {
    let chars: Vec<char> = text.chars().collect();
    let mut hits: Vec<&HitRecord> =
        finding.hits.iter().filter(|hit| hit.field == field && hit.end <= chars.len()).collect();
    hits.sort_by_key(|hit| {
        (hit.start, std::cmp::Reverse(hit.end), std::cmp::Reverse(hit.points.abs()))
    });
    let piece = |from: usize, to: usize| shown(&chars[from..to].iter().collect::<String>());
    let mut at = 0;
    let mut parts: Vec<(String, Option<&HitRecord>)> = Vec::new();
    for hit in hits.into_iter().filter(|hit| hit.start < hit.end) {
        if hit.start < at {
            continue;
        }
        parts.push((piece(at, hit.start), None));
        parts.push((piece(hit.start, hit.end), Some(hit)));
        at = hit.end;
    }
    parts.push((piece(at.min(chars.len()), chars.len()), None));
    html! {
        @for (words, hit) in &parts {
            @match hit {
                Some(hit) => mark.(side(hit.points)) title=(shown(&hit.why)) {
                    (words) @if hit.points != 0 { sup { (format!("{:+}", hit.points)) } }
                },
                None => (words),
            }
        }
    }
}

fn side(points: i32) -> &'static str {
    match points {
        ..0 => "against",
        0 => "nil",
        _ => "for",
    }
}

/// The reasons as a table with their sum.
fn sum(finding: &Finding) -> Markup {
    let rows: Vec<(&str, &str)> = finding
        .reasons
        .iter()
        .map(|reason| reason.rsplit_once(' ').unwrap_or((reason.as_str(), "")))
        .collect();
    let total: i32 = rows.iter().filter_map(|(_, points)| points.parse::<i32>().ok()).sum();
    html! {
        h2 { "The sum" }
        @if rows.is_empty() { p { "No word of the lexicon that could be of wildlife stands in the ad." } }
        @else {
            table {
                thead { tr { th.n { "points" } th { "reason" } } }
                tbody { @for (words, points) in &rows { tr { td.n { (points) } td { (shown(words)) } } } }
                tfoot {
                    tr {
                        td.n { (total) }
                        td { "rounded parts; the score is the sum between 0 and 100: " (finding.score) }
                    }
                }
            }
        }
    }
}

fn law(finding: &Finding) -> Markup {
    html! {
        @if let Some(status) = &finding.status {
            h2 { "The law of " (status.as_of) }
            table {
                thead { tr { th { "taxon that may be meant" } th { "CITES" } th { "EU" } } }
                tbody {
                    @for taxon in &status.taxa {
                        tr {
                            td { i { (taxon.name) } }
                            td { (taxon.appendix.as_deref().unwrap_or("–")) }
                            td { (taxon.annex.as_deref().unwrap_or("–")) }
                        }
                    }
                }
            }
        }
    }
}

/// Strangers' text with characters that hide or turn text written out; lines stay.
fn shown(text: &str) -> String {
    text.split('\n').map(terminal_text::escape).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::page;
    use crate::lexicon::Vocabulary;
    use crate::scan::{Ad, Options, Scanner, Scope, Weights};
    use crate::species::Species;

    fn of(text: &str) -> String {
        let (vocabulary, weights) = (Vocabulary::embedded(), Weights::embedded());
        let options = Options { scope: Scope::Listed, on: jiff::civil::date(2026, 11, 25) };
        let scanner = Scanner::new(&vocabulary, Species::embedded(), &weights, options);
        let ad = Ad::of_text(text);
        page(&ad, &scanner.judge(&ad), &weights)
    }

    #[test]
    fn what_a_seller_wrote_is_text_and_nothing_else() {
        let html =
            of("<script>alert(1)</script> \"ivory\" netsuke <img src=x onerror=y> \u{202E}42 g");
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
        assert!(!html.contains('\u{202E}') && html.contains("default-src 'none'"), "{html}");
    }

    #[test]
    fn words_that_counted_are_marked_and_summed() {
        let html = of("Ivory netsuke, Schreger lines, 42 g");
        assert!(html.contains("<mark class=\"for\"") && html.contains("Ivory netsuke"), "{html}");
        assert!(html.contains("Loxodonta africana") && html.contains("<tfoot>"), "{html}");
    }
}
