//! Words of living animals and growing plants: *male*, *hatchling*, *seedling*.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::lexicon::fold::fold;

static WORDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    include_str!("../../species-data/lexicon/living.csv")
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(','))
        .flat_map(|(_, words)| words.split('|').map(fold))
        .collect()
});

/// True when the term `text` is said of what lives or grows.
pub(super) fn is_word(text: &str) -> bool {
    WORDS.contains(&fold(text))
}

#[cfg(test)]
mod tests {
    use super::is_word;

    #[test]
    fn sexes_and_seedlings_live_and_figurines_do_not() {
        assert!(is_word("Female") && is_word("Steckling") && is_word("самка"));
        assert!(!is_word("figurine") && !is_word("bracelet"));
    }
}
