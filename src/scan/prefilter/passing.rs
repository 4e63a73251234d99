//! Passes over pieces that were met before, as they stand between two spaces.
//!
//! Most words of most ads hold no anchor by themselves. What they mean is at hand without
//! being cut further.

use wide::u8x16;

use super::memory::{Key, SHORT, hash};
use crate::scan::recent::Recent;

/// Bytes that are looked at at once, and spaces that stand behind a text for it.
const PADDING: usize = 32;
/// Pieces that are remembered, as a power of two: 512 KiB, half of the second cache.
const PIECES: u32 = 14;
/// Single letters in a row that may be a word.
pub(super) const SPACED: u32 = 4;

/// A text with spaces behind it.
#[derive(Debug, Default)]
pub(super) struct Padded {
    bytes: Vec<u8>,
}

impl Padded {
    /// Replaces what is held with `text`.
    pub(super) fn set(&mut self, text: &[u8]) {
        self.bytes.clear();
        self.bytes.extend_from_slice(text);
        self.bytes.extend_from_slice(&[b' '; PADDING]);
    }

    fn text(&self) -> &[u8] {
        &self.bytes[..self.bytes.len().saturating_sub(PADDING)]
    }
}

/// What is known of a piece in which no anchor stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    /// The number of the piece.
    pub number: u32,
    /// An anchor of several words may begin in it.
    pub begins: bool,
    /// An anchor may go on in it: *Red-billed* | *streamertail*.
    pub goes_on: bool,
    /// It is one letter.
    pub is_single: bool,
}

/// What stands before a piece.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Before {
    /// Where an anchor of several words may begin in the piece before, and the number of that.
    pub open: Option<(usize, u32)>,
    /// Single letters in a row.
    pub singles: u32,
}

/// Pieces that were met.
#[derive(Debug)]
pub(super) struct Passing {
    places: Recent<Key, Passed>,
    /// Numbers are passed over, too.
    numbers: bool,
}

impl Passing {
    /// Nothing is known yet; `numbers` says that no term begins with one.
    pub(super) fn new(numbers: bool) -> Self {
        Self { places: Recent::new(PIECES), numbers }
    }

    /// The same, when all is forgotten.
    pub(super) fn anew(&self) -> Self {
        Self::new(self.numbers)
    }

    /// The end of the last of the pieces from `end` on that are known, one after the other with
    /// spaces between them. `ends` says of two numbers that no term goes on in the second.
    #[inline]
    pub(super) fn pass(
        &mut self,
        text: &Padded,
        mut end: usize,
        before: &mut Before,
        mut ends: impl FnMut(u32, u32) -> bool,
    ) -> usize {
        loop {
            let mut at = end;
            while text.text().get(at) == Some(&b' ') {
                at += 1;
            }
            let Some((key, next)) = key(&text.bytes, at) else { return end };
            let Some(passed) = self.places.get(hash(&key), &key) else {
                if self.numbers && before.open.is_none() && is_number(&text.bytes, at, next) {
                    before.singles = 0;
                    end = next;
                    continue;
                }
                return end;
            };
            if passed.goes_on && before.open.is_some_and(|(_, first)| !ends(first, passed.number))
                || passed.is_single && before.singles + 1 == SPACED
            {
                return end;
            }
            before.singles = if passed.is_single { before.singles + 1 } else { 0 };
            before.open = passed.begins.then_some((at, passed.number));
            end = next;
        }
    }

