//! Folds names to the keys they are found under: case, accents, hyphens, apostrophes and spaces do not count.

use unicode_normalization::UnicodeNormalization;

/// Returns the key of `name`: its letters and digits, in lower case, without accents.
///
/// ```
/// use pugmark::species::fold;
///
/// assert_eq!(fold("Perroquet gris d’Afrique"), "perroquetgrisdafrique");
/// assert_eq!(fold("Grüner Leguan"), "grunerleguan");
/// assert_eq!(fold("ヨウム"), "ヨウム");
/// ```
#[must_use]
pub fn fold(name: &str) -> String {
    if name.is_ascii() {
        let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
        return letters.map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    }
    let mut folded = String::with_capacity(name.len());
    for c in name.nfkd().filter(|c| !is_accent(*c)) {
        push_folded(c, &mut folded);
    }
    if folded.is_ascii() { folded } else { folded.nfc().collect() }
}

/// Splits `name` into words and folds each; empty ones are left out.
pub(crate) fn words(name: &str) -> Vec<String> {
    name.split(|c: char| c.is_whitespace() || matches!(c, '-' | '_' | '/' | ','))
        .map(fold)
        .filter(|word| !word.is_empty())
        .collect()
}

/// Accents of Latin, Greek and Cyrillic letters and the vowel signs of Arabic; not the marks that
/// tell apart Thai, Indic or Japanese syllables.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{640}' | '\u{64B}'..='\u{65F}' | '\u{670}')
}

fn push_folded(c: char, folded: &mut String) {
    match c {
        'ß' | 'ẞ' => folded.push_str("ss"),
        'æ' | 'Æ' => folded.push_str("ae"),
        'œ' | 'Œ' => folded.push_str("oe"),
        'ø' | 'Ø' => folded.push('o'),
        'ł' | 'Ł' => folded.push('l'),
        'đ' | 'Đ' | 'ð' | 'Ð' => folded.push('d'),
        'þ' | 'Þ' => folded.push_str("th"),
        'ı' => folded.push('i'),
        'ة' => folded.push('ه'),
        'ى' | 'ی' => folded.push('ي'),
        'ک' => folded.push('ك'),
        'ς' => folded.push('σ'),
        '\u{E00}'..='\u{E7F}' | '\u{3099}' | '\u{309A}' => folded.push(c),
        c if c.is_alphanumeric() => folded.extend(c.to_lowercase().filter(|c| !is_accent(*c))),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{fold, words};

    #[test]
    fn spelling_that_does_not_count_is_gone() {
        for (name, key) in [
            ("  Panthera   TIGRIS ", "pantheratigris"),
            ("L’écaille-de-tortue", "lecailledetortue"),
            ("Żółw grecki", "zolwgrecki"),
            ("Kaplumbağa İri", "kaplumbagairi"),
            ("попугай серый (жако́)", "попугаисерыижако"),
            ("회색앵무", "회색앵무"),
            ("ช้าง", "ช้าง"),
            ("الفِيل", "الفيل"),
            ("×", ""),
        ] {
            assert_eq!(fold(name), key, "{name}");
        }
    }

    #[test]
    fn a_voiced_kana_stays_another_letter() {
        assert_ne!(fold("カメ"), fold("ガメ"));
        assert_eq!(fold("ガ"), fold("カ\u{3099}"));
    }

    #[test]
    fn words_part_at_hyphens() {
        assert_eq!(words("Sulphur-crested  Cockatoo"), ["sulphur", "crested", "cockatoo"]);
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(name in "\\PC{0,24}") {
            let once = fold(&name);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn case_and_spaces_never_count(name in "[a-zéèüñ]{1,8} [a-zåøßœ]{1,8}") {
            prop_assert_eq!(fold(&name.to_uppercase()), fold(&name.replace(' ', "  - ")));
        }
    }
}
