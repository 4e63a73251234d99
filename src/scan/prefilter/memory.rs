//! Remembers by their bytes what pieces and pairs of pieces mean.

use std::collections::HashMap;

use super::passing::{Before, Padded, Passing};
use crate::scan::recent::Recent;

/// Bytes of a piece that is remembered in place.
pub(super) const SHORT: usize = 24;
/// Pieces that are remembered in place, as a power of two: 256 KiB, which stay in the
/// processor's cache.
const PLACES: u32 = 13;
/// Pairs that are remembered, as a power of two.
const PAIRS: u32 = 14;
/// Longer pieces that are remembered before all of them are forgotten.
const LONG: usize = 1 << 13;

/// Numbers that are given before all is forgotten.
const MOST: u32 = u32::MAX >> 1;

/// What is known of a piece.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// Bits of [`Known`]; 0 in the lowest means that nothing is known.
    bits: u32,
    /// Tells pieces apart while the sieve lives.
    pub number: u32,
}

impl Known {
    /// An anchor stands in it.
    pub(super) const ANCHOR: u32 = 2;
    /// An anchor of several words may begin in it.
    pub(super) const BEGINS: u32 = 4;
    /// An anchor may go on in it: *Red-billed* | *streamertail*.
    pub(super) const GOES_ON: u32 = 8;
    /// It begins with a single letter.
    pub(super) const SINGLE_FIRST: u32 = 16;
    /// It ends with a single letter.
    pub(super) const SINGLE_LAST: u32 = 32;
    /// It is one word.
    pub(super) const ONE: u32 = 64;
    /// It begins in a script without spaces.
    pub(super) const RUN_FIRST: u32 = 128;
    /// It ends in a script without spaces.
    pub(super) const RUN_LAST: u32 = 256;

    /// What `bits` say.
    pub(super) fn new(bits: u32) -> Self {
        Self { bits: bits | 1, number: 0 }
    }

    /// True when one of `bits` is said.
    pub(super) fn has(self, bits: u32) -> bool {
        self.bits & bits != 0
    }
}

/// What is known of two pieces that follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pair {
    /// An anchor stands in them, or begins in the first and may go on after the second.
    pub goes_on: bool,
    /// Tells pairs and pieces apart while the sieve lives.
    pub number: u32,
}

/// What a thread has met.
#[derive(Debug)]
pub(super) struct Memory {
    places: Recent<Key, Known>,
    pairs: Recent<u64, Pair>,
    long: HashMap<Vec<u8>, Known>,
    last: u32,
    /// Pieces as they stand between two spaces.
    pub passing: Passing,
}

/// The bytes of a short piece as numbers; 0 after its end.
pub(super) type Key = [u64; 3];

/// The key of `text[start..end]`, if it is short.
pub(super) fn key(text: &[u8], start: usize, end: usize) -> Option<Key> {
    let length = end - start;
    if length > SHORT {
        return None;
    }
    if let Some(window) = text.get(start..start + SHORT) {
        let word = |at: usize| {
            let bytes: &[u8; 8] = window[at..].first_chunk().expect("the window has 24 bytes");
            masked(u64::from_le_bytes(*bytes), length.saturating_sub(at))
        };
        return Some([word(0), word(8), word(16)]);
    }
    let mut padded = [0u8; SHORT];
    padded[..length].copy_from_slice(&text[start..end]);
    let word =
        |at: usize| u64::from_le_bytes(*padded[at..].first_chunk().expect("there are 24 bytes"));
    Some([word(0), word(8), word(16)])
}

/// The first `bytes` bytes of `word`.
pub(super) fn masked(word: u64, bytes: usize) -> u64 {
    if bytes >= 8 { word } else { word & !(u64::MAX << (bytes * 8)) }
}

