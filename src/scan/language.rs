//! In which language an ad is written.
//!
//! Ads are short and mixed, so three kinds of evidence are added: the script,
//! the words of the lexicon and a few function words, and the trigrams of
//! `whatlang`. Where they do not settle it, no language is ruled out.

use std::sync::LazyLock;

use crate::lexicon::{Language, Languages, function_words};

use super::normal::Text;

/// What is known about the language of an ad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spoken {
    /// The likeliest language.
    pub best: Option<Language>,
    /// The languages that are not ruled out.
    pub possible: Languages,
    /// The languages that words speak for which are no names of taxa; none where there are few.
    pub told: Languages,
}

/// A term that was met in an ad.
#[derive(Clone, Copy, Debug)]
pub struct Met {
    /// The languages that have it.
    pub languages: Languages,
    /// How long it is, in bytes.
    pub length: usize,
    /// The name of a taxon.
    pub is_name: bool,
}

const COUNT: usize = 24;
/// Share of the best language's evidence that keeps another possible.
const KEEP: f32 = 0.55;
/// Evidence below which no language is ruled out.
const ENOUGH: f32 = 3.0;
/// Evidence of words that are no names from which a language is told.
const TOLD: f32 = 0.75;

/// Finds the language of an ad from its fields, the terms `met` in it, and the language that the
/// feed gives (only a hint: feeds are often wrong).
#[must_use]
pub fn spoken(
    fields: &[(&str, &Text)],
    met: impl Iterator<Item = Met>,
    hint: Option<Language>,
) -> Spoken {
    let mut evidence = [0f32; COUNT];
    let mut of_names = [0f32; COUNT];
    for Met { languages, length, is_name } in met {
        // One or two letters are a word of some language always.
        if !languages.is_universal() && length >= 3 {
            let letters = u16::try_from(length.min(16)).unwrap_or(16);
            let evidence = if is_name { &mut of_names } else { &mut evidence };
            add(evidence, languages, f32::from(letters) / 8.0);
        }
    }
    for (_, text) in fields {
        for token in text.tokens() {
            if let Some(languages) = function_words::languages(text.form(token)) {
                add(&mut evidence, languages, 1.5);
            }
        }
    }
    if let Some(hint) = hint {
        evidence[hint.place()] += 1.5;
    }
    let told = Language::all().filter(|language| evidence[language.place()] >= TOLD);
    let told = told.fold(Languages::default(), |all, one| all.with(Languages::one(one)));
    for (words, names) in evidence.iter_mut().zip(of_names) {
        *words += names;
    }
    let scripts = scripts(fields);
    let leads = Leads::of(&evidence, scripts);
    if !leads.settle() {
        let letters = letters(fields);
        if letters >= FEWEST && !leads.stay(most_added(letters)) {
            by_trigrams(fields, most_added(letters), &mut evidence);
        }
    }
    for language in Language::all() {
        if !scripts.has(language) {
            evidence[language.place()] = 0.0;
        }
    }
    Spoken { told, ..decide(&evidence, scripts) }
}

/// Evidence from which trigrams, which cost more than all else, are not asked.
const SETTLED: f32 = 6.0;
/// Letters below which trigrams say nothing.
const FEWEST: usize = 12;
/// Letters that trigrams are told by, at most, as far as it is known how sure they are.
const MOST: usize = 200;

/// Letters of an ad, the first 200.
fn letters(fields: &[(&str, &Text)]) -> usize {
    fields
        .iter()
        .flat_map(|(text, _)| text.chars())
        .filter(|c| c.is_alphabetic())
        .take(MOST)
        .count()
}

/// The most that trigrams of so many letters may add.
fn most_added(letters: usize) -> f32 {
    (f32::from(u16::try_from(letters).unwrap_or(u16::MAX)) / 40.0).clamp(0.5, 5.0)
}

/// The evidence for the likeliest language and for the next, as words tell it.
struct Leads {
    most: f32,
    next: f32,
    only: bool,
}

impl Leads {
    fn of(evidence: &[f32; COUNT], scripts: Languages) -> Self {
        let (mut most, mut next) = (0.0, 0.0);
        for language in scripts.iter() {
            let known = evidence[language.place()];
            (most, next) = if known > most { (known, most) } else { (most, known.max(next)) };
        }
        Self { most, next, only: scripts.count() == 1 }
    }

    /// True when words alone tell the language: no other comes near it.
    fn settle(&self) -> bool {
        self.only || self.most >= SETTLED && self.next <= self.most * 0.4
    }

    /// True when no other language would come near if trigrams added so much to it.
    fn stay(&self, most_added: f32) -> bool {
        self.most >= ENOUGH && self.next + most_added < self.most * KEEP
    }
}

