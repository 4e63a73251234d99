//! The price that an ad asks.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde::Serialize;

use crate::lexicon::words::Gap;
use crate::scan::normal::Text;

use super::amount::{self, Unit};

/// A price.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Price {
    /// The amount as asked.
    pub amount: f64,
    /// ISO 4217, where the ad or its record says.
    pub currency: Option<String>,
    /// The amount in euro, where a rate is at hand.
    pub eur: Option<f64>,
}

/// Rates of exchange: units of a currency for one euro.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rates {
    by_currency: BTreeMap<String, f64>,
}

static SHIPPED: LazyLock<Rates> =
    LazyLock::new(|| Rates::read(include_str!("../../../species-data/rates.csv")));

impl Rates {
    /// The shipped rates.
    #[must_use]
    pub fn embedded() -> &'static Self {
        &SHIPPED
    }

    fn read(csv: &str) -> Self {
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let by_currency = reader
            .records()
            .filter_map(Result::ok)
            .filter_map(|row| Some((row[0].to_owned(), row[1].parse().ok()?)))
            .collect();
        Self { by_currency }
    }

    /// `amount` of `currency` in euro, rounded to the cent.
    #[must_use]
    pub fn eur(&self, amount: f64, currency: &str) -> Option<f64> {
        let rate = if currency == "EUR" { 1.0 } else { *self.by_currency.get(currency)? };
        Some((amount / rate * 100.0).round() / 100.0)
    }
}

/// Makes a price of what the fields `price` and `currency` of a record say.
#[must_use]
pub fn of_fields(price: &str, currency: Option<&str>, rates: &Rates) -> Option<Price> {
    let text = Text::of(price);
    let asked = asked(&text, price, currency, rates);
    asked.or_else(|| {
        let at = (0..text.tokens().len()).find_map(|at| amount::number_at(&text, at))?;
        made(at.0, currency.map(str::to_owned), rates)
    })
}

/// The first price in `text`, which was read from `original`; `currency` is that
/// of the record, and settles what `$`, `¥` and a bare `1200,-` mean.
#[must_use]
pub fn asked(text: &Text, original: &str, currency: Option<&str>, rates: &Rates) -> Option<Price> {
    if let Some((value, code)) = glued(original) {
        return made(value, Some(currency.unwrap_or(code).to_owned()), rates);
    }
    let mut at = 0;
    while at < text.tokens().len() {
        let Some((value, after)) = amount::number_at(text, at) else {
            at += 1;
            continue;
        };
        if let Some((code, factor)) = money(text, original, at, after)
            && !is_postage(text, at)
            && value > 0.0
        {
            let value = lower_end(text, original, at, value).unwrap_or(value);
            let code = currency.map(str::to_owned).or(code);
            return made(value * factor, code, rates);
        }
        at = after;
    }
    None
}

fn made(amount: f64, currency: Option<String>, rates: &Rates) -> Option<Price> {
    let amount = (amount * 100.0).round() / 100.0;
    if !(amount > 0.0 && amount < 1e12) {
        return None;
    }
    let eur = currency.as_deref().and_then(|code| rates.eur(amount, code));
    Some(Price { amount, currency, eur })
}

/// Currencies that are written on to their number: `Rp350rb`, `RM250`.
const GLUED: &[(&str, &str)] =
    &[("rp", "IDR"), ("rm", "MYR"), ("rs", "INR"), ("eur", "EUR"), ("usd", "USD"), ("chf", "CHF")];

/// The words of [`GLUED`], ready to be found.
static FINDERS: LazyLock<[Finder<'_>; GLUED.len()]> =
    LazyLock::new(|| std::array::from_fn(|at| Finder::new(GLUED[at].0)));

fn glued(original: &str) -> Option<(f64, &'static str)> {
    let lower = original.to_ascii_lowercase();
    GLUED.iter().zip(&*FINDERS).find_map(|((word, code), finder)| {
        finder.find_iter(lower.as_bytes()).find_map(|at| {
            let fresh = lower[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
            let rest = lower[at + word.len()..].trim_start_matches('.');
            let end =
                rest.find(|c: char| !matches!(c, '0'..='9' | '.' | ',')).unwrap_or(rest.len());
            let number = rest[..end].trim_end_matches(['.', ',']);
            let value = super::number::parse(number).filter(|value| fresh && *value > 0.0)?;
            let unit = rest[end..].trim_start_matches(' ');
            let times = [("rb", 1e3), ("ribu", 1e3), ("k", 1e3), ("jt", 1e6), ("juta", 1e6)];
            let times = times.iter().find(|(word, _)| {
                unit.strip_prefix(word)
                    .is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric()))
            });
            Some((value * times.map_or(1.0, |(_, factor)| *factor), *code))
        })
    })
}

/// The lower number of a range: `200-250 €`.
fn lower_end(text: &Text, original: &str, at: usize, upper: f64) -> Option<f64> {
    let before = at.checked_sub(1)?;
    let tokens = text.tokens();
    let between = original.get(tokens[before].end as usize..tokens[at].start as usize)?;
    let lower = super::number::parse(text.form(&tokens[before]))?;
    (matches!(between.trim(), "-" | "–" | "—") && lower > 0.0 && lower < upper).then_some(lower)
}

