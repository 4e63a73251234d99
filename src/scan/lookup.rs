//! Remembers which terms a word begins: most words of a dump come again and again.

use std::cell::RefCell;
use std::rc::Rc;

use crate::lexicon::index::{Candidate, Glance, Index, Seen};
use crate::lexicon::{Kind, Vocabulary, function_words};

use super::normal::Text;
use super::recent::Recent;

/// Words that are remembered of those that terms begin with, as a power of two, and as many of
/// others.
const PLACES: u32 = 13;
/// Texts whose room is kept.
const ROOMS: usize = 8;
/// Longer words than this, in bytes, are not.
const LONGEST: usize = 24;

/// What stands after a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// Nothing that a term could go on with.
    Nothing,
    /// A word that looks so.
    Word(Glance),
    /// It cannot be said so simply.
    Anything,
}

/// Looks up words in a vocabulary; for one thread.
#[derive(Debug)]
pub struct Lookup<'a> {
    vocabulary: &'a Vocabulary,
    places: RefCell<Places>,
    room: RefCell<Vec<Text>>,
}

/// Words of which the terms are known.
#[derive(Debug)]
struct Places {
    /// Words that terms begin with.
    begun: Recent<Word, Rc<Terms>>,
    /// Words that none begins with.
    others: Recent<Word, ()>,
}

/// A word that is no longer than [`LONGEST`], as it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Word {
    form: [u8; LONGEST],
    length: u8,
    marked: bool,
    accents: u32,
}

impl Word {
    fn is(&self, seen: Seen<'_>) -> bool {
        let form = self.form.get(..usize::from(self.length));
        self.accents == seen.accents
            && self.marked == seen.marked
            && form == Some(seen.form.as_bytes())
    }

    fn of(seen: Seen<'_>) -> Option<Self> {
        let bytes = seen.form.as_bytes();
        let mut form = [0; LONGEST];
        form.get_mut(..bytes.len())?.copy_from_slice(bytes);
        let length = u8::try_from(bytes.len()).ok()?;
        Some(Self { form, length, marked: seen.marked, accents: seen.accents })
    }
}

/// The terms that begin with a word.
#[derive(Debug, Default)]
struct Terms {
    found: Vec<Found>,
    /// The second words of each, all of them for one without; see [`Index::seconds`].
    seconds: Vec<Glance>,
    /// Those of all together.
    any: Glance,
}

impl Terms {
    fn add(&mut self, found: Found, seconds: Glance) {
        let seconds = if found.candidate.remaining == 0 { Glance::ANY } else { seconds };
        self.found.push(found);
        self.seconds.push(seconds);
        self.any = self.any.with(seconds);
    }

    /// Those that may go on with what stands `after` the word.
    fn going_on(&self, after: After) -> impl Iterator<Item = &Found> {
        let word = if let After::Word(word) = after { word } else { Glance::ANY };
        let seconds = if self.any.meets(word) { self.seconds.as_slice() } else { &[] };
        let fits = self.found.iter().zip(seconds).filter(move |(_, seconds)| seconds.meets(word));
        fits.map(|(found, _)| found)
            .filter(move |found| after != After::Nothing || found.candidate.remaining == 0)
    }
}

/// A term that begins with a word.
#[derive(Clone, Copy, Debug)]
struct Found {
    index: usize,
    candidate: Candidate,
    term: u32,
}

impl<'a> Lookup<'a> {
    /// Prepares to look up words in `vocabulary`.
    #[must_use]
    pub fn new(vocabulary: &'a Vocabulary) -> Self {
        Self { vocabulary, places: RefCell::new(Places::new()), room: RefCell::default() }
    }

    /// The words of `text`, in room that an earlier text no longer needs.
    pub(super) fn read(&self, text: &str) -> Text {
        let mut read = self.room.borrow_mut().pop().unwrap_or_default();
        read.read(text);
        read
    }

    /// Takes back the room of `texts`.
    pub(super) fn reuse(&self, texts: Vec<Text>) {
        let mut room = self.room.borrow_mut();
        room.extend(texts.into_iter().filter(Text::is_small));
        room.truncate(ROOMS);
    }

    /// Where the words are looked up.
    #[must_use]
    pub fn vocabulary(&self) -> &'a Vocabulary {
        self.vocabulary
    }

    /// Hands `take` the terms whose first word is `word`, and the index that each is of;
    /// of those of several words only what may go on with what stands `after` it.
    pub fn at(&self, word: Seen<'_>, after: After, mut take: impl FnMut(&Index, Candidate, u32)) {
        let Some(terms) = self.terms(word) else { return };
        for found in terms.going_on(after) {
            take(self.vocabulary.part(found.index), found.candidate, found.term);
        }
    }

    fn terms(&self, seen: Seen<'_>) -> Option<Rc<Terms>> {
        let hash = seen.hash.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut places = self.places.borrow_mut();
        if places.others.find(hash, |word| word.is(seen)).is_some() {
            return None;
        }
        if let Some(terms) = places.begun.find(hash, |word| word.is(seen)) {
            return Some(Rc::clone(terms));
        }
        drop(places);
        let terms = self.find(seen);
        let Some(word) = Word::of(seen) else { return terms };
        self.places.borrow_mut().put(hash, word, terms.clone());
        terms
    }

    fn find(&self, seen: Seen<'_>) -> Option<Rc<Terms>> {
        let mut terms = Terms::default();
        // Neither what ends like a name nor a compound is meant: *какие*, *proberen*.
        let is_function_word = function_words::languages(seen.form).is_some();
        self.vocabulary.at(seen, |index, candidate, term| {
            let is_one_word = candidate.remaining == 0;
            if is_function_word && is_one_word && self.vocabulary.kind(term) == Kind::Taxon {
                return;
            }
            let seconds = self.vocabulary.part(index).seconds(&candidate);
            terms.add(Found { index, candidate, term }, seconds);
        });
        (!terms.found.is_empty()).then(|| Rc::new(terms))
    }
}

impl Places {
    fn new() -> Self {
        Self { begun: Recent::new(PLACES), others: Recent::new(PLACES) }
    }

    fn put(&mut self, hash: u64, word: Word, terms: Option<Rc<Terms>>) {
        match terms {
            Some(terms) => self.begun.put(hash, word, terms),
            None => self.others.put(hash, word, ()),
        }
    }
}
