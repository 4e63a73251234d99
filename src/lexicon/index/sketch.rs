//! A small summary of an index: which words cannot be part of a term.
//!
//! It is made of sets of hashes (`bits`) that are compiled with the index.

use super::super::endings::{self, Ending};
use super::Index;
use super::bits::{Bits, OFTEN, ONCE, pack};
use super::layout::{KEYS, PART_ENDINGS, Rolling, Section, halves, hash, head, lone_sign};

/// Bytes of the shortest stem or part of a compound.
const SHORTEST: usize = 3;
/// Bytes of the shortest end of a compound with what must stand before it.
const SHORTEST_TAIL: usize = 7;

/// Collects the words of an index for its sketch.
#[derive(Default)]
pub(super) struct Sets {
    all: Firsts,
    about: Firsts,
    later: Later,
    runs: Vec<u32>,
    /// A term that an ad can be about begins with a digit or sign.
    pub numbers: bool,
    /// The words of the longest term that an ad can be about.
    pub longest: usize,
    /// A digit stands in a stem or in a part of a compound.
    digits: bool,
}

#[derive(Default)]
struct Later {
    whole: Vec<u32>,
    stems: Vec<u32>,
}

#[derive(Default)]
struct Firsts {
    whole: Vec<u32>,
    stems: Vec<u32>,
    heads: Vec<u32>,
    tails: Vec<u32>,
}

/// A word of a term: hashes of its forms, its stem, and its part of a compound.
#[derive(Clone, Copy)]
pub(super) struct Word<'a> {
    pub whole: &'a [u64],
    pub stem: Option<(&'a str, Ending)>,
    pub part: Option<&'a str>,
}

impl Word<'_> {
    fn has_digits(&self) -> bool {
        let parts = self.stem.map(|(stem, _)| stem).into_iter().chain(self.part);
        parts.into_iter().any(|part| part.bytes().any(|byte| byte.is_ascii_digit()))
    }
}

impl Sets {
    /// Adds the first word of a term; `about`: an ad can be about it.
    pub(super) fn first(&mut self, word: Word<'_>, about: bool) {
        self.digits |= word.has_digits();
        self.all.add(word);
        if about {
            self.about.add(word);
        }
    }

    /// Adds a word after the first of a term that an ad can be about.
    pub(super) fn later(&mut self, word: Word<'_>) {
        self.digits |= word.has_digits();
        self.later.add(word);
    }

    /// Adds a term of a script without spaces that an ad can be about.
    pub(super) fn run(&mut self, text: &str) {
        self.runs.push(low(head(text, 2).unwrap_or(text)));
    }

    /// The sections that these words are stored in.
    pub(super) fn sections(mut self) -> Vec<(Section, Vec<u8>)> {
        let longest = u32::try_from(self.longest).unwrap_or(u32::MAX);
        let about = [&self.about.stems, &self.about.heads, &self.later.stems];
        let mut beginnings: Vec<u32> = about.into_iter().flatten().copied().collect();
        let facts = [u32::from(self.numbers), longest, u32::from(self.digits)];
        let sets = [
            (Section::AllWhole, ONCE, &mut self.all.whole),
            (Section::AllStems, OFTEN, &mut self.all.stems),
            (Section::AllHeads, OFTEN, &mut self.all.heads),
            (Section::AllTails, OFTEN, &mut self.all.tails),
            (Section::AboutWhole, ONCE, &mut self.about.whole),
            (Section::AboutStems, OFTEN, &mut self.about.stems),
            (Section::AboutHeads, OFTEN, &mut self.about.heads),
            (Section::AboutTails, OFTEN, &mut self.about.tails),
            (Section::Later, ONCE, &mut self.later.whole),
            (Section::LaterStems, OFTEN, &mut self.later.stems),
            (Section::Beginnings, OFTEN, &mut beginnings),
            (Section::Runs, ONCE, &mut self.runs),
        ];
        let packed = sets.map(|(section, each, hashes)| {
            hashes.sort_unstable();
            hashes.dedup();
            (section, pack(hashes, each))
        });
        let facts = facts.iter().flat_map(|fact| fact.to_le_bytes()).collect();
        packed.into_iter().chain([(Section::Facts, facts)]).collect()
    }
}

