//! Finds the terms that begin at a word, by hashes of whole words, beginnings and ends.

use std::collections::HashMap;

use super::fold;
use super::inflection::{self, Forms};
use super::language::Language;
use super::term::{Inflection, Kind, Term};
use super::words::{Shape, Words};

/// Letters that a beginning or an end must have to be looked up by.
const KEY: usize = 3;

/// A word of an ad as the index sees it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The folded form.
    pub form: &'a str,
    /// See [`fold::accents`].
    pub accents: u32,
    /// True when folding took an accent away.
    pub marked: bool,
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
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Its place in [`Index::terms`].
    pub term: usize,
    /// How its first word was met.
    pub fit: Fit,
    rest: &'a [u32],
}

/// One whole form.
#[derive(Clone, Copy, Debug)]
struct Form {
    hash: u64,
    accents: u32,
    marked: bool,
}

/// The forms of one word of a term.
#[derive(Clone, Debug)]
struct Pattern {
    forms: Vec<Form>,
    stem: Option<(Box<str>, u8)>,
    compound: Option<Box<str>>,
    /// German, Swedish, Finnish, Hungarian, Turkish: ä is not a.
    strict: bool,
}

#[derive(Clone, Debug)]
struct Entry {
    term: u32,
    words: Box<[u32]>,
}

/// Terms by hash, the hashes in rising order of their bucket.
#[derive(Clone, Debug, Default)]
struct Table {
    starts: Vec<u32>,
    items: Vec<(u64, u32)>,
    shift: u32,
}

impl Table {
    fn build(mut items: Vec<(u64, u32)>) -> Self {
        items.sort_unstable();
        items.dedup();
        let bits = (usize::BITS - items.len().leading_zeros()).max(4);
        let shift = 64 - bits;
        let mut starts = vec![0u32; (1 << bits) + 1];
        for (hash, _) in &items {
            starts[(hash >> shift) as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Self { starts, items, shift }
    }

    fn get(&self, hash: u64) -> impl Iterator<Item = u32> + '_ {
        let range = if self.items.is_empty() {
            0..0
        } else {
            let bucket = (hash >> self.shift) as usize;
            self.starts[bucket] as usize..self.starts[bucket + 1] as usize
        };
        self.items[range].iter().filter(move |item| item.0 == hash).map(|item| item.1)
    }
}

/// All terms, ready to be found.
#[derive(Clone, Debug, Default)]
pub struct Index {
    terms: Vec<Term>,
    entries: Vec<Entry>,
    patterns: Vec<Pattern>,
    whole: Table,
    heads: Table,
    tails: Table,
    inside: Table,
}

impl Index {
    /// Compiles `terms`.
    #[must_use]
    pub fn build(terms: Vec<Term>) -> Self {
        let mut builder = Builder::default();
        for term in terms {
            builder.add(term);
        }
        builder.finish()
    }

    /// The terms, in the order in which they were first given.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The terms whose first word is `word`, whole or as a part of a compound.
    pub fn at<'a>(&'a self, word: Seen<'a>) -> impl Iterator<Item = Candidate<'a>> {
        let whole = self.whole.get(hash(word.form)).map(|entry| (entry, None));
        let heads = head(word.form, KEY).into_iter().flat_map(|key| self.heads.get(hash(key)));
        let tails = tail(word.form, KEY).into_iter().flat_map(|key| self.tails.get(hash(key)));
        whole
            .chain(heads.map(|entry| (entry, Some(true))))
            .chain(tails.map(|entry| (entry, Some(false))))
            .filter_map(move |(entry, side)| self.candidate(entry, side, word))
    }

    fn candidate<'a>(
        &'a self,
        entry: u32,
        side: Option<bool>,
        word: Seen<'a>,
    ) -> Option<Candidate<'a>> {
        let entry = &self.entries[entry as usize];
        let (first, rest) = entry.words.split_first()?;
        let pattern = &self.patterns[*first as usize];
        let fit = match side {
            None => pattern.is_whole(word).then_some(Fit::Whole)?,
            Some(true) if pattern.has_stem(word) && !pattern.is_whole(word) => Fit::Whole,
            Some(true) => Fit::Head(pattern.head(word).filter(|_| rest.is_empty())?),
            Some(false) => Fit::Tail(pattern.tail(word).filter(|_| rest.is_empty())?),
        };
        Some(Candidate { term: entry.term as usize, fit, rest })
    }

    /// How many words a candidate has after its first.
    #[must_use]
    pub fn remaining(&self, candidate: &Candidate<'_>) -> usize {
        candidate.rest.len()
    }

    /// True when `word` is word number `at` (from 0) after the first of `candidate`.
    #[must_use]
    pub fn follows(&self, candidate: &Candidate<'_>, at: usize, word: Seen<'_>) -> bool {
        let pattern = &self.patterns[candidate.rest[at] as usize];
        pattern.is_whole(word) || pattern.has_stem(word)
    }

    /// The terms that stand inside `run`, a text without spaces, with their bytes.
    pub fn inside<'a>(&'a self, run: &'a str) -> impl Iterator<Item = (usize, usize, usize)> + 'a {
        run.char_indices().flat_map(move |(at, _)| {
            let rest = &run[at..];
            let key = head(rest, 2).unwrap_or(rest);
            self.inside.get(hash(key)).filter_map(move |entry| {
                let entry = &self.entries[entry as usize];
                let text = self.patterns[entry.words[0] as usize].stem.as_ref()?.0.as_ref();
                rest.starts_with(text).then_some((entry.term as usize, at, at + text.len()))
            })
        })
    }
}

