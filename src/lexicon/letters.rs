//! What single letters fold to, as a table: nearly all letters of ads are ASCII, Latin or Cyrillic.

use std::sync::LazyLock;

use super::fold::{Class, class, fold_char};

/// The first character after those in the table.
const END: u32 = 0x530;

/// A letter, digit or other sign that folds by itself, whatever stands beside it.
#[derive(Clone, Copy, Debug)]
pub struct Letter {
    /// What it folds to.
    pub folded: char,
    /// A second letter: *ß* is *ss*.
    pub second: Option<char>,
    /// It in lower case, with its accent.
    pub lower: char,
    /// Folding takes an accent away.
    pub marked: bool,
}

static TABLE: LazyLock<Vec<Option<Letter>>> =
    LazyLock::new(|| (0..END).map(|c| char::from_u32(c).and_then(read)).collect());

/// What `c` folds to; nothing for what is not in the table.
#[must_use]
pub fn letter(c: char) -> Option<&'static Letter> {
    TABLE.get(c as usize)?.as_ref()
}

fn read(c: char) -> Option<Letter> {
    if !c.is_ascii() && !matches!(c, '\u{C0}'..='\u{24F}' | '\u{400}'..='\u{52F}') {
        return None;
    }
    if class(c) == Class::Invisible {
        return None;
    }
    let mut folded = Vec::new();
    fold_char(c, |letter| folded.push(letter));
    let mut lower = c.to_lowercase();
    let (first, longer) = (lower.next()?, lower.next());
    let marked = !c.is_ascii() && !folded.iter().copied().eq(c.to_lowercase());
    match (folded.as_slice(), longer) {
        ([one], None) => Some(Letter { folded: *one, second: None, lower: first, marked }),
        ([one, two], None) => {
            Some(Letter { folded: *one, second: Some(*two), lower: first, marked })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::letter;

    #[test]
    fn letters_fold_as_in_the_table() {
        for (c, folded, second, marked) in [
            ('A', 'a', None, false),
            ('é', 'e', None, true),
            ('ß', 's', Some('s'), true),
            ('Ж', 'ж', None, false),
            ('7', '7', None, false),
        ] {
            let read = letter(c).unwrap();
            assert_eq!((read.folded, read.second, read.marked), (folded, second, marked), "{c}");
        }
        assert!(letter('\u{301}').is_none() && letter('象').is_none() && letter('İ').is_none());
    }
}
