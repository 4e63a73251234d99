//! A taxon as the official lists give it.

use jiff::civil::Date;
use serde_json::Value;

use crate::species::{Kingdom, Law, Rank};

/// A taxon of an official list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Official {
    /// Scientific name without author.
    pub name: String,
    /// Rank.
    pub rank: Rank,
    /// Animal or plant.
    pub kingdom: Kingdom,
    /// Class, order, family and genus, empty where the list does not say.
    pub lineage: [String; 4],
    /// Its Appendices in order; none when the list does not speak of CITES.
    pub appendices: Option<Vec<String>>,
    /// Its Annexes in order; none when the list does not speak of the EU.
    pub annexes: Option<Vec<String>>,
    /// What the list says of each listing.
    pub rows: Vec<OfficialRow>,
    /// Other scientific names.
    pub synonyms: Vec<String>,
    /// Common names with their languages, ISO 639-1.
    pub names: Vec<(String, String)>,
}

/// A listing of an official list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficialRow {
    /// The law.
    pub law: Law,
    /// Appendix or Annex.
    pub grade: String,
    /// Its limits.
    pub note: String,
    /// Its annotation, such as `#4`.
    pub annotation: String,
    /// Party of Appendix III, ISO 3166-1.
    pub party: String,
    /// First day in force.
    pub from: Option<Date>,
}

impl Official {
    /// Reads a taxon of the Checklist's `taxon_concepts`; `None` for what is no taxon with a rank
    /// that listings use.
    #[must_use]
    pub fn from_checklist(taxon: &Value) -> Option<Self> {
        let text = |key: &str| taxon[key].as_str().unwrap_or("").trim().to_owned();
        let additions = taxon["current_additions"].as_array().map_or(&[][..], Vec::as_slice);
        let names = [("english_names", "en"), ("french_names", "fr"), ("spanish_names", "es")];
        let names = names.iter().flat_map(|(key, language)| {
            texts(&taxon[*key]).map(|name| ((*language).to_owned(), name))
        });
        Some(Self {
            name: text("full_name"),
            rank: rank(&text("rank_name"))?,
            kingdom: kingdom(&text("kingdom_name"))?,
            lineage: ["class_name", "order_name", "family_name", "genus_name"].map(text),
            appendices: Some(grades(&text("current_listing"))),
            annexes: None,
            rows: additions.iter().map(checklist_row).collect(),
            synonyms: texts(&taxon["synonyms_with_authors"])
                .chain(texts(&taxon["synonyms"]))
                .filter_map(|name| without_author(&name))
                .collect(),
            names: names.collect(),
        })
    }

    /// Reads a taxon of the API's `taxon_concepts`; `None` as above, and for mere names.
    #[must_use]
    pub fn from_api(taxon: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().unwrap_or("").trim().to_owned();
        if text(&taxon["name_status"]) != "A" {
            return None;
        }
        let name = text(&taxon["full_name"]);
        let rank = rank(&text(&taxon["rank"]))?;
        let genus = name.split_once(' ').map_or("", |(genus, _)| genus).to_owned();
        let higher = |key: &str| text(&taxon["higher_taxa"][key]);
        let listings = taxon["cites_listings"].as_array().map_or(&[][..], Vec::as_slice);
        let common = taxon["common_names"].as_array().map_or(&[][..], Vec::as_slice);
        let synonyms = taxon["synonyms"].as_array().map_or(&[][..], Vec::as_slice);
        Some(Self {
            kingdom: kingdom(&higher("kingdom"))?,
            lineage: [higher("class"), higher("order"), higher("family"), genus],
            appendices: taxon.get("cites_listing").map(|listing| grades(&text(listing))),
            annexes: taxon.get("eu_listing").map(|listing| grades(&text(listing))),
            rows: listings.iter().map(api_row).collect(),
            synonyms: synonyms.iter().map(|synonym| text(&synonym["full_name"])).collect(),
            names: common
                .iter()
                .map(|name| (text(&name["language"]).to_lowercase(), text(&name["name"])))
                .filter(|(language, name)| language.len() == 2 && !name.is_empty())
                .collect(),
            name,
            rank,
        })
    }

