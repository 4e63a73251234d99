//! What a seller may have meant: spaced letters, digits and signs for letters,
//! look-alike letters of another script, stretched and split words.

use crate::lexicon::words::{Gap, Shape, Token, Words};

use super::Reading;

/// Letters of one spaced-out word, and words of one hyphenated chain, at most.
const LONGEST: usize = 24;

/// Adds the other readings of `words`, in the order of their first token.
pub(super) fn readings(words: &Words, out: &mut Vec<Reading>) {
    for (at, token) in words.tokens.iter().enumerate() {
        if token.shape == Shape::Word && !is_plain(words.form(token)) {
            for form in word_readings(words.form(token)) {
                out.push(Reading { first: at, after: at + 1, form, disguised: true });
            }
        }
    }
    spaced(words, out);
    joined(words, out);
    out.sort_by_key(|reading| (reading.first, reading.after));
    out.dedup();
}

/// True for letters of ASCII that have no other reading: most words.
fn is_plain(form: &str) -> bool {
    let (mut one, mut two) = (0, 0);
    form.bytes().all(|byte| {
        let plain = byte.is_ascii_lowercase() && !(byte == one && (byte == two || byte == b'i'));
        (two, one) = (one, byte);
        plain
    })
}

/// Readings of one word by itself.
fn word_readings(form: &str) -> Vec<String> {
    let mut found = Vec::new();
    if form.is_ascii() {
        found.extend(without_digits(form, 'i'));
        if form.contains('1') {
            found.extend(without_digits(form, 'l'));
        }
        if form.contains("ii") {
            // A capital I looks like an l: hawksbiII.
            found.push(form.replace("iii", "ill").replace("ii", "ll"));
        }
    } else {
        found.extend(one_script(form));
        found.extend(without_digits_cyrillic(form));
    }
    found.extend(unstretched(form));
    found.retain(|reading| reading != form);
    found
}

/// `iv0ry` as `ivory`: digits between letters as the letters they look like.
fn without_digits(form: &str, one: char) -> Option<String> {
    let digits = form.bytes().filter(u8::is_ascii_digit).count();
    let letters = form.len() - digits;
    if digits == 0 || letters < 2 || digits > letters || form.len() < 4 {
        return None;
    }
    form.chars().map(|c| if c == '1' { Some(one) } else { letter_for(c) }).collect()
}

/// `сл0новая`: digits between Cyrillic letters.
fn without_digits_cyrillic(form: &str) -> Option<String> {
    let digits = form.bytes().filter(u8::is_ascii_digit).count();
    let letters = form.chars().count() - digits;
    if digits == 0 || letters < 2 || digits > letters || letters + digits < 4 {
        return None;
    }
    form.chars()
        .map(|c| match c {
            '0' => Some('о'),
            '3' => Some('з'),
            '4' => Some('ч'),
            '6' => Some('б'),
            '1' => Some('і'),
            letter if ('\u{400}'..='\u{52F}').contains(&letter) => Some(letter),
            _ => None,
        })
        .collect()
}

/// The letter that a digit or sign stands for; letters stand for themselves.
fn letter_for(c: char) -> Option<char> {
    Some(match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '2' => 'z',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '6' | '9' => 'g',
        '7' | '+' => 't',
        '8' => 'b',
        letter if letter.is_alphabetic() => letter,
        _ => return None,
    })
}

/// Latin with Cyrillic or Greek look-alikes as Latin, and the other way round.
fn one_script(form: &str) -> Option<String> {
    let latin = form.chars().filter(char::is_ascii_alphabetic).count();
    let other = form.chars().filter(|c| latin_for(*c).is_some()).count();
    let letters = form.chars().count();
    // A short word of one script is a word of it: Ukrainian *всі* is no BCI, a boa's name.
    if other == 0 || latin == 0 && letters < 4 {
        return None;
    }
    if latin + other == letters {
        return Some(form.chars().map(|c| latin_for(c).unwrap_or(c)).collect());
    }
    (latin > 0).then(|| form.chars().map(|c| cyrillic_for(c).unwrap_or(c)).collect())
}

const LOOK_ALIKE: &[(char, char)] = &[
    ('а', 'a'),
    ('в', 'b'),
    ('с', 'c'),
    ('ԁ', 'd'),
    ('е', 'e'),
    ('һ', 'h'),
    ('н', 'h'),
    ('і', 'i'),
    ('ј', 'j'),
    ('к', 'k'),
    ('ӏ', 'l'),
    ('м', 'm'),
    ('о', 'o'),
    ('р', 'p'),
    ('ԛ', 'q'),
    ('г', 'r'),
    ('ѕ', 's'),
    ('т', 't'),
    ('у', 'y'),
    ('х', 'x'),
    ('ѵ', 'v'),
    ('ԝ', 'w'),
    ('α', 'a'),
    ('β', 'b'),
    ('ε', 'e'),
    ('η', 'n'),
    ('ι', 'i'),
    ('κ', 'k'),
    ('ν', 'v'),
    ('ο', 'o'),
    ('ρ', 'p'),
    ('τ', 't'),
    ('υ', 'u'),
    ('χ', 'x'),
    ('γ', 'y'),
    ('ω', 'w'),
    ('ց', 'g'),
    ('օ', 'o'),
    ('ո', 'n'),
];

/// True for a letter that looks like one of another script.
pub(in crate::scan) fn is_look_alike(c: char) -> bool {
    latin_for(c).is_some()
}

