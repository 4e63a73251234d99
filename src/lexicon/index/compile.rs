//! Compiles terms into the bytes of an index.

use std::collections::HashMap;

use super::super::endings::Ending;
use super::super::fold;
use super::super::function_words;
use super::super::inflection::{self, Forms};
use super::super::language::Language;
use super::super::term::{Inflection, Kind, Term, Weight};
use super::super::words::is_currency;
use super::super::words::{Shape, Words};
use super::layout::{
    HEADER, MAGIC, PART_ENDINGS, SECTIONS, Section, VERSION, form, halves, hash, head, head_key,
    packed, pattern, tail_key,
};
use super::sketch::{Sets, Word};

/// Compiles `terms`.
#[must_use]
pub fn compile(terms: impl IntoIterator<Item = Term>) -> Vec<u8> {
    let mut compiler = Compiler::default();
    for term in terms {
        compiler.add(term);
    }
    compiler.finish()
}

#[derive(Default)]
struct Compiler {
    terms: Vec<Term>,
    known: HashMap<(Kind, Weight, String, Vec<String>), usize>,
    texts: HashMap<String, [u32; 2]>,
    text: Vec<u8>,
    entries: Vec<[u32; 2]>,
    words: Vec<u32>,
    patterns: Vec<[u32; 4]>,
    pattern_keys: Vec<Keys>,
    known_patterns: HashMap<(String, Option<Language>, Inflection), u32>,
    forms: Vec<[u32; 2]>,
    whole: Vec<(u64, u32)>,
    heads: Vec<(u64, u32)>,
    tails: Vec<(u64, u32)>,
    runs: Vec<(u64, u32)>,
    sets: Sets,
}

/// What a pattern is looked up by.
#[derive(Clone, Debug, Default)]
struct Keys {
    whole: Vec<u64>,
    stem: Option<(String, Ending)>,
    part: Option<String>,
}

impl Keys {
    fn word(&self) -> Word<'_> {
        let stem = self.stem.as_ref().map(|(stem, ending)| (stem.as_str(), *ending));
        Word { whole: &self.whole, stem, part: self.part.as_deref() }
    }
}

impl Compiler {
    fn add(&mut self, term: Term) {
        let lower = term.text.to_lowercase();
        let words = Words::of(&lower);
        // No taxon is named like a word that holds sentences together.
        let is_sentence_word =
            words.tokens.len() == 1 && function_words::languages(&words.folded).is_some();
        if words.tokens.is_empty() || (term.kind == Kind::Taxon && is_sentence_word) {
            return;
        }
        let (languages, inflection) = (term.languages, term.inflection);
        let is_name =
            matches!(term.kind, Kind::Taxon | Kind::Product | Kind::Craft | Kind::Specimen);
        let place = self.place(term, &words.folded);
        if words.tokens.iter().all(|token| token.shape == Shape::Run) {
            for language in languages.iter() {
                self.add_run(place, &words, language, inflection);
            }
            return;
        }
        let single = words.tokens.len() == 1;
        for language in languages.iter() {
            let mut ids = Vec::new();
            for token in &words.tokens {
                let written = &lower[token.start as usize..token.end as usize];
                let long = written.chars().count() >= 4 || single;
                let of_word = if long { inflection } else { Inflection::Fixed };
                ids.push(self.pattern(written, language, of_word));
            }
            self.entry(place, &ids, language);
            // черепаха среднеазиатская, papuga żako: the noun may come first.
            if is_name && ids.len() == 2 && has_free_order(language) {
                self.entry(place, &[ids[1], ids[0]], language);
            }
        }
    }

    /// The place of `term`, one for the same word of several languages; each keeps
    /// its own endings in an entry.
    fn place(&mut self, term: Term, folded: &str) -> usize {
        let key = (term.kind, term.weight, folded.to_owned(), term.refers_to.clone());
        if let Some(place) = self.known.get(&key) {
            let known = &mut self.terms[*place];
            known.languages = known.languages.with(term.languages);
            return *place;
        }
        self.terms.push(term);
        self.known.insert(key, self.terms.len() - 1);
        self.terms.len() - 1
    }

    fn add_run(&mut self, place: usize, words: &Words, language: Language, inflection: Inflection) {
        let text: String = words.tokens.iter().map(|token| words.form(token)).collect();
        let key = hash(head(&text, 2).unwrap_or(&text));
        let [start, length] = self.put(&text);
        let id = short(self.patterns.len());
        let alone = if inflection == Inflection::Fixed { pattern::ALONE } else { 0 };
        self.patterns.push([0, start, 0, u32::from_le_bytes([0, byte(length), 0, alone])]);
        self.pattern_keys.push(Keys::default());
        let entry = self.push_entry(place, &[id], language);
        self.runs.push((key, entry));
        if self.is_about(place, 1) {
            self.sets.run(&text);
        }
    }