impl Later {
    fn add(&mut self, word: Word<'_>) {
        self.whole.extend(word.whole.iter().map(|hash| halves(*hash)[0]));
        self.stems.extend(word.stem.map(|(stem, _)| low(stem)));
    }
}

impl Firsts {
    fn add(&mut self, word: Word<'_>) {
        self.whole.extend(word.whole.iter().map(|hash| halves(*hash)[0]));
        match word.stem {
            Some((stem, ending)) if ending.has_list() => self.stems.push(low(stem)),
            Some((stem, _)) => self.heads.push(low(stem)),
            None => {}
        }
        let Some(part) = word.part else { return };
        self.heads.push(low(part));
        for ending in PART_ENDINGS {
            let mut backwards = Rolling::default();
            part.bytes().chain(ending.bytes()).rev().for_each(|byte| backwards.push(byte));
            self.tails.push(backwards.low());
        }
    }
}

/// The words that terms begin with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beginnings<'a> {
    whole: Bits<'a>,
    stems: Bits<'a>,
    heads: Bits<'a>,
    tails: Bits<'a>,
    digits: bool,
}

/// Where an index may hold a term that begins with some word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    /// Among whole words.
    pub whole: bool,
    /// Among beginnings that are filed by so many letters, a bit each.
    heads: u8,
    /// Among ends.
    tails: u8,
}

impl Places {
    /// True when it may be among the beginnings that are filed by `letters` letters.
    pub(super) fn has_head(self, letters: usize) -> bool {
        self.heads & 1 << letters != 0
    }

    /// The same of ends.
    pub(super) fn has_tail(self, letters: usize) -> bool {
        self.tails & 1 << letters != 0
    }
}

impl<'a> Beginnings<'a> {
    /// Those of all terms of `index`.
    pub(super) fn all(index: &'a Index) -> Self {
        Self::of(
            index,
            [Section::AllWhole, Section::AllStems, Section::AllHeads, Section::AllTails],
        )
    }

    fn of(index: &'a Index, sections: [Section; 4]) -> Self {
        let [whole, stems, heads, tails] = sections.map(|section| Bits::of(index.section(section)));
        Self { whole, stems, heads, tails, digits: has_digits(index) }
    }

    /// Where terms may be that begin with `form`.
    pub(super) fn places(self, form: &str) -> Places {
        let bits = |found: &mut dyn Iterator<Item = usize>| {
            found.fold(0, |bits, letters| bits | 1u8 << letters.min(*KEYS.end()))
        };
        Places {
            whole: self.whole.has(low(form)),
            heads: bits(&mut self.beginnings(form)),
            tails: bits(&mut self.ends(form.as_bytes())),
        }
    }

    /// The letters of each beginning of `form` that may be a stem or a part of a compound.
    fn beginnings(self, form: &str) -> impl Iterator<Item = usize> {
        let mut rolling = Rolling::default();
        let mut letters = 0;
        let bytes = form.bytes().take_while(move |byte| self.digits || !byte.is_ascii_digit());
        (1..).zip(bytes).filter_map(move |(at, byte)| {
            rolling.push(byte);
            letters += usize::from(is_first(byte));
            self.has_beginning(rolling.low(), form.as_bytes(), at).then_some(letters)
        })
    }

    /// True when the first `at` bytes of `form`, of which the hash is `low`, may be a stem or a
    /// part of a compound.
    fn has_beginning(self, low: u32, form: &[u8], at: usize) -> bool {
        let is_listed = || std::str::from_utf8(&form[at..]).is_ok_and(endings::is_listed);
        at >= SHORTEST && (self.heads.has(low) || (self.stems.has(low) && is_listed()))
    }