impl Pattern {
    fn is_whole(&self, word: Seen<'_>) -> bool {
        let hash = hash(word.form);
        self.forms.iter().any(|form| form.hash == hash && self.agrees(form, word))
    }

    /// Accents may be left out or wrong in a long word; in a short one they tell words apart.
    fn agrees(&self, form: &Form, word: Seen<'_>) -> bool {
        form.accents == word.accents
            || word.form.chars().count() >= 6
            || !word.form.starts_with(|c: char| c.is_ascii_lowercase())
            || !(word.marked || self.strict && form.marked)
            || (!form.marked && word.marked && word.form.len() >= 5)
    }

    fn has_stem(&self, word: Seen<'_>) -> bool {
        self.stem.as_ref().is_some_and(|(stem, extra)| {
            word.form.strip_prefix(stem.as_ref()).is_some_and(|rest| {
                rest.chars().count() <= usize::from(*extra) && rest.chars().all(char::is_alphabetic)
            })
        })
    }

    /// The bytes of a compound that this word takes at its beginning.
    fn head(&self, word: Seen<'_>) -> Option<usize> {
        let stem = self.compound.as_ref()?;
        let rest = word.form.strip_prefix(stem.as_ref())?;
        (rest.chars().count() >= 3).then_some(stem.len())
    }

    /// The bytes of a compound that this word takes at its end.
    fn tail(&self, word: Seen<'_>) -> Option<usize> {
        let stem = self.compound.as_ref()?;
        ["", "e", "en", "er", "n", "s", "es"].iter().find_map(|ending| {
            let before = word.form.strip_suffix(ending)?.strip_suffix(stem.as_ref())?;
            (before.chars().count() >= 3).then_some(stem.len() + ending.len())
        })
    }
}

#[derive(Default)]
struct Builder {
    index: Index,
    known: HashMap<(Kind, String, Vec<String>), usize>,
    patterns: HashMap<(String, Option<Language>, Inflection), u32>,
    whole: Vec<(u64, u32)>,
    heads: Vec<(u64, u32)>,
    tails: Vec<(u64, u32)>,
    inside: Vec<(u64, u32)>,
}

impl Builder {
    fn add(&mut self, term: Term) {
        let languages: Vec<Language> = term.languages.iter().collect();
        let words = Words::of(&term.text.to_lowercase());
        if words.tokens.is_empty() {
            return;
        }
        let lower = term.text.to_lowercase();
        let runs = words.tokens.iter().all(|token| token.shape == Shape::Run);
        let place = self.place(term, &words.folded);
        if runs {
            self.add_runs(place, &words);
            return;
        }
        for language in languages {
            let term = &self.index.terms[place];
            let inflection = term.inflection;
            let single = words.tokens.len() == 1;
            let ids: Vec<u32> = words
                .tokens
                .iter()
                .map(|token| {
                    let written = &lower[token.start as usize..token.end as usize];
                    let long = written.chars().count() >= 4 || single;
                    let of_word = if long { inflection } else { Inflection::Fixed };
                    self.pattern(written, language, of_word)
                })
                .collect();
            self.entry(place, ids);
        }
    }

    /// The place of `term`, one for the same word of several languages.
    fn place(&mut self, term: Term, folded: &str) -> usize {
        let key = (term.kind, folded.to_owned(), term.refers_to.clone());
        if let Some(place) = self.known.get(&key) {
            let known = &mut self.index.terms[*place];
            known.languages = known.languages.with(term.languages);
            known.weight = known.weight.max(term.weight);
            return *place;
        }
        self.index.terms.push(term);
        self.known.insert(key, self.index.terms.len() - 1);
        self.index.terms.len() - 1
    }

    fn add_runs(&mut self, place: usize, words: &Words) {
        let text: String = words.tokens.iter().map(|token| words.form(token)).collect();
        let id = short(self.index.patterns.len());
        let key = hash(head(&text, 2).unwrap_or(&text));
        self.index.patterns.push(Pattern {
            forms: Vec::new(),
            stem: Some((text.into_boxed_str(), u8::MAX)),
            compound: None,
            strict: false,
        });
        let entry = short(self.index.entries.len());
        self.index.entries.push(Entry { term: short(place), words: Box::new([id]) });
        self.inside.push((key, entry));
    }

