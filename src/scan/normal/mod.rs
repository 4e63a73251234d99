//! Brings ad text into a form in which words can be found, and keeps for every
//! word the bytes that it came from.
//!
//! `units` undoes what software did to the text (HTML entities, UTF-8 read as
//! Windows-1252); the words are cut by [`crate::lexicon::words`]; `disguise`
//! adds what a seller may have meant by `i v o r y` or `iv0ry`.

mod disguise;
mod entities;
mod units;

use crate::lexicon::words::{Token, Unit, Words};

pub(super) use disguise::is_look_alike;

/// A reading of some words that differs from how they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The first token that it covers.
    pub first: usize,
    /// The first token after it.
    pub after: usize,
    /// The folded word.
    pub form: String,
    /// True for what only a disguise would be written like; not for a hyphen.
    pub disguised: bool,
}

/// The words of one field of an ad.
#[derive(Clone, Debug, Default)]
pub struct Text {
    words: Words,
    readings: Vec<Reading>,
    units: Vec<Unit>,
}

impl Text {
    /// Reads `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut read = Self::default();
        read.read(text);
        read
    }

    /// Replaces what is held with the words of `text`.
    pub fn read(&mut self, text: &str) {
        if units::is_plain(text) {
            self.words.cut(text.as_bytes());
        } else {
            units::fill(text, &mut self.units);
            self.words.cut(&self.units);
        }
        self.readings.clear();
        disguise::readings(&self.words, &mut self.readings);
    }

    /// True when the room that it holds is worth keeping.
    pub(super) fn is_small(&self) -> bool {
        self.units.capacity() < 1 << 14 && self.words.folded.capacity() < 1 << 14
    }

    /// The words in order.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.words.tokens
    }

    /// The folded form of a token.
    #[must_use]
    pub fn form(&self, token: &Token) -> &str {
        self.words.form(token)
    }

    /// Other readings, by their first token.
    #[must_use]
    pub fn readings(&self) -> &[Reading] {
        &self.readings
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Text;

    fn readings(text: &str) -> Vec<String> {
        Text::of(text).readings().iter().map(|reading| reading.form.clone()).collect()
    }

    #[test]
    fn disguises_are_read() {
        for text in [
            "i v o r y",
            "I.V.O.R.Y",
            "iv0ry",
            "ivo-ry",
            "iv*ory",
            "1vory",
            "іvоrу",
            "ivoooory",
            "1 v 0 r y",
        ] {
            let found = readings(text);
            assert!(found.iter().any(|form| form == "ivory"), "{text}: {found:?}");
        }
    }

    #[test]
    fn tall_signs_and_other_scripts_are_read() {
        for (text, meant) in [
            ("hawksbiII", "hawksbill"),
            ("schi!dpad", "schildpad"),
            ("сл0новая", "слоновая"),
            ("ع ا ج", "عاج"),
        ] {
            let found = readings(text);
            assert!(found.iter().any(|form| form == meant), "{text}: {found:?}");
        }
    }

    #[test]
    fn plain_text_has_no_other_reading() {
        assert_eq!(readings("Schöne alte Figur aus Holz, 12 cm, 45 €"), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn spans_lie_in_the_text_and_on_characters(text in "\\PC{0,80}") {
            let read = Text::of(&text);
            let mut before = 0;
            for token in read.tokens() {
                let (start, end) = (token.start as usize, token.end as usize);
                prop_assert!(before <= start && start < end && end <= text.len());
                prop_assert!(text.is_char_boundary(start) && text.is_char_boundary(end));
                before = end;
            }
            for reading in read.readings() {
                prop_assert!(reading.first < reading.after);
                prop_assert!(reading.after <= read.tokens().len());
            }
        }

        #[test]
        fn hostile_text_does_no_harm(text in "[i1vo0ry.*&#x;Ã¤\\u{200b}\\u{300} а-я@$-]{0,60}") {
            let _ = Text::of(&text);
        }
    }
}