    /// The same of ends.
    fn ends(self, form: &[u8]) -> impl Iterator<Item = usize> {
        let mut backwards = Rolling::default();
        let mut letters = 0;
        let bytes = if form.len() < SHORTEST_TAIL { &[] } else { &form[SHORTEST..] };
        let bytes = bytes.iter().rev().take_while(move |b| self.digits || !b.is_ascii_digit());
        bytes.filter_map(move |byte| {
            backwards.push(*byte);
            letters += usize::from(is_first(*byte));
            self.tails.has(backwards.low()).then_some(letters)
        })
    }
}

/// True for the first byte of a letter.
fn is_first(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

/// True when a digit stands in a stem or in a part of a compound of `index`.
fn has_digits(index: &Index) -> bool {
    index.number(Section::Facts, 2) == 1
}

/// Says of a word or a pair of signs that no term has it that an ad can be about; a
/// yes may be wrong.
#[derive(Clone, Debug)]
pub struct Sketch<'a> {
    parts: Vec<Part<'a>>,
    numbers: bool,
    longest: usize,
}

#[derive(Clone, Copy, Debug)]
struct Part<'a> {
    firsts: Beginnings<'a>,
    later: Bits<'a>,
    later_stems: Bits<'a>,
    beginnings: Bits<'a>,
    runs: Bits<'a>,
}

/// Where a word may stand in terms that an ad can be about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct May {
    /// A term may begin with it, whole or as a part of it.
    pub begin: bool,
    /// It may be a word after the first.
    pub go_on: bool,
}

impl Part<'_> {
    /// Where the folded word `form` may stand.
    fn may(self, form: &[u8]) -> May {
        let mut may = May::default();
        let mut rolling = Rolling::default();
        let mut has_stems = true;
        for (at, byte) in (1..).zip(form) {
            rolling.push(*byte);
            has_stems &= self.firsts.digits || !byte.is_ascii_digit();
            let low = rolling.low();
            if has_stems && self.beginnings.has(low) {
                may.begin |= self.firsts.has_beginning(low, form, at);
                may.go_on |= self.later_stems.has(low);
            }
        }
        may.begin |= self.firsts.whole.has(rolling.low());
        may.begin = may.begin || self.firsts.ends(form).next().is_some();
        may.go_on |= self.later.has(rolling.low());
        may
    }
}

impl<'a> Sketch<'a> {
    /// The sketch of `indexes`.
    #[must_use]
    pub fn of(indexes: &'a [Index]) -> Self {
        let fact = |index: &Index, at| index.number(Section::Facts, at);
        let parts = indexes.iter().map(|index| Part {
            firsts: Beginnings::of(
                index,
                [
                    Section::AboutWhole,
                    Section::AboutStems,
                    Section::AboutHeads,
                    Section::AboutTails,
                ],
            ),
            later: Bits::of(index.section(Section::Later)),
            later_stems: Bits::of(index.section(Section::LaterStems)),
            beginnings: Bits::of(index.section(Section::Beginnings)),
            runs: Bits::of(index.section(Section::Runs)),
        });
        Self {
            parts: parts.collect(),
            numbers: indexes.iter().any(|index| fact(index, 0) == 1),
            longest: indexes.iter().map(|index| fact(index, 1) as usize).max().unwrap_or(0),
        }
    }

    /// Where the folded word `form`, in UTF-8, may stand in a term.
    #[must_use]
    pub fn may(&self, form: &[u8]) -> May {
        let parts = self.parts.iter().map(|part| part.may(form));
        parts.fold(May::default(), |one, other| May {
            begin: one.begin || other.begin,
            go_on: one.go_on || other.go_on,
        })
    }

    /// False when no term of a script without spaces begins with these signs.
    #[must_use]
    pub fn may_begin_run(&self, signs: &str) -> bool {
        let keys = [Some(signs), lone_sign(signs).filter(|one| *one != signs)];
        let begins = |low: u32| self.parts.iter().any(|part| part.runs.has(low));
        keys.into_iter().flatten().any(|key| begins(low(key)))
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
