//! Remembers which terms a word begins: most words of a dump come again and again.

use std::cell::RefCell;
use std::rc::Rc;

use crate::lexicon::Vocabulary;
use crate::lexicon::index::{Candidate, Index, Seen};

use super::normal::Text;

/// Words that are remembered.
const PLACES: usize = 1 << 13;
/// Texts whose room is kept.
const ROOMS: usize = 8;
/// Longer words than this, in bytes, are not.
const LONGEST: usize = 40;

/// What stands after a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// Nothing that a term could go on with.
    Nothing,
    /// A word with this [`Seen::bit`].
    Word(u64),
    /// It cannot be said so simply.
    Anything,
}

/// Looks up words in a vocabulary; for one thread.
#[derive(Debug)]
pub struct Lookup<'a> {
    vocabulary: &'a Vocabulary,
    places: RefCell<Vec<Option<Known>>>,
    room: RefCell<Vec<Text>>,
}

#[derive(Debug)]
struct Known {
    form: Box<str>,
    accents: u32,
    marked: bool,
    found: Rc<[Found]>,
}

/// A term that begins with a word.
#[derive(Clone, Copy, Debug)]
struct Found {
    index: usize,
    candidate: Candidate,
    term: u32,
    /// See [`Index::seconds`].
    seconds: u64,
}

impl Found {
    fn goes_on(&self, after: After) -> bool {
        self.candidate.remaining == 0
            || match after {
                After::Nothing => false,
                After::Word(bit) => self.seconds & bit != 0,
                After::Anything => true,
            }
    }
}

impl<'a> Lookup<'a> {
    /// Prepares to look up words in `vocabulary`.
    #[must_use]
    pub fn new(vocabulary: &'a Vocabulary) -> Self {
        Self { vocabulary, places: RefCell::new(Vec::new()), room: RefCell::new(Vec::new()) }
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
        let Some(found) = self.found(word) else { return };
        for found in found.iter().filter(|found| found.goes_on(after)) {
            take(self.vocabulary.part(found.index), found.candidate, found.term);
        }
    }

    fn found(&self, word: Seen<'_>) -> Option<Rc<[Found]>> {
        let place = (word.hash >> 32) as usize % PLACES;
        if let Some(Some(known)) = self.places.borrow().get(place)
            && *known.form == *word.form
            && (known.accents, known.marked) == (word.accents, word.marked)
        {
            return Some(Rc::clone(&known.found));
        }
        if !self.vocabulary.may_begin(word.form) {
            return None;
        }
        let mut found = Vec::new();
        self.vocabulary.at(word, |index, candidate, term| {
            let seconds = self.vocabulary.part(index).seconds(&candidate);
            found.push(Found { index, candidate, term, seconds });
        });
        let found: Rc<[Found]> = found.into();
        if word.form.len() <= LONGEST {
            let mut places = self.places.borrow_mut();
            places.resize_with(PLACES, || None);
            let Seen { form, accents, marked, .. } = word;
            let found = Rc::clone(&found);
            places[place] = Some(Known { form: form.into(), accents, marked, found });
        }
        Some(found)
    }
}
