//! The forms of a word that a language writes.
//!
//! Languages with few endings get every form spelled out; languages with many
//! (Slavic, Turkish, Finnish, Hungarian, Arabic) get a stem and the family of
//! endings that may follow.

use super::endings::Ending;
use super::language::Language;
use super::term::Inflection;

/// Which words of a text are a form of one word of a term.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forms {
    /// Forms as the language writes them.
    pub whole: Vec<String>,
    /// A beginning, and which endings may follow it.
    pub stem: Option<(String, Ending)>,
    /// True when the word also counts inside a longer one.
    pub compound: bool,
}

/// Returns the forms of `word` (lower case, accents kept) in `language`.
#[must_use]
pub fn forms(word: &str, language: Language, inflection: Inflection) -> Forms {
    let mut forms = Forms { whole: vec![word.to_owned()], stem: None, compound: false };
    let letters = word.chars().count();
    if inflection == Inflection::Fixed || letters < 3 || word.chars().any(|c| c.is_ascii_digit()) {
        return forms;
    }
    forms.compound = inflection == Inflection::Compound && letters >= 4;
    if inflection == Inflection::Stem {
        forms.stem = Some((word.to_owned(), Ending::Any));
        return forms;
    }
    match language.code() {
        "en" => english(word, inflection, &mut forms.whole),
        "fr" => french(word, inflection, &mut forms.whole),
        "de" => german(word, inflection, &mut forms.whole),
        "nl" => dutch(word, inflection, &mut forms.whole),
        "es" | "pt" => iberian(word, &mut forms.whole),
        "it" => italian(word, &mut forms.whole),
        "id" => forms.whole.push(format!("{word}nya")),
        "pl" | "cs" | "ru" | "uk" => forms.stem = slavic(word, inflection),
        "tr" => forms.stem = Some((word.to_owned(), Ending::Turkish)),
        "sv" => forms.stem = Some((word.to_owned(), Ending::Swedish)),
        "fi" => forms.stem = Some((word.to_owned(), Ending::Finnish)),
        "hu" => forms.stem = Some((word.to_owned(), Ending::Hungarian)),
        "ar" => forms.stem = Some((word.to_owned(), Ending::Arabic)),
        _ => {}
    }
    forms
}

fn english(word: &str, inflection: Inflection, whole: &mut Vec<String>) {
    if inflection == Inflection::Verb {
        let stem = word.strip_suffix('e').unwrap_or(word);
        whole.extend([format!("{word}s"), format!("{stem}ed"), format!("{stem}ing")]);
        return;
    }
    if inflection == Inflection::Adjective {
        return;
    }
    whole.push(format!("{word}s"));
    if let Some(stem) = word.strip_suffix('y') {
        whole.push(format!("{stem}ies"));
    } else if word.ends_with(['s', 'x', 'z', 'o']) || word.ends_with("ch") || word.ends_with("sh") {
        whole.push(format!("{word}es"));
    } else if let Some(stem) = word.strip_suffix("fe").or_else(|| word.strip_suffix('f')) {
        whole.push(format!("{stem}ves"));
    } else if let Some(stem) = word.strip_suffix("tooth") {
        whole.push(format!("{stem}teeth"));
    } else if let Some(stem) = word.strip_suffix("foot") {
        whole.push(format!("{stem}feet"));
    }
}

fn french(word: &str, inflection: Inflection, whole: &mut Vec<String>) {
    if inflection == Inflection::Verb {
        let stem = word.strip_suffix("er").unwrap_or(word);
        for ending in ["e", "es", "ons", "ez", "ent", "é", "ée", "és", "ées"] {
            whole.push(format!("{stem}{ending}"));
        }
        return;
    }
    if word.ends_with("eau") || word.ends_with("eu") || word.ends_with("ou") {
        whole.push(format!("{word}x"));
    } else if let Some(stem) = word.strip_suffix("al") {
        whole.push(format!("{stem}aux"));
    }
    if !word.ends_with(['s', 'x', 'z']) {
        whole.push(format!("{word}s"));
    }
    if inflection == Inflection::Adjective {
        for (end, new) in [("f", "ve"), ("x", "se"), ("er", "ère"), ("en", "enne"), ("el", "elle")]
        {
            if let Some(stem) = word.strip_suffix(end) {
                whole.extend([format!("{stem}{new}"), format!("{stem}{new}s")]);
            }
        }
        whole.extend([format!("{word}e"), format!("{word}es")]);
    }
}

