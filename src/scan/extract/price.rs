//! The price that an ad asks.

use std::collections::BTreeMap;
use std::sync::LazyLock;

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

/// Says whether the number in the tokens `at..after` is money, and of which currency.
fn money(text: &Text, original: &str, at: usize, after: usize) -> Option<(Option<String>, f64)> {
    let tokens = text.tokens();
    let near = |place: usize, gap_of: usize| {
        tokens.get(gap_of).is_some_and(|token| token.gap != Gap::Break)
            && tokens.get(place).is_some()
    };
    if after < tokens.len() && near(after, after) {
        match amount::at(text, after) {
            Some(Unit::Currency(code, factor)) => return Some((Some(code.clone()), *factor)),
            Some(Unit::PriceBefore) => return Some((None, 1.0)),
            _ => {}
        }
    }
    if let Some(before) = at.checked_sub(1) {
        let joined = tokens[at].gap != Gap::Break || tokens[at].start - tokens[before].end <= 2;
        match amount::at(text, before) {
            Some(Unit::Currency(code, factor)) if joined && is_prefix(code, text, before) => {
                return Some((Some(code.clone()), *factor));
            }
            Some(Unit::PriceAfter) if joined => return Some((None, 1.0)),
            _ => {}
        }
    }
    let rest = original.get(tokens[after - 1].end as usize..)?;
    (rest.starts_with(",-") || rest.starts_with(",–") || rest.starts_with(".-"))
        .then_some((None, 1.0))
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
