//! The languages whose words are known.

use std::fmt;

/// A language, by its place in `Language::ALL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(u8);

const CODES: [&str; 24] = [
    "la", "en", "fr", "de", "nl", "es", "it", "pt", "pl", "cs", "ru", "uk", "zh", "ja", "ko", "vi",
    "th", "id", "ar", "tr", "sv", "fi", "hu", "xx",
];

impl Language {
    /// Scientific names: understood in every language.
    pub const LATIN: Self = Self(0);
    /// English.
    pub const ENGLISH: Self = Self(1);
    /// Signs that belong to no language: emoji.
    pub const ANY: Self = Self(23);

    /// All languages, scientific Latin first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..CODES.len()).map(|at| Self(u8::try_from(at).expect("there are 24 languages")))
    }

    /// The language of an ISO 639-1 code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::all().find(|language| language.code() == code)
    }

    /// The ISO 639-1 code.
    #[must_use]
    pub fn code(self) -> &'static str {
        CODES[usize::from(self.0)]
    }

    /// The language at `place` in [`Language::all`].
    #[must_use]
    pub fn at(place: u8) -> Self {
        if usize::from(place) < CODES.len() { Self(place) } else { Self::ANY }
    }

    /// The place of this language in [`Language::all`].
    #[must_use]
    pub fn place(self) -> usize {
        usize::from(self.0)
    }

    /// True when a word of this language counts in every text.
    #[must_use]
    pub fn is_universal(self) -> bool {
        self == Self::LATIN || self == Self::ANY
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A set of languages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Languages(u32);

impl Languages {
    /// The set of `language` alone.
    #[must_use]
    pub fn one(language: Language) -> Self {
        Self(1 << language.0)
    }

    /// The set as bits, by [`Language::place`].
    #[must_use]
    pub fn bits(self) -> u32 {
        self.0
    }

    /// The set of such bits.
    #[must_use]
    pub fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// This set and `other` together.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True when `language` is in the set.
    #[must_use]
    pub fn has(self, language: Language) -> bool {
        self.0 & (1 << language.0) != 0
    }

    /// True when some language is in both sets.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// True when a word of these languages counts in every text.
    #[must_use]
    pub fn is_universal(self) -> bool {
        self.has(Language::LATIN) || self.has(Language::ANY)
    }

    /// How many languages are in the set.
    #[must_use]
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// The languages in the set, in the order of [`Language::all`].
    pub fn iter(self) -> impl Iterator<Item = Language> {
        Language::all().filter(move |language| self.has(*language))
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, Languages};

    #[test]
    fn codes_go_both_ways() {
        for language in Language::all() {
            assert_eq!(Language::from_code(language.code()), Some(language));
        }
        assert_eq!(Language::from_code("xy"), None);
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let german = Language::from_code("de").unwrap();
        let set = Languages::one(german).with(Languages::one(Language::ENGLISH));
        assert!(set.has(german) && set.has(Language::ENGLISH) && !set.is_universal());
        assert_eq!(set.iter().map(Language::code).collect::<Vec<_>>(), ["en", "de"]);
    }
}
