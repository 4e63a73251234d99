//! Folds a piece that is one plain word, as the matcher would, but without it.

use crate::lexicon::fold::{Class, accents, class};
use crate::lexicon::index::Seen;
use crate::lexicon::letters;
use crate::scan::normal::is_look_alike;

/// Bytes of a folded word at most.
const LONGEST: usize = 64;
/// The first character after those that are folded here.
const END: u32 = 0x530;

/// What a letter folds to.
#[derive(Clone, Copy, Debug, Default)]
struct Letter {
    bytes: [u8; 4],
    /// 0 for what is no plain letter.
    length: u8,
    /// It looks like a letter of another script.
    alike: bool,
    /// Folding takes an accent away.
    marked: bool,
}

/// A folded word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Folded<'a> {
    /// The letters of the word.
    pub bytes: &'a [u8],
    marked: bool,
}

impl<'a> Folded<'a> {
    /// The word as the matcher sees it, which was written as `piece`.
    pub(super) fn seen(self, piece: &str) -> Seen<'a> {
        Seen { accents: accents(piece), marked: self.marked, ..Seen::of(self.form()) }
    }

    fn form(self) -> &'a str {
        std::str::from_utf8(self.bytes).expect("it is made of whole letters")
    }
}

/// Room to fold one word after the other.
#[derive(Debug)]
pub(super) struct Plain {
    letters: Vec<Letter>,
    folded: [u8; LONGEST],
    length: usize,
    marked: bool,
}

impl Plain {
    pub(super) fn new() -> Self {
        let letters = (0x80..END).map(|c| char::from_u32(c).map(letter).unwrap_or_default());
        Self { letters: letters.collect(), folded: [0; LONGEST], length: 0, marked: false }
    }

    /// The folded `piece`; nothing for what may be several words, or may be read in
    /// another way, too.
    pub(super) fn fold(&mut self, piece: &str) -> Option<Folded<'_>> {
        (self.length, self.marked) = (0, false);
        let plain =
            if piece.is_ascii() { self.ascii(piece.as_bytes()) } else { self.letters(piece) };
        if !plain {
            return None;
        }
        Some(Folded { bytes: &self.folded[..self.length], marked: self.marked })
    }

    /// Letters, and digits where there are too many for a disguise.
    fn ascii(&mut self, piece: &[u8]) -> bool {
        if piece.len() < 2 || piece.len() > LONGEST {
            return false;
        }
        let mut digits = 0;
        let (mut one, mut two) = (0, 0);
        for (byte, folded) in piece.iter().zip(&mut self.folded) {
            let lower = LOWER[usize::from(*byte)];
            // ivoooory, hawksbiII
            if lower == 0 || lower == one && (lower == two || lower == b'i') {
                return false;
            }
            digits += usize::from(lower.is_ascii_digit());
            (two, one) = (one, lower);
            *folded = lower;
        }
        self.length = piece.len();
        let letters = piece.len() - digits;
        digits == 0 || (digits > letters && letters > 0 && !begins_with(piece, digits))
    }

    /// Latin letters with accents, or Cyrillic ones.
    fn letters(&mut self, piece: &str) -> bool {
        let (mut latin, mut cyrillic, mut alike) = (0, 0, 0);
        let mut before = '\0';
        for c in piece.chars() {
            let ascii;
            let letter = match c {
                'a'..='z' | 'A'..='Z' => {
                    let lower = u32::from(c.to_ascii_lowercase()).to_le_bytes()[0];
                    ascii =
                        Letter { bytes: [lower, 0, 0, 0], length: 1, alike: false, marked: false };
                    &ascii
                }
                _ => match (u32::from(c).checked_sub(0x80))
                    .and_then(|at| self.letters.get(at as usize))
                {
                    Some(letter) if letter.length > 0 => letter,
                    _ => return false,
                },
            };
            // What may be UTF-8 that was read as Windows-1252.
            let broken = matches!(before, '\u{C2}'..='\u{DF}' | '\u{E2}') && !c.is_ascii();
            let length = usize::from(letter.length);
            if broken || self.length + length > LONGEST {
                return false;
            }
            self.folded[self.length..self.length + length].copy_from_slice(&letter.bytes[..length]);
            self.length += length;
            if c < '\u{400}' {
                latin += 1;
            } else {
                cyrillic += 1;
            }
            alike += usize::from(letter.alike);
            self.marked |= letter.marked;
            before = c;
        }
        match (latin, cyrillic) {
            (2.., 0) => !has_other_reading(&self.folded[..self.length]),
            (0, 2..) => alike < cyrillic && !is_stretched(&self.folded[..self.length]),
            _ => false,
        }
    }
}

