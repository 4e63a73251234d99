//! A small summary of an index: which words cannot be part of a term.

use super::super::words::is_currency;
use super::layout::{Section, entry, form, halves, hash, head, unpacked};
use super::{Index, Kind};

/// Says of a word or a pair of signs that no term has it; a yes may be wrong.
#[derive(Clone, Debug, Default)]
pub struct Sketch {
    later: Bits,
    later_stems: Bits,
    runs: Bits,
    numbers: bool,
    longest: usize,
}

/// Letters of a stem that are looked at.
const STEM: usize = 3;

impl Sketch {
    /// Adds the terms of `index` whose kind is `wanted`.
    pub(crate) fn add(&mut self, index: &Index, wanted: impl Fn(Kind) -> bool) {
        let mut seen = vec![false; index.patterns()];
        for at in 0..index.entries() {
            let record: [u32; entry::WIDTH] = index.record(Section::Entries, at);
            let term = unpacked(record[entry::TERM]).0;
            if !wanted(index.kind(term)) {
                continue;
            }
            self.numbers |=
                index.term(term).text.starts_with(|c: char| c.is_ascii_digit() || is_currency(c));
            let (words, count) = unpacked(record[entry::WORDS]);
            self.longest = self.longest.max(usize::from(count));
            if count == 1 {
                self.add_run(index, words);
            }
            if count > 1 {
                let pattern = index.number(Section::Words, words as usize + 1) as usize;
                if !std::mem::replace(&mut seen[pattern], true) {
                    self.add_later(index, words + 1);
                }
            }
        }
    }

    fn add_run(&mut self, index: &Index, word: u32) {
        let pattern = index.pattern(word);
        if pattern.forms.is_empty() && !pattern.stem.is_empty() {
            let stem = std::str::from_utf8(pattern.stem).unwrap_or_default();
            self.runs.insert(low(head(stem, 2).unwrap_or(stem)));
        }
    }

    fn add_later(&mut self, index: &Index, word: u32) {
        let pattern = index.pattern(word);
        for at in pattern.forms.clone() {
            let record: [u32; form::WIDTH] = index.record(Section::Forms, at);
            self.later.insert(record[form::LOW]);
        }
        if !pattern.stem.is_empty() {
            let stem = std::str::from_utf8(pattern.stem).unwrap_or_default();
            self.later_stems.insert(low(head(stem, STEM).unwrap_or(stem)));
        }
    }

    /// False when no term has the folded word `form` as its second.
    #[must_use]
    pub fn may_be_second(&self, form: &str) -> bool {
        let mut ends = form.char_indices().skip(1).take(STEM).map(|(at, _)| at);
        self.later.has(low(form))
            || ends.any(|end| self.later_stems.has(low(&form[..end])))
            || self.later_stems.has(low(form))
    }

    /// False when no term of a script without spaces begins with these signs.
    #[must_use]
    pub fn may_begin_run(&self, signs: &str) -> bool {
        self.runs.has(low(signs))
    }

    /// True when a term begins with a digit or sign.
    #[must_use]
    pub fn has_numbers(&self) -> bool {
        self.numbers
    }

    /// The words of the longest term.
    #[must_use]
    pub fn longest(&self) -> usize {
        self.longest
    }
}

fn low(text: &str) -> u32 {
    halves(hash(text))[0]
}

/// A set of numbers by their lowest bits.
#[derive(Clone, Debug)]
struct Bits {
    words: Vec<u64>,
}

impl Default for Bits {
    fn default() -> Self {
        Self { words: vec![0; (1 << SIZE) / 64] }
    }
}

/// Bits of a number that count: 128 KiB a set.
const SIZE: u32 = 20;

impl Bits {
    fn place(number: u32) -> (usize, u64) {
        let bit = number & ((1 << SIZE) - 1);
        ((bit / 64) as usize, 1 << (bit % 64))
    }

    fn insert(&mut self, number: u32) {
        let (word, bit) = Self::place(number);
        self.words[word] |= bit;
    }

    fn has(&self, number: u32) -> bool {
        let (word, bit) = Self::place(number);
        self.words[word] & bit != 0
    }
}