fn add(evidence: &mut [f32; COUNT], languages: Languages, amount: f32) {
    let share = amount / f32::from(u8::try_from(languages.count()).unwrap_or(1).max(1));
    for language in languages.iter() {
        evidence[language.place()] += share;
    }
}

fn decide(evidence: &[f32; COUNT], scripts: Languages) -> Spoken {
    let best = Language::all()
        .filter(|language| scripts.has(*language) && !language.is_universal())
        .max_by(|a, b| evidence[a.place()].total_cmp(&evidence[b.place()]).then(b.cmp(a)));
    let Some(best) = best else { return Spoken::default() };
    let most = evidence[best.place()];
    let only_one = scripts.count() == 1;
    if most < ENOUGH && !only_one {
        // Of these languages few words are known beside the names of taxa: they need some evidence.
        let named_only = ["sv", "fi", "hu"];
        let possible = scripts
            .iter()
            .filter(|language| *language == best || !named_only.contains(&language.code()))
            .fold(Languages::default(), |all, language| all.with(Languages::one(language)));
        return Spoken { best: (most > 1.0).then_some(best), possible, ..Spoken::default() };
    }
    let mut possible = Languages::one(best).with(Languages::one(Language::ENGLISH));
    for language in Language::all() {
        if evidence[language.place()] >= most * KEEP {
            possible = possible.with(Languages::one(language));
        }
    }
    Spoken { best: Some(best), possible, ..Spoken::default() }
}

/// Adds what trigrams say: `most` where they are sure.
fn by_trigrams(fields: &[(&str, &Text)], most: f32, evidence: &mut [f32; COUNT]) {
    let text: String = fields.iter().map(|(text, _)| *text).collect::<Vec<_>>().join(" ");
    let Some(found) = DETECTOR.detect(&text) else { return };
    let Some(language) = from_whatlang(found.lang()) else { return };
    #[expect(clippy::cast_possible_truncation, reason = "a confidence between 0 and 1, times 5")]
    let amount = (found.confidence() * f64::from(most)) as f32;
    evidence[language.place()] += amount;
}

/// Tells the languages that we know apart; others are not asked for.
static DETECTOR: LazyLock<whatlang::Detector> = LazyLock::new(|| {
    whatlang::Detector::with_allowlist(WHATLANG.iter().map(|(lang, _)| *lang).collect())
});

/// What `whatlang` calls our languages.
const WHATLANG: [(whatlang::Lang, &str); 22] = {
    use whatlang::Lang;
    [
        (Lang::Eng, "en"),
        (Lang::Fra, "fr"),
        (Lang::Deu, "de"),
        (Lang::Nld, "nl"),
        (Lang::Spa, "es"),
        (Lang::Ita, "it"),
        (Lang::Por, "pt"),
        (Lang::Pol, "pl"),
        (Lang::Ces, "cs"),
        (Lang::Rus, "ru"),
        (Lang::Ukr, "uk"),
        (Lang::Cmn, "zh"),
        (Lang::Jpn, "ja"),
        (Lang::Kor, "ko"),
        (Lang::Vie, "vi"),
        (Lang::Tha, "th"),
        (Lang::Ind, "id"),
        (Lang::Ara, "ar"),
        (Lang::Tur, "tr"),
        (Lang::Swe, "sv"),
        (Lang::Fin, "fi"),
        (Lang::Hun, "hu"),
    ]
};

fn from_whatlang(lang: whatlang::Lang) -> Option<Language> {
    let known = WHATLANG.iter().find(|(known, _)| *known == lang)?;
    Language::from_code(known.1)
}

/// The languages whose script the ad is written in.
fn scripts(fields: &[(&str, &Text)]) -> Languages {
    let mut seen = Seen::default();
    for (text, _) in fields {
        text.chars().take(2000).for_each(|c| seen.count(c));
    }
    let total = seen.total().max(1);
    let share = |count: u32| count * 8 >= total;
    let mut found = Languages::default();
    let mut add = |languages: Languages| found = found.with(languages);
    if share(seen.latin) {
        add(SCRIPTS.latin);
    }
    if share(seen.cyrillic) {
        match (seen.ukrainian, seen.russian) {
            (0, 1..) => add(SCRIPTS.russian),
            (1.., 0) => add(SCRIPTS.ukrainian),
            _ => add(SCRIPTS.russian.with(SCRIPTS.ukrainian)),
        }
    }
    if share(seen.kana) || (seen.kana > 0 && share(seen.han)) {
        add(SCRIPTS.japanese);
    } else if share(seen.han) {
        add(SCRIPTS.chinese.with(SCRIPTS.japanese));
    }
    for (count, languages) in
        [(seen.hangul, SCRIPTS.korean), (seen.thai, SCRIPTS.thai), (seen.arabic, SCRIPTS.arabic)]
    {
        if share(count) {
            add(languages);
        }
    }
    found
}

