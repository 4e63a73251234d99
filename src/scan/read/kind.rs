//! What a file is, told by its first bytes.

use super::elements::Place;
use super::encoding;
use super::json::Object;
use super::layout::Mapping;
use crate::scan::ad::Role;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, an ad a line.
    Text,
    /// Cells with a header, with commas, semicolons, tabs or bars between them.
    Csv,
    /// JSON, an object a line.
    Jsonl,
    /// JSON otherwise: an array of objects, in an object or not, or objects over several lines.
    Json,
    /// A page, or several after one another.
    Html,
    /// An e-mail message.
    Eml,
    /// A mailbox of several messages.
    Mbox,
    /// Parquet.
    Parquet,
}

impl Kind {
    /// False for kinds whose bytes are no text.
    pub(super) fn is_text(self) -> bool {
        self != Self::Parquet
    }
}

/// Words at the start of the lines of a message's head.
const HEADERS: [&str; 17] = [
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "received",
    "return-path",
    "delivered-to",
    "message-id",
    "mime-version",
    "content-type",
    "reply-to",
    "sender",
    "dkim-signature",
    "x-mailer",
    "in-reply-to",
    "content-transfer-encoding",
];

/// The kind of a file that begins with `sample`, if that can be told without its name;
/// it is text or CSV otherwise.
pub(super) fn find(sample: &[u8]) -> Option<Kind> {
    if sample.starts_with(b"PAR1") {
        return Some(Kind::Parquet);
    }
    let text = encoding::sample_text(sample);
    let text = text.trim_start_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']);
    if text.starts_with("From ") && is_head(text.split_once('\n').map_or("", |(_, rest)| rest), 2) {
        return Some(Kind::Mbox);
    }
    if text.starts_with('<') && is_page(text) {
        return Some(Kind::Html);
    }
    if text.starts_with('{') {
        return Some(if is_object_a_line(text) { Kind::Jsonl } else { Kind::Json });
    }
    let in_array = text.strip_prefix('[').map(str::trim_start);
    if in_array.is_some_and(|rest| rest.starts_with(['{', ']'])) {
        return Some(Kind::Json);
    }
    is_head(text, 3).then_some(Kind::Eml)
}

fn is_page(text: &str) -> bool {
    let start: String = text.chars().take(2048).collect::<String>().to_ascii_lowercase();
    ["<!doctype html", "<html", "<head", "<body", "<title", "<meta "]
        .iter()
        .any(|tag| start.contains(tag))
}

/// True for at least `least` known header lines before anything else.
fn is_head(text: &str, least: usize) -> bool {
    let mut known = 0;
    for line in text.lines().take(200) {
        if line.is_empty() || known >= least {
            break;
        }
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { return false };
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_name {
            return false;
        }
        known += usize::from(HEADERS.contains(&name.to_ascii_lowercase().as_str()));
    }
    known >= least
}

/// False where the first object goes on over the line's end, or is only a wrapper.
fn is_object_a_line(text: &str) -> bool {
    let Some((line, _)) = text.split_once('\n') else {
        // One line is longer than what is looked at, or is all there is.
        return member_of_records(text, &Mapping::default()).is_none();
    };
    let line = line.trim_end();
    if serde_json::from_str::<Object<'_>>(line).is_ok() {
        return member_of_records(line, &Mapping::default()).is_none();
    }
    // A broken record looks like one over several lines, but the next line begins one.
    let next = text[line.len()..].trim_start();
    next.starts_with('{') && line.len() > 1
}

/// Where the records stand in JSON that begins with `sample`.
pub(super) fn place(sample: &[u8], mapping: &Mapping) -> Place {
    let text = encoding::sample_text(sample);
    let text = text.trim_start_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']);
    if text.starts_with('[') {
        return Place::Array;
    }
    member_of_records(text, mapping).map_or(Place::Bare, Place::Member)
}

/// The first member of the object that `text` begins with which is an array of objects,
/// where no member before it holds the text of an ad.
fn member_of_records(text: &str, mapping: &Mapping) -> Option<String> {
    let mut rest = text.trim_start().strip_prefix('{')?;
    loop {
        rest = rest.trim_start_matches([',', ' ', '\t', '\r', '\n']);
        let mut keys = serde_json::Deserializer::from_str(rest).into_iter::<String>();
        let key = keys.next()?.ok()?;
        rest = rest[keys.byte_offset()..].trim_start().strip_prefix(':')?.trim_start();
        if matches!(mapping.role(&key), Some(Role::Title | Role::Text)) {
            return None;
        }
        if rest.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with('{')) {
            return Some(key);
        }
        let mut values =
            serde_json::Deserializer::from_str(rest).into_iter::<serde::de::IgnoredAny>();
        values.next()?.ok()?;
        rest = &rest[values.byte_offset()..];
    }
}

/// The delimiter by which the name of a file says that it is cells.
pub(super) fn by_name(file: &str) -> Option<Kind> {
    let mut name = file.rsplit(['/', '\\']).next().unwrap_or(file).to_lowercase();
    for packed in [".gz", ".zst", ".bz2", ".xz", ".zip"] {
        if let Some(inner) = name.strip_suffix(packed) {
            name = inner.to_owned();
        }
    }
    match name.rsplit_once('.')?.1 {
        "csv" | "tsv" | "tab" => Some(Kind::Csv),
        "jsonl" | "ndjson" => Some(Kind::Jsonl),
        "json" => Some(Kind::Json),
        "txt" | "text" => Some(Kind::Text),
        "html" | "htm" | "xhtml" => Some(Kind::Html),
        "eml" => Some(Kind::Eml),
        "mbox" => Some(Kind::Mbox),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Place, find, place};
    use crate::scan::read::Mapping;

    #[test]
    fn kinds_are_told_by_content() {
        for (text, kind) in [
            ("{\"title\":\"a\"}\n{\"title\":\"b\"}\n", Some(Kind::Jsonl)),
            ("{\"title\":\"cut\n{\"title\":\"b\"}\n", Some(Kind::Jsonl)),
            ("{\"title\":\"a\",\"images\":[{\"u\":1}]}", Some(Kind::Jsonl)),
            ("{\"n\":1,\"ads\":[{\"title\":\"b\"}]}\n", Some(Kind::Json)),
            ("{\n \"title\":\"a\"\n}\n", Some(Kind::Json)),
            ("\u{FEFF} [\n{\"title\":\"a\"}]", Some(Kind::Json)),
            ("[sold] ivory", None),
            ("<!DOCTYPE html><title>x", Some(Kind::Html)),
            ("<ivory> carved", None),
            ("From a@b.example Mon Jan  1 00:00:00 2024\nFrom: a\nTo: b\n\nx", Some(Kind::Mbox)),
            ("From my collection: ivory\nold", None),
            ("Received: by x\n\tfor y\nFrom: a\nSubject: b\n\ntext", Some(Kind::Eml)),
            ("Subject: ivory tusk\nfor sale", None),
            ("PAR1\u{15}", Some(Kind::Parquet)),
            ("", None),
        ] {
            assert_eq!(find(text.as_bytes()), kind, "{text}");
        }
    }

    #[test]
    fn records_are_looked_for_in_the_first_array_of_objects() {
        let mapping = Mapping::default();
        let text = b"{\"n\":[1],\"meta\":{\"x\":[{}]},\"ads\" : [ {";
        assert_eq!(place(text, &mapping), Place::Member("ads".to_owned()));
        assert_eq!(place(b"{\n\"title\":\"a\",\"x\":[{}]}", &mapping), Place::Bare);
    }
}
