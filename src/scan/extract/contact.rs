//! Ways to reach a seller that stand in the text of an ad, also when disguised.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::lexicon::fold::{Class, class};

use super::number;

/// A way to reach a seller.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Contact {
    /// `phone`, `email`, `link`, or the name of the messenger.
    pub kind: &'static str,
    /// The value in one form, so that the same way compares equal.
    pub value: String,
    /// As the ad writes it.
    pub text: String,
}

/// Messengers, and the words that announce a name there.
const MESSENGERS: &[(&str, &[&str])] = &[
    ("whatsapp", &["whatsapp", "whats app", "wa", "watsapp", "wapp"]),
    ("telegram", &["telegram", "tg", "телеграм", "тг", "t.me"]),
    ("wechat", &["wechat", "weixin", "wx", "vx", "微信", "威信", "薇信"]),
    ("line", &["line id", "lineid", "line"]),
    ("kik", &["kik"]),
    ("signal", &["signal"]),
    ("instagram", &["instagram", "insta", "ig"]),
    ("snapchat", &["snapchat", "snap"]),
    ("viber", &["viber"]),
    ("zalo", &["zalo"]),
    ("kakaotalk", &["kakaotalk", "kakao", "카톡", "카카오톡"]),
    ("qq", &["qq"]),
];

/// Country codes of telephone numbers by ISO 3166-1 code.
const COUNTRY_CODES: &[(&str, &str)] = &[
    ("AT", "43"),
    ("AU", "61"),
    ("BE", "32"),
    ("BR", "55"),
    ("CA", "1"),
    ("CH", "41"),
    ("CN", "86"),
    ("CZ", "420"),
    ("DE", "49"),
    ("DK", "45"),
    ("ES", "34"),
    ("FI", "358"),
    ("FR", "33"),
    ("GB", "44"),
    ("HK", "852"),
    ("HU", "36"),
    ("ID", "62"),
    ("IE", "353"),
    ("IN", "91"),
    ("IT", "39"),
    ("JP", "81"),
    ("KR", "82"),
    ("LU", "352"),
    ("MX", "52"),
    ("MY", "60"),
    ("NL", "31"),
    ("PL", "48"),
    ("PT", "351"),
    ("RO", "40"),
    ("RU", "7"),
    ("SE", "46"),
    ("SG", "65"),
    ("SK", "421"),
    ("TH", "66"),
    ("TR", "90"),
    ("TW", "886"),
    ("UA", "380"),
    ("US", "1"),
    ("VN", "84"),
    ("ZA", "27"),
];

/// The contacts in `text`, in order; `country` (ISO 3166-1) completes national numbers.
#[must_use]
pub fn contacts(text: &str, country: Option<&str>) -> Vec<Contact> {
    let mut found = Vec::new();
    emails(text, &mut found);
    links(text, &mut found);
    handles(text, &mut found);
    phones(text, country, &mut found);
    found.dedup();
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|contact| seen.insert((contact.kind, contact.value.clone())));
    found
}

fn emails(text: &str, out: &mut Vec<Contact>) {
    for (at, _) in text.match_indices('@') {
        let start = text[..at]
            .rfind(|c: char| !is_local(c))
            .map_or(0, |before| before + text[before..].chars().next().map_or(1, char::len_utf8));
        let rest = &text[at + 1..];
        let length = rest.find(|c: char| !is_domain(c)).unwrap_or(rest.len());
        let domain = rest[..length].trim_end_matches(['.', '-']);
        if start < at && is_host(domain) {
            let written = &text[start..at + 1 + domain.len()];
            push(out, "email", written.to_lowercase(), written);
        }
    }
    disguised_emails(text, out);
}

