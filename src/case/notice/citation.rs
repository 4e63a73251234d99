//! Articles of regulations as each language cites them.

use std::fmt::Write;

use crate::case::report::Language;

/// Returns `articles`, such as `Reg. 338/97 Art. 8(1), 10; Reg. 865/2006 Art. 59`, as texts in
/// `language` write it; what has another form stays as it is.
pub(super) fn citation(articles: &str, language: Language) -> String {
    let parts: Vec<String> =
        articles.split("; ").map(|part| of_regulation(part, language)).collect();
    parts.join(if language == Language::Fr { "\u{a0}; " } else { "; " })
}

fn of_regulation(part: &str, language: Language) -> String {
    let split = part.strip_prefix("Reg. ").and_then(|part| part.split_once(" Art. "));
    let Some((number, list)) = split else { return part.to_owned() };
    let list: Vec<String> = list.split(", ").map(|one| article(one, language)).collect();
    let name = match language {
        Language::En => "Regulation (EC) No",
        Language::Fr => "règlement (CE) n°",
        Language::De => "Verordnung (EG) Nr.",
        Language::Nl => "Verordening (EG) nr.",
    };
    format!("{name}\u{a0}{number}, {}", list.join(", "))
}

/// `8(3)(b)` as `Art. 8 Abs. 3 Buchst. b`.
fn article(text: &str, language: Language) -> String {
    let mut parts = text.split('(').map(|part| part.trim_end_matches(')'));
    let number = parts.next().unwrap_or_default();
    if language == Language::En {
        return format!("Art.\u{a0}{text}");
    }
    let word = if language == Language::De { "Art." } else { "art." };
    let mut cited = format!("{word}\u{a0}{number}");
    for part in parts {
        let is_paragraph = part.starts_with(|c: char| c.is_ascii_digit());
        // French and Dutch law count an inserted paragraph in Latin: `4a` is `4 bis`.
        let inserted = part.strip_suffix('a').filter(|_| is_paragraph && language != Language::De);
        let part = inserted.map_or_else(|| part.to_owned(), |number| format!("{number}\u{a0}bis"));
        let _ = match (language, is_paragraph) {
            (Language::De, true) => write!(cited, " Abs.\u{a0}{part}"),
            (Language::De, false) => write!(cited, " Buchst.\u{a0}{part}"),
            (Language::Nl, true) => write!(cited, ", lid\u{a0}{part}"),
            (Language::Nl, false) => write!(cited, ", onder\u{a0}{part})"),
            (_, true) => write!(cited, ", par.\u{a0}{part}"),
            (_, false) => write!(cited, ", point\u{a0}{part})"),
        };
    }
    cited
}

#[cfg(test)]
mod tests {
    use super::citation;
    use crate::case::report::Language;

    #[test]
    fn each_language_cites_in_its_own_way() {
        let articles = "Reg. 338/97 Art. 2(w), 8(3)(b); Reg. 865/2006 Art. 11(4a), 59";
        for (language, expected) in [
            (
                Language::En,
                "Regulation (EC) No 338/97, Art. 2(w), Art. 8(3)(b); Regulation (EC) No 865/2006, Art. 11(4a), Art. 59",
            ),
            (
                Language::Fr,
                "règlement (CE) n° 338/97, art. 2, point w), art. 8, par. 3, point b) ; règlement (CE) n° 865/2006, art. 11, par. 4 bis, art. 59",
            ),
            (
                Language::De,
                "Verordnung (EG) Nr. 338/97, Art. 2 Buchst. w, Art. 8 Abs. 3 Buchst. b; Verordnung (EG) Nr. 865/2006, Art. 11 Abs. 4a, Art. 59",
            ),
            (
                Language::Nl,
                "Verordening (EG) nr. 338/97, art. 2, onder w), art. 8, lid 3, onder b); Verordening (EG) nr. 865/2006, art. 11, lid 4 bis, art. 59",
            ),
        ] {
            assert_eq!(citation(articles, language).replace('\u{a0}', " "), expected);
        }
        assert_eq!(citation("national law", Language::Fr), "national law");
    }
}