    /// Remembers the piece that begins at `at`.
    pub(super) fn put(&mut self, text: &Padded, at: usize, passed: Passed) {
        if let Some((key, _)) = key(&text.bytes, at) {
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
fn key(padded: &[u8], at: usize) -> Option<(Key, usize)> {
    let window: &[u8; PADDING] = padded.get(at..)?.first_chunk()?;
    let length = up_to_space(window);
    if length == 0 || length > SHORT || window[length] != b' ' {
        return None;
    }
    let (words, _) = window.as_chunks();
    let key = std::array::from_fn(|step| u64::from_le_bytes(words[step]) & MASKS[length][step]);
    Some((key, at + length))
}

/// The bytes of `window` before the first space or control character.
#[inline]
fn up_to_space(window: &[u8; PADDING]) -> usize {
    let (halves, _) = window.as_chunks();
    let below = |half: usize| at_most(u8x16::new(halves[half]), b' ').to_bitmask();
    (below(0) | below(1) << 16).trailing_zeros() as usize
}

/// True when the piece from `at` to `end` is digits with points and commas between: 1.450,00.
#[inline]
fn is_number(padded: &[u8], at: usize, end: usize) -> bool {
    let Some(window) = padded[at..].first_chunk() else { return false };
    let bytes = u8x16::new(*window);
    let is_digit = at_most(bytes - u8x16::splat(b'0'), 9);
    let is_sign = bytes.simd_eq(u8x16::splat(b'.')) | bytes.simd_eq(u8x16::splat(b','));
    let (digits, length) = (is_digit.to_bitmask(), end - at);
    let ends = 1 | 1 << (length - 1);
    let whole = (1u64 << length) - 1;
    let seen = u64::from(digits | is_sign.to_bitmask());
    (2..=16).contains(&length) && seen & whole == whole && u64::from(digits) & ends == ends
}

/// Which of `bytes` are no more than `most`.
fn at_most(bytes: u8x16, most: u8) -> u8x16 {
    bytes.min(u8x16::splat(most)).simd_eq(bytes)
}

/// Which bits of a key a piece of so many bytes fills.
static MASKS: [Key; SHORT + 1] = masks();

const fn masks() -> [Key; SHORT + 1] {
    let mut masks = [[0; 3]; SHORT + 1];
    let mut at = 0;
    while at < SHORT * (SHORT + 1) {
        let (length, byte) = (at / SHORT, at % SHORT);
        if byte < length {
            masks[length][byte / 8] |= 0xFF << (byte % 8 * 8);
        }
        at += 1;
    }
    masks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Before, Padded, Passed, Passing, key};

    fn padded(text: &str) -> Padded {
        let mut padded = Padded::default();
        padded.set(text.as_bytes());
        padded
    }

    #[test]
    fn known_pieces_are_passed_over() {
        let text = "a kitchen table in good condition, with chairs and a lamp";
        let at = |word: &str| text.find(word).unwrap();
        let end = text.len();
        let text = &padded(text);
        let mut passing = Passing::new(false);
        let mut before = Before::default();
        let ends = |first, second| (first, second) == (8, 2);
        assert_eq!(passing.pass(text, 0, &mut before, ends), 0);
        for (word, number, begins, goes_on) in [
            ("kitchen", 1, false, true),
            ("table", 7, true, false),
            ("in", 2, false, true),
            ("good", 9, true, false),
        ] {
            let passed = Passed { number, begins, goes_on, is_single: false };
            passing.put(text, at(word), passed);
        }
        // A term may go on in `in` after `table`: that is not passed over.
        assert_eq!(passing.pass(text, 1, &mut before, ends), at("in") - 1);
        assert_eq!(before.open, Some((at("table"), 7)));
        before.open = Some((at("table"), 8));
        assert_eq!(passing.pass(text, at("in"), &mut before, ends), at("condition") - 1);
        assert_eq!(before.open, Some((at("good"), 9)));
        before.open = Some((0, 5));
        assert_eq!(passing.pass(text, 1, &mut before, ends), 1);
        passing.put(text, at("lamp"), Passed::default());
        assert_eq!(passing.pass(text, at("lamp"), &mut before, ends), end);
        assert_eq!(before, Before::default());
    }

    #[test]
    fn numbers_are_passed_over_where_no_term_is_open() {
        let text = &padded("12 1.450,00 +32 7 12345678901234567");
        let mut passing = Passing::new(true);
        let mut before = Before { open: None, singles: 2 };
        assert_eq!(passing.pass(text, 0, &mut before, |_, _| false), 11);
        assert_eq!(before, Before::default());
        assert_eq!(passing.pass(text, 15, &mut before, |_, _| false), 15);
        assert_eq!(passing.pass(text, 17, &mut before, |_, _| false), 17);
        before.open = Some((0, 1));
        assert_eq!(passing.pass(text, 0, &mut before, |_, _| false), 0);
        assert_eq!(Passing::new(false).pass(text, 0, &mut Before::default(), |_, _| false), 0);
    }

    #[test]
    fn letters_are_counted_until_they_may_be_a_word() {
        let text = &padded("x x and x x x x");
        let mut passing = Passing::new(false);
        let mut before = Before::default();
        passing.put(text, 0, Passed { is_single: true, ..Passed::default() });
        passing.put(text, 4, Passed::default());
        assert_eq!(passing.pass(text, 0, &mut before, |_, _| false), 13);
        assert_eq!(before, Before { open: None, singles: 3 });
    }

    proptest! {
        #[test]
        fn a_key_is_the_piece(text in "[a-zé,0-9\\n\\t ]{0,60}", at in 0usize..60) {
            let at = at.min(text.len());
            if let Some((key, end)) = key(&padded(&text).bytes, at).filter(|_| at < text.len()) {
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
