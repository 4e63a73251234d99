//! Finds the terms that begin at a word, by hashes of whole words, beginnings and ends.
//!
//! An [`Index`] reads compiled bytes as they stand, so that starting costs nothing.

mod bits;
mod compile;
mod layout;
pub mod sketch;

use std::borrow::Cow;

use super::endings::Ending;
use super::language::{Language, Languages};
use super::term::{Inflection, Kind, Term, Weight};

pub use compile::compile;
pub use layout::hash;
use layout::{
    HEADER, KEYS, MAGIC, PART_ENDINGS, Section, VERSION, entry, form, head, lone_sign, pattern,
    tail, unpacked,
};
use sketch::Beginnings;

/// A word of an ad as the index sees it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The folded form.
    pub form: &'a str,
    /// The [`hash`] of the form.
    pub hash: u64,
    /// See [`super::fold::accents`].
    pub accents: u32,
    /// True when folding took an accent away.
    pub marked: bool,
}

impl<'a> Seen<'a> {
    /// A folded word of which it is not known how it was written.
    #[must_use]
    pub fn of(form: &'a str) -> Self {
        Self { form, hash: hash(form), accents: 0, marked: false }
    }

    /// What tells the word from most others.
    #[must_use]
    pub fn glance(self) -> Glance {
        let begins = Glance::beginning(self.form.as_bytes()).unwrap_or(1);
        Glance { whole: 1 << (layout::halves(self.hash)[0] & 63), begins }
    }

    /// The word with another form.
    #[must_use]
    pub fn with_form(self, form: &'a str) -> Self {
        Self { form, hash: hash(form), ..self }
    }
}

/// Words at a glance: one of 64 bits for each whole word, and one for what others begin with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Glance {
    whole: u64,
    begins: u64,
}

impl Glance {
    /// All words.
    pub const ANY: Self = Self { whole: u64::MAX, begins: u64::MAX };

    /// False when no word is in both.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self.whole & other.whole != 0 || self.begins & other.begins != 0
    }

    /// The words of both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self { whole: self.whole | other.whole, begins: self.begins | other.begins }
    }

    /// The bit of words that begin as `form` does; nothing for a form of less than three bytes.
    fn beginning(form: &[u8]) -> Option<u64> {
        let [one, two, three]: [u8; 3] = *form.first_chunk()?;
        let mixed = u32::from_le_bytes([one, two, three, 0]).wrapping_mul(0x9E37_79B1);
        Some(1 << (mixed >> 26))
    }
}

/// How a word of a term was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// As a whole word, in one of its forms.
    Whole,
    /// As the first part of a longer word; so many bytes of it.
    Head(usize),
    /// As the last part of a longer word; so many bytes of it.
    Tail(usize),
}

/// A term that begins at a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its number.
    pub term: u32,
    /// How its first word was met.
    pub fit: Fit,
    /// The language whose endings the word has.
    pub language: Language,
    /// How many words it has after the first.
    pub remaining: usize,
    words: u32,
}

/// A term met inside a run of letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inside {
    /// Its number.
    pub term: u32,
    /// The language that writes it so.
    pub language: Language,
    /// Its first byte in the run.
    pub from: usize,
    /// The first byte after it.
    pub to: usize,
}

/// A term of an index.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// What it does in an ad.
    pub kind: Kind,
    /// Which forms count.
    pub inflection: Inflection,
    /// How much it says by itself.
    pub weight: Weight,
    /// The languages that write it so.
    pub languages: Languages,
    index: &'a Index,
    letters: (u32, u32),
    refs: (u32, u32),
}

impl<'a> Entry<'a> {
    /// The term as its language writes it.
    #[must_use]
    pub fn text(&self) -> &'a str {
        let (start, length) = self.letters;
        self.index.text(start, length)
    }

    /// Product ids, taxa, a claim or a context, by kind.
    pub fn refers_to(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let (first, count) = self.refs;
        let index = self.index;
        (first..first + count).map(|at| {
            let [start, length] = index.record::<2>(Section::Refs, at);
            index.text(start, length)
        })
    }
}

/// Terms, ready to be found.
#[derive(Clone, Debug)]
pub struct Index {
    bytes: Cow<'static, [u8]>,
    starts: [usize; layout::SECTIONS],
    lengths: [usize; layout::SECTIONS],
}

impl Index {
    /// Compiles `terms`.
    #[must_use]
    pub fn build(terms: impl IntoIterator<Item = Term>) -> Self {
        Self::open(Cow::Owned(compile(terms))).expect("the compiler writes what is read here")
    }

