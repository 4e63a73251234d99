//! Who a case knows, to be found again in declarations.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::ad::Ad;
use crate::case::links::{Kind, shown};

/// Digits at the end of a telephone number that are compared: with or without country code.
const DIGITS: usize = 9;

/// Ways to reach or name the accounts of a case.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// Last digits of a number, and the accounts that show it.
    phones: BTreeMap<String, BTreeSet<String>>,
    /// Addresses, references and long names in lower case, and the accounts.
    words: BTreeMap<String, BTreeSet<String>>,
}

impl People {
    /// Those of `ads`. A value that `shared` holds is a service's and is left out.
    #[must_use]
    pub fn of(ads: &[Ad], shared: &BTreeSet<String>) -> Self {
        let mut people = Self::default();
        for ad in ads {
            let Some(seller) = &ad.offer.seller else { continue };
            let platform = ad.offer.platform.as_deref().unwrap_or("?");
            let account = format!("{platform}/{seller}");
            if seller.chars().count() >= 5 {
                people.words.entry(seller.to_lowercase()).or_default().insert(account.clone());
            }
            for (kind, value) in shown(ad) {
                if shared.contains(&*value) {
                    continue;
                }
                let value = value.to_lowercase();
                match kind {
                    Kind::Phone => {
                        let digits = last_digits(&value);
                        people.phones.entry(digits).or_default().insert(account.clone());
                    }
                    Kind::Email | Kind::Handle | Kind::Payment => {
                        let bare = value.split_once(':').map_or(value.as_str(), |(_, it)| it);
                        people.words.entry(bare.to_owned()).or_default().insert(account.clone());
                    }
                    Kind::Photo | Kind::Text => {}
                }
            }
        }
        people.phones.retain(|digits, _| digits.len() == DIGITS);
        people
    }

    /// The accounts that `text` leads to.
    #[must_use]
    pub fn known(&self, text: &str) -> Vec<String> {
        let mut found: BTreeSet<&String> = BTreeSet::new();
        for number in numbers(text) {
            found.extend(self.phones.get(&number).into_iter().flatten());
        }
        let lower = text.to_lowercase();
        for (word, accounts) in &self.words {
            if has_whole(&lower, word) {
                found.extend(accounts);
            }
        }
        found.into_iter().cloned().collect()
    }
}

fn has_whole(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

fn last_digits(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits[digits.len().saturating_sub(DIGITS)..].to_owned()
}

/// The last digits of every run of digits that is long enough for a telephone number.
fn numbers(text: &str) -> Vec<String> {
    let part = |c: char| !(c.is_ascii_digit() || " .-/()+".contains(c));
    let runs = text.split(part).map(last_digits);
    runs.filter(|digits| digits.len() == DIGITS).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::People;
    use crate::case::ad::{Ad, Contact};

    #[test]
    fn a_number_is_known_with_and_without_its_country_code_and_a_courier_is_not() {
        let mut ad = Ad::default();
        ad.offer.platform = Some("a.example".into());
        ad.offer.seller = Some("attic_tom".into());
        let phone =
            |value: &str| Contact { kind: "phone".into(), value: value.to_owned(), text: None };
        ad.finding.contacts = [phone("+447700900461"), phone("+496990009123")].into();
        let people = People::of(&[ad], &BTreeSet::from(["+496990009123".to_owned()]));
        let tom = ["a.example/attic_tom"];
        assert_eq!(people.known("T. Smith, 07700 900461"), tom);
        assert_eq!(people.known("Smith +44 (0) 7700-900461"), tom);
        assert_eq!(people.known("to ATTIC_TOM, Leeds"), tom);
        assert!(people.known("attic_tomas, hotline 069 90009123").is_empty());
    }
}