/// `name at gmail dot com`, `name (at) web.de`, `name[at]posteo[dot]de`.
fn disguised_emails(text: &str, out: &mut Vec<Contact>) {
    let words: Vec<(usize, &str)> = split(text);
    for at in 1..words.len() {
        if words[at].1 != "@" && !is_at_sign(words[at].1) {
            continue;
        }
        let Some(local) = Some(words[at - 1].1).filter(|word| word.chars().all(is_local)) else {
            continue;
        };
        let mut domain = String::new();
        let mut end = words[at].0 + words[at].1.len();
        for (place, word) in words.iter().skip(at + 1).take(6) {
            let clean = bare(word);
            let part = if *word == "."
                || matches!(clean.as_str(), "dot" | "punkt" | "point" | "punt" | "punto" | "точка")
            {
                "."
            } else if (domain.is_empty() || domain.ends_with('.')) && word.chars().all(is_domain) {
                word
            } else {
                break;
            };
            domain.push_str(part);
            end = place + word.len();
        }
        let domain = domain.trim_end_matches('.').to_lowercase();
        if local.len() >= 2 && is_host(&domain) {
            let value = format!("{}@{domain}", local.to_lowercase());
            push(out, "email", value, &text[words[at - 1].0..end.min(text.len())]);
        }
    }
}

/// True for the name of the sign `@`, with or without brackets.
fn is_at_sign(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let is = |name: &str| word.len() == name.len() && word.to_lowercase() == name;
    ["at", "arobase", "arroba", "chiocciola"].iter().any(|name| word.eq_ignore_ascii_case(name))
        || !word.is_ascii() && (is("ät") || is("собака"))
}

/// Words at spaces, and brackets apart from what stands before them.
fn split(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut start = None;
    let mut closed = false;
    for (at, c) in text.char_indices() {
        if (c.is_whitespace() || matches!(c, '(' | '[' | '{' | '<') || closed)
            && let Some(from) = start.take()
        {
            words.push((from, &text[from..at]));
        }
        if !c.is_whitespace() && start.is_none() {
            start = Some(at);
        }
        closed = matches!(c, ')' | ']' | '}');
    }
    if let Some(from) = start {
        words.push((from, &text[from..]));
    }
    words
}

fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

fn is_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%')
}

fn is_domain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-')
}

fn is_host(domain: &str) -> bool {
    let Some((name, top)) = domain.rsplit_once('.') else { return false };
    !name.is_empty() && top.len() >= 2 && top.chars().all(|c| c.is_ascii_alphabetic())
}

fn links(text: &str, out: &mut Vec<Contact>) {
    let lower = text.to_ascii_lowercase();
    for (scheme, finder) in &*BEGINNINGS {
        for at in finder.find_iter(lower.as_bytes()) {
            let inside = at > 0
                && !lower[..at].ends_with(|c: char| c.is_whitespace() || "(<\"'".contains(c));
            if inside && !scheme.contains("://") {
                continue;
            }
            let rest = &text[at..];
            let end =
                rest.find(|c: char| c.is_whitespace() || "<>\"'".contains(c)).unwrap_or(rest.len());
            let written = rest[..end].trim_end_matches(['.', ',', ')', ';', '!']);
            if written.len() > scheme.len() + 2 {
                link(written, out);
            }
        }
    }
}

/// What links begin with, ready to be found.
static BEGINNINGS: LazyLock<[(&str, Finder<'_>); 6]> = LazyLock::new(|| {
    ["https://", "http://", "www.", "t.me/", "wa.me/", "m.me/"]
        .map(|word| (word, Finder::new(word)))
});

fn link(written: &str, out: &mut Vec<Contact>) {
    let without = written.split_once("://").map_or(written, |(_, rest)| rest);
    let lower = without.to_lowercase();
    if let Some(name) = lower.strip_prefix("t.me/") {
        push(out, "telegram", name.trim_end_matches('/').to_owned(), written);
    } else if let Some(number) = lower.strip_prefix("wa.me/") {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        push(out, "whatsapp", format!("+{digits}"), written);
    } else {
        push(out, "link", without.trim_end_matches('/').to_owned(), written);
    }
}

/// Names after the name of a messenger: `Telegram: @seller`, `微信 abc123`.
fn handles(text: &str, out: &mut Vec<Contact>) {
    let lower = text.to_lowercase();
    if lower.len() != text.len() {
        return;
    }
    let starts = Starts::of(lower.as_bytes());
    let announced = ANNOUNCED.iter().filter(|(_, word, _)| starts.may_have(word.as_bytes()));
    for (kind, word, finder) in announced {
        for at in finder.find_iter(lower.as_bytes()) {
            let before = lower[..at].chars().next_back();
            let spaced = before.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '.' && c != '/');
            if spaced && let Some(name) = handle(&text[at + word.len()..], kind, word) {
                push(out, kind, name.to_lowercase(), name);
            }
        }
    }
}