/// A hash of a piece.
pub(super) fn hash(key: &Key) -> u64 {
    let mixed = key[0].wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ key[1].wrapping_mul(0xC2B2_AE3D_27D4_EB4F).rotate_left(23)
        ^ key[2].wrapping_mul(0x1656_67B1_9E37_79F9).rotate_left(41);
    mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// The key of two numbers and its hash.
fn numbers(first: u32, second: u32) -> (u64, u64) {
    let key = u64::from(first) << 32 | u64::from(second);
    (key, key.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

impl Memory {
    pub(super) fn new(passing: Passing) -> Self {
        let (places, pairs) = (Recent::new(PLACES), Recent::new(PAIRS));
        Self { places, pairs, long: HashMap::new(), last: 0, passing }
    }

    /// What is known of a short piece.
    pub(super) fn get(&mut self, key: &Key) -> Option<Known> {
        self.places.get(hash(key), key).copied().filter(|known| known.has(1))
    }

    /// Remembers a short piece.
    pub(super) fn put(&mut self, key: Key, known: Known) -> Known {
        let known = self.numbered(known);
        self.places.put(hash(&key), key, known);
        known
    }

    /// What is known of a long piece.
    pub(super) fn get_long(&self, piece: &[u8]) -> Option<Known> {
        self.long.get(piece).copied()
    }

    /// Remembers a long piece.
    pub(super) fn put_long(&mut self, piece: &[u8], known: Known) -> Known {
        let known = self.numbered(known);
        if self.long.len() >= LONG {
            self.long.clear();
        }
        if piece.len() <= 4 * SHORT {
            self.long.insert(piece.to_vec(), known);
        }
        known
    }

    /// `known` of a piece that is not remembered.
    pub(super) fn numbered(&mut self, known: Known) -> Known {
        Known { number: self.number(), ..known }
    }

    fn number(&mut self) -> u32 {
        if self.last == MOST {
            *self = Self::new(self.passing.anew());
        }
        self.last += 1;
        self.last
    }

    /// The end of the last of the pieces of `text` from `at` on that are known and in which no
    /// anchor ends; see [`Passing::pass`].
    pub(super) fn pass(&mut self, text: &Padded, at: usize, before: &mut Before) -> usize {
        let Self { passing, pairs, .. } = self;
        passing.pass(text, at, before, |first, second| {
            let (key, hash) = numbers(first, second);
            pairs.get(hash, &key).is_some_and(|pair| !pair.goes_on)
        })
    }

    /// What is known of the pieces or pairs with these numbers; `find` says whether an
    /// anchor goes on in them when that is not known.
    pub(super) fn pair(&mut self, first: u32, second: u32, find: impl FnOnce() -> bool) -> Pair {
        self.asked(numbers(first, second), find)
    }

    /// The same of an initial and the piece after it: *B. hamorii*.
    pub(super) fn abbreviation(
        &mut self,
        first: u32,
        second: u32,
        find: impl FnOnce() -> bool,
    ) -> bool {
        const INITIAL: u32 = 1 << 31;
        self.asked(numbers(INITIAL | first, second), find).goes_on
    }

    fn asked(&mut self, (key, hash): (u64, u64), find: impl FnOnce() -> bool) -> Pair {
        if let Some(pair) = self.pairs.get(hash, &key) {
            return *pair;
        }
        let pair = Pair { goes_on: find(), number: self.number() };
        self.pairs.put(hash, key, pair);
        pair
    }
}

#[cfg(test)]
mod tests {
    use super::{Known, Memory, Passing, key};

    #[test]
    fn a_piece_is_known_by_all_its_bytes() {
        let text = b"ivory ivories and then some more words";
        let mut memory = Memory::new(Passing::new(false));
        let ivory = key(text, 0, 5).unwrap();
        memory.put(ivory, Known::new(Known::ANCHOR));
        assert!(memory.get(&ivory).unwrap().has(Known::ANCHOR));
        assert_eq!(key(b"ivory", 0, 5).unwrap(), ivory);
        assert_eq!(memory.get(&key(text, 6, 13).unwrap()), None);
        assert_eq!(key(text, 0, 25), None);
    }

    #[test]
    fn a_pair_is_asked_for_once() {
        let mut memory = Memory::new(Passing::new(false));
        let pair = memory.pair(1, 2, || true);
        assert!(pair.goes_on && memory.pair(1, 2, || false) == pair);
        let other = memory.pair(2, 1, || false);
        assert!(!other.goes_on && other.number != pair.number);
    }
}