    fn entry(&mut self, place: usize, ids: Vec<u32>) {
        let entry = short(self.index.entries.len());
        let first = &self.index.patterns[ids[0] as usize];
        self.whole.extend(first.forms.iter().map(|form| (form.hash, entry)));
        if let Some((stem, _)) = &first.stem
            && let Some(key) = head(stem, KEY)
        {
            self.heads.push((hash(key), entry));
        }
        if let Some(stem) = &first.compound
            && let (1, Some(from), Some(to)) = (ids.len(), head(stem, KEY), tail(stem, KEY))
        {
            self.heads.push((hash(from), entry));
            // A noun of the end may carry an ending, so every end is a key.
            self.tails.push((hash(to), entry));
            for ending in ["e", "en", "er", "n", "s", "es"] {
                let ended = format!("{stem}{ending}");
                if let Some(key) = tail(&ended, KEY) {
                    self.tails.push((hash(key), entry));
                }
            }
        }
        self.index.entries.push(Entry { term: short(place), words: ids.into_boxed_slice() });
    }

    fn pattern(&mut self, word: &str, language: Language, inflection: Inflection) -> u32 {
        let language = (inflection != Inflection::Fixed).then_some(language);
        let key = (word.to_owned(), language, inflection);
        if let Some(id) = self.patterns.get(&key) {
            return *id;
        }
        let forms = inflection::forms(word, language.unwrap_or(Language::ANY), inflection);
        let id = short(self.index.patterns.len());
        self.index.patterns.push(compile(&forms, language));
        self.patterns.insert(key, id);
        id
    }

    fn finish(self) -> Index {
        let mut index = self.index;
        index.whole = Table::build(self.whole);
        index.heads = Table::build(self.heads);
        index.tails = Table::build(self.tails);
        index.inside = Table::build(self.inside);
        index
    }
}

fn compile(forms: &Forms, language: Option<Language>) -> Pattern {
    let mut whole: Vec<Form> = Vec::new();
    let written = forms.whole.iter().cloned();
    // Without umlauts at hand Germans write ae, oe, ue.
    let spelled = forms
        .whole
        .iter()
        .filter(|form| form.contains(['ä', 'ö', 'ü']))
        .map(|form| form.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue"));
    for form in written.chain(spelled) {
        let folded = fold::fold(&form);
        let compiled =
            Form { hash: hash(&folded), accents: fold::accents(&form), marked: folded != form };
        if whole
            .iter()
            .all(|known| (known.hash, known.accents) != (compiled.hash, compiled.accents))
        {
            whole.push(compiled);
        }
    }
    let folded_base = fold::fold(&forms.whole[0]);
    Pattern {
        forms: whole,
        stem: forms.stem.as_ref().map(|(stem, extra)| (fold::fold(stem).into_boxed_str(), *extra)),
        compound: forms.compound.then(|| folded_base.into_boxed_str()),
        strict: language
            .is_some_and(|language| matches!(language.code(), "de" | "sv" | "fi" | "hu" | "tr")),
    }
}

fn head(text: &str, letters: usize) -> Option<&str> {
    let (at, last) = text.char_indices().nth(letters - 1)?;
    Some(&text[..at + last.len_utf8()])
}

fn tail(text: &str, letters: usize) -> Option<&str> {
    text.char_indices().rev().nth(letters - 1).map(|(at, _)| &text[at..])
}

/// Hashes a folded word.
fn hash(text: &str) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325u64;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
    }
    // The table takes the highest bits: let all bytes reach them.
    hash ^ hash.rotate_left(32).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn short(at: usize) -> u32 {
    u32::try_from(at).expect("fewer than four thousand million terms are ever loaded")
}

#[cfg(test)]
mod tests {
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
        let seen = Seen { form: words.form(&token), accents: token.accents, marked: token.marked };
        index.at(seen).map(|candidate| candidate.fit).collect()
    }

    #[test]
    fn compounds_are_met_at_either_end() {
        let index = Index::build(vec![term("elfenbein", "de", Inflection::Compound)]);
        assert_eq!(fits(&index, "Elfenbein"), [Fit::Whole]);
        assert_eq!(fits(&index, "Elfenbeinschnitzerei"), [Fit::Head(9)]);
        assert_eq!(fits(&index, "Mammutelfenbeins"), [Fit::Tail(10)]);
        assert_eq!(fits(&index, "Elfe"), []);
    }

    #[test]
    fn an_umlaut_tells_short_words_apart() {
        let index = Index::build(vec![term("bär", "de", Inflection::Noun)]);
        assert_eq!(fits(&index, "Bär"), [Fit::Whole]);
        assert_eq!(fits(&index, "Baer"), [Fit::Whole]);
        assert_eq!(fits(&index, "Bar"), []);
    }

    #[test]
    fn a_stem_takes_endings() {
        let index = Index::build(vec![term("papuga", "pl", Inflection::Noun)]);
        assert_eq!(fits(&index, "papugami"), [Fit::Whole]);
    }

    #[test]
    fn runs_are_searched_inside() {
        let index = Index::build(vec![term("象牙", "zh", Inflection::Inside)]);
        let found: Vec<_> = index.inside("出售象牙手镯").collect();
        assert_eq!(found, [(0, 6, 12)]);
    }
}
