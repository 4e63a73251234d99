//! Words that hold sentences together, from `species-data/lexicon/function-words.csv`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::fold::fold;
use super::language::{Language, Languages};

static WORDS: LazyLock<FxHashMap<String, Languages>> = LazyLock::new(|| {
    let mut words: FxHashMap<String, Languages> = FxHashMap::default();
    for line in include_str!("../../species-data/lexicon/function-words.csv").lines().skip(1) {
        let Some((code, list)) = line.split_once(',') else { continue };
        let Some(language) = Language::from_code(code) else { continue };
        for word in list.split('|') {
            let set = words.entry(fold(word)).or_default();
            *set = set.with(Languages::one(language));
        }
    }
    words
});

/// The languages in which the folded `word` holds sentences together.
#[must_use]
pub fn languages(word: &str) -> Option<Languages> {
    WORDS.get(word).copied()
}
