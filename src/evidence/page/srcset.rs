//! The addresses in a `srcset` attribute.

/// Returns the addresses of the candidates in `srcset`.
///
/// Source: HTML Living Standard, "parse a srcset attribute": an address runs to the
/// next white space; commas at its end separate candidates, others belong to it.
pub(super) fn addresses(srcset: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = srcset;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            return found;
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (address, after) = rest.split_at(end);
        let bare = address.trim_end_matches(',');
        found.push(bare);
        rest = if bare.len() < address.len() { after } else { skip_descriptors(after) };
    }
}

/// Skips to behind the comma that ends the descriptors; commas in parentheses do not.
fn skip_descriptors(text: &str) -> &str {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => return &text[at + 1..],
            _ => {}
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::addresses;

    #[test]
    fn candidates_are_found_with_and_without_descriptors() {
        for (srcset, expected) in [
            ("a.jpg 1x, b.jpg 2x", vec!["a.jpg", "b.jpg"]),
            ("a.jpg,b.jpg", vec!["a.jpg,b.jpg"]),
            ("a.jpg, b.jpg", vec!["a.jpg", "b.jpg"]),
            ("/w,h=1,2/a.jpg 640w,\n\t/b.jpg 1280w", vec!["/w,h=1,2/a.jpg", "/b.jpg"]),
            ("a.jpg calc(1, 2) , b.jpg", vec!["a.jpg", "b.jpg"]),
            ("data:image/png;base64,xx 1x, b.jpg", vec!["data:image/png;base64,xx", "b.jpg"]),
            ("  ,, ", vec![]),
        ] {
            assert_eq!(addresses(srcset), expected, "{srcset}");
        }
    }
}