/// The languages of each script.
struct Scripts {
    latin: Languages,
    russian: Languages,
    ukrainian: Languages,
    japanese: Languages,
    chinese: Languages,
    korean: Languages,
    thai: Languages,
    arabic: Languages,
}

static SCRIPTS: LazyLock<Scripts> = LazyLock::new(|| {
    let set = |codes: &str| {
        codes
            .split(' ')
            .filter_map(Language::from_code)
            .fold(Languages::default(), |all, language| all.with(Languages::one(language)))
    };
    Scripts {
        latin: set("en fr de nl es it pt pl cs vi id tr sv fi hu"),
        russian: set("ru"),
        ukrainian: set("uk"),
        japanese: set("ja"),
        chinese: set("zh"),
        korean: set("ko"),
        thai: set("th"),
        arabic: set("ar"),
    }
});

/// Letters counted by script; a letter without case stands for a syllable or a
/// word and counts more.
#[derive(Default)]
struct Seen {
    latin: u32,
    cyrillic: u32,
    russian: u32,
    ukrainian: u32,
    han: u32,
    kana: u32,
    hangul: u32,
    thai: u32,
    arabic: u32,
}

impl Seen {
    fn count(&mut self, c: char) {
        match c {
            _ if c.is_ascii() => self.latin += u32::from(c.is_ascii_alphabetic()),
            'ы' | 'э' | 'ё' | 'ъ' => {
                self.russian += 1;
                self.cyrillic += 1;
            }
            'і' | 'ї' | 'є' | 'ґ' => {
                self.ukrainian += 1;
                self.cyrillic += 1;
            }
            '\u{400}'..='\u{52F}' => self.cyrillic += 1,
            '\u{3041}'..='\u{30FF}' => self.kana += 2,
            '\u{3400}'..='\u{9FFF}' => self.han += 3,
            '\u{AC00}'..='\u{D7A3}' => self.hangul += 3,
            '\u{E00}'..='\u{E7F}' => self.thai += 1,
            '\u{600}'..='\u{6FF}' => self.arabic += 1,
            _ if c.is_alphabetic() => self.latin += 1,
            _ => {}
        }
    }

    fn total(&self) -> u32 {
        self.latin + self.cyrillic + self.han + self.kana + self.hangul + self.thai + self.arabic
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{COUNT, Leads, SCRIPTS, decide, spoken};
    use crate::scan::normal::Text;

    fn best(ad: &str) -> Option<&'static str> {
        let text = Text::of(ad);
        spoken(&[(ad, &text)], std::iter::empty(), None).best.map(crate::lexicon::Language::code)
    }

    #[test]
    fn function_words_and_trigrams_tell_the_language() {
        for (code, ad) in [
            ("de", "Verkaufe alte Figur aus dem Nachlass meiner Oma, sehr guter Zustand"),
            ("fr", "Je vends une statuette ancienne en très bon état"),
            ("nl", "Te koop een mooie oude tafel van mijn oma, zeer goede staat"),
            ("en", "For sale: a carved figure in very good condition with box"),
            ("ru", "Продам очень красивую статуэтку, состояние отличное"),
            ("uk", "Продам дуже гарну статуетку, стан відмінний, ціна 500 грн"),
            ("ja", "古い置物を売ります"),
            ("ko", "오래된 조각상 팝니다"),
        ] {
            assert_eq!(best(ad), Some(code), "{ad}");
        }
    }

    #[test]
    fn a_name_alone_settles_nothing() {
        let text = Text::of("Omega");
        let found = spoken(&[("Omega", &text)], std::iter::empty(), None);
        assert!(found.best.is_none() && found.possible.count() > 10);
    }

    proptest! {
        #[test]
        fn where_trigrams_are_not_asked_they_change_nothing(
            words in proptest::array::uniform24(0f32..1.5), best in 0..COUNT, lead in 0f32..7.0,
            more in proptest::array::uniform24(0f32..1.0), most_added in 0.5f32..5.0,
        ) {
            let scripts = SCRIPTS.latin;
            let mut evidence = [0f32; COUNT];
            for language in scripts.iter() {
                evidence[language.place()] = words[language.place()];
            }
            if scripts.iter().any(|language| language.place() == best) {
                evidence[best] += lead;
            }
            let before = decide(&evidence, scripts);
            if Leads::of(&evidence, scripts).stay(most_added) {
                for language in scripts.iter() {
                    let mut after = evidence;
                    after[language.place()] += more[language.place()] * most_added;
                    prop_assert_eq!(decide(&after, scripts), before);
                }
            }
        }
    }
}