fn german(word: &str, inflection: Inflection, whole: &mut Vec<String>) {
    if inflection == Inflection::Verb {
        let stem = word.strip_suffix("en").or_else(|| word.strip_suffix('n')).unwrap_or(word);
        for ending in ["e", "t", "te", "ten", "est", "et"] {
            whole.push(format!("{stem}{ending}"));
        }
        return;
    }
    if inflection == Inflection::Adjective {
        let stem = word.strip_suffix('e').unwrap_or(word);
        for ending in ["", "e", "en", "er", "es", "em"] {
            whole.push(format!("{stem}{ending}"));
        }
        return;
    }
    for ending in ["e", "en", "n", "s", "es", "r", "er", "ern", "chen", "nen"] {
        whole.push(format!("{word}{ending}"));
    }
    let umlauted = umlaut(word);
    for ending in ["", "e", "en", "er", "ern", "n", "chen", "lein"] {
        whole.extend(umlauted.iter().map(|stem| format!("{stem}{ending}")));
    }
}

/// The word with its last a, o, u turned into ä, ö, ü.
fn umlaut(word: &str) -> Option<String> {
    let (at, vowel) = word.char_indices().rev().find(|(_, c)| "aouäöü".contains(*c))?;
    let changed = match vowel {
        'a' => 'ä',
        'o' => 'ö',
        'u' => 'ü',
        _ => return None,
    };
    // In au the a changes: Haut, Häute.
    let at_a = word[..at].ends_with('a') && vowel == 'u';
    Some(if at_a {
        format!("{}äu{}", &word[..at - 1], &word[at + 1..])
    } else {
        format!("{}{changed}{}", &word[..at], &word[at + vowel.len_utf8()..])
    })
}

fn dutch(word: &str, inflection: Inflection, whole: &mut Vec<String>) {
    let stems = dutch_stems(word);
    if inflection == Inflection::Adjective {
        whole.push(format!("{word}e"));
        whole.extend(stems.iter().map(|stem| format!("{stem}e")));
        return;
    }
    for ending in ["s", "en", "n", "je", "jes", "tje", "tjes", "pje", "pjes"] {
        whole.push(format!("{word}{ending}"));
    }
    for stem in stems {
        whole.extend([format!("{stem}en"), format!("{stem}etje"), format!("{stem}etjes")]);
    }
}

/// The word before a syllable is added: schaal, schal-en; bot, bott-en; wolf, wolv-en.
fn dutch_stems(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let mut stems = Vec::new();
    let is_vowel = |c: char| "aeiou".contains(c);
    if let [head @ .., a, b, last] = letters.as_slice()
        && !is_vowel(*last)
    {
        let head: String = head.iter().collect();
        if is_vowel(*a) && a == b {
            stems.push(format!("{head}{a}{}", softened(*last)));
        } else if is_vowel(*b) && !is_vowel(*a) {
            stems.push(format!("{head}{a}{b}{last}{last}"));
        }
    }
    if let Some(stem) = word.strip_suffix('f') {
        stems.push(format!("{stem}v"));
    } else if let Some(stem) = word.strip_suffix('s') {
        stems.push(format!("{stem}z"));
    }
    stems
}

fn softened(last: char) -> char {
    match last {
        'f' => 'v',
        's' => 'z',
        other => other,
    }
}

fn iberian(word: &str, whole: &mut Vec<String>) {
    whole.push(format!("{word}s"));
    let changes: &[(&str, &[&str])] = &[
        ("z", &["ces"]),
        ("ão", &["ões", "ãos", "ães"]),
        ("m", &["ns"]),
        ("al", &["ales", "ais"]),
        ("el", &["eles", "éis", "eis"]),
        ("il", &["iles", "is", "eis"]),
        ("ol", &["oles", "óis"]),
        ("ón", &["ones"]),
        ("o", &["a", "as", "os", "ito", "itos"]),
        ("a", &["ita", "itas"]),
    ];
    for (end, news) in changes {
        if let Some(stem) = word.strip_suffix(end) {
            whole.extend(news.iter().map(|new| format!("{stem}{new}")));
        }
    }
    if !word.ends_with(['a', 'e', 'i', 'o', 'u', 's', 'm', 'z']) {
        whole.push(format!("{word}es"));
        whole.push(format!("{word}a"));
    }
}