    /// Reads compiled `bytes`; nothing when they are of another version.
    #[must_use]
    pub fn open(bytes: Cow<'static, [u8]>) -> Option<Self> {
        let number = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        if !bytes.starts_with(&MAGIC) || number(MAGIC.len())? != VERSION || bytes.len() < HEADER {
            return None;
        }
        let (mut starts, mut lengths) = ([0; layout::SECTIONS], [0; layout::SECTIONS]);
        for at in 0..layout::SECTIONS {
            starts[at] = number(12 + at * 8)? as usize;
            lengths[at] = number(16 + at * 8)? as usize;
            bytes.get(starts[at]..starts[at] + lengths[at])?;
        }
        Some(Self { bytes, starts, lengths })
    }

    fn number(&self, section: Section, at: usize) -> u32 {
        let start = self.starts[section as usize] + at * 4;
        let bytes = self.bytes[start..].first_chunk().expect("sections hold whole numbers");
        u32::from_le_bytes(*bytes)
    }

    fn section(&self, section: Section) -> &[u8] {
        let start = self.starts[section as usize];
        &self.bytes[start..start + self.lengths[section as usize]]
    }

    fn record<const WIDTH: usize>(&self, section: Section, at: u32) -> [u32; WIDTH] {
        let start = self.starts[section as usize] + at as usize * WIDTH * 4;
        let bytes = self.bytes[start..start + WIDTH * 4].as_chunks().0;
        std::array::from_fn(|place| u32::from_le_bytes(bytes[place]))
    }

    fn text(&self, start: u32, length: u32) -> &str {
        std::str::from_utf8(self.letters(start, length)).unwrap_or_default()
    }

    /// A text as bytes: to compare it, it need not be checked to be UTF-8.
    fn letters(&self, start: u32, length: u32) -> &[u8] {
        let from = self.starts[Section::Text as usize] + start as usize;
        &self.bytes[from..from + length as usize]
    }

