//! An answer as a row of a table.

use crate::output::Record;
use crate::species::Answer;

impl Record for Answer<'_> {
    const COLUMNS: &'static [&'static str] = &["name", "taxon", "family", "CITES", "EU", "remarks"];

    fn cells(&self) -> Vec<String> {
        let taxon = self.taxon.as_ref();
        let none = if self.found { "none" } else { "" };
        let mut remarks = self.notes.clone();
        remarks.extend(self.also.iter().map(|other| {
            let grade = other.appendix.as_deref().unwrap_or("not listed");
            format!("also {} ({grade})", other.name)
        }));
        if !self.suggestions.is_empty() {
            remarks.push(format!("did you mean {}?", self.suggestions.join(", ")));
        }
        vec![
            self.query.clone(),
            taxon.map_or("unknown", |taxon| taxon.name).to_owned(),
            taxon.and_then(|taxon| taxon.family).unwrap_or("").to_owned(),
            self.cites.appendix.as_deref().unwrap_or(none).to_owned(),
            self.eu.annex.as_deref().unwrap_or(none).to_owned(),
            remarks.join("; "),
        ]
    }
}