    /// The grades of this law, if the list speaks of it.
    pub(super) fn grades(&self, law: Law) -> Option<&[String]> {
        match law {
            Law::Cites => self.appendices.as_deref(),
            Law::Eu => self.annexes.as_deref(),
        }
    }
}

fn checklist_row(row: &Value) -> OfficialRow {
    let text = |key: &str| row[key].as_str().unwrap_or("").trim().to_owned();
    let notes = ["full_note", "short_note", "auto_note"].map(text);
    OfficialRow {
        law: Law::Cites,
        grade: text("species_listing_name"),
        note: notes.into_iter().find(|note| !note.is_empty()).map_or_else(String::new, plain),
        annotation: text("hash_ann_symbol"),
        party: text("party_iso_code"),
        from: british_day(&text("effective_at_formatted")),
    }
}

fn api_row(row: &Value) -> OfficialRow {
    let text = |key: &str| row[key].as_str().unwrap_or("").trim().to_owned();
    OfficialRow {
        law: Law::Cites,
        grade: text("appendix"),
        note: plain(text("annotation")),
        annotation: row["hash_annotation"].as_str().unwrap_or("").trim().to_owned(),
        party: text("party"),
        from: row["effective_at"].as_str().and_then(|day| day.get(..10)?.parse().ok()),
    }
}

/// The Appendices or Annexes of a summary such as `I/II/NC`, where `NC` is "not listed".
pub(super) fn grades(summary: &str) -> Vec<String> {
    let known = ["I", "II", "III", "A", "B", "C", "D"];
    let mut grades: Vec<String> = summary
        .split(['/', ','])
        .map(str::trim)
        .filter(|grade| known.contains(grade))
        .map(str::to_owned)
        .collect();
    grades.sort();
    grades.dedup();
    grades
}

pub(super) fn rank(word: &str) -> Option<Rank> {
    Rank::parse(&word.to_lowercase())
}

pub(super) fn kingdom(word: &str) -> Option<Kingdom> {
    Kingdom::parse(word)
}

/// The strings of an array, or of one text with commas.
fn texts(value: &Value) -> impl Iterator<Item = String> {
    let list = value.as_array().map_or(&[][..], Vec::as_slice).iter().filter_map(Value::as_str);
    let text = value.as_str().unwrap_or("").split(',');
    let all: Vec<String> = list.chain(text).map(|text| text.trim().to_owned()).collect();
    all.into_iter().filter(|text| !text.is_empty())
}

/// The words of a scientific name before its author.
fn without_author(name: &str) -> Option<String> {
    let mut words = name.split_whitespace();
    let genus = words.next().filter(|genus| genus.starts_with(char::is_uppercase))?;
    let lower = |word: &&str| word.chars().all(|c| c.is_lowercase() || c == '-');
    let epithets: Vec<&str> = words.take_while(lower).take(2).collect();
    (!epithets.is_empty()).then(|| format!("{genus} {}", epithets.join(" ")))
}

/// Text without HTML tags, its entities read, on one line.
fn plain(text: String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_tag = false;
    for c in text.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            _ if in_tag => {}
            c if c.is_whitespace() => out.push(' '),
            c => out.push(c),
        }
    }
    let out =
        out.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads a day written `31/12/2025`.
fn british_day(text: &str) -> Option<Date> {
    let mut parts = text.split('/');
    let mut next = || parts.next();
    let (day, month, year) = (next()?.parse().ok()?, next()?.parse().ok()?, next()?);
    let year: i16 = year.parse().ok().filter(|_| year.len() == 4)?;
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::{british_day, grades, plain, without_author};

    #[test]
    fn summaries_days_and_names_are_read() {
        assert_eq!(grades("I/II/NC"), ["I", "II"]);
        assert_eq!(grades("NC"), Vec::<String>::new());
        assert_eq!(british_day("05/03/2026").unwrap().to_string(), "2026-03-05");
        assert_eq!(british_day("05/03/26"), None);
        assert_eq!(without_author("Felis uncia Schreber, 1775").as_deref(), Some("Felis uncia"));
        assert_eq!(without_author("Felis").as_deref(), None);
        assert_eq!(
            plain("<p>Populations&nbsp;of <i>AR</i></p>\n only".into()),
            "Populations of AR only"
        );
    }
}