fn latin_for(c: char) -> Option<char> {
    LOOK_ALIKE.iter().find(|(other, _)| *other == c).map(|(_, latin)| *latin)
}

fn cyrillic_for(c: char) -> Option<char> {
    LOOK_ALIKE
        .iter()
        .find(|(other, latin)| *latin == c && matches!(other, '\u{400}'..='\u{52F}'))
        .map(|(other, _)| *other)
}

/// `ivoooory` as `ivory`: a letter three times or more counts once.
fn unstretched(form: &str) -> Option<String> {
    let letters: Vec<char> = form.chars().collect();
    let stretched = letters.windows(3).any(|three| three[0] == three[1] && three[1] == three[2]);
    (stretched && letters.len() >= 5).then(|| {
        let mut short: Vec<char> = letters;
        short.dedup();
        short.into_iter().collect()
    })
}

/// `i v o r y`: single letters with the same gap between them.
fn spaced(words: &Words, out: &mut Vec<Reading>) {
    let tokens = &words.tokens;
    let mut at = 0;
    while at < tokens.len() {
        let mut after = at + 1;
        if is_single(words, &tokens[at]) {
            while after < tokens.len()
                && after - at < LONGEST
                && is_single(words, &tokens[after])
                && is_even(tokens[after].gap, tokens[at + 1].gap)
            {
                after += 1;
            }
            let shortest = shortest(words.form(&tokens[at]));
            for first in at..(after + 1).saturating_sub(shortest) {
                for end in first + shortest..=after {
                    push_joined(words, first, end, out);
                }
            }
        }
        at = if after > at + 1 { after } else { at + 1 };
    }
}

/// Fewer single letters than this are initials or a list, in Arabic they may be *عاج*.
fn shortest(form: &str) -> usize {
    if form.is_ascii() { 4 } else { 3 }
}

fn is_even(gap: Gap, first: Gap) -> bool {
    gap == first && !matches!(gap, Gap::None | Gap::Break)
}

fn is_single(words: &Words, token: &Token) -> bool {
    let is_short = token.to - token.from <= 4;
    is_short
        && matches!(token.shape, Shape::Word | Shape::Number)
        && words.form(token).chars().count() == 1
}

/// `ivo-ry`, `el.fen.bein`, `$kin`: words with one sign between them.
fn joined(words: &Words, out: &mut Vec<Reading>) {
    let tokens = &words.tokens;
    let mut at = 0;
    while at < tokens.len() {
        let mut after = at + 1;
        while after < tokens.len()
            && after - at < LONGEST
            && matches!(tokens[after].gap, Gap::Joint(_) | Gap::None)
            && is_wordlike(&tokens[after])
        {
            after += 1;
        }
        let chain = is_wordlike(&tokens[at]) && tokens[at + 1..after].iter().any(is_joint);
        if chain {
            if after - at > 2 {
                push_joined(words, at, after, out);
            }
            for first in at..after - 1 {
                push_joined(words, first, first + 2, out);
            }
        }
        at = after;
    }
}

fn is_joint(token: &Token) -> bool {
    matches!(token.gap, Gap::Joint(_)) || token.shape == Shape::Currency
}

fn is_wordlike(token: &Token) -> bool {
    matches!(token.shape, Shape::Word | Shape::Number | Shape::Currency)
}

/// Adds the tokens as one word: once with the signs between them left out, once
/// with signs and digits as the letters they look like.
fn push_joined(words: &Words, first: usize, after: usize, out: &mut Vec<Reading>) {
    let tokens = &words.tokens[first..after];
    let mut plain = String::new();
    let mut meant = String::new();
    for (at, token) in tokens.iter().enumerate() {
        if let Gap::Joint(sign) = token.gap
            && at > 0
            && let Some(letter) = letter_for(sign)
        {
            meant.push(letter);
        }
        if token.shape != Shape::Currency {
            plain.push_str(words.form(token));
        }
        meant.extend(words.form(token).chars().map(|c| letter_for(c).unwrap_or(c)));
    }
    let letters = plain.chars().filter(|c| c.is_alphabetic()).count();
    if letters < 2 || plain.chars().count() < shortest(&plain) {
        return;
    }
    // schi!dpad: the sign may stand for l as well as for i.
    let tall = tokens[1..].iter().any(|token| matches!(token.gap, Gap::Joint('!' | '|')));
    let with_l = tall.then(|| joined_with_l(words, tokens));
    let readings =
        [Some(plain.clone()), (meant != plain).then_some(meant), one_script(&plain), with_l];
    let hyphened = tokens[1..].iter().all(|token| {
        matches!(token.gap, Gap::Joint('-' | '‐' | '‑' | '\'' | '’' | '/') | Gap::None)
    });
    for form in readings.into_iter().flatten() {
        let disguised = !hyphened || tokens.len() > 2 || form != plain;
        out.push(Reading { first, after, form, disguised });
    }
}

/// The tokens as one word, with `!` and `|` between them read as l.
fn joined_with_l(words: &Words, tokens: &[Token]) -> String {
    let mut joined = String::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.gap {
            Gap::Joint('!' | '|') if at > 0 => joined.push('l'),
            Gap::Joint(sign) if at > 0 => joined.extend(letter_for(sign)),
            _ => {}
        }
        joined.extend(words.form(token).chars().map(|c| letter_for(c).unwrap_or(c)));
    }
    joined
}
