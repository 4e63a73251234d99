//! Numbers as people write them: `1.200,50`, `1,200.50`, `1'200`, `12,5`.

/// Reads a number; a lone separator before exactly three digits parts thousands.
///
/// Negative and empty texts are no numbers.
#[must_use]
pub fn parse(text: &str) -> Option<f64> {
    if text.starts_with(char::is_alphabetic) {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let clean: String = text
        .chars()
        .filter(|c| !matches!(c, '\'' | '’' | ' ' | '\u{A0}' | '\u{202F}'))
        .map(|c| digit(c).unwrap_or(c))
        .collect();
    if clean.is_empty() || !clean.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',')) {
        return None;
    }
    let Some(last) = clean.rfind(['.', ',']) else { return clean.parse().ok() };
    let sign = clean[last..].chars().next()?;
    let (whole, decimals) = (&clean[..last], &clean[last + 1..]);
    let other = if sign == '.' { ',' } else { '.' };
    let is_thousands = decimals.len() == 3 && !whole.contains(other) && whole != "0";
    if whole.contains(sign) || is_thousands {
        // 1.234.567 or 1.200: every separator parts thousands.
        return clean.replace(['.', ','], "").parse().ok();
    }
    format!("{}.{decimals}", whole.replace(other, "")).parse().ok()
}

/// The ASCII digit that a digit of another script or width stands for.
#[must_use]
pub fn digit(c: char) -> Option<char> {
    let zero = match c {
        '\u{660}'..='\u{669}' => 0x660,
        '\u{6F0}'..='\u{6F9}' => 0x6F0,
        '\u{966}'..='\u{96F}' => 0x966,
        '\u{E50}'..='\u{E59}' => 0xE50,
        '\u{FF10}'..='\u{FF19}' => 0xFF10,
        _ => return None,
    };
    char::from_digit(u32::from(c) - zero, 10)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn separators_of_all_countries() {
        for (text, value) in [
            ("1200", 1200.0),
            ("1.200", 1200.0),
            ("1,200", 1200.0),
            ("1.200,50", 1200.5),
            ("1,200.50", 1200.5),
            ("1'200", 1200.0),
            ("1 200", 1200.0),
            ("12,5", 12.5),
            ("12.99", 12.99),
            ("0.125", 0.125),
            ("1.234.567", 1_234_567.0),
            ("٤٥٠", 450.0),
            ("４５０", 450.0),
        ] {
            assert_eq!(parse(text), Some(value), "{text}");
        }
        assert_eq!(parse("12a"), None);
        assert_eq!(parse(""), None);
    }
}
