//! Passes over pieces that were met before, as they stand between two spaces.
//!
//! Most words of most ads hold no anchor by themselves. What they mean is at hand without
//! being cut further.

use super::memory::{Key, PLACES, hash, masked};
use crate::scan::recent::Recent;

/// Bytes that are read at once.
const STEP: usize = 8;

const LOW: u64 = u64::MAX / 255;
const HIGH: u64 = LOW << 7;

/// What is known of a piece in which no anchor stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    /// The number of the piece, if an anchor of several words may begin in it; else 0.
    pub begins: u32,
    /// An anchor may go on in it: *Red-billed* | *streamertail*.
    pub goes_on: bool,
}

/// Pieces that were met.
#[derive(Debug)]
pub(super) struct Passing {
    places: Recent<Key, Passed>,
}

impl Passing {
    pub(super) fn new() -> Self {
        Self { places: Recent::new(PLACES) }
    }

    /// The end of the last of the pieces from `end` on that are known, one after the other with
    /// spaces between them; `open` is where a term may begin in the one before.
    pub(super) fn pass(
        &mut self,
        text: &[u8],
        mut end: usize,
        open: &mut Option<(usize, u32)>,
    ) -> usize {
        loop {
            let mut at = end;
            while text.get(at) == Some(&b' ') {
                at += 1;
            }
            let Some((key, next)) = key(text, at) else { return end };
            let Some(passed) = self.places.get(hash(&key), &key) else { return end };
            if passed.goes_on && open.is_some() {
                return end;
            }
            *open = (passed.begins > 0).then_some((at, passed.begins));
            end = next;
        }
    }

    /// Remembers the piece that begins at `at`.
    pub(super) fn put(&mut self, text: &[u8], at: usize, passed: Passed) {
        if let Some((key, _)) = key(text, at) {
            let hash = hash(&key);
            if self.places.get(hash, &key).is_none() {
                self.places.put(hash, key, passed);
            }
        }
    }
}

/// The key of the piece that begins at `at` and its end. Nothing, when it is long, or a control
/// character ends it.
#[inline]
fn key(text: &[u8], at: usize) -> Option<(Key, usize)> {
    let words = [bytes_at(text, at), bytes_at(text, at + STEP), bytes_at(text, at + 2 * STEP)];
    let lengths = words.map(up_to_space);
    // Without branches: how long words are cannot be foretold.
    let second = if lengths[0] == STEP { lengths[1] } else { 0 };
    let third = if second == STEP { lengths[2] } else { 0 };
    let lengths = [lengths[0], second, third];
    let end = at + lengths.iter().sum::<usize>();
    let is_ended = text.get(end).is_none_or(|byte| *byte == b' ');
    let key = std::array::from_fn(|step| masked(words[step], lengths[step]));
    (is_ended && end > at).then_some((key, end))
}

/// The bytes of `text` from `at` on, as a number; after its end stand spaces.
#[inline]
fn bytes_at(text: &[u8], at: usize) -> u64 {
    const SPACES: u64 = LOW * b' ' as u64;
    let rest = text.get(at..).unwrap_or_default();
    match (rest.first_chunk(), text.last_chunk()) {
        (Some(bytes), _) => u64::from_le_bytes(*bytes),
        _ if rest.is_empty() => SPACES,
        (None, Some(bytes)) => {
            let missing = STEP - rest.len();
            u64::from_le_bytes(*bytes) >> (missing * 8) | SPACES << (rest.len() * 8)
        }
        (None, None) => {
            let mut bytes = [b' '; STEP];
            bytes[..rest.len()].copy_from_slice(rest);
            u64::from_le_bytes(bytes)
        }
    }
}

/// The bytes of `word` before the first space or control character.
fn up_to_space(word: u64) -> usize {
    // The lowest byte that is less than 0x21 sets its high bit; those above it may be wrong.
    let below = word.wrapping_sub(LOW * 0x21) & !word & HIGH;
    (below.trailing_zeros() / 8) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Passed, Passing, key};

    #[test]
    fn known_pieces_are_passed_over() {
        let text = b"a kitchen table in good condition, with chairs and a lamp";
        let at = |word: &str| text.windows(word.len()).position(|w| w == word.as_bytes()).unwrap();
        let mut passing = Passing::new();
        let mut open = None;
        assert_eq!(passing.pass(text, 0, &mut open), 0);
        for (word, begins, goes_on) in
            [("kitchen", 0, true), ("table", 7, false), ("in", 0, false), ("good", 8, true)]
        {
            passing.put(text, at(word), Passed { begins, goes_on });
        }
        assert_eq!((passing.pass(text, 1, &mut open), open), (at("condition") - 1, Some((19, 8))));
        // A term may go on in `kitchen`: that is not passed over.
        open = Some((0, 5));
        assert_eq!((passing.pass(text, 1, &mut open), open), (1, Some((0, 5))));
        passing.put(text, at("lamp"), Passed::default());
        assert_eq!((passing.pass(text, at("lamp"), &mut open), open), (text.len(), None));
    }

    proptest! {
        #[test]
        fn a_key_is_the_piece(text in "[a-zé,0-9\\n\\t ]{0,60}", at in 0usize..60) {
            let at = at.min(text.len());
            if let Some((key, end)) = key(text.as_bytes(), at) {
                let bytes: Vec<u8> = key.iter().flat_map(|word| word.to_le_bytes()).collect();
                let piece = text.as_bytes()[at..].split(|byte| *byte <= b' ').next().unwrap();
                prop_assert_eq!(&bytes[..piece.len()], piece);
                prop_assert!(bytes[piece.len()..].iter().all(|byte| *byte == 0));
                prop_assert_eq!(end, at + piece.len());
                prop_assert!(text.as_bytes().get(end).is_none_or(|byte| *byte == b' '));
            }
        }
    }
}