/// Letters of ASCII in lower case, and digits; 0 for all else.
static LOWER: [u8; 256] = lower();

const fn lower() -> [u8; 256] {
    let mut table = [0u8; 256];
    let mut byte = 0u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() {
            table[byte as usize] = byte.to_ascii_lowercase();
        }
        byte += 1;
    }
    table
}

/// True when all `digits` of `piece` stand at its beginning: 12cm is two words.
fn begins_with(piece: &[u8], digits: usize) -> bool {
    piece[..digits].iter().all(u8::is_ascii_digit)
}

fn letter(c: char) -> Letter {
    let plain =
        matches!(c, '\u{C0}'..='\u{24F}' | '\u{400}'..='\u{52F}') && class(c) == Class::Letter;
    let Some(known) = letters::letter(c).filter(|_| plain) else { return Letter::default() };
    let folded = String::from_iter([Some(known.folded), known.second].into_iter().flatten());
    let is_of_script = if c < '\u{400}' { folded.is_ascii() } else { folded.len() == 2 };
    if !is_of_script {
        return Letter::default();
    }
    let mut letter = Letter {
        alike: folded.chars().any(is_look_alike),
        marked: known.marked,
        ..Letter::default()
    };
    letter.bytes[..folded.len()].copy_from_slice(folded.as_bytes());
    letter.length = u8::try_from(folded.len()).unwrap_or(0);
    letter
}

/// True when a letter of ASCII stands three times in a row, or an i twice.
fn has_other_reading(folded: &[u8]) -> bool {
    folded.windows(2).any(|two| two == b"ii")
        || folded.windows(3).any(|three| three[0] == three[1] && three[1] == three[2])
}

/// The same of letters of two bytes.
fn is_stretched(folded: &[u8]) -> bool {
    let letters = folded.as_chunks::<2>().0;
    letters.windows(3).any(|three| three[0] == three[1] && three[1] == three[2])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Plain;
    use crate::scan::normal::Text;

    #[test]
    fn plain_words_are_folded_and_others_are_not() {
        for (piece, folded) in [
            ("Sofa", "sofa"),
            ("HP97076", "hp97076"),
            ("124x154cm", "124x154cm"),
            ("Kühlschrank", "kuhlschrank"),
            ("холодильник", "холодильник"),
        ] {
            let mut plain = Plain::new();
            assert_eq!(plain.fold(piece).map(|folded| folded.form()), Some(folded), "{piece}");
        }
        for piece in
            ["iv0ry", "14mm", "ivoooory", "hawksbiII", "аorta", "сор", "a", "Ä", "x-y", "ÃÄ"]
        {
            assert!(Plain::new().fold(piece).is_none(), "{piece}");
        }
    }

    proptest! {
        #[test]
        fn a_plain_word_is_one_word_with_one_reading(
            piece in "[a-cA-ZiIiäßéŁœ0-30-9]{1,12}|[а-яА-ЯёйіЄ0-9a]{1,8}|\\PC{1,6}"
        ) {
            let mut plain = Plain::new();
            if let Some(folded) = plain.fold(&piece) {
                let seen = folded.seen(&piece);
                let text = Text::of(&piece);
                prop_assert_eq!(text.tokens().len(), 1);
                let token = &text.tokens()[0];
                prop_assert_eq!((text.form(token), token.hash), (seen.form, seen.hash));
                prop_assert_eq!((token.accents, token.marked), (seen.accents, seen.marked));
                prop_assert_eq!(text.readings(), &[]);
            }
        }
    }
}
