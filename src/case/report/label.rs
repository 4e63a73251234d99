//! What a figure is called in a report: countries, languages, groups and claims in words.

use super::Language;
use crate::case::summary::UNKNOWN;
use crate::case::{country, product};

/// Returns the name of `key` of the list `list` in the report's language.
pub(super) fn label(list: &str, key: &str, language: Language) -> String {
    if key == UNKNOWN {
        return language.word("unknown").to_owned();
    }
    let known = match list {
        "country" => country::name(key, language.code()),
        "language" => language.find(&format!("language-{key}")),
        "group" | "taxon" => language.find(key),
        "claim" => language.find(&format!("claim-{key}")),
        "product" => product::name(key, language),
        _ => None,
    };
    match (known, list) {
        (Some(name), _) => name.to_owned(),
        (None, "product" | "claim" | "taxon") => key.replace('-', " "),
        (None, _) => key.to_owned(),
    }
}

/// True when `key` of the list `list` is a scientific name that is set in italics.
pub(super) fn is_italic(list: &str, key: &str) -> bool {
    list == "taxon" && key.contains(' ') && key.starts_with(char::is_uppercase)
}
