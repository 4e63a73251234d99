//! How alike two pages read.

use std::collections::BTreeSet;

/// Words in a row that are compared as one.
const COMPANY: usize = 3;

/// Of the groups of three words in a row in either text, how many in a hundred are in both.
pub(super) fn same_percent(before: &str, after: &str) -> u8 {
    let (before, after) = (words(before), words(after));
    if before == after {
        return 100;
    }
    let (before, after) = (groups(&before), groups(&after));
    let common = before.intersection(&after).count();
    let all = before.len() + after.len() - common;
    u8::try_from(common * 100 / all.max(1)).unwrap_or(100)
}

/// True when `text` has `phrase`, whatever the case and the space between words.
pub(super) fn contains(text: &str, phrase: &str) -> bool {
    words(text).join(" ").contains(&words(phrase).join(" "))
}

fn words(text: &str) -> Vec<String> {
    // Typographic apostrophes are apostrophes.
    text.split_whitespace().map(|word| word.to_lowercase().replace('’', "'")).collect()
}

fn groups(words: &[String]) -> BTreeSet<&[String]> {
    if words.len() < COMPANY {
        return BTreeSet::from([words]);
    }
    words.windows(COMPANY).collect()
}

#[cfg(test)]
mod tests {
    use super::{contains, same_percent};

    #[test]
    fn likeness_goes_from_nothing_to_all() {
        assert_eq!(same_percent("a b c d", "A  b\nc d"), 100);
        assert_eq!(same_percent("a b c d", "e f g h"), 0);
        assert_eq!(same_percent("", ""), 100);
        assert_eq!(same_percent("a", ""), 0);
        let before = "carved ivory figure from an old collection price 450";
        assert_eq!(same_percent(before, &before.replace("450", "300")), 75);
    }

    #[test]
    fn phrases_are_found_whatever_the_case_and_space() {
        assert!(contains("Cette annonce N’EST\n plus   disponible.", "n'est plus disponible"));
        assert!(!contains("available", "no longer available"));
    }
}
