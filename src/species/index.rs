//! Reads a compiled index in place.

use std::borrow::Cow;
use std::ops::Range;

use super::layout::{HEAD_WORDS, MAGIC, SECTIONS, Section, VERSION, WORD, checksum};

/// Why a file is no index that this program can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// Something else than an index.
    #[error("this is no species index")]
    Foreign,
    /// Made by another version of the program.
    #[error("this species index has version {found}; this program reads version {VERSION}")]
    Version {
        /// The version found.
        found: u32,
    },
    /// Cut off or changed since it was written.
    #[error("this species index is damaged")]
    Damaged,
}

/// The bytes of an index and where its sections lie.
#[derive(Debug)]
pub(super) struct Index {
    bytes: Cow<'static, [u8]>,
    sections: [Range<usize>; SECTIONS],
}

/// A record of `WIDTH` words.
pub(super) type Record<const WIDTH: usize> = [u32; WIDTH];

impl Index {
    /// Opens an index that is a part of the program.
    pub(super) fn embedded(bytes: &'static [u8]) -> Result<Self, IndexError> {
        Self::open(Cow::Borrowed(bytes))
    }

    /// Opens an index that came from elsewhere, after a look at every byte.
    pub(super) fn checked(bytes: Vec<u8>) -> Result<Self, IndexError> {
        let index = Self::open(Cow::Owned(bytes))?;
        let tail = index.bytes.get(5 * WORD..).ok_or(IndexError::Damaged)?;
        let stored = index.bytes[3 * WORD..5 * WORD].try_into().expect("the range is eight long");
        if checksum(tail) == u64::from_le_bytes(stored) {
            Ok(index)
        } else {
            Err(IndexError::Damaged)
        }
    }

    fn open(bytes: Cow<'static, [u8]>) -> Result<Self, IndexError> {
        if bytes.get(..MAGIC.len()) != Some(&MAGIC) {
            return Err(IndexError::Foreign);
        }
        let word = |at: usize| read_word(&bytes, at * WORD).ok_or(IndexError::Damaged);
        match word(2)? {
            VERSION => {}
            found => return Err(IndexError::Version { found }),
        }
        let mut sections = [const { 0..0 }; SECTIONS];
        for (number, section) in sections.iter_mut().enumerate() {
            let place = HEAD_WORDS - 2 * SECTIONS + 2 * number;
            let (start, length) = (word(place)? as usize, word(place + 1)? as usize);
            *section = start..start + length;
            if bytes.len() < section.end {
                return Err(IndexError::Damaged);
            }
        }
        Ok(Self { bytes, sections })
    }

    /// Day of the data as the number `YYYYMMDD`.
    pub(super) fn date(&self) -> u32 {
        read_word(&self.bytes, 5 * WORD).unwrap_or(0)
    }

    /// First day that the Annexes at hand cover, as the number `YYYYMMDD`.
    pub(super) fn annexes_since(&self) -> u32 {
        read_word(&self.bytes, 6 * WORD).unwrap_or(0)
    }

    pub(super) fn section(&self, section: Section) -> &[u8] {
        &self.bytes[self.sections[section as usize].clone()]
    }

    /// The number of records of `width` words in `section`.
    pub(super) fn count(&self, section: Section, width: usize) -> u32 {
        let count = self.section(section).len() / (width * WORD);
        u32::try_from(count).expect("a section is measured in a word")
    }

    /// The word at `at` of `section`.
    pub(super) fn word(&self, section: Section, at: usize) -> u32 {
        read_word(self.section(section), at * WORD)
            .expect("the compiler writes only places that exist")
    }

    /// Record number `id` of `section`.
    pub(super) fn record<const WIDTH: usize>(&self, section: Section, id: u32) -> Record<WIDTH> {
        let start = id as usize * WIDTH * WORD;
        let bytes = &self.section(section)[start..start + WIDTH * WORD];
        let mut record = [0; WIDTH];
        for (word, bytes) in record.iter_mut().zip(bytes.as_chunks::<WORD>().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        record
    }

    /// The text at `offset`.
    pub(super) fn text(&self, offset: u32) -> &str {
        let texts = self.section(Section::Texts);
        let start = offset as usize + 2;
        let length = usize::from(u16::from_le_bytes([texts[start - 2], texts[start - 1]]));
        std::str::from_utf8(&texts[start..start + length]).expect("the compiler writes UTF-8")
    }

    /// The rows of a section of texts, `WIDTH` columns each.
    pub(super) fn rows<const WIDTH: usize>(
        &self,
        section: Section,
    ) -> impl Iterator<Item = [&str; WIDTH]> {
        let record = move |id| self.record::<WIDTH>(section, id).map(|offset| self.text(offset));
        (0..self.count(section, WIDTH)).map(record)
    }

    /// The map from folded names to numbers of keys.
    pub(super) fn keys(&self) -> fst::Map<&[u8]> {
        fst::Map::new(self.section(Section::Keys)).expect("the compiler writes a sound map")
    }
}

fn read_word(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..at + WORD)?.try_into().ok()?;
    Some(u32::from_le_bytes(word))
}

#[cfg(test)]
mod tests {
    use super::{Index, IndexError};
    use crate::species::compile::Tables;
    use crate::species::layout::VERSION;

    fn empty() -> Vec<u8> {
        Tables::default().compile(20_260_101).unwrap().index
    }

    #[test]
    fn an_index_without_rows_can_be_opened() {
        let index = Index::checked(empty()).unwrap();
        assert_eq!(index.date(), 20_260_101);
        assert_eq!(index.keys().len(), 0);
    }

    #[test]
    fn another_version_is_named() {
        let mut bytes = empty();
        bytes[8..12].copy_from_slice(&(VERSION + 1).to_le_bytes());
        let err = Index::checked(bytes).unwrap_err();
        assert_eq!(err, IndexError::Version { found: VERSION + 1 });
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_noticed() {
        let bytes = empty();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(Index::checked(changed).is_err(), "byte {at}");
            assert!(Index::checked(bytes[..at].to_vec()).is_err(), "cut at {at}");
        }
    }
}
