//! How a compiled index is laid out: numbers in little-endian 32 bits, one
//! section after the other.

use std::ops::RangeInclusive;

/// Begins every index; changes with the layout.
pub(super) const MAGIC: [u8; 8] = *b"pugwords";
/// Version of the layout.
pub(super) const VERSION: u32 = 7;

/// The sections, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// Text, one piece after the other.
    Text,
    /// Terms: [`term`].
    Terms,
    /// What terms refer to: start and length in the text.
    Refs,
    /// Entries: [`entry`].
    Entries,
    /// The patterns of the words of entries.
    Words,
    /// Patterns: [`pattern`].
    Patterns,
    /// Whole forms: [`form`].
    Forms,
    /// Starts of the buckets of whole words.
    WholeStarts,
    /// Items of the buckets: low half of the hash, entry.
    WholeItems,
    /// The same for beginnings.
    HeadStarts,
    /// Items for beginnings.
    HeadItems,
    /// The same for ends.
    TailStarts,
    /// Items for ends.
    TailItems,
    /// The same for runs.
    RunStarts,
    /// Items for runs.
    RunItems,
    /// Set of the whole words that terms begin with.
    AllWhole,
    /// Set of the stems that terms begin with, of languages whose endings are listed.
    AllStems,
    /// Set of other stems and first parts of compounds that terms begin with.
    AllHeads,
    /// Set of the ends of compounds, letters backwards.
    AllTails,
    /// The same for terms that an ad can be about.
    AboutWhole,
    /// Stems of these.
    AboutStems,
    /// Heads of these.
    AboutHeads,
    /// Tails of these.
    AboutTails,
    /// Set of the words after the first of terms that an ad can be about.
    Later,
    /// Set of the stems of these.
    LaterStems,
    /// The two sets of stems and the heads of these terms together: most words are in none.
    Beginnings,
    /// Set of the first two signs of those in scripts without spaces.
    Runs,
    /// Of these terms: 1 when one begins with a digit or sign; the words of the longest; 1 when a
    /// digit stands in a stem or in a part of a compound.
    Facts,
}

/// How many sections there are.
pub(super) const SECTIONS: usize = 28;
/// Bytes of the header: magic, version, then start and length of each section.
pub(super) const HEADER: usize = 12 + SECTIONS * 8;

/// Places of the numbers of a term.
pub(super) mod term {
    /// Start of its text.
    pub(in super::super) const TEXT: usize = 0;
    /// Length of its text in 16 bits, then kind, and inflection and weight in 4 bits each.
    pub(in super::super) const CODES: usize = 1;
    /// Languages, a bit each.
    pub(in super::super) const LANGUAGES: usize = 2;
    /// First of what it refers to in 24 bits, and how many in 8.
    pub(in super::super) const REFS: usize = 3;
    /// Numbers of a term.
    pub(in super::super) const WIDTH: usize = 4;
}

/// Places of the numbers of an entry.
pub(super) mod entry {
    /// Its term in 24 bits, and its language in 8.
    pub(in super::super) const TERM: usize = 0;
    /// First of its words in 24 bits, and how many in 8.
    pub(in super::super) const WORDS: usize = 1;
    /// Numbers of an entry.
    pub(in super::super) const WIDTH: usize = 2;
}

/// Places of the numbers of a pattern.
pub(super) mod pattern {
    /// First of its whole forms.
    pub(in super::super) const FORMS: usize = 0;
    /// Start of its stem.
    pub(in super::super) const STEM: usize = 1;
    /// Start of its part of a compound.
    pub(in super::super) const PART: usize = 2;
    /// Number of forms, length of stem, length of part, and codes, a byte each: the
    /// ending that may follow the stem, [`STRICT`], [`ALONE`]. A length of 0: none.
    pub(in super::super) const COUNTS: usize = 3;
    /// Numbers of a pattern.
    pub(in super::super) const WIDTH: usize = 4;
    /// ä is not a.
    pub(in super::super) const STRICT: u8 = 128;
    /// Only a whole run counts, not a part of one.
    pub(in super::super) const ALONE: u8 = 64;
}

