//! How many specimens an ad offers, and what they weigh.

use crate::lexicon::words::{Gap, Shape};
use crate::scan::normal::Text;

use super::amount::{self, Unit};

/// More specimens than this is a stock number or a typing slip.
const MOST: f64 = 100_000.0;

/// What a text says in figures about its goods.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measures {
    /// Specimens.
    pub quantity: Option<u64>,
    /// Weight in grams.
    pub grams: Option<f64>,
}

impl Measures {
    /// Reads `text`.
    #[must_use]
    pub fn of(text: &Text) -> Self {
        Self { quantity: quantity(text), grams: grams(text) }
    }

    /// This, and what `other` says beside it.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { quantity: self.quantity.or(other.quantity), grams: self.grams.or(other.grams) }
    }
}

fn grams(text: &Text) -> Option<f64> {
    (0..text.tokens().len()).find_map(|at| {
        let (value, after) = amount::number_at(text, at)?;
        let token = text.tokens().get(after)?;
        match amount::at(text, after) {
            Some(Unit::Gram(factor)) if token.gap != Gap::Break => Some(value * factor),
            _ => None,
        }
    })
}

fn quantity(text: &Text) -> Option<u64> {
    (0..text.tokens().len()).find_map(|at| counted(text, at).or_else(|| paired(text, at)))
}

/// `3 Stück`, `12 pcs`, `2x`, `x2`, `lot of 12`, `1.2` of animals is not read.
fn counted(text: &Text, at: usize) -> Option<u64> {
    let (value, after) = amount::number_at(text, at)?;
    let tokens = text.tokens();
    let follows = |place: usize| tokens.get(place).is_some_and(|token| token.gap != Gap::Break);
    let by_word = follows(after) && amount::at(text, after) == Some(&Unit::Piece);
    let times =
        |place: usize| tokens.get(place).is_some_and(|token| matches!(text.form(token), "x" | "×"));
    let by_sign = (times(after) && tokens[after].gap == Gap::None && !is_size(text, after))
        || (at > 0 && times(at - 1) && tokens[at].gap == Gap::None && !is_size(text, at - 1));
    let by_lot = at >= 2 && is_lot(text, at);
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
    let two = format!("{} {}", text.form(&tokens[at - 2]), text.form(&tokens[at - 1]));
    amount::of_word(&two) == Some(&Unit::Lot)
        || amount::of_word(text.form(&tokens[at - 1])) == Some(&Unit::Lot)
}

/// `a pair`, `ein Paar`, `2 pairs`.
fn paired(text: &Text, at: usize) -> Option<u64> {
    let Some(Unit::Pair(each)) = amount::at(text, at) else { return None };
    let before = at.checked_sub(1).and_then(|before| {
        let token = text.tokens().get(before)?;
        super::number::parse(text.form(token)).filter(|_| token.shape == Shape::Number)
    });
    whole(before.filter(|count| *count <= 50.0).unwrap_or(1.0) * each)
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
    use super::Measures;
    use crate::scan::normal::Text;

    fn quantity(ad: &str) -> Option<u64> {
        Measures::of(&Text::of(ad)).quantity
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