    /// True when an ad can be about the term at `place`; notes that it has so many `words`.
    fn is_about(&mut self, place: usize, words: usize) -> bool {
        let term = &self.terms[place];
        let about = term.kind.is_about();
        if about {
            let number = |c: char| c.is_ascii_digit() || is_currency(c);
            self.sets.numbers |= term.text.starts_with(number);
            self.sets.longest = self.sets.longest.max(words);
        }
        about
    }

    fn push_entry(&mut self, place: usize, ids: &[u32], language: Language) -> u32 {
        let entry = short(self.entries.len());
        let words = packed(short(self.words.len()), byte(short(ids.len())));
        self.entries.push([packed(short(place), byte(short(language.place()))), words]);
        self.words.extend(ids);
        entry
    }

    fn entry(&mut self, place: usize, ids: &[u32], language: Language) {
        let entry = self.push_entry(place, ids, language);
        let about = self.is_about(place, ids.len());
        let keys = self.pattern_keys[ids[0] as usize].clone();
        self.sets.first(keys.word(), about);
        for later in ids.iter().skip(1).filter(|_| about) {
            self.sets.later(self.pattern_keys[*later as usize].word());
        }
        self.whole.extend(keys.whole.iter().map(|key| (*key, entry)));
        if let Some(key) = keys.stem.as_ref().and_then(|(stem, _)| head_key(stem)) {
            self.heads.push((hash(key), entry));
        }
        if let (1, Some(part)) = (ids.len(), &keys.part) {
            if let Some(key) = head_key(part) {
                self.heads.push((hash(key), entry));
            }
            for ending in PART_ENDINGS {
                if let Some(key) = tail_key(&format!("{part}{ending}")) {
                    self.tails.push((hash(key), entry));
                }
            }
        }
    }

    fn pattern(&mut self, word: &str, language: Language, inflection: Inflection) -> u32 {
        let language = (inflection != Inflection::Fixed).then_some(language);
        let key = (word.to_owned(), language, inflection);
        if let Some(id) = self.known_patterns.get(&key) {
            return *id;
        }
        let forms = inflection::forms(word, language.unwrap_or(Language::ANY), inflection);
        let id = short(self.patterns.len());
        self.add_pattern(&forms, language);
        self.known_patterns.insert(key, id);
        id
    }

    fn add_pattern(&mut self, forms: &Forms, language: Option<Language>) {
        let whole = whole_forms(forms);
        let start = short(self.forms.len());
        let mut keys = Keys::default();
        for (folded, accents) in &whole {
            let hash = hash(folded);
            keys.whole.push(hash);
            let mut record = [0; form::WIDTH];
            record[form::LOW] = halves(hash)[0];
            record[form::ACCENTS] = *accents;
            self.forms.push(record);
        }
        keys.stem = forms.stem.as_ref().map(|(stem, ending)| (fold::fold(stem), *ending));
        keys.part = forms.compound.then(|| fold::fold(&forms.whole[0]));
        let stem = keys.stem.as_ref().map_or([0, 0], |(stem, _)| self.put(stem));
        let part = keys.part.as_ref().map_or([0, 0], |part| self.put(part));
        let ending = forms.stem.as_ref().map_or(0, |(_, ending)| ending.number());
        let code = language.map_or("", Language::code);
        // Accents are often left out: buho, pelicano; but una is not uña.
        let shortest = if matches!(code, "es" | "fr" | "it" | "pt") { 3 } else { 4 };
        let is_short = forms.whole[0].chars().count() <= shortest && code != "vi";
        let strict = is_short || matches!(code, "de" | "sv" | "fi" | "hu" | "tr");
        let codes = ending | if strict { pattern::STRICT } else { 0 };
        let counts = [byte(short(whole.len())), byte(stem[1]), byte(part[1]), codes];
        self.patterns.push([start, stem[0], part[0], u32::from_le_bytes(counts)]);
        self.pattern_keys.push(keys);
    }

    /// Start and length of `text`, which is stored once.
    fn put(&mut self, text: &str) -> [u32; 2] {
        if let Some(place) = self.texts.get(text) {
            return *place;
        }
        let place = [short(self.text.len()), short(text.len())];
        self.text.extend_from_slice(text.as_bytes());
        self.texts.insert(text.to_owned(), place);
        place
    }

