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
mod pieces;
mod runs;
mod sieve;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use crate::lexicon::Vocabulary;
use crate::lexicon::index::sketch::Sketch;

use super::matching::{self, Hit};
use super::meaning::Meanings;
use super::normal::Text;
use super::scanner::is_about;

pub use sieve::Sieve;

/// What all threads of a scan share.
#[derive(Debug)]
pub(super) struct Prefilter<'a> {
    vocabulary: &'a Vocabulary,
    meanings: &'a Meanings<'a>,
    sketch: &'a Sketch,
}

impl<'a> Prefilter<'a> {
    /// Prepares to look for the terms of `vocabulary`; `sketch` is made at first use.
    pub(super) fn new(
        vocabulary: &'a Vocabulary,
        meanings: &'a Meanings<'a>,
        sketch: &'a OnceLock<Sketch>,
    ) -> Self {
        let sketch = sketch.get_or_init(|| vocabulary.sketch(is_about));
        Self { vocabulary, meanings, sketch }
    }

    fn is_anchor(&self, term: u32) -> bool {
        is_about(self.vocabulary.term(term).kind) && self.meanings.of(term).standing.counts
    }

    /// True when `text` by itself holds an anchor; `hits` is room to work in.
    fn holds_anchor(&self, text: &Text, hits: &mut Vec<Hit>) -> bool {
        hits.clear();
        matching::hits(self.vocabulary, text, 0, 0, hits);
        hits.iter().any(|hit| self.is_anchor(hit.term))
    }

    /// True when an anchor of several words may begin in `text` and go on after it.
    fn goes_on(&self, text: &Text) -> bool {
        matching::goes_on(self.vocabulary, text, |term| self.is_anchor(term))
    }
}
