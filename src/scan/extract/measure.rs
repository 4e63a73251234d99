//! How many specimens an ad offers, and how heavy and large they are.

use crate::lexicon::words::{Gap, Shape};
use crate::scan::normal::Text;

use super::amount::{self, Unit};

/// More specimens than this is a stock number or a typing slip.
const MOST: f64 = 100_000.0;

/// How heavy and large the goods of a text are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measures {
    /// Weight in grams.
    pub grams: Option<f64>,
    /// A length in centimetres.
    pub centimetres: Option<f64>,
}

impl Measures {
    /// Reads `text`.
    #[must_use]
    pub fn of(text: &Text) -> Self {
        let (mut grams, mut centimetres) = (None, None);
        for (value, unit) in amounts(text) {
            let amount = |factor: &f64| Some((value * factor * 1000.0).round() / 1000.0);
            match unit {
                Unit::Gram(factor) => grams = grams.or_else(|| amount(factor)),
                Unit::Centimetre(factor) => centimetres = centimetres.or_else(|| amount(factor)),
                _ => {}
            }
        }
        Self { grams, centimetres }
    }

    /// This, and what `other` says beside it.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            grams: self.grams.or(other.grams),
            centimetres: self.centimetres.or(other.centimetres),
        }
    }
}

/// The numbers of `text` that a unit follows.
fn amounts(text: &Text) -> impl Iterator<Item = (f64, &'static Unit)> {
    (0..text.tokens().len()).filter_map(|at| {
        let (value, after) = amount::number_at(text, at)?;
        let token = text.tokens().get(after).filter(|token| token.gap != Gap::Break)?;
        Some((value, amount::of_word(text.form(token))?))
    })
}

/// How many specimens `text` offers.
#[must_use]
pub fn quantity(text: &Text) -> Option<u64> {
    (0..text.tokens().len())
        .find_map(|at| counted(text, at).or_else(|| spelled(text, at)).or_else(|| paired(text, at)))
}

/// Small numbers as words, before a word for pieces; in order.
const SPELLED: &[(&str, f64)] = &[
    ("cinco", 5.0),
    ("cinq", 5.0),
    ("cuatro", 4.0),
    ("deux", 2.0),
    ("dois", 2.0),
    ("dos", 2.0),
    ("drei", 3.0),
    ("drie", 3.0),
    ("dua", 2.0),
    ("duas", 2.0),
    ("due", 2.0),
    ("dva", 2.0),
    ("dwa", 2.0),
    ("dwie", 2.0),
    ("five", 5.0),
    ("four", 4.0),
    ("funf", 5.0),
    ("iki", 2.0),
    ("quatre", 4.0),
    ("sechs", 6.0),
    ("six", 6.0),
    ("three", 3.0),
    ("tiga", 3.0),
    ("tre", 3.0),
    ("tres", 3.0),
    ("tri", 3.0),
    ("trois", 3.0),
    ("trzy", 3.0),
    ("twee", 2.0),
    ("two", 2.0),
    ("uc", 3.0),
    ("vier", 4.0),
    ("vijf", 5.0),
    ("zes", 6.0),
    ("zwei", 2.0),
    ("два", 2.0),
    ("две", 2.0),
    ("три", 3.0),
];

/// The numbers of Chinese and Japanese, and what counts animals and things.
const HAN: &[(char, f64)] = &[
    ('两', 2.0),
    ('兩', 2.0),
    ('二', 2.0),
    ('三', 3.0),
    ('四', 4.0),
    ('五', 5.0),
    ('六', 6.0),
    ('七', 7.0),
    ('八', 8.0),
    ('九', 9.0),
    ('十', 10.0),
];

/// `drie stuks`, 两只陆龟.
fn spelled(text: &Text, at: usize) -> Option<u64> {
    let token = text.tokens().get(at)?;
    let form = text.form(token);
    if token.shape == Shape::Run {
        return form.char_indices().find_map(|(from, c)| {
            let value = HAN.iter().find(|(numeral, _)| *numeral == c)?.1;
            let counter = form[from + c.len_utf8()..].chars().next()?;
            "只隻个個条條件头頭匹羽枚".contains(counter).then(|| whole(value))?
        });
    }
    let at_word = SPELLED.binary_search_by_key(&form, |(word, _)| word).ok()?;
    let value = SPELLED[at_word].1;
    let next = text.tokens().get(at + 1)?;
    let counts = next.gap != Gap::Break && amount::at(text, at + 1) == Some(&Unit::Piece);
    counts.then(|| whole(value))?
}