/// Places of the numbers of a whole form.
pub(super) mod form {
    /// Low half of the hash.
    pub(in super::super) const LOW: usize = 0;
    /// Accents; the lowest bit says that folding took one away.
    pub(in super::super) const ACCENTS: usize = 1;
    /// Numbers of a form.
    pub(in super::super) const WIDTH: usize = 2;
}

/// Endings that a noun may carry at the end of a compound.
pub(super) const PART_ENDINGS: [&str; 7] = ["", "e", "en", "er", "n", "s", "es"];

/// Letters of a beginning or an end that it is looked up by: as many of these as it has.
///
/// The longer the key, the fewer terms share a bucket with a word that was never seen.
pub(super) const KEYS: RangeInclusive<usize> = 3..=6;

/// Hashes a folded word.
#[must_use]
pub fn hash(text: &str) -> u64 {
    let mut rolling = Rolling::default();
    text.bytes().for_each(|byte| rolling.push(byte));
    rolling.hash()
}

/// Makes [`hash`] byte by byte, so that the hash of every beginning is at hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rolling(u64);

impl Default for Rolling {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Rolling {
    pub(super) fn push(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
    }

    /// The hash of what was pushed.
    pub(super) fn hash(self) -> u64 {
        // The tables take the highest bits: let all bytes reach them.
        self.0 ^ self.0.rotate_left(32).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    /// The low half of the hash.
    pub(super) fn low(self) -> u32 {
        halves(self.hash())[0]
    }
}

/// The halves of a number: low, high.
#[must_use]
pub(super) fn halves(number: u64) -> [u32; 2] {
    let bytes = number.to_le_bytes();
    let half =
        |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    [half(0), half(4)]
}

/// A number of 24 bits and one of 8 in one.
///
/// # Panics
///
/// When the first does not fit: there are fewer than 16 million of anything.
#[must_use]
pub(super) fn packed(large: u32, small: u8) -> u32 {
    assert!(large < 1 << 24, "fewer than 16 million of anything are ever loaded");
    large | u32::from(small) << 24
}

/// The two numbers in one.
#[must_use]
pub(super) fn unpacked(number: u32) -> (u32, u8) {
    (number & 0x00FF_FFFF, number.to_le_bytes()[3])
}

/// What a beginning is filed by; nothing for one that is too short.
#[must_use]
pub(super) fn head_key(text: &str) -> Option<&str> {
    KEYS.rev().find_map(|letters| head(text, letters))
}

/// What an end is filed by; nothing for one that is too short.
#[must_use]
pub(super) fn tail_key(text: &str) -> Option<&str> {
    KEYS.rev().find_map(|letters| tail(text, letters))
}

/// The first `letters` letters of `text`.
#[must_use]
pub(super) fn head(text: &str, letters: usize) -> Option<&str> {
    let (at, last) = text.char_indices().nth(letters - 1)?;
    Some(&text[..at + last.len_utf8()])
}

/// The sign that `run`, of a script without spaces, begins with, where it may be a word by itself: at
/// the end, or a Chinese sign before kana. 雛です is a chick, but 牙刷 no tusk.
#[must_use]
pub(super) fn lone_sign(run: &str) -> Option<&str> {
    let is_kana = |c: char| matches!(c, '\u{3041}'..='\u{30FF}');
    let mut signs = run.chars();
    let one = signs.next()?;
    let is_lone = signs.next().is_none_or(|next| is_kana(next) && !is_kana(one));
    is_lone.then(|| &run[..one.len_utf8()])
}

/// The last `letters` letters of `text`.
#[must_use]
pub(super) fn tail(text: &str, letters: usize) -> Option<&str> {
    text.char_indices().rev().nth(letters - 1).map(|(at, _)| &text[at..])
}
