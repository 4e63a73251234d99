//! Words that deny what follows: *not plastic*, *kein Kunststoff*, 非骨头.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::lexicon::fold::{Class, class, fold};

static WORDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    include_str!("../../species-data/lexicon/negations.csv")
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(','))
        .flat_map(|(_, words)| words.split('|').map(fold))
        .collect()
});

/// Longer words than this, in bytes, deny nothing.
const LONGEST: usize = 24;

/// True when `before` ends with a word that denies what follows.
pub(super) fn ends(before: &str) -> bool {
    let tail_from = before.len().saturating_sub(LONGEST);
    let tail_from = (tail_from..=before.len()).find(|at| before.is_char_boundary(*at));
    let tail = fold(&before[tail_from.unwrap_or(before.len())..]);
    let tail = tail.trim_end_matches([' ', '\'', '’']);
    if tail.ends_with(|c: char| class(c) == Class::Inside) {
        return WORDS.iter().any(|word| {
            word.starts_with(|c: char| class(c) == Class::Inside) && tail.ends_with(word.as_str())
        });
    }
    WORDS.iter().any(|word| {
        tail.strip_suffix(word.as_str()).is_some_and(|rest| {
            rest.is_empty() || rest.ends_with(|c: char| !c.is_alphanumeric() && c != '\'')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::ends;

    #[test]
    fn denials_are_seen_in_many_languages() {
        for before in [
            "it is not ",
            "garantiert kein ",
            "echt, geen ",
            "pas de ",
            "sans ",
            "没有",
            "非",
            "не ",
        ] {
            assert!(ends(before), "{before}");
        }
        for before in ["", "made of ", "aus ", "pasta ", "这是"] {
            assert!(!ends(before), "{before}");
        }
    }
}
