//! Folds letters, so that a word is found however it is written: case, accents,
//! ligatures, width and presentation forms are taken away; script is kept.

use unicode_normalization::char::{compose, decompose_compatible};

/// What a character is to somebody who looks for words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A letter of a script that writes spaces between words.
    Letter,
    /// A letter of a script without spaces, where words are found inside runs.
    Inside,
    /// A decimal digit.
    Digit,
    /// A picture: an emoji is a word of its own.
    Picture,
    /// Not there for a reader: zero-width, bidirectional marks, soft hyphen.
    Invisible,
    /// Space, punctuation, everything else.
    Other,
}

/// Returns the class of `c`.
#[inline]
#[must_use]
pub fn class(c: char) -> Class {
    match c {
        'a'..='z' | 'A'..='Z' => Class::Letter,
        '0'..='9' => Class::Digit,
        _ if c.is_ascii() => Class::Other,
        _ => class_beyond_ascii(c),
    }
}

fn class_beyond_ascii(c: char) -> Class {
    match c {
        // Nearly all others.
        '\u{C0}'..='\u{D6}'
        | '\u{D8}'..='\u{F6}'
        | '\u{F8}'..='\u{24F}'
        | '\u{400}'..='\u{481}'
        | '\u{48A}'..='\u{52F}' => Class::Letter,
        '\u{AD}'
        | '\u{34F}'
        | '\u{61C}'
        | '\u{115F}'..='\u{1160}'
        | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180E}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{E0000}'..='\u{E0FFF}' => Class::Invisible,
        '\u{300}'..='\u{36F}' | '\u{640}' | '\u{64B}'..='\u{65F}' | '\u{670}' => Class::Invisible,
        '\u{E00}'..='\u{EFF}'
        | '\u{1000}'..='\u{109F}'
        | '\u{1780}'..='\u{17FF}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3041}'..='\u{30FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FF66}'..='\u{FF9F}'
        | '\u{20000}'..='\u{3FFFF}' => Class::Inside,
        '\u{1F1E6}'..='\u{1F1FF}' => Class::Letter,
        '\u{2600}'..='\u{27BF}' | '\u{1F300}'..='\u{1FAFF}' => Class::Picture,
        _ if c.is_alphabetic() => Class::Letter,
        _ if c.is_numeric() => Class::Digit,
        _ => Class::Other,
    }
}

/// Gives the letters that `c` folds to, none for a mark that is dropped.
pub fn fold_char(c: char, mut emit: impl FnMut(char)) {
    if c.is_ascii() {
        emit(c.to_ascii_lowercase());
        return;
    }
    if let Some(letters) = special(c) {
        letters.chars().for_each(emit);
        return;
    }
    match c {
        // Syllables, kana and Thai stay whole; half-width kana are widened.
        '\u{AC00}'..='\u{D7A3}' | '\u{3041}'..='\u{30FF}' | '\u{E01}'..='\u{E7F}' => emit(c),
        '\u{1F1E6}'..='\u{1F1FF}' => {
            emit(char::from(b'a' + u8::try_from(u32::from(c) - 0x1F1E6).unwrap_or(0)));
        }
        _ => decompose_compatible(c, |part| {
            if !is_mark(part) {
                match special(part) {
                    Some(letters) => letters.chars().for_each(&mut emit),
                    None => part.to_lowercase().filter(|l| !is_mark(*l)).for_each(&mut emit),
                }
            }
        }),
    }
}

/// Joins a half-width kana and the voicing mark after it.
#[must_use]
pub fn voiced(kana: char, mark: char) -> Option<char> {
    let mark = match mark {
        '\u{FF9E}' | '\u{3099}' => '\u{3099}',
        '\u{FF9F}' | '\u{309A}' => '\u{309A}',
        _ => return None,
    };
    compose(kana, mark)
}

/// Returns `text` with every letter folded; spaces and punctuation stay.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        if class(c) != Class::Invisible {
            fold_char(c, |letter| folded.push(letter));
        }
    }
    folded
}

/// A short number that tells words apart which fold to the same: the letters
/// in lower case with their accents.
#[must_use]
pub fn accents(word: &str) -> u32 {
    let mut hash = 0x811C_9DC5u32;
    for c in word.chars().flat_map(char::to_lowercase) {
        if !is_mark(c) && class(c) != Class::Invisible {
            hash = (hash ^ u32::from(c)).wrapping_mul(0x0100_0193);
        }
    }
    hash
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{64B}'..='\u{65F}' | '\u{670}')
}

/// Letters that no decomposition takes apart.
fn special(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'þ' | 'Þ' => "th",
        'ı' | 'İ' => "i",
        'ħ' => "h",
        // Small capitals, as in ɪᴠᴏʀʏ.
        'ᴀ' => "a",
        'ʙ' => "b",
        'ᴄ' => "c",
        'ᴅ' => "d",
        'ᴇ' => "e",
        'ꜰ' => "f",
        'ɢ' => "g",
        'ʜ' => "h",
        'ɪ' => "i",
        'ᴊ' => "j",
        'ᴋ' => "k",
        'ʟ' => "l",
        'ᴍ' => "m",
        'ɴ' => "n",
        'ᴏ' => "o",
        'ᴘ' => "p",
        'ʀ' => "r",
        'ꜱ' => "s",
        'ᴛ' => "t",
        'ᴜ' => "u",
        'ᴠ' => "v",
        'ᴡ' => "w",
        'ʏ' => "y",
        'ᴢ' => "z",
        // Arabic letters that writers exchange.
        'أ' | 'إ' | 'آ' | 'ٱ' => "ا",
        'ة' => "ه",
        'ى' => "ي",
        'ک' => "ك",
        'ی' => "ي",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Class, class, fold};

    #[test]
    fn case_accents_width_and_styles_fold() {
        assert_eq!(fold("Écaille de Tortue"), "ecaille de tortue");
        assert_eq!(fold("ＩＶＯＲＹ 𝐢𝐯𝐨𝐫𝐲 ⓘⓥⓞⓡⓨ ɪᴠᴏʀʏ"), "ivory ivory ivory ivory");
        assert_eq!(fold("Kość słoniowa"), "kosc sloniowa");
        assert_eq!(fold("İpek ırk"), "ipek irk");
        assert_eq!(fold("i\u{200B}vo\u{301}ry"), "ivory");
    }

    #[test]
    fn scripts_without_spaces_stay_whole() {
        assert_eq!(fold("象牙ブレスレット 상아"), "象牙ブレスレット 상아");
        assert_eq!(class('象'), Class::Inside);
        assert_eq!(class('ж'), Class::Letter);
        assert_eq!(class('🐘'), Class::Picture);
    }
}