/// A bit for the first two bytes wherever a word begins in a text.
struct Starts([u64; 64]);

impl Starts {
    fn of(text: &[u8]) -> Self {
        let mut starts = Self([0; 64]);
        let mut inside = false;
        for [one, two] in text.array_windows() {
            if !inside {
                starts.0[usize::from(one & 63)] |= 1 << (two & 63);
            }
            inside = one.is_ascii_alphanumeric();
        }
        starts
    }

    /// False when no word of the text begins as `word` does.
    fn may_have(&self, word: &[u8]) -> bool {
        let [one, two, ..] = word else { return true };
        self.0[usize::from(one & 63)] & 1 << (two & 63) != 0
    }
}

/// The words of [`MESSENGERS`], ready to be found.
static ANNOUNCED: LazyLock<Vec<(&str, &str, Finder<'_>)>> = LazyLock::new(|| {
    let words = MESSENGERS.iter().flat_map(|(kind, words)| words.iter().map(|word| (*kind, *word)));
    words.map(|(kind, word)| (kind, word, Finder::new(word))).collect()
});

/// The name at the start of `rest`: after a colon, `@` or the word `id`, or
/// when digits stand in it.
fn handle<'a>(rest: &'a str, kind: &str, word: &str) -> Option<&'a str> {
    let trimmed = rest.trim_start_matches([' ', '-', '\u{A0}']);
    let trimmed =
        trimmed.strip_prefix("id").or_else(|| trimmed.strip_prefix("ID")).unwrap_or(trimmed);
    let marked = trimmed.trim_start_matches([':', '：', ' ', '=', '@', '号', '號', '(']);
    // Latin letters after 카톡 or 微信 can be a name only.
    let announced = marked.len() < trimmed.len() || !word.is_ascii();
    let end = marked
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')))
        .unwrap_or(marked.len());
    let name = marked[..end].trim_end_matches(['.', '-']);
    let letters = name.chars().any(|c| c.is_ascii_alphabetic());
    let digits = name.chars().any(|c| c.is_ascii_digit());
    let is_number = kind == "qq" && name.len() >= 5 && name.bytes().all(|b| b.is_ascii_digit());
    (is_number || name.len() >= 4 && letters && (announced || digits)).then_some(name)
}

fn phones(text: &str, country: Option<&str>, out: &mut Vec<Contact>) {
    let digits = signs(text).filter(|(_, _, sign)| sign.is_ascii_digit()).count();
    if digits < FEWEST {
        return;
    }
    let spelled: Vec<Sign> = signs(text).collect();
    let mut at = 0;
    while at < spelled.len() {
        let Some((end, digits)) = phone_at(&spelled, at) else {
            at += 1;
            continue;
        };
        let from = spelled[at].0;
        let to = spelled[end - 1].1;
        if let Some(value) = phone(&digits, country)
            && !out.iter().any(|known| known.text.contains(&text[from..to]))
        {
            push(out, "phone", value, &text[from..to]);
        }
        at = end;
    }
}

/// Digits of the shortest telephone number.
const FEWEST: usize = 8;

/// A character of a text that may be written as a word: its bytes and the digit.
type Sign = (usize, usize, char);

/// Bytes of the names of digits.
const SPELLED_BYTES: RangeInclusive<usize> = 2..=7;

const SPELLED: &[(&str, char)] = &[
    ("zero", '0'),
    ("one", '1'),
    ("two", '2'),
    ("three", '3'),
    ("four", '4'),
    ("five", '5'),
    ("six", '6'),
    ("seven", '7'),
    ("eight", '8'),
    ("nine", '9'),
    ("null", '0'),
    ("eins", '1'),
    ("zwei", '2'),
    ("drei", '3'),
    ("vier", '4'),
    ("fünf", '5'),
    ("sechs", '6'),
    ("sieben", '7'),
    ("acht", '8'),
    ("neun", '9'),
    ("zéro", '0'),
    ("un", '1'),
    ("deux", '2'),
    ("trois", '3'),
    ("quatre", '4'),
    ("cinq", '5'),
    ("sept", '7'),
    ("huit", '8'),
    ("neuf", '9'),
    ("nul", '0'),
    ("een", '1'),
    ("twee", '2'),
    ("drie", '3'),
    ("vijf", '5'),
    ("zes", '6'),
    ("zeven", '7'),
    ("negen", '9'),
    ("cero", '0'),
    ("uno", '1'),
    ("dos", '2'),
    ("tres", '3'),
    ("cuatro", '4'),
    ("cinco", '5'),
    ("seis", '6'),
    ("siete", '7'),
    ("ocho", '8'),
    ("nueve", '9'),
];

