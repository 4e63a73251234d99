//! Walks the map of names for those that are a slip or two away.

use std::sync::LazyLock;

use fst::{IntoStreamer, Streamer};
use levenshtein_automata::{Distance, LevenshteinAutomatonBuilder};

static ONE: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
static TWO: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));

/// Returns the numbers of the keys that are nearest to `key`, with their distance: those one slip
/// away, else those two away. A swap of neighbours is one slip.
pub(super) fn near(keys: &fst::Map<&[u8]>, key: &str) -> Vec<(u64, u8)> {
    let most = most_slips(key);
    let mut found = Vec::new();
    if most > 0 {
        found = within(keys, key, &ONE);
    }
    if most > 1 && found.is_empty() {
        found = within(keys, key, &TWO);
    }
    found
}

/// Slips that are forgiven: none in a word so short, or in so few signs of a script whose signs
/// are syllables or words, that any other word is near.
fn most_slips(key: &str) -> u8 {
    let letters = key.chars().count();
    let dense = key.chars().any(|c| c >= '\u{2E80}' || ('\u{E00}'..='\u{E7F}').contains(&c));
    match (letters, dense) {
        (0..=2, _) | (0..=4, true) => 0,
        (3..=5, false) | (_, true) => 1,
        (_, false) => 2,
    }
}

fn within(
    keys: &fst::Map<&[u8]>,
    key: &str,
    slips: &LevenshteinAutomatonBuilder,
) -> Vec<(u64, u8)> {
    let automaton = slips.build_dfa(key);
    let mut found = Vec::new();
    let mut stream = keys.search(&automaton).into_stream();
    while let Some((near, number)) = stream.next() {
        if let Distance::Exact(distance) = automaton.eval(near) {
            found.push((number, distance));
        }
    }
    found
}