    /// How many terms there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lengths[Section::Terms as usize] / (layout::term::WIDTH * 4)
    }

    /// True when there is no term.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The term number `at`.
    #[must_use]
    pub fn term(&self, at: u32) -> Entry<'_> {
        use layout::term;
        let record: [u32; term::WIDTH] = self.record(Section::Terms, at);
        let [low, high, kind, codes] = record[term::CODES].to_le_bytes();
        let (first, count) = unpacked(record[term::REFS]);
        Entry {
            kind: Kind::ALL[usize::from(kind)],
            inflection: Inflection::ALL[usize::from(codes & 15)],
            weight: Weight::ALL[usize::from(codes >> 4)],
            languages: Languages::from_bits(record[term::LANGUAGES]),
            index: self,
            letters: (record[term::TEXT], u32::from(u16::from_le_bytes([low, high]))),
            refs: (first, u32::from(count)),
        }
    }

    /// The kind of term number `at`.
    #[must_use]
    pub fn kind(&self, at: u32) -> Kind {
        use layout::term;
        let codes = self.number(Section::Terms, at as usize * term::WIDTH + term::CODES);
        Kind::ALL[usize::from(codes.to_le_bytes()[2])]
    }

    /// The words that may be the second of `candidate`.
    #[must_use]
    pub fn seconds(&self, candidate: &Candidate) -> Glance {
        if candidate.remaining == 0 {
            return Glance::default();
        }
        let pattern = self.pattern(candidate.words + 1);
        let low = |at| self.record::<{ form::WIDTH }>(Section::Forms, at)[form::LOW];
        let whole = pattern.forms.clone().fold(0, |bits, at| bits | 1 << (low(at) & 63));
        let begins =
            pattern.ending.map_or(0, |_| Glance::beginning(pattern.stem).unwrap_or(u64::MAX));
        Glance { whole, begins }
    }

    /// Hands `take` the terms whose first word is `word`, whole or as a part of a compound.
    pub fn at(&self, word: Seen<'_>, mut take: impl FnMut(Candidate)) {
        let places = Beginnings::all(self).places(word.form);
        if places.whole {
            self.each(Section::WholeStarts, Section::WholeItems, word.hash, |entry| {
                self.candidate(entry, None, word).into_iter().for_each(&mut take);
            });
        }
        for letters in KEYS {
            if places.has_head(letters)
                && let Some(key) = head(word.form, letters)
            {
                self.each(Section::HeadStarts, Section::HeadItems, hash(key), |entry| {
                    self.candidate(entry, Some(true), word).into_iter().for_each(&mut take);
                });
            }
            if places.has_tail(letters)
                && let Some(key) = tail(word.form, letters)
            {
                self.each(Section::TailStarts, Section::TailItems, hash(key), |entry| {
                    self.candidate(entry, Some(false), word).into_iter().for_each(&mut take);
                });
            }
        }
    }

    /// Hands `take` the entries that a table holds for `hash`.
    fn each(&self, starts: Section, items: Section, hash: u64, mut take: impl FnMut(u32)) {
        let buckets = self.lengths[starts as usize] / 4 - 1;
        let bucket = (hash >> (64 - buckets.trailing_zeros())) as usize;
        let low = layout::halves(hash)[0];
        for at in self.number(starts, bucket)..self.number(starts, bucket + 1) {
            let [item, entry] = self.record::<2>(items, at);
            if item == low {
                take(entry);
            }
        }
    }

    fn candidate(&self, at: u32, side: Option<bool>, word: Seen<'_>) -> Option<Candidate> {
        let record: [u32; entry::WIDTH] = self.record(Section::Entries, at);
        let (term, language) = unpacked(record[entry::TERM]);
        let (words, count) = unpacked(record[entry::WORDS]);
        let remaining = usize::from(count) - 1;
        let pattern = self.pattern(words);
        let fit = match side {
            None => pattern.is_whole(word).then_some(Fit::Whole)?,
            Some(true) if pattern.has_stem(word) && !pattern.is_whole(word) => Fit::Whole,
            Some(true) => Fit::Head(pattern.head(word).filter(|_| remaining == 0)?),
            Some(false) => Fit::Tail(pattern.tail(word).filter(|_| remaining == 0)?),
        };
        let language = Language::at(language);
        Some(Candidate { term, fit, language, remaining, words })
    }

    /// True when `word` is word number `at` (from 0) after the first of `candidate`.
    #[must_use]
    pub fn follows(&self, candidate: &Candidate, at: usize, word: Seen<'_>) -> bool {
        let pattern = self.pattern(candidate.words + 1 + u32::try_from(at).unwrap_or(u32::MAX));
        pattern.is_whole(word) || pattern.has_stem(word)
    }

    /// Hands `take` the terms that stand inside `run`, a text without spaces.
    pub fn inside(&self, run: &str, mut take: impl FnMut(Inside)) {
        let starts = run.char_indices().flat_map(|(at, _)| {
            let rest = &run[at..];
            [lone_sign(rest), head(rest, 2)].map(|key| (at, rest, key))
        });
        for (at, rest, key) in starts.filter_map(|(at, rest, key)| Some((at, rest, key?))) {
            self.each(Section::RunStarts, Section::RunItems, hash(key), |number| {
                let record: [u32; entry::WIDTH] = self.record(Section::Entries, number);
                let pattern = self.pattern(unpacked(record[entry::WORDS]).0);
                let fits = !pattern.alone || run.as_bytes() == pattern.stem;
                if fits && rest.as_bytes().starts_with(pattern.stem) {
                    let (term, language) = unpacked(record[entry::TERM]);
                    let to = at + pattern.stem.len();
                    take(Inside { term, language: Language::at(language), from: at, to });
                }
            });
        }
    }

    /// The pattern of word number `at`.
    fn pattern(&self, at: u32) -> Pattern<'_> {
        let id = self.number(Section::Words, at as usize);
        let record: [u32; pattern::WIDTH] = self.record(Section::Patterns, id);
        let [count, stem, part, codes] = record[pattern::COUNTS].to_le_bytes();
        Pattern {
            index: self,
            forms: record[pattern::FORMS]..record[pattern::FORMS] + u32::from(count),
            stem: self.letters(record[pattern::STEM], u32::from(stem)),
            part: self.letters(record[pattern::PART], u32::from(part)),
            ending: Ending::of_number(codes & 15),
            strict: codes & pattern::STRICT != 0,
            alone: codes & pattern::ALONE != 0,
        }
    }
}

/// The forms of one word of a term.
struct Pattern<'a> {
    index: &'a Index,
    forms: std::ops::Range<u32>,
    stem: &'a [u8],
    part: &'a [u8],
    ending: Option<Ending>,
    strict: bool,
    alone: bool,
}