/// Says whether the number in the tokens `at..after` is money, and of which currency.
fn money(text: &Text, original: &str, at: usize, after: usize) -> Option<(Option<String>, f64)> {
    let tokens = text.tokens();
    let near = |place: usize, gap_of: usize| {
        tokens.get(gap_of).is_some_and(|token| {
            let between = original.get(tokens[gap_of - 1].end as usize..token.start as usize);
            // 15 тыс. руб: the point ends a shortened word.
            token.gap != Gap::Break
                || matches!(between, Some(",- " | ",– "))
                || (between == Some(". ") && gap_of - 1 > at)
        }) && tokens.get(place).is_some()
    };
    if after < tokens.len()
        && near(after, after)
        && let Some(Unit::Currency(code, factor)) = amount::at(text, after)
    {
        return Some((Some(code.clone()), *factor));
    }
    if let Some(before) = at.checked_sub(1) {
        let joined = tokens[at].gap != Gap::Break || tokens[at].start - tokens[before].end <= 2;
        match amount::at(text, before) {
            Some(Unit::Currency(code, factor)) if joined && is_prefix(code, text, before) => {
                let code = dollar(text, before).unwrap_or_else(|| code.clone());
                return Some((Some(code), *factor));
            }
            Some(Unit::PriceAfter | Unit::PriceBefore) if joined => return Some((None, 1.0)),
            _ => {}
        }
    }
    let rest = original.get(tokens[after - 1].end as usize..)?;
    if near(after, after) && amount::at(text, after) == Some(&Unit::PriceBefore) {
        return Some((None, 1.0));
    }
    let dashed = [",-", ",–", ".-", ":-"].iter().any(|sign| rest.starts_with(sign));
    (dashed || is_sum(text, at, after)).then_some((None, 1.0))
}

/// The dollar of `HK$`, `C$`: the letters before the sign.
fn dollar(text: &Text, at: usize) -> Option<String> {
    let tokens = text.tokens();
    let sign = tokens.get(at).filter(|token| text.form(token) == "$" && token.gap == Gap::None)?;
    let letters = text.form(tokens.get(at.checked_sub(1)?)?);
    match amount::of_word(&format!("{letters}{}", text.form(sign))) {
        Some(Unit::Currency(code, _)) => Some(code.clone()),
        _ => None,
    }
}

/// Thousands and millions that only money is counted in: `5tr`, `1,5 jt`, `500k`.
fn is_sum(text: &Text, at: usize, after: usize) -> bool {
    let ends = text.tokens().get(after).is_none_or(|next| next.gap == Gap::Break);
    let word = text.form(&text.tokens()[after - 1]);
    after > at + 1
        && matches!(amount::of_word(word), Some(Unit::Times(_)))
        && (ends || matches!(word, "jt" | "juta" | "trieu" | "nghin" | "ngan" | "ribu" | "rb"))
}

/// Words like `p` or `try` mean money after a number only.
fn is_prefix(code: &str, text: &Text, at: usize) -> bool {
    let form = text.form(&text.tokens()[at]);
    form.chars().count() >= 2 && form != "eu" && form != "st" && !(code == "TRY" && form == "try")
        || form.chars().all(crate::lexicon::words::is_currency)
}

/// True when the number before token `at` follows a word for sending.
fn is_postage(text: &Text, at: usize) -> bool {
    (at.saturating_sub(3)..at).any(|at| amount::at(text, at) == Some(&Unit::Postage))
}

#[cfg(test)]
mod tests {
    use super::{Rates, asked, of_fields};
    use crate::scan::normal::Text;

    fn read(ad: &str) -> Option<(f64, Option<String>)> {
        let rates = Rates::default();
        asked(&Text::of(ad), ad, None, &rates).map(|price| (price.amount, price.currency))
    }

    #[test]
    fn prices_in_all_forms() {
        for (ad, amount, currency) in [
            ("Schöne Figur 1.200,50 €", 1200.5, Some("EUR")),
            ("nice €1,200 only", 1200.0, Some("EUR")),
            ("vaas 1200,-", 1200.0, None),
            ("Figur 450 VB", 450.0, None),
            ("cena 350 zł", 350.0, Some("PLN")),
            ("figure £45", 45.0, Some("GBP")),
            ("45EUR", 45.0, Some("EUR")),
            ("1 200 Kč", 1200.0, Some("CZK")),
            ("цена 5 000 руб", 5000.0, Some("RUB")),
            ("3万円", 30000.0, Some("JPY")),
            ("giá 5 triệu", 5_000_000.0, None),
            ("売ります 12000円です", 12000.0, Some("JPY")),
            ("harga Rp 1.500.000", 1_500_000.0, Some("IDR")),
            ("12 cm, 350 EUR plus 5 EUR Versand", 350.0, Some("EUR")),
        ] {
            let expected = Some((amount, currency.map(str::to_owned)));
            assert_eq!(read(ad), expected, "{ad}");
        }
        assert_eq!(read("12 cm, 350 g, 1920"), None);
    }

    #[test]
    fn the_record_settles_the_currency() {
        let price = of_fields("1200", Some("CHF"), &Rates::default()).unwrap();
        assert_eq!(
            (price.amount, price.currency.as_deref(), price.eur),
            (1200.0, Some("CHF"), None)
        );
        let euro = of_fields("450,00 €", None, &Rates::default()).unwrap();
        assert_eq!(euro.eur, Some(450.0));
    }
}
