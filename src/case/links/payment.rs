//! Accounts and wallets to pay to that stand in the text of an ad.

/// Returns bank accounts (IBAN with a right check sum), `PayPal.me` names and Bitcoin
/// addresses in `text`, each in one spelling.
pub(super) fn references(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')'));
    while let Some(word) = words.next() {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        if starts_iban(word) {
            found.extend(iban(std::iter::once(word).chain(words.clone())));
        }
        if word.contains('/') {
            found.extend(paypal(word));
        }
        if is_bitcoin(word) {
            found.push(format!("bitcoin:{word}"));
        }
    }
    found
}

/// Two letters and two digits: the start of an IBAN.
fn starts_iban(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() >= 4
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
}

/// The IBAN that `words` start with, in groups or in one piece; the longest that checks.
fn iban<'a>(words: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut joined = String::new();
    let mut found = None;
    for word in words.take(9) {
        let word = word.trim_end_matches(['.', '!']);
        let group = word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        if word.is_empty() || !group || joined.len() + word.len() > 34 {
            break;
        }
        joined += word;
        if joined.len() >= 15 && checks(&joined) {
            found = Some(format!("iban:{joined}"));
        }
    }
    found
}

/// ISO 7064, MOD 97-10: the first four characters go to the end, letters become numbers.
fn checks(iban: &str) -> bool {
    let turned = iban[4..].chars().chain(iban[..4].chars());
    let rest = turned.filter_map(|c| c.to_digit(36)).fold(0, |rest: u32, value| {
        if value > 9 { (rest * 100 + value) % 97 } else { (rest * 10 + value) % 97 }
    });
    rest == 1
}

fn paypal(word: &str) -> Option<String> {
    let lower = word.to_lowercase();
    let (_, name) = lower.split_once("paypal.me/")?;
    let name: String = name.chars().take_while(char::is_ascii_alphanumeric).collect();
    (!name.is_empty()).then(|| format!("paypal:{name}"))
}

/// The form of a Bitcoin address: base 58 after `1` or `3`, or `bc1` in lower case.
fn is_bitcoin(word: &str) -> bool {
    let base58 = |c: char| c.is_ascii_alphanumeric() && !"0OIl".contains(c);
    let old = (26..=35).contains(&word.len()) && word.starts_with(['1', '3']);
    let mixed = old
        && word.chars().any(|c| c.is_ascii_lowercase())
        && word.chars().any(|c| c.is_ascii_digit());
    let new = (42..=62).contains(&word.len()) && word.starts_with("bc1");
    (mixed && word.chars().all(base58))
        || (new && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::references;

    #[test]
    fn an_iban_is_found_in_groups_and_only_with_its_check_sum() {
        // Example account of the IBAN registry for Germany.
        let text = "Zahlung an DE89 3704 0044 0532 0130 00, danke";
        assert_eq!(references(text), ["iban:DE89370400440532013000"]);
        assert_eq!(references("DE89370400440532013000."), ["iban:DE89370400440532013000"]);
        assert!(references("DE89 3704 0044 0532 0130 01").is_empty());
    }

    #[test]
    fn a_name_at_paypal_and_a_wallet_are_found() {
        assert_eq!(references("via https://paypal.me/TomAttic?x"), ["paypal:tomattic"]);
        let genesis = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";
        assert_eq!(references(genesis), [format!("bitcoin:{genesis}")]);
    }

    #[test]
    fn sizes_and_words_are_no_payment() {
        assert!(references("XL42 Leopard, LG32 1600 kg, 1900 ivory 310 g").is_empty());
    }
}
