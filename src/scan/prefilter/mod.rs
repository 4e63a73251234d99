//! Tells quickly that an ad names nothing that a finding could be about.
//!
//! A score needs an *anchor*: a product, code word, craft or name whose taxa are
//! in scope. Without one an ad is clear whatever else it says. Nearly all ads of
//! a dump are so, and reading them whole is what a scan would spend its time on.
//! So a text is cut at its spaces into pieces; what a piece means is found
//! once, with the matcher itself and no second list of words, and remembered
//! by its bytes (see `memory.rs`). Terms of several words, spaced letters and scripts
//! without spaces have their own ways. A yes may be wrong; a no never is.

mod memory;
mod passing;
mod pieces;
mod plain;
mod runs;
mod sieve;
#[cfg(test)]
mod tests;

use crate::lexicon::Vocabulary;
use crate::lexicon::index::Seen;
use crate::lexicon::index::sketch::Sketch;

use super::lookup::Lookup;
use super::matching::{self, Hit};
use super::meaning::Meanings;
use super::normal::Text;

pub use sieve::Sieve;

/// What one text after the other is held against, for one thread.
#[derive(Debug)]
pub(super) struct Prefilter<'a> {
    lookup: Lookup<'a>,
    meanings: &'a Meanings<'a>,
    sketch: Sketch<'a>,
}

impl<'a> Prefilter<'a> {
    /// Prepares to look for the terms of `vocabulary`.
    pub(super) fn new(vocabulary: &'a Vocabulary, meanings: &'a Meanings<'a>) -> Self {
        Self { lookup: Lookup::new(vocabulary), meanings, sketch: vocabulary.sketch() }
    }

    fn is_anchor(&self, term: u32) -> bool {
        self.lookup.vocabulary().kind(term).is_about() && self.meanings.of(term).standing.counts
    }

    /// True when `text` by itself holds an anchor; `hits` is room to work in.
    fn holds_anchor(&self, text: &Text, hits: &mut Vec<Hit>) -> bool {
        hits.clear();
        matching::hits(&self.lookup, text, 0, 0, hits);
        hits.iter().any(|hit| self.is_anchor(hit.term))
    }

    /// True when a term that an ad can be about begins with `word`.
    fn begins_term(&self, word: Seen<'_>) -> bool {
        let vocabulary = self.lookup.vocabulary();
        let mut begins = false;
        vocabulary.at(word, |_, _, term| begins |= vocabulary.kind(term).is_about());
        begins
    }

    /// True when an anchor of several words may begin in `text` and go on after it.
    fn goes_on(&self, text: &Text) -> bool {
        matching::begins(&self.lookup, text, usize::MAX, false, |term| self.is_anchor(term))
    }

    /// True when an anchor of several words begins in the first `within` bytes of `text`, and
    /// ends in it or may go on after it.
    fn begins(&self, text: &Text, within: usize) -> bool {
        matching::begins(&self.lookup, text, within, true, |term| self.is_anchor(term))
    }
}
