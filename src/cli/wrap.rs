//! Breaks text into lines for a terminal.

/// Breaks `text` between words into lines of at most `width` columns.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && columns(&line) + 1 + columns(word) > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// Columns that `text` takes: two for a sign of East Asian scripts.
fn columns(text: &str) -> usize {
    text.chars()
        .map(|c| if ('\u{1100}'..='\u{115F}').contains(&c) || c >= '\u{2E80}' { 2 } else { 1 })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_break_between_words_and_keep_all_of_them() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("a-long-word b", 5), ["a-long-word", "b"]);
        assert_eq!(wrap("象牙 象牙", 8), ["象牙", "象牙"]);
        assert_eq!(wrap("", 5), [""]);
    }
}
