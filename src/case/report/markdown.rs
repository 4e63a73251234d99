//! The report as Markdown, for pasting into a file or a mail.

use std::fmt::Write;

use super::Language;
use super::label::{is_italic, label};
use super::method::method;
use crate::case::ad::Ad;
use crate::case::summary::{Eur, Figure, Summary};
use crate::output::terminal_text;

/// Returns the report of `summary` as Markdown in `language`.
#[must_use]
pub fn markdown(summary: &Summary, language: Language) -> String {
    let mut text = format!("# {}\n\n", plain(&summary.case.title));
    text += &totals(summary, language);
    for (list, figures) in summary.lists() {
        text += &table(list, figures, language);
    }
    let sellers: Vec<Figure> = summary.sellers.iter().map(|one| one.figure.clone()).collect();
    text += &table("seller", &sellers, language);
    let _ = write!(text, "## {}\n\n", language.word("the-ads"));
    for (place, ad) in summary.ads.iter().enumerate() {
        let _ = writeln!(text, "{}. {}", place + 1, line_of(ad));
    }
    let _ = write!(text, "\n## {}\n\n", language.word("method"));
    for (title, sentence) in method(summary, language) {
        let _ = write!(text, "**{title}.** {}\n\n", plain(&sentence));
    }
    text
}

fn totals(summary: &Summary, language: Language) -> String {
    let totals = &summary.totals;
    let n = |number: u64| language.number(number);
    let median = totals.median_eur.map_or_else(|| "–".to_owned(), |eur| euro(eur, language));
    let rows = [
        ("ads", n(totals.ads)),
        ("offers", n(totals.unique_ads)),
        ("specimens", n(totals.specimens)),
        ("value-short", euro(totals.value_eur, language)),
        ("median", median),
        ("no-price", n(totals.without_price)),
        ("sellers", n(totals.sellers)),
    ];
    let mut text = "| | |\n|---|--:|\n".to_owned();
    for (key, number) in rows {
        let _ = writeln!(text, "| {} | {number} |", language.word(key));
    }
    text + "\n"
}

fn table(list: &str, figures: &[Figure], language: Language) -> String {
    if figures.is_empty() {
        return String::new();
    }
    let heads = [list, "ads", "offers", "specimens", "value-short", "median", "no-price"];
    let heads = heads.map(|key| language.word(key)).join(" | ");
    let mut text = format!("## {}\n\n", language.word(&format!("by-{list}")));
    let _ = write!(text, "| {heads} |\n|---|--:|--:|--:|--:|--:|--:|\n");
    for figure in figures {
        let name = plain(&label(list, &figure.key, language));
        let name = if is_italic(list, &figure.key) { format!("*{name}*") } else { name };
        let median = figure.median_eur.map_or_else(|| "–".to_owned(), |eur| euro(eur, language));
        let _ = writeln!(
            text,
            "| {name} | {} | {} | {} | {} | {median} | {} |",
            language.number(figure.ads),
            language.number(figure.unique_ads),
            language.number(figure.specimens),
            euro(figure.value_eur, language),
            language.number(figure.without_price),
        );
    }
    text + "\n"
}

fn line_of(ad: &Ad) -> String {
    let title = plain(&ad.offer.title);
    let date = ad.offer.date.map(|date| format!(", {date}")).unwrap_or_default();
    format!("{title} ({}{date})", plain(&ad.ad_id))
}

/// Text of strangers on one line, with every sign escaped that Markdown or HTML would obey.
fn plain(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut plain = String::new();
    for c in terminal_text::escape(&line).chars() {
        match c {
            '<' => plain += "&lt;",
            '&' => plain += "&amp;",
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' | '$' => {
                plain.extend(['\\', c]);
            }
            ':' => plain += "&#58;",
            '@' => plain += "&#64;",
            _ => plain.push(c),
        }
    }
    plain
}

/// Whole euro, rounded.
fn euro(amount: Eur, language: Language) -> String {
    language.number((amount.cents() + 50).div_euclid(100))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn nothing_of_a_stranger_is_markup() {
        let hostile = "[x](javascript:alert(1)) <img src=x> | a\u{202e}b https://e.example a@b";
        let plain = plain(hostile);
        assert!(!plain.contains("](") || plain.contains("\\]("), "{plain}");
        for sign in ["<", "://", "javascript:", "\u{202e}", "a@b"] {
            assert!(!plain.contains(sign), "{sign} in {plain}");
        }
    }
}
