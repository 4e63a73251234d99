//! Makes text from strangers safe to show on a terminal.

use std::borrow::Cow;

/// Escapes what could move the cursor, hide or reorder text: control
/// characters, zero-width characters and bidirectional marks.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_unsafe) {
        text.chars()
            .map(|c| if is_unsafe(c) { c.escape_unicode().to_string() } else { c.to_string() })
            .collect()
    } else {
        Cow::Borrowed(text)
    }
}

/// True for a character that [`escape`] replaces; line feed and tab pass.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    (c.is_control() && c != '\t' && c != '\n')
        || matches!(c,
            '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn colour_codes_and_overrides_are_shown_not_obeyed() {
        assert_eq!(escape("a\u{1b}[31mb\u{202e}c"), "a\\u{1b}[31mb\\u{202e}c");
    }

    #[test]
    fn ordinary_text_is_untouched() {
        assert_eq!(escape("Шкура тигра\t1 m²"), "Шкура тигра\t1 m²");
    }
}
