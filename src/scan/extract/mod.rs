//! Reads from an ad what is said in figures: price, quantity, weight, contacts,
//! numbers of certificates and rings.

pub mod amount;
pub mod contact;
pub mod marking;
pub mod measure;
pub mod number;
pub mod price;

pub use contact::Contact;
pub use measure::Measures;
pub use price::{Price, Rates};

#[cfg(test)]
mod tests {
    use super::{Measures, Rates, contact, marking, measure, price};
    use crate::scan::normal::Text;

    fn read(kind: &str, country: Option<&str>, text: &str) -> String {
        match kind {
            "price" => price::asked(&Text::of(text), text, None, Rates::embedded())
                .map(|price| {
                    format!("{} {}", price.amount, price.currency.as_deref().unwrap_or("?"))
                })
                .unwrap_or_default(),
            "quantity" => {
                measure::quantity(&Text::of(text)).map_or_else(String::new, |n| n.to_string())
            }
            "grams" => {
                Measures::of(&Text::of(text)).grams.map_or_else(String::new, |n| n.to_string())
            }
            "contact" => {
                let found = contact::contacts(text, country);
                let found = found.iter().map(|one| format!("{} {}", one.kind, one.value));
                found.collect::<Vec<_>>().join("; ")
            }
            // The word for it stands first.
            "number" => {
                let at = text.find(' ').unwrap_or(0);
                let words = text[at..].char_indices().filter(|(_, c)| *c == ' ');
                words
                    .filter_map(|(from, _)| marking::number_after(&text[at + from..]))
                    .next()
                    .unwrap_or_default()
            }
            other => panic!("{other} is no kind"),
        }
    }

    #[test]
    fn figures_are_read_as_people_write_them() {
        let table = include_str!("../../../tests/scan/extraction.psv");
        let (mut rows, mut wrong) = (0, Vec::new());
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<&str> = line.split('|').collect();
            let [kind, country, text, expected] = cells[..] else { panic!("{line}") };
            let found = read(kind, Some(country).filter(|code| !code.is_empty()), text);
            rows += 1;
            if found != expected {
                wrong.push(format!("{kind}: {text}: found `{found}`, expected `{expected}`"));
            }
        }
        assert!(rows > 200, "{rows}");
        assert!(wrong.is_empty(), "{} of {rows}:\n{}", wrong.len(), wrong.join("\n"));
    }
}