fn italian(word: &str, whole: &mut Vec<String>) {
    let changes: &[(&str, &[&str])] = &[
        ("co", &["chi", "ci", "ca", "che"]),
        ("go", &["ghi", "gi", "ga", "ghe"]),
        ("ca", &["che"]),
        ("ga", &["ghe"]),
        ("cia", &["ce", "cie"]),
        ("gia", &["ge", "gie"]),
        ("io", &["i", "ia", "ie"]),
        ("o", &["i", "a", "e", "ini", "ino"]),
        ("a", &["e", "i"]),
        ("e", &["i"]),
    ];
    for (end, news) in changes {
        if let Some(stem) = word.strip_suffix(end) {
            whole.extend(news.iter().map(|new| format!("{stem}{new}")));
        }
    }
}

/// Takes the ending of the dictionary form off and says which others may follow.
fn slavic(word: &str, inflection: Inflection) -> Option<(String, Ending)> {
    let is_ending = |c: char| "aeiouyáéíóúýěąęůаеиоуыэюяіїєьйё".contains(c);
    // In a name of two words the first is an adjective: волнистый попугай.
    let is_adjective = inflection == Inflection::Adjective
        || ["ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые", "ие", "ій"]
            .iter()
            .any(|ending| word.ends_with(ending) && word.chars().count() >= 6);
    let longest = if is_adjective { 2 } else { 1 };
    let mut letters: Vec<char> = word.chars().collect();
    for _ in 0..longest {
        if letters.len() > 3 && letters.last().is_some_and(|c| is_ending(*c)) {
            letters.pop();
        }
    }
    let latin = !word.starts_with(|c: char| ('\u{400}'..='\u{52F}').contains(&c));
    if letters.len() < if latin { 4 } else { 3 } {
        return None;
    }
    let ending = if latin { Ending::WestSlavic } else { Ending::EastSlavic };
    Some((letters.into_iter().collect(), ending))
}

#[cfg(test)]
mod tests {
    use super::super::fold::fold;
    use super::super::language::Language;
    use super::super::term::Inflection;
    use super::forms;

    fn has(code: &str, word: &str, inflection: Inflection, form: &str) -> bool {
        let forms = forms(word, Language::from_code(code).unwrap(), inflection);
        forms.whole.iter().any(|whole| whole == form)
            || forms.stem.is_some_and(|(stem, ending)| {
                let (form, stem) = (fold(form), fold(&stem));
                form.strip_prefix(stem.as_str()).is_some_and(|rest| ending.fits(&stem, rest))
            })
    }

    #[test]
    fn plurals_and_cases_of_each_language() {
        for (code, word, form) in [
            ("en", "wolf", "wolves"),
            ("en", "tooth", "teeth"),
            ("fr", "peau", "peaux"),
            ("de", "zahn", "zähne"),
            ("de", "horn", "hörner"),
            ("de", "haut", "häute"),
            ("nl", "schaal", "schalen"),
            ("nl", "bot", "botten"),
            ("es", "piel", "pieles"),
            ("pt", "dragão", "dragões"),
            ("it", "coccodrillo", "coccodrilli"),
            ("pl", "papuga", "papugę"),
            ("cs", "želva", "želvy"),
            ("ru", "попугай", "попугая"),
            ("ru", "волнистый", "волнистых"),
            ("uk", "хвилястий", "хвилястих"),
            ("tr", "fildişi", "fildişinden"),
        ] {
            assert!(has(code, word, Inflection::Noun, form), "{code} {form}");
        }
        assert!(has("ru", "африканский", Inflection::Adjective, "африканского"));
    }

    #[test]
    fn a_fixed_word_has_one_form() {
        let english = Language::ENGLISH;
        assert_eq!(forms("ivory", english, Inflection::Fixed).whole, ["ivory"]);
    }
}
