//! Puts sections together into an index.

use std::collections::HashMap;

use super::super::layout::{self, HEAD_WORDS, MAGIC, SECTIONS, Section, VERSION, WORD};

/// Every text once; a text is known by its offset.
#[derive(Debug, Default)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    known: HashMap<String, u32>,
}

impl Texts {
    /// Returns the offset of `text`, which is added if it is new; a text is cut at 65,535 bytes.
    pub(super) fn add(&mut self, text: &str) -> u32 {
        if let Some(offset) = self.known.get(text) {
            return *offset;
        }
        let offset = word(self.bytes.len());
        let end = text.floor_char_boundary(usize::from(u16::MAX));
        let length = u16::try_from(end).expect("the text was cut to what two bytes can count");
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend(&text.as_bytes()[..end]);
        self.known.insert(text.to_owned(), offset);
        offset
    }
}

/// An index that is being put together.
#[derive(Debug, Default)]
pub(super) struct Writer {
    /// The texts of every section.
    pub(super) texts: Texts,
    sections: [Vec<u8>; SECTIONS],
}

impl Writer {
    /// Appends a record to `section`.
    pub(super) fn put(&mut self, section: Section, words: &[u32]) {
        self.sections[section as usize].extend(words.iter().flat_map(|word| word.to_le_bytes()));
    }

    /// Number of words in `section`.
    pub(super) fn words(&self, section: Section) -> u32 {
        word(self.sections[section as usize].len() / WORD)
    }

    pub(super) fn set(&mut self, section: Section, bytes: Vec<u8>) {
        self.sections[section as usize] = bytes;
    }

    /// Returns the whole index; `date` is the day of the data and `annexes_since` the first day that
    /// the Annexes cover, as numbers `YYYYMMDD`.
    pub(super) fn finish(mut self, date: u32, annexes_since: u32) -> Vec<u8> {
        self.sections[Section::Texts as usize] = self.texts.bytes;
        let mut body = Vec::new();
        let mut places = Vec::with_capacity(2 * SECTIONS);
        for section in &self.sections {
            places.push(word(HEAD_WORDS * WORD + body.len()));
            places.push(word(section.len()));
            body.extend(section);
            body.resize(body.len().next_multiple_of(WORD), 0);
        }
        let words = [date, annexes_since].into_iter().chain(places);
        let mut tail: Vec<u8> = words.flat_map(u32::to_le_bytes).collect();
        tail.extend(&body);
        let mut index = MAGIC.to_vec();
        index.extend(VERSION.to_le_bytes());
        index.extend(layout::checksum(&tail).to_le_bytes());
        index.extend(tail);
        index
    }
}

/// A size as a word of the index.
pub(super) fn word(size: usize) -> u32 {
    u32::try_from(size).expect("an index stays far below four gigabytes")
}