    fn finish(mut self) -> Vec<u8> {
        let (terms, refs) = self.terms_and_refs();
        let mut sections: Vec<Vec<u8>> = vec![Vec::new(); SECTIONS];
        let mut set = |section: Section, bytes: Vec<u8>| sections[section as usize] = bytes;
        set(Section::Terms, numbers(terms.as_flattened()));
        set(Section::Refs, numbers(refs.as_flattened()));
        set(Section::Entries, numbers(self.entries.as_flattened()));
        set(Section::Words, numbers(&self.words));
        set(Section::Patterns, numbers(self.patterns.as_flattened()));
        set(Section::Forms, numbers(self.forms.as_flattened()));
        for (items, starts_in, items_in) in [
            (self.whole, Section::WholeStarts, Section::WholeItems),
            (self.heads, Section::HeadStarts, Section::HeadItems),
            (self.tails, Section::TailStarts, Section::TailItems),
            (self.runs, Section::RunStarts, Section::RunItems),
        ] {
            let (starts, items) = table(items);
            set(starts_in, numbers(&starts));
            set(items_in, numbers(items.as_flattened()));
        }
        self.text.resize(self.text.len().next_multiple_of(4), 0);
        set(Section::Text, self.text);
        self.sets.sections().into_iter().for_each(|(section, bytes)| set(section, bytes));
        assemble(&sections)
    }

    fn terms_and_refs(&mut self) -> (Vec<[u32; 4]>, Vec<[u32; 2]>) {
        let (mut records, mut refs) = (Vec::new(), Vec::new());
        let mut known: HashMap<Vec<String>, u32> = HashMap::new();
        for term in std::mem::take(&mut self.terms) {
            let [start, length] = self.put(&term.text);
            let length = u16::try_from(length).expect("a term is a few words").to_le_bytes();
            let count = byte(short(term.refers_to.len()));
            let first = *known.entry(term.refers_to).or_insert_with_key(|list| {
                let first = short(refs.len());
                refs.extend(list.iter().map(|to| self.put(to)));
                first
            });
            let codes = (term.inflection as u8) | (term.weight as u8) << 4;
            let codes = u32::from_le_bytes([length[0], length[1], term.kind as u8, codes]);
            records.push([start, codes, term.languages.bits(), packed(first, count)]);
        }
        (records, refs)
    }
}

/// Languages in which an adjective stands before or after its noun.
fn has_free_order(language: Language) -> bool {
    matches!(language.code(), "pl" | "cs" | "ru" | "uk")
}

/// Every form folded, once for each way to accent it, with [`form::ACCENTS`].
fn whole_forms(forms: &Forms) -> Vec<(String, u32)> {
    let written = forms.whole.iter().cloned();
    // Without umlauts at hand Germans write ae, oe, ue.
    let spelled = forms
        .whole
        .iter()
        .filter(|form| form.contains(['ä', 'ö', 'ü']))
        .map(|form| form.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue"));
    let mut whole: Vec<(String, u32)> = Vec::new();
    for (at, form) in written.chain(spelled).enumerate() {
        let folded = fold::fold(&form);
        // Macaws, ara, are *are* in Italian, and so is half of English.
        if at > 0 && function_words::languages(&folded).is_some() {
            continue;
        }
        let accents = (fold::accents(&form) & !1) | u32::from(folded != form);
        if !whole.contains(&(folded.clone(), accents)) {
            whole.push((folded, accents));
        }
    }
    whole
}

/// Starts of buckets by the highest bits of the hash, and the items in them.
fn table(mut items: Vec<(u64, u32)>) -> (Vec<u32>, Vec<[u32; 2]>) {
    items.sort_unstable();
    items.dedup();
    // Two to four items a bucket: more buckets would be room without speed.
    let bits = (usize::BITS - items.len().leading_zeros()).saturating_sub(2).max(4);
    let mut starts = vec![0u32; (1 << bits) + 1];
    for (hash, _) in &items {
        starts[(hash >> (64 - bits)) as usize + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    (starts, items.iter().map(|(hash, entry)| [halves(*hash)[0], *entry]).collect())
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn assemble(sections: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    let mut start = HEADER;
    for section in sections {
        bytes.extend(short(start).to_le_bytes());
        bytes.extend(short(section.len()).to_le_bytes());
        start += section.len();
    }
    sections.iter().for_each(|section| bytes.extend(section));
    bytes
}

fn short(at: usize) -> u32 {
    u32::try_from(at).expect("fewer than four thousand million of anything are ever loaded")
}

fn byte(number: u32) -> u8 {
    u8::try_from(number)
        .expect("a term has fewer than 256 of anything, checked where lists are read")
}
