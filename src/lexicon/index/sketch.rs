//! A small summary of an index: which words cannot be part of a term.
//!
//! It is made of sets of hashes (`bits`) that are compiled with the index.

use super::super::endings::{self, Ending};
use super::Index;
use super::bits::{Bits, pack};
use super::layout::{PART_ENDINGS, Rolling, Section, halves, hash, head};

/// Bytes of the shortest stem or part of a compound.
const SHORTEST: usize = 3;
/// Bytes of the shortest end of a compound with what must stand before it.
const SHORTEST_TAIL: usize = 7;

/// Collects the words of an index for its sketch.
#[derive(Default)]
pub(super) struct Sets {
    all: Firsts,
    about: Firsts,
    later: Seconds,
    runs: Vec<u32>,
    /// A term that an ad can be about begins with a digit or sign.
    pub numbers: bool,
    /// The words of the longest term that an ad can be about.
    pub longest: usize,
}

#[derive(Default)]
struct Seconds {
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

impl Sets {
    /// Adds the first word of a term; `about`: an ad can be about it.
    pub(super) fn first(&mut self, word: Word<'_>, about: bool) {
        self.all.add(word);
        if about {
            self.about.add(word);
        }
    }

    /// Adds the second word of a term that an ad can be about.
    pub(super) fn second(&mut self, word: Word<'_>) {
        self.later.add(word);
    }

    /// Adds a term of a script without spaces that an ad can be about.
    pub(super) fn run(&mut self, text: &str) {
        self.runs.push(low(head(text, 2).unwrap_or(text)));
    }

    /// The sections that these words are stored in.
    pub(super) fn sections(mut self) -> Vec<(Section, Vec<u8>)> {
        let facts = [u32::from(self.numbers), u32::try_from(self.longest).unwrap_or(u32::MAX)];
        let sets = [
            (Section::AllWhole, &mut self.all.whole),
            (Section::AllStems, &mut self.all.stems),
            (Section::AllHeads, &mut self.all.heads),
            (Section::AllTails, &mut self.all.tails),
            (Section::AboutWhole, &mut self.about.whole),
            (Section::AboutStems, &mut self.about.stems),
            (Section::AboutHeads, &mut self.about.heads),
            (Section::AboutTails, &mut self.about.tails),
            (Section::Later, &mut self.later.whole),
            (Section::LaterStems, &mut self.later.stems),
            (Section::Runs, &mut self.runs),
        ];
        let packed = sets.map(|(section, hashes)| {
            hashes.sort_unstable();
            hashes.dedup();
            (section, pack(hashes))
        });
        let facts = facts.iter().flat_map(|fact| fact.to_le_bytes()).collect();
        packed.into_iter().chain([(Section::Facts, facts)]).collect()
    }
}

impl Seconds {
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
        Self { whole, stems, heads, tails }
    }

    /// False when no term begins with the folded word `form`, whole or as a part of it.
    pub(super) fn may_be(self, form: &str) -> bool {
        let mut rolling = Rolling::default();
        for (at, byte) in (1..).zip(form.bytes()) {
            rolling.push(byte);
            if at < SHORTEST {
                continue;
            }
            let low = rolling.low();
            if self.heads.has(low)
                || (self.stems.has(low) && form.get(at..).is_some_and(endings::is_listed))
            {
                return true;
            }
        }
        self.whole.has(rolling.low()) || (form.len() >= SHORTEST_TAIL && self.may_end(form))
    }

    fn may_end(self, form: &str) -> bool {
        let mut backwards = Rolling::default();
        form.as_bytes()[SHORTEST..].iter().rev().any(|byte| {
            backwards.push(*byte);
            self.tails.has(backwards.low())
        })
    }
}

/// The second words of terms.
#[derive(Clone, Copy, Debug)]
struct Continuations<'a> {
    whole: Bits<'a>,
    stems: Bits<'a>,
}

impl<'a> Continuations<'a> {
    fn of(index: &'a Index, sections: [Section; 2]) -> Self {
        let [whole, stems] = sections.map(|section| Bits::of(index.section(section)));
        Self { whole, stems }
    }

    /// False when no term has the folded word `form` as its second.
    fn may_be(self, form: &[u8]) -> bool {
        let mut rolling = Rolling::default();
        let stem = form.iter().any(|byte| {
            rolling.push(*byte);
            self.stems.has(rolling.low())
        });
        stem || self.whole.has(rolling.low())
    }
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
    later: Continuations<'a>,
    runs: Bits<'a>,
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
            later: Continuations::of(index, [Section::Later, Section::LaterStems]),
            runs: Bits::of(index.section(Section::Runs)),
        });
        Self {
            parts: parts.collect(),
            numbers: indexes.iter().any(|index| fact(index, 0) == 1),
            longest: indexes.iter().map(|index| fact(index, 1) as usize).max().unwrap_or(0),
        }
    }

    /// False when no term begins with the folded word `form`, whole or as a part of it.
    #[must_use]
    pub fn may_begin(&self, form: &str) -> bool {
        self.parts.iter().any(|part| part.firsts.may_be(form))
    }

    /// False when no term has the folded word `form` as its second.
    #[must_use]
    pub fn may_be_second(&self, form: &[u8]) -> bool {
        self.parts.iter().any(|part| part.later.may_be(form))
    }

    /// False when no term of a script without spaces begins with these signs.
    #[must_use]
    pub fn may_begin_run(&self, signs: &str) -> bool {
        let low = low(signs);
        self.parts.iter().any(|part| part.runs.has(low))
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
