//! A notice as a letter in plain text.

use std::fmt::Write;

use jiff::tz::TimeZone;

use super::{Item, Notice};
use crate::case::report::Language;
use crate::output::terminal_text;

/// Returns `notice` as a letter.
#[must_use]
pub fn letter(notice: &Notice) -> String {
    let language = notice.language;
    let word = |key| notice.word(key);
    let mut text = opening(notice, "n-title");
    let count = notice.items.len().to_string();
    let _ = writeln!(text, "{}", notice.say("n-ask", &[("count", &count)]));
    for (place, item) in notice.items.iter().enumerate() {
        text += &entry(place + 1, item, language);
    }
    text += &accounts(notice);
    let days: Vec<String> = notice
        .law_as_of
        .iter()
        .map(|day| day.parse().map_or_else(|_| plain(day), |day| language.date(day)))
        .collect();
    let law = if days.is_empty() { "–".to_owned() } else { days.join(", ") };
    let _ = write!(
        text,
        "\n{}\n\n{}\n\n{}\n\n{}\n\n{}\n",
        notice.say("n-limits", &[("law", &law)]),
        word("n-faith"),
        word("n-reply"),
        word("n-closing"),
        name(notice),
    );
    text
}

/// What every letter to a platform begins with: its title, from whom to whom, and the greeting.
pub(super) fn opening(notice: &Notice, title: &str) -> String {
    let word = |key| notice.word(key);
    let language = notice.language;
    let colon = colon(language);
    let mut text = format!("{}\n\n{}\n\n", word("n-draft"), word(title));
    let email = notice.email.as_deref().map_or(word("n-email-missing").to_owned(), plain);
    for (key, value) in [
        ("n-to", plain(&notice.platform)),
        ("n-from", format!("{}, {email}", name(notice))),
        ("n-date", language.date(notice.date)),
        ("n-reference", plain(&notice.reference)),
    ] {
        let _ = writeln!(text, "{}{colon} {value}", word(key));
    }
    text + &format!("\n{}\n\n", word("n-greeting"))
}

/// Who signs.
pub(super) fn name(notice: &Notice) -> String {
    let missing = || notice.language.word("n-name-missing").to_owned();
    notice.notifier.as_deref().map_or_else(missing, plain)
}

fn entry(place: usize, item: &Item, language: Language) -> String {
    let word = |key| language.word(key);
    let colon = colon(language);
    let url = item
        .url
        .as_deref()
        .map_or_else(|| language.say("n-no-address", &[("id", &plain(&item.ad_id))]), plain);
    let appendix = item.appendix.as_deref().unwrap_or("–");
    let listing =
        language.say("n-listing-text", &[("annex", &item.annex), ("appendix", &plain(appendix))]);
    let claims: Vec<String> =
        item.claims.iter().map(|claim| quoted(&plain(claim), language)).collect();
    let claims = if claims.is_empty() { word("n-no-claims").to_owned() } else { claims.join(", ") };
    let preserved = item.preserved.as_ref().map_or_else(
        || word("n-not-preserved").to_owned(),
        |kept| {
            let time = TimeZone::UTC.to_datetime(kept.time);
            let time = format!("{}, {} UTC", language.date(time.date()), time.strftime("%H:%M:%S"));
            let values = [("time", time.as_str()), ("item", &kept.item), ("hash", &kept.sha256)];
            language.say("n-preserved-text", &values)
        },
    );
    let mut text = format!("\n{place}. {}\n", plain(&item.title));
    let published = item.published.map(|date| language.date(date));
    for (key, value) in [
        ("n-address", Some(url)),
        ("n-account", item.account.as_deref().map(plain)),
        ("n-published", published),
        ("n-offered", Some(plain(&item.offered))),
        ("n-listing", Some(listing)),
        ("n-why", Some(item.reasons.join(" "))),
        ("n-claims", Some(claims)),
        ("n-preserved", Some(preserved)),
    ] {
        if let Some(value) = value {
            let _ = writeln!(text, "   {}{colon} {value}", word(key));
        }
    }
    text
}

fn accounts(notice: &Notice) -> String {
    if notice.accounts.is_empty() {
        return String::new();
    }
    let language = notice.language;
    let mut text = format!("\n{}\n{}\n", notice.word("n-accounts"), notice.word("n-accounts-text"));
    for account in &notice.accounts {
        let numbers: Vec<String> = account.items.iter().map(ToString::to_string).collect();
        let (name, numbers) = (plain(&account.name), numbers.join(", "));
        let count = account.items.len().to_string();
        let values = [("account", name.as_str()), ("count", &count), ("numbers", &numbers)];
        let _ = writeln!(text, "   {}", language.say("n-account-line", &values));
    }
    text
}

/// Text of strangers on one line, at most 500 characters, with hidden characters written out.
pub(super) fn plain(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = terminal_text::escape(&line);
    let mut short: String = line.chars().take(500).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}

/// `text` in the quotation marks of the language.
pub(super) fn quoted(text: &str, language: Language) -> String {
    match language {
        Language::En => format!("“{text}”"),
        Language::Fr => format!("«\u{a0}{text}\u{a0}»"),
        Language::De => format!("„{text}“"),
        Language::Nl => format!("‘{text}’"),
    }
}

/// French sets a space before a colon.
pub(super) fn colon(language: Language) -> &'static str {
    if language == Language::Fr { "\u{a0}:" } else { ":" }
}
