//! The numbers of certificates, rings and chips.

/// The number that stands at the beginning of `rest`, which follows the word for a
/// certificate, ring or chip.
#[must_use]
pub fn number_after(rest: &str) -> Option<String> {
    let rest = without_signs(rest);
    let rest = ["nummer", "number", "numéro", "numero", "nr", "no", "n"]
        .iter()
        .find_map(|word| {
            let head = rest.get(..word.len())?;
            let after = &rest[word.len()..];
            let ends = !after.starts_with(|c: char| c.is_alphanumeric());
            (ends && head.to_lowercase() == *word).then(|| without_signs(after))
        })
        .unwrap_or(rest);
    let mut number = piece(rest);
    // NL 2019 12345: the country, the year and the number of a ring.
    let is_country =
        (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_country {
        for _ in 0..2 {
            let more = rest[number.len()..].strip_prefix(' ').map(piece);
            if let Some(more) = more.filter(|more| more.starts_with(|c: char| c.is_ascii_digit())) {
                number = &rest[..number.len() + 1 + more.len()];
            }
        }
    }
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let is_year = number.len() == 4 && matches!(number.get(..2), Some("19" | "20"));
    (digits >= 4 && !is_year).then(|| number.to_owned())
}

fn without_signs(text: &str) -> &str {
    text.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, ':' | '#' | '.' | '-' | '(' | '№' | 'º' | '°')
    })
}

/// Letters, digits and the signs between them.
fn piece(text: &str) -> &str {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '.')))
        .unwrap_or(text.len());
    text[..end].trim_end_matches(['.', '-', '/'])
}
