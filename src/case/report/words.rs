//! The words of reports in the languages they come in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;

/// One row a word, one column a language; for translators to read and correct.
const TABLE: &str = include_str!("words.csv");

static ROWS: LazyLock<(Vec<String>, Rows)> = LazyLock::new(read);

/// The words of each key, in the order of the languages.
type Rows = BTreeMap<String, Vec<String>>;

fn read() -> (Vec<String>, Rows) {
    let mut table = csv::Reader::from_reader(TABLE.as_bytes());
    let head = table.headers().expect("a test reads the table").clone();
    let rows = table.records().map(|row| {
        let row = row.expect("a test reads the table");
        let mut cells = row.iter().map(str::to_owned);
        (cells.next().unwrap_or_default(), cells.collect())
    });
    (head.iter().skip(1).map(str::to_owned).collect(), rows.collect())
}

/// A language that reports come in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
    /// German.
    De,
    /// Dutch.
    Nl,
}

impl Language {
    /// ISO 639-1.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
            Self::De => "de",
            Self::Nl => "nl",
        }
    }

    /// Returns the word or sentence `key`.
    ///
    /// # Panics
    ///
    /// When the table has no such key: tests look every key of the reports up.
    #[must_use]
    pub fn word(self, key: &str) -> &'static str {
        self.find(key).unwrap_or_else(|| panic!("words.csv has no `{key}`"))
    }

    /// [`Language::word`] for the head of a narrow column: a long one says where it may be parted.
    #[must_use]
    pub fn head(self, key: &str) -> &'static str {
        match self.word(key) {
            "Advertenties" => "Adver\u{ad}tenties",
            "Aanbiedingen" => "Aan\u{ad}biedingen",
            "Exemplare" => "Exem\u{ad}plare",
            "Specimens" => "Speci\u{ad}mens",
            "Spécimens" => "Spéci\u{ad}mens",
            word => word,
        }
    }

    /// Returns the word `key` where the table has it.
    #[must_use]
    pub fn find(self, key: &str) -> Option<&'static str> {
        let column = ROWS.0.iter().position(|code| code == self.code())?;
        ROWS.1.get(key)?.get(column).map(String::as_str)
    }

    /// Returns the sentence `key` with each `{name}` replaced by its value; where `count` is 1
    /// and the table has `key-one`, that one.
    #[must_use]
    pub fn say(self, key: &str, values: &[(&str, &str)]) -> String {
        let one = values.contains(&("count", "1")).then(|| self.find(&format!("{key}-one")));
        let sentence = one.flatten().unwrap_or_else(|| self.word(key));
        let mut parts = sentence.split('{');
        let mut text = parts.next().unwrap_or_default().to_owned();
        for (name, rest) in parts.filter_map(|part| part.split_once('}')) {
            let value = values.iter().find(|(known, _)| *known == name);
            text.push_str(value.map(|(_, value)| *value).unwrap_or_default());
            text.push_str(rest);
        }
        text
    }

    /// Writes a day as letters do: `7 October 2026`, `7. Oktober 2026`, `1er octobre 2026`.
    #[must_use]
    pub fn date(self, date: Date) -> String {
        let months = self.word("months").split(' ');
        let month = months.take(usize::try_from(date.month()).unwrap_or(1)).last().unwrap_or("?");
        let day = match (self, date.day()) {
            (Self::De, day) => format!("{day}."),
            (Self::Fr, 1) => "1er".to_owned(),
            (_, day) => day.to_string(),
        };
        format!("{day}\u{a0}{month} {}", date.year())
    }

    /// Writes a whole number with the language's sign between thousands.
    #[must_use]
    pub fn number(self, number: impl Into<i128>) -> String {
        let digits = number.into().to_string();
        let separator = match self {
            Self::En => ',',
            Self::Fr => '\u{202F}',
            Self::De | Self::Nl => '.',
        };
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at) % 3 == 0 && !text.ends_with('-') {
                text.push(separator);
            }
            text.push(digit);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, ROWS};

    #[test]
    fn every_word_exists_in_every_language_with_the_same_places_to_fill() {
        let places = |text: &str| {
            let mut places: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|part| part.split_once('}'))
                .map(|(name, _)| name.to_owned())
                .collect();
            places.sort();
            places
        };
        for (key, words) in &ROWS.1 {
            assert_eq!(words.len(), ROWS.0.len(), "{key}");
            for word in words {
                assert!(!word.is_empty(), "{key}");
                assert_eq!(places(word), places(&words[0]), "{key}: {word}");
            }
        }
    }

    #[test]
    fn one_has_a_sentence_of_its_own_and_a_value_is_never_a_place_to_fill() {
        let ask = |count| Language::De.say("n-ask", &[("count", count)]);
        assert!(ask("1").contains("zu der unten genannten Anzeige"), "{}", ask("1"));
        assert!(ask("2").contains("zu den 2 unten genannten Anzeigen"), "{}", ask("2"));
        let values = [("account", "{count}"), ("count", "4"), ("numbers", "1, 2, 3, 4")];
        let line = Language::En.say("n-account-line", &values);
        assert_eq!(line, "{count}: 4 advertisements (nos 1, 2, 3, 4)");
    }

    #[test]
    fn days_are_written_as_in_letters() {
        let written = |language: Language, day| language.date(jiff::civil::date(2026, day, 1));
        assert_eq!(written(Language::En, 10), "1\u{a0}October 2026");
        assert_eq!(written(Language::Fr, 2), "1er\u{a0}février 2026");
        assert_eq!(written(Language::De, 12), "1.\u{a0}Dezember 2026");
        assert_eq!(written(Language::Nl, 3), "1\u{a0}maart 2026");
    }

    #[test]
    fn thousands_are_set_apart_as_the_language_does() {
        assert_eq!(Language::En.number(1_234_567), "1,234,567");
        assert_eq!(Language::De.number(1_000), "1.000");
        assert_eq!(Language::Fr.number(999), "999");
        assert_eq!(Language::Nl.number(-1_000), "-1.000");
    }
}
