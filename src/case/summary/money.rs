//! Amounts in euro, in whole cents, so that sums do not depend on their order.

use serde::{Serialize, Serializer};

/// An amount in euro.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Eur {
    cents: i64,
}

impl Eur {
    /// Returns `amount` rounded to the cent, or `None` where it is no amount (negative,
    /// infinite, above a hundred thousand million).
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked just before")]
    pub fn new(amount: f64) -> Option<Self> {
        (0.0..=1e11).contains(&amount).then(|| Self { cents: (amount * 100.0).round() as i64 })
    }

    /// The sum of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { cents: self.cents.saturating_add(other.cents) }
    }

    /// In whole cents.
    #[must_use]
    pub fn cents(self) -> i64 {
        self.cents
    }

    /// The middle amount; of two middle ones their mean. `None` for none.
    #[must_use]
    pub fn median(mut amounts: Vec<Self>) -> Option<Self> {
        amounts.sort_unstable();
        let middle = amounts.len() / 2;
        let upper = amounts.get(middle)?;
        if amounts.len() % 2 == 1 {
            return Some(*upper);
        }
        Some(Self { cents: i64::midpoint(amounts[middle - 1].cents, upper.cents) })
    }
}

impl Serialize for Eur {
    #[expect(clippy::cast_precision_loss, reason = "sums stay below 2^53 cents")]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.cents as f64 / 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Eur;

    fn eur(amount: f64) -> Eur {
        Eur::new(amount).unwrap()
    }

    #[test]
    fn tenths_add_up_exactly() {
        let sum = std::iter::repeat_n(eur(0.1), 10).fold(Eur::default(), Eur::plus);
        assert_eq!(sum, eur(1.0));
    }

    #[test]
    fn the_median_of_an_even_number_lies_between_the_two_middle_ones() {
        assert_eq!(Eur::median(vec![eur(9.0), eur(1.0), eur(2.0), eur(4.0)]), Some(eur(3.0)));
        assert_eq!(Eur::median(vec![eur(9.0), eur(1.0), eur(2.0)]), Some(eur(2.0)));
        assert_eq!(Eur::median(Vec::new()), None);
    }

    #[test]
    fn no_amount_is_refused() {
        for amount in [-1.0, f64::NAN, f64::INFINITY, 1e12] {
            assert_eq!(Eur::new(amount), None, "{amount}");
        }
    }
}
