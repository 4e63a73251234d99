//! The characters of a text after HTML entities and broken encodings are undone.

use crate::lexicon::words::Unit;

use super::entities;

/// True for a text of which each byte is a character that stands for itself.
pub(super) fn is_plain(text: &str) -> bool {
    text.is_ascii() && !text.contains('&')
}

/// Fills `units` with the characters of `text`.
pub(super) fn fill(text: &str, units: &mut Vec<Unit>) {
    units.clear();
    let mut chars = text.char_indices();
    let broken = !text.is_ascii() && text.contains(['Ã', 'Â', 'Ð', 'Ñ', 'â', 'Å', 'Ä']);
    while let Some((at, c)) = chars.next() {
        if c == '&'
            && let Some((decoded, length)) = entities::decode(&text[at..])
        {
            units.push(Unit::new(at, at + length, decoded));
            skip(&mut chars, at + length);
        } else if broken && let Some((decoded, length)) = repaired(&text[at..]) {
            units.push(Unit::new(at, at + length, decoded));
            skip(&mut chars, at + length);
        } else {
            units.push(Unit::new(at, at + c.len_utf8(), c));
        }
    }
}

fn skip(chars: &mut std::str::CharIndices<'_>, to: usize) {
    while chars.offset() < to && chars.next().is_some() {}
}

/// The character whose UTF-8 was read as Windows-1252 at the start of `text`,
/// and how many bytes stand for it: `Ã¤` is `ä`.
fn repaired(text: &str) -> Option<(char, usize)> {
    let mut bytes = [0u8; 3];
    let mut wanted = 0;
    for (count, (at, c)) in text.char_indices().take(3).enumerate() {
        bytes[count] = windows_1252(c)?;
        if count == 0 {
            wanted = match bytes[0] {
                0xC2..=0xDF => 2,
                0xE2 => 3,
                _ => return None,
            };
        }
        if count + 1 == wanted {
            let decoded = std::str::from_utf8(&bytes[..wanted]).ok()?.chars().next()?;
            // A control character or a rare sign is no repair.
            return (!decoded.is_control()).then_some((decoded, at + c.len_utf8()));
        }
    }
    None
}

/// The byte that stands for `c` in Windows-1252.
fn windows_1252(c: char) -> Option<u8> {
    const HIGH: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ";
    match u32::from(c) {
        code @ 0xA0..=0xFF => u8::try_from(code).ok(),
        code @ 0x80..=0x9F => u8::try_from(code).ok(),
        code if code < 0x80 => None,
        _ => HIGH.chars().position(|high| high == c).and_then(|at| u8::try_from(0x80 + at).ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::fill;

    fn read(text: &str) -> String {
        let mut units = Vec::new();
        fill(text, &mut units);
        units.iter().map(|unit| unit.c).collect()
    }

    #[test]
    fn entities_are_one_character() {
        assert_eq!(read("&eacute;caille &#39;a&#x27; AT&T &amp;"), "écaille 'a' AT&T &");
    }

    #[test]
    fn utf_8_that_was_read_as_windows_1252_is_mended() {
        assert_eq!(read("SchÃ¤del fÃ¼r â‚¬ 5"), "Schädel für € 5");
        assert_eq!(read("Ärger Ñandú Âge"), "Ärger Ñandú Âge");
    }
}