/// The characters of `text`, and a digit for the name of one.
fn signs(text: &str) -> impl Iterator<Item = Sign> {
    let mut at = 0;
    let mut fresh = true;
    std::iter::from_fn(move || {
        let (start, c) = (at, text[at..].chars().next()?);
        let word = if fresh { spelled_digit(&text[at..]) } else { None };
        let (length, sign) = word.unwrap_or_else(|| (c.len_utf8(), number::digit(c).unwrap_or(c)));
        at += length;
        fresh = word.is_none() && !c.is_alphabetic();
        Some((start, at, sign))
    })
}

/// The bytes of the first word of `text` and its digit, where it is the name of one.
fn spelled_digit(text: &str) -> Option<(usize, char)> {
    let length = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    if !SPELLED_BYTES.contains(&length) {
        return None;
    }
    let mut room = [0; *SPELLED_BYTES.end()];
    let folded = &mut room[..length];
    folded.copy_from_slice(&text.as_bytes()[..length]);
    let digit = if text[..length].is_ascii() {
        folded.make_ascii_lowercase();
        DIGITS.get(&*folded)
    } else {
        DIGITS.get(text[..length].to_lowercase().as_bytes())
    };
    digit.map(|digit| (length, *digit))
}

/// The digits by the bytes of their names.
static DIGITS: LazyLock<FxHashMap<&[u8], char>> =
    LazyLock::new(|| SPELLED.iter().map(|(name, digit)| (name.as_bytes(), *digit)).collect());

/// The end of the telephone number that begins at `at`, and its digits.
fn phone_at(signs: &[Sign], at: usize) -> Option<(usize, String)> {
    let before = at.checked_sub(1).map(|before| signs[before].2);
    let starts = matches!(signs[at].2, '+' | '0' | '(') || signs[at].2.is_ascii_digit();
    if !starts
        || before.is_some_and(|c| {
            (c.is_alphanumeric() && class(c) != Class::Inside)
                || matches!(c, '.' | ',' | '€' | '$' | '£' | '#' | '_' | '-')
        })
    {
        return None;
    }
    let mut digits = String::new();
    let mut end = at;
    let mut last_digit = at;
    while end < signs.len() {
        match signs[end].2 {
            c if c.is_ascii_digit() => {
                digits.push(c);
                last_digit = end + 1;
            }
            '+' if end == at => digits.push('+'),
            ' ' | '-' | '.' | '/' | '(' | ')' | '\u{A0}' if end < last_digit + 2 || end == at => {}
            _ => break,
        }
        end += 1;
    }
    let followed = signs.get(last_digit).is_some_and(|sign| sign.2.is_alphabetic());
    (last_digit > at && !followed).then_some((last_digit, digits))
}

/// The number in one form: `+` and country code where they are known.
fn phone(digits: &str, country: Option<&str>) -> Option<String> {
    let bare = digits.trim_start_matches('+');
    let count = bare.len();
    let international = if digits.starts_with('+') {
        Some(bare.to_owned())
    } else {
        bare.strip_prefix("00").map(str::to_owned)
    };
    if let Some(number) = international {
        // +49 (0) 170 …: the zero in brackets is not dialled from abroad.
        return (9..=15).contains(&number.len()).then(|| format!("+{}", without_trunk(&number)));
    }
    if let Some(number) = country.and_then(|country| without_zero(bare, country)) {
        return Some(number);
    }
    if !(9..=12).contains(&count) || !bare.starts_with('0') {
        return None;
    }
    let code = country
        .and_then(|country| COUNTRY_CODES.iter().find(|(iso, _)| *iso == country))
        .map(|(_, code)| *code);
    Some(match code {
        Some("39") => format!("+39{bare}"),
        Some(code) => format!("+{code}{}", &bare[1..]),
        None => bare.to_owned(),
    })
}