impl Pattern<'_> {
    fn is_whole(&self, word: Seen<'_>) -> bool {
        let low = layout::halves(word.hash)[0];
        self.forms.clone().any(|at| {
            let record: [u32; form::WIDTH] = self.index.record(Section::Forms, at);
            record[form::LOW] == low && self.agrees(record[form::ACCENTS], word)
        })
    }

    /// Accents may be left out or wrong in a long word; in a short one they tell words apart.
    fn agrees(&self, accents: u32, word: Seen<'_>) -> bool {
        let form_is_marked = accents & 1 == 1;
        accents & !1 == word.accents & !1
            || word.form.chars().count() >= 6
            || !word.form.starts_with(|c: char| c.is_ascii_lowercase())
            || !(word.marked || self.strict && form_is_marked)
            || (!form_is_marked && word.marked && word.form.len() >= 5)
    }

    fn has_stem(&self, word: Seen<'_>) -> bool {
        self.ending.is_some_and(|ending| {
            word.form.as_bytes().starts_with(self.stem)
                && word
                    .form
                    .split_at_checked(self.stem.len())
                    .is_some_and(|(stem, rest)| ending.fits(stem, rest))
        })
    }

    /// The bytes of a compound that this word takes at its beginning.
    fn head(&self, word: Seen<'_>) -> Option<usize> {
        if self.part.is_empty() || !word.form.as_bytes().starts_with(self.part) {
            return None;
        }
        let rest = word.form.get(self.part.len()..)?;
        (rest.chars().count() >= 3).then_some(self.part.len())
    }

    /// The bytes of a compound that this word takes at its end.
    fn tail(&self, word: Seen<'_>) -> Option<usize> {
        if self.part.is_empty() {
            return None;
        }
        PART_ENDINGS.iter().find_map(|ending| {
            let bare = word.form.strip_suffix(ending)?;
            if !bare.as_bytes().ends_with(self.part) {
                return None;
            }
            let before = bare.get(..bare.len() - self.part.len())?;
            (before.chars().count() >= 3).then_some(self.part.len() + ending.len())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{Fit, Index, Seen};
    use crate::lexicon::language::{Language, Languages};
    use crate::lexicon::term::{Inflection, Kind, Term, Weight};
    use crate::lexicon::words::Words;

    fn term(text: &str, code: &str, inflection: Inflection) -> Term {
        Term {
            text: text.to_owned(),
            kind: Kind::Product,
            refers_to: vec!["ivory".to_owned()],
            inflection,
            weight: Weight::Strong,
            languages: Languages::one(Language::from_code(code).unwrap()),
        }
    }

    fn fits(index: &Index, word: &str) -> Vec<Fit> {
        let words = Words::of(word);
        let token = words.tokens[0];
        let (form, hash) = (words.form(&token), token.hash);
        let seen = Seen { form, hash, accents: token.accents, marked: token.marked };
        let mut fits = Vec::new();
        index.at(seen, |candidate| fits.push(candidate.fit));
        fits
    }

    #[test]
    fn compounds_are_met_at_either_end() {
        let index = Index::build([term("elfenbein", "de", Inflection::Compound)]);
        assert_eq!(fits(&index, "Elfenbein"), [Fit::Whole]);
        assert_eq!(fits(&index, "Elfenbeinschnitzerei"), [Fit::Head(9)]);
        assert_eq!(fits(&index, "Mammutelfenbeins"), [Fit::Tail(10)]);
        assert_eq!(fits(&index, "Elfe"), []);
    }

    #[test]
    fn an_umlaut_tells_short_words_apart() {
        let index = Index::build([term("bär", "de", Inflection::Noun)]);
        assert_eq!(fits(&index, "Bär"), [Fit::Whole]);
        assert_eq!(fits(&index, "Baer"), [Fit::Whole]);
        assert_eq!(fits(&index, "Bar"), []);
    }

    #[test]
    fn a_stem_takes_endings() {
        let index = Index::build([term("papuga", "pl", Inflection::Noun)]);
        assert_eq!(fits(&index, "papugami"), [Fit::Whole]);
    }

    #[test]
    fn runs_are_searched_inside() {
        let index = Index::build([term("象牙", "zh", Inflection::Inside)]);
        let mut found = Vec::new();
        index.inside("出售象牙手镯", |inside| {
            found.push((inside.term, inside.from, inside.to));
        });
        assert_eq!(found, [(0, 6, 12)]);
    }

    #[test]
    fn a_term_comes_back_as_it_went_in() {
        let index = Index::build([term("Elfenbein", "de", Inflection::Compound)]);
        let entry = index.term(0);
        assert_eq!((index.len(), entry.text(), entry.kind), (1, "Elfenbein", Kind::Product));
        assert_eq!(entry.refers_to().collect::<Vec<_>>(), ["ivory"]);
    }

    #[test]
    fn foreign_bytes_are_no_index() {
        assert!(Index::open(Cow::Borrowed(b"pugwords")).is_none());
        assert!(Index::open(Cow::Borrowed(&[0; 400])).is_none());
    }
}
