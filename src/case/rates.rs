//! Exchange rates as dated facts.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::ad::Ad;

/// The shipped rates: `currency,rate,date,source`, units of the currency for one euro.
const SHIPPED: &str = include_str!("../../species-data/rates.csv");

/// Why a table of rates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RatesError {
    /// A row that is none.
    #[error("{name}:{line}: {why}")]
    Row {
        /// The file.
        name: String,
        /// Counted from 1.
        line: u64,
        /// What is wrong.
        why: String,
    },
    /// No row.
    #[error("{0}: no rates in it")]
    Empty(String),
}

/// Units of each currency for one euro.
#[derive(Clone, Debug)]
pub struct Rates {
    rates: BTreeMap<String, f64>,
    /// The day of the newest rate.
    pub date: Date,
    /// Who published the newest rate.
    pub source: String,
}

#[derive(Deserialize)]
struct Row {
    currency: String,
    rate: String,
    date: Date,
    source: String,
}

/// What is wrong with a row, without where: the caller says that.
fn told(err: &csv::Error) -> String {
    match err.kind() {
        csv::ErrorKind::Deserialize { err, .. } => match err.field() {
            Some(field) => format!("column {}: {}", field + 1, err.kind()),
            None => err.to_string(),
        },
        _ => err.to_string(),
    }
}

impl Rates {
    /// The shipped rates.
    ///
    /// # Panics
    ///
    /// Never: a test reads the shipped table.
    #[must_use]
    pub fn shipped() -> Self {
        Self::read(SHIPPED, "rates.csv").expect("a test reads the shipped rates")
    }

    /// Reads a table with the columns `currency,rate,date,source`; of several rates of one
    /// currency the newest counts.
    ///
    /// # Errors
    ///
    /// [`RatesError`], with `name` and line.
    pub fn read(csv: &str, name: &str) -> Result<Self, RatesError> {
        let mut rates: BTreeMap<String, (Date, f64)> = BTreeMap::new();
        let mut newest: Option<(Date, String)> = None;
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(csv.as_bytes());
        let wrong = |line, why| RatesError::Row { name: name.to_owned(), line, why };
        let head = reader.headers().map_err(|err| wrong(1, told(&err)))?;
        for column in ["currency", "rate", "date", "source"] {
            if !head.iter().any(|name| name == column) {
                let why = format!(
                    "no column `{column}`; a table of rates has currency, rate, date and source"
                );
                return Err(wrong(1, why));
            }
        }
        for (line, row) in (2..).zip(reader.deserialize::<Row>()) {
            let wrong = |why| wrong(line, why);
            let row = row.map_err(|err| wrong(told(&err)))?;
            let value = row.rate.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate > 0.0);
            let value = value.ok_or_else(|| wrong(format!("`{}` is no rate", row.rate)))?;
            if newest.as_ref().is_none_or(|(date, _)| row.date > *date) {
                newest = Some((row.date, row.source));
            }
            let rate = rates.entry(row.currency).or_insert((row.date, value));
            if row.date > rate.0 {
                *rate = (row.date, value);
            }
        }
        let (date, source) = newest.ok_or_else(|| RatesError::Empty(name.to_owned()))?;
        let rates = rates.into_iter().map(|(currency, (_, rate))| (currency, rate)).collect();
        Ok(Self { rates, date, source })
    }

    /// Puts the price of `ad` into euro with these rates; none, where they have none for its
    /// currency, whatever the scan knew.
    pub fn apply(&self, ad: &mut Ad) {
        if let Some(price) = &mut ad.finding.price {
            price.eur = match price.currency.as_deref() {
                Some("EUR") => Some(price.amount),
                Some(currency) => self.rates.get(currency).map(|rate| price.amount / rate),
                None => None,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Rates, RatesError};
    use crate::case::ad::{Ad, Price};

    fn eur(rates: &Rates, amount: f64, currency: Option<&str>) -> Option<f64> {
        let mut ad = Ad::default();
        let currency = currency.map(Into::into);
        ad.finding.price = Some(Price { amount, currency, eur: Some(1.0) });
        rates.apply(&mut ad);
        ad.finding.price.unwrap().eur
    }

    #[test]
    fn the_shipped_table_is_sound() {
        let rates = Rates::shipped();
        assert_eq!(eur(&rates, 655.957, Some("XOF")), Some(1.0));
        assert!(rates.source.starts_with("European Central Bank"));
    }

    #[test]
    fn the_newest_rate_counts_and_a_currency_without_one_has_no_value() {
        let csv = "currency,rate,date,source\nGBP,0.8,2026-01-01,x\nGBP,0.5,2026-02-01,y\n";
        let rates = Rates::read(csv, "r.csv").unwrap();
        assert_eq!(eur(&rates, 10.0, Some("GBP")), Some(20.0));
        assert_eq!(eur(&rates, 10.0, Some("EUR")), Some(10.0));
        assert_eq!(eur(&rates, 10.0, Some("USD")), None);
        assert_eq!(eur(&rates, 10.0, None), None);
        assert_eq!((rates.date.to_string(), rates.source.as_str()), ("2026-02-01".to_owned(), "y"));
    }

    #[test]
    fn a_row_that_is_no_rate_is_named() {
        let csv = "currency,rate,date,source\nGBP,0.8,2026-01-01,x\nUSD,0,2026-01-01,x\n";
        let err = Rates::read(csv, "r.csv").unwrap_err();
        assert_eq!(err.to_string(), "r.csv:3: `0` is no rate");
        let head = "currency,rate,date,source\n";
        assert!(matches!(Rates::read(head, "r.csv"), Err(RatesError::Empty(_))));
    }
}
