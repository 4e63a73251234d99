//! Words that go with numbers, from `species-data/lexicon/measures.csv`.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use rustc_hash::FxHashMap;

use crate::lexicon::fold::fold;
use crate::lexicon::words::{Shape, Token};
use crate::scan::normal::Text;

use super::number;

/// What a word beside a number makes of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Unit {
    /// Money, and how many of its units the word stands for.
    Currency(String, f64),
    /// A weight, in grams.
    Gram(f64),
    /// A length, in centimetres.
    Centimetre(f64),
    /// So many specimens by itself.
    Pair(f64),
    /// Counts specimens.
    Piece,
    /// Comes before the number of a lot.
    Lot,
    /// Multiplies the number before it.
    Times(f64),
    /// Says that the number before it is a price.
    PriceBefore,
    /// Says that the number after it is a price.
    PriceAfter,
    /// Says that the price beside it is that of sending.
    Postage,
}

static UNITS: LazyLock<FxHashMap<String, Unit>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(
        include_str!("../../../species-data/lexicon/measures.csv").as_bytes(),
    );
    reader
        .records()
        .filter_map(Result::ok)
        .filter_map(|row| Some((fold(&row[0]), unit(&row[1], &row[2])?)))
        .collect()
});

fn unit(kind: &str, value: &str) -> Option<Unit> {
    let number = || value.parse().unwrap_or(1.0);
    Some(match kind {
        "currency" => Unit::Currency(value.to_owned(), 1.0),
        "currency-10000" => Unit::Currency(value.to_owned(), 10_000.0),
        "gram" => Unit::Gram(number()),
        "centimetre" => Unit::Centimetre(number()),
        "pair" => Unit::Pair(number()),
        "piece" => Unit::Piece,
        "lot" => Unit::Lot,
        "times" => Unit::Times(number()),
        "price-before" => Unit::PriceAfter,
        "price-after" => Unit::PriceBefore,
        "postage" => Unit::Postage,
        _ => return None,
    })
}

/// What `word` (folded) makes of a number; of a run without spaces its
/// beginning counts.
#[must_use]
pub fn of_word(word: &str) -> Option<&'static Unit> {
    if let Some(unit) = UNITS.get(word) {
        return Some(unit);
    }
    let is_run = word
        .chars()
        .next()
        .is_some_and(|c| crate::lexicon::fold::class(c) == crate::lexicon::fold::Class::Inside);
    if !is_run {
        return None;
    }
    let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).skip(1).take(4).collect();
    ends.iter().rev().find_map(|end| UNITS.get(&word[..*end]))
}

/// True when a word for two stands inside a run without spaces: 鹦鹉一对.
#[must_use]
pub fn holds_pair(run: &str) -> bool {
    PAIRS.iter().any(|pair| pair.find(run.as_bytes()).is_some())
}

/// The words of two letters or more for two.
static PAIRS: LazyLock<Vec<Finder<'_>>> = LazyLock::new(|| {
    let pairs =
        UNITS.iter().filter(|(word, unit)| **unit == Unit::Pair(2.0) && word.chars().count() >= 2);
    pairs.map(|(word, _)| Finder::new(word)).collect()
});

/// What the token `at` makes of a number.
#[must_use]
pub fn at(text: &Text, at: usize) -> Option<&'static Unit> {
    of_word(text.form(text.tokens().get(at)?))
}

/// The number that begins at token `at`, and the first token after it: `1 200`
/// with a space is one number.
#[must_use]
pub fn number_at(text: &Text, at: usize) -> Option<(f64, usize)> {
    let tokens = text.tokens();
    // Digits of Thai stand in runs.
    let first = tokens.get(at).filter(|t| matches!(t.shape, Shape::Number | Shape::Run))?;
    let form = text.form(first);
    let mut value = number::parse(form)?;
    let mut after = at + 1;
    if form.len() <= 3 && form.chars().all(|c| c.is_ascii_digit()) && value > 0.0 {
        while let Some(group) = tokens.get(after).filter(|token| is_group(text, token)) {
            value = value * 1000.0 + number::parse(text.form(group))?;
            after += 1;
        }
    }
    while let Some(Unit::Times(factor)) = self::at(text, after)
        && tokens[after].gap != crate::lexicon::words::Gap::Break
    {
        value *= factor;
        after += 1;
    }
    Some((value, after))
}

/// True for three digits after one space.
fn is_group(text: &Text, token: &Token) -> bool {
    let form = text.form(token);
    token.gap == crate::lexicon::words::Gap::Space
        && (form.len() == 3 || (form.len() == 6 && form.as_bytes()[3] == b','))
        && form.bytes().take(3).all(|byte| byte.is_ascii_digit())
}
