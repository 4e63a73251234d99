//! Offers that were seen before: the same ad posted twice counts once.
//!
//! Alike are ads of nearly the same words, the same numbers apart from the price, and the same
//! number of specimens; ads of fewer than eight words must be equal.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::ad::{Ad, Role};
use super::likeness::{BANDS, Print, words};
use super::record::Finding;

/// Distinct offers that are remembered, the latest.
pub const REMEMBERED: usize = 100_000;

/// What the offer of `ad` is known by.
#[must_use]
pub fn print(ad: &Ad<'_>, finding: &Finding) -> Print {
    let read = ad.fields.iter().filter(|field| field.role != Role::Category);
    let text = read.map(|field| field.text.as_ref()).collect::<Vec<_>>().join(" ").to_lowercase();
    let words = words(&text);
    let mut exact = DefaultHasher::new();
    finding.quantity.hash(&mut exact);
    let price = finding.price.as_ref().map(|price| price.amount.to_string());
    for word in words.iter().filter(|word| word.contains(|c: char| c.is_numeric())) {
        if Some(*word) != price.as_deref() {
            word.hash(&mut exact);
        }
    }
    if words.len() < super::likeness::SHORT {
        words.hash(&mut exact);
    }
    Print::new(&words, exact.finish())
}

/// The offers that were seen, as far as they are remembered.
#[derive(Debug, Default)]
pub struct Seen {
    prints: VecDeque<Print>,
    /// Number of the first of `prints`.
    first: u64,
    /// For each band the latest offer with a hash.
    buckets: [HashMap<u64, u64>; BANDS],
}

impl Seen {
    /// Remembers the offer, unless one like it is remembered; returns whether it was new.
    pub fn add(&mut self, print: Print) -> bool {
        let is_known = print.bands.iter().zip(&self.buckets).any(|(hash, bucket)| {
            let number = bucket.get(hash).and_then(|number| number.checked_sub(self.first));
            let place = number.and_then(|number| usize::try_from(number).ok());
            place.and_then(|place| self.prints.get(place)).is_some_and(|other| print.is_like(other))
        });
        if is_known {
            return false;
        }
        if self.prints.len() == REMEMBERED {
            self.forget();
        }
        let number = self.first + u64::try_from(self.prints.len()).unwrap_or(u64::MAX);
        for (hash, bucket) in print.bands.iter().zip(&mut self.buckets) {
            bucket.insert(*hash, number);
        }
        self.prints.push_back(print);
        true
    }

    fn forget(&mut self) {
        let Some(oldest) = self.prints.pop_front() else { return };
        for (hash, bucket) in oldest.bands.iter().zip(&mut self.buckets) {
            if bucket.get(hash) == Some(&self.first) {
                bucket.remove(hash);
            }
        }
        self.first += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{REMEMBERED, Seen};
    use crate::scan::likeness::{Print, words};

    const LONG: &str = "carved elephant ivory okimono of a fisherman signed on the base with lines \
        clearly visible small old crack at the back from a private collection in lyon collected in \
        person or sent by registered post to any address in the country after payment by transfer";

    fn print(text: &str, exact: u64) -> Print {
        Print::new(&words(text), exact)
    }

    #[test]
    fn an_offer_is_new_once() {
        let mut seen = Seen::default();
        assert!(seen.add(print(LONG, 1)));
        assert!(!seen.add(print(LONG, 1)));
        assert!(!seen.add(print(&format!("{LONG}!!!"), 1)));
        assert!(seen.add(print(LONG, 2)), "another number is another item");
        assert!(seen.add(print("ivory figure", 3)));
        assert!(!seen.add(print("ivory figure", 3)));
        assert!(seen.add(print("ivory figures", 4)));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut seen = Seen::default();
        for number in 0..u64::try_from(REMEMBERED).unwrap() + 10 {
            assert!(seen.add(print("a", number)));
        }
        assert_eq!(seen.prints.len(), REMEMBERED);
        assert!(seen.buckets.iter().all(|bucket| bucket.len() == REMEMBERED));
        assert!(seen.add(print("a", 3)), "forgotten");
        assert!(!seen.add(print("a", 50)), "remembered");
    }
}