/// `3 Stück`, `12 pcs`, `2x`, `x2`, `lot of 12`, `1.2` of animals is not read.
fn counted(text: &Text, at: usize) -> Option<u64> {
    let (value, after) = amount::number_at(text, at)?;
    let tokens = text.tokens();
    let follows = |place: usize| tokens.get(place).is_some_and(|token| token.gap != Gap::Break);
    let by_word = follows(after) && amount::at(text, after) == Some(&Unit::Piece);
    let times =
        |place: usize| tokens.get(place).is_some_and(|token| matches!(text.form(token), "x" | "×"));
    let close = |place: usize| matches!(tokens[place].gap, Gap::None | Gap::Space);
    let by_sign = (times(after) && close(after) && !is_size(text, after))
        || (at > 0 && times(at - 1) && close(at) && !is_size(text, at - 1));
    let by_lot = at >= 1 && is_lot(text, at);
    (by_word || by_sign || by_lot).then(|| whole(value)).flatten()
}

/// True when the `x` at `at` stands between two numbers: `12 x 8 cm`.
fn is_size(text: &Text, at: usize) -> bool {
    let number = |at: Option<usize>| {
        at.and_then(|at| text.tokens().get(at)).is_some_and(|token| token.shape == Shape::Number)
    };
    number(at.checked_sub(1)) && number(Some(at + 1))
}

fn is_lot(text: &Text, at: usize) -> bool {
    let tokens = text.tokens();
    let two = at
        .checked_sub(2)
        .map(|first| format!("{} {}", text.form(&tokens[first]), text.form(&tokens[at - 1])));
    two.is_some_and(|two| amount::of_word(&two) == Some(&Unit::Lot))
        || amount::of_word(text.form(&tokens[at - 1])) == Some(&Unit::Lot)
}

/// `a pair`, `ein Paar`, `2 pairs`.
fn paired(text: &Text, at: usize) -> Option<u64> {
    let each = pair_at(text, at)?;
    let before = at.checked_sub(1).and_then(|before| {
        let token = text.tokens().get(before)?;
        super::number::parse(text.form(token)).filter(|_| token.shape == Shape::Number)
    });
    whole(before.filter(|count| *count <= 50.0).unwrap_or(1.0) * each)
}

fn pair_at(text: &Text, at: usize) -> Option<f64> {
    if let Some(Unit::Pair(each)) = amount::at(text, at) {
        return Some(*each);
    }
    let token = &text.tokens()[at];
    (token.shape == Shape::Run && amount::holds_pair(text.form(token))).then_some(2.0)
}

fn whole(value: f64) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number between 1 and MOST"
    )]
    ((1.0..=MOST).contains(&value) && value.fract() == 0.0).then_some(value as u64)
}

#[cfg(test)]
mod tests {
    use super::{Measures, SPELLED};
    use crate::scan::normal::Text;

    fn quantity(ad: &str) -> Option<u64> {
        super::quantity(&Text::of(ad))
    }

    #[test]
    fn spelled_numbers_are_in_order() {
        assert!(SPELLED.is_sorted_by_key(|(word, _)| word));
    }

    #[test]
    fn specimens_are_counted() {
        for (ad, count) in [
            ("Lot of 12 feathers", 12),
            ("3 Stück Zähne", 3),
            ("ein Paar Graupapageien", 2),
            ("breeding pair of macaws", 2),
            ("2x netsuke", 2),
            ("5 pcs skull", 5),
            ("象牙吊坠3件", 3),
            ("set of 3 bangles", 3),
        ] {
            assert_eq!(quantity(ad), Some(count), "{ad}");
        }
        assert_eq!(quantity("12 x 8 cm box"), None);
        assert_eq!(quantity("Figur um 1900"), None);
    }

    #[test]
    fn weights_are_grams() {
        assert_eq!(Measures::of(&Text::of("Figur, 85 g schwer")).grams, Some(85.0));
        assert_eq!(Measures::of(&Text::of("1,5 kg")).grams, Some(1500.0));
    }
}