/// National numbers that begin with no zero: country, how many digits, with what they
/// begin, what is taken off, country code.
const WITHOUT_ZERO: &[(&str, usize, &[&str], usize, &str)] = &[
    ("ES", 9, &["6", "7", "8", "9"], 0, "34"),
    ("PT", 9, &["2", "9"], 0, "351"),
    ("IT", 10, &["3"], 0, "39"),
    ("PL", 9, &["4", "5", "6", "7", "8"], 0, "48"),
    ("CZ", 9, &["2", "3", "5", "6", "7"], 0, "420"),
    ("DK", 8, &["2", "3", "4", "5", "6"], 0, "45"),
    ("RU", 11, &["8", "7"], 1, "7"),
    ("RU", 10, &["9"], 0, "7"),
    ("US", 10, &["2", "3", "4", "5", "6", "7", "8", "9"], 0, "1"),
    ("CA", 10, &["2", "3", "4", "5", "6", "7", "8", "9"], 0, "1"),
    ("CN", 11, &["13", "14", "15", "16", "17", "18", "19"], 0, "86"),
    ("HK", 8, &["5", "6", "9"], 0, "852"),
    ("SG", 8, &["8", "9"], 0, "65"),
    ("MX", 10, &["2", "3", "4", "5", "6", "7", "8", "9"], 0, "52"),
    ("HU", 11, &["06"], 2, "36"),
];

fn without_zero(bare: &str, country: &str) -> Option<String> {
    WITHOUT_ZERO
        .iter()
        .find(|(iso, digits, heads, _, _)| {
            *iso == country
                && bare.len() == *digits
                && heads.iter().any(|head| bare.starts_with(head))
        })
        .map(|(_, _, _, cut, code)| format!("+{code}{}", &bare[*cut..]))
}

fn without_trunk(number: &str) -> String {
    for code in ["49", "44", "33", "32", "31", "43", "41"] {
        if let Some(rest) = number.strip_prefix(code)
            && let Some(rest) = rest.strip_prefix('0')
        {
            return format!("{code}{rest}");
        }
    }
    number.to_owned()
}

fn push(out: &mut Vec<Contact>, kind: &'static str, value: String, text: &str) {
    out.push(Contact { kind, value, text: text.to_owned() });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::contacts;

    fn read(text: &str, country: Option<&str>) -> Vec<(&'static str, String)> {
        contacts(text, country).into_iter().map(|found| (found.kind, found.value)).collect()
    }

    #[test]
    fn phones_in_national_and_spelled_forms() {
        let german = Some("DE");
        assert_eq!(read("Tel. 0170 1234567", german), [("phone", "+491701234567".to_owned())]);
        assert_eq!(read("+49 (0) 170 123 45 67", None), [("phone", "+491701234567".to_owned())]);
        assert_eq!(
            read("call zero six 12 34 56 78", Some("NL")),
            [("phone", "+31612345678".to_owned())]
        );
        assert_eq!(read("06.12.34.56.78", Some("FR")), [("phone", "+33612345678".to_owned())]);
        assert_eq!(read("EAN 9781938850424, 12 x 8, 1900-1920, 450 €", german), []);
    }

    #[test]
    fn mail_addresses_also_when_disguised() {
        for text in [
            "write to Bird.Lover@mail.example please",
            "bird.lover at mail dot example",
            "bird.lover (at) mail (dot) example",
            "bird.lover[at]mail.example",
        ] {
            assert_eq!(
                read(text, None),
                [("email", "bird.lover@mail.example".to_owned())],
                "{text}"
            );
        }
        assert_eq!(read("meet me at noon", None), []);
    }

    #[test]
    fn messengers_and_links() {
        assert_eq!(read("Telegram: @parrot_man", None), [("telegram", "parrot_man".to_owned())]);
        assert_eq!(read("加微信 abc12345", None), [("wechat", "abc12345".to_owned())]);
        assert_eq!(read("https://t.me/parrot_man", None), [("telegram", "parrot_man".to_owned())]);
        assert_eq!(
            read("see https://shop.example/item/1.", None),
            [("link", "shop.example/item/1".to_owned())]
        );
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "\\PC{0,80}") {
            let _ = contacts(&text, Some("DE"));
        }

        #[test]
        fn nor_does_text_of_signs(text in "[@a-z0-9 .+()\\[\\]:/été微信-]{0,60}") {
            let _ = contacts(&text, None);
        }
    }
}
