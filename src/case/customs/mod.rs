//! A risk sheet for a customs desk: declarations of post and parcels, read like ads.
//!
//! A declaration is looked at for what its text offers ([`crate::scan`]), whether its tariff
//! code fits that text, whether a case knows its people, and its route. The sheet says why
//! each parcel is worth opening; it does not say that a parcel is illegal.

mod manifest;
mod people;

pub use manifest::ManifestError;
pub use people::People;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Serialize;

use self::manifest::{Column, Declaration};
use super::country;
use crate::output::Record;
use crate::scan::ad::Role;
use crate::scan::{Ad, Finding, Scanner, Verdict};

/// Version of the record.
pub const SCHEMA: &str = "pugmark.customs/1";

/// Chapters of the Harmonized System in which specimens are declared.
///
/// Source: World Customs Organization, *Harmonized System Nomenclature*, edition 2022.
const CHAPTERS: &str = include_str!("chapters.csv");

/// Chapters in which nearly all goods come from animals or are art and antiques: a text that
/// names no animal is then worth a question.
const TO_ASK: [&str; 8] = ["01", "05", "41", "42", "43", "67", "96", "97"];

/// How words for domestic animals and what comes of them start, in six languages.
const DOMESTIC: [&str; 44] = [
    "cow",
    "cattle",
    "bovine",
    "oxhide",
    "calf",
    "sheep",
    "shearling",
    "lamb",
    "goat",
    "pigskin",
    "wool",
    "poultry",
    "goose",
    "duck",
    "rinds",
    "rindl",
    "kalb",
    "schaf",
    "lamm",
    "zieg",
    "schwein",
    "gänse",
    "vachette",
    "bovin",
    "veau",
    "mouton",
    "agneau",
    "chèvre",
    "porc",
    "runder",
    "rundl",
    "kalfs",
    "schap",
    "geiten",
    "vacuno",
    "ternera",
    "oveja",
    "cordero",
    "cabra",
    "vitello",
    "pecora",
    "agnello",
    "capra",
    "laine",
];

/// Member States of the European Union.
const UNION: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

static TITLES: LazyLock<BTreeMap<String, (String, String)>> = LazyLock::new(|| {
    let mut table = csv::Reader::from_reader(CHAPTERS.as_bytes());
    let rows = table.records().map(|row| row.expect("a test reads the chapters"));
    rows.map(|row| (row[0].to_owned(), (row[1].to_owned(), row[2].to_owned()))).collect()
});

/// How much speaks for opening a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    /// Nothing was found.
    Low,
    /// A question should be asked.
    Medium,
    /// It should be opened.
    High,
}

impl Risk {
    /// The word used in records.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A parcel on the sheet.
#[derive(Clone, Debug, Serialize)]
pub struct Parcel {
    /// Version of this record.
    pub schema: &'static str,
    /// Number of the parcel; else its line.
    pub parcel: String,
    /// Line of the manifest, counted from 1.
    pub line: u64,
    /// How much speaks for opening it.
    pub risk: Risk,
    /// Why, each in a sentence.
    pub reasons: Vec<String>,
    /// What was declared.
    pub goods: String,
    /// Tariff code, digits only.
    pub hs: Option<String>,
    /// Title of its chapter, where it is one in which specimens are declared.
    pub chapter: Option<String>,
    /// Score of the text, 0 to 100.
    pub score: u8,
    /// Taxa that the text may mean.
    pub taxa: Vec<String>,
    /// CITES Appendix, the strictest.
    pub appendix: Option<String>,
    /// Annex of Regulation (EC) No 338/97, the strictest.
    pub annex: Option<String>,
    /// Countries from dispatch to destination, ISO 3166-1 where known.
    pub route: Vec<String>,
    /// `import`, `export`, `transit` or `internal`, seen from the Union; `None` when not known.
    pub movement: Option<&'static str>,
    /// Accounts of the case that the declaration leads to.
    pub accounts: Vec<String>,
}

/// The sheet, and the lines of the manifest that are no declaration.
#[derive(Debug)]
pub struct Sheet {
    /// The riskiest first, then as in the manifest.
    pub parcels: Vec<Parcel>,
    /// Line and reason.
    pub left_out: Vec<(u64, String)>,
}

/// Reads the manifest `text`, called `name` in messages.
///
/// # Errors
///
/// [`ManifestError`].
pub fn sheet(
    text: &str,
    name: &str,
    scanner: &Scanner<'_>,
    people: &People,
) -> Result<Sheet, ManifestError> {
    let (declarations, left_out) = manifest::read(text, name)?;
    let mut parcels: Vec<Parcel> =
        declarations.iter().map(|one| parcel(one, scanner, people)).collect();
    parcels.sort_by_key(|parcel| {
        (std::cmp::Reverse(parcel.risk), std::cmp::Reverse(parcel.score), parcel.line)
    });
    Ok(Sheet { parcels, left_out })
}

/// Parcels and those of medium or high risk by route.
#[must_use]
pub fn routes(parcels: &[Parcel]) -> BTreeMap<String, (usize, usize)> {
    let mut routes: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for parcel in parcels {
        let count = routes.entry(parcel.route.join(" → ")).or_default();
        count.0 += 1;
        count.1 += usize::from(parcel.risk > Risk::Low);
    }
    routes
}

fn parcel(declared: &Declaration, scanner: &Scanner<'_>, people: &People) -> Parcel {
    let goods = declared.get(Column::Goods);
    let mut ad = Ad::default();
    ad.take(Role::Text, "goods", goods);
    let finding = scanner.judge(&ad);
    let hs: String = declared.get(Column::Code).chars().filter(char::is_ascii_digit).collect();
    let chapter = hs.get(..2).unwrap_or_default();
    let route = route(declared);
    let movement = movement(&route);
    let accounts = people.known(&declared.all);
    let mut findings = Findings { risk: Risk::Low, reasons: Vec::new() };
    findings.text(&finding, movement);
    findings.code(chapter, goods, &finding);
    if !accounts.is_empty() {
        let who = accounts.join(", ");
        findings.add(Risk::High, format!("the case knows who it is from or for: {who}"));
    }
    let status = finding.status.as_ref();
    let taxa = status.map(|status| status.taxa.iter().map(|taxon| taxon.name.clone()).collect());
    let number = declared.get(Column::Parcel);
    Parcel {
        schema: SCHEMA,
        parcel: if number.is_empty() {
            format!("line {}", declared.line)
        } else {
            number.to_owned()
        },
        line: declared.line,
        risk: findings.risk,
        reasons: findings.reasons,
        goods: goods.to_owned(),
        chapter: TITLES.get(chapter).map(|(title, _)| title.clone()),
        hs: Some(hs).filter(|hs| !hs.is_empty()),
        score: finding.score,
        taxa: taxa.unwrap_or_default(),
        appendix: status.and_then(|status| status.appendix.clone()),
        annex: status.and_then(|status| status.annex.clone()),
        route,
        movement,
        accounts,
    }
}

/// Reasons, and the highest risk among them.
struct Findings {
    risk: Risk,
    reasons: Vec<String>,
}

impl Findings {
    fn add(&mut self, risk: Risk, reason: String) {
        self.risk = self.risk.max(risk);
        self.reasons.push(reason);
    }

    fn text(&mut self, finding: &Finding, movement: Option<&'static str>) {
        let Some(status) = finding.status.as_ref().filter(|_| finding.verdict != Verdict::Clear)
        else {
            return;
        };
        let named: Vec<&str> =
            status.taxa.iter().take(3).map(|taxon| taxon.name.as_str()).collect();
        let appendix = status.appendix.as_deref().unwrap_or("–");
        let annex = status.annex.as_deref().unwrap_or("–");
        // Declarations are terse: a doubt about Annex A is enough.
        let strict = finding.verdict == Verdict::Flag || annex.starts_with('A');
        let risk = if strict { Risk::High } else { Risk::Medium };
        let named = named.join(", ");
        self.add(risk, format!("the text names {named} (CITES {appendix}, EU Annex {annex})"));
        // Source: Regulation (EC) No 338/97, Articles 4, 5 and 7.
        match movement {
            Some("import") => self.add(
                risk,
                "into the Union: import permit or notification (Reg. 338/97 Art. 4)".to_owned(),
            ),
            Some("export") => self.add(
                risk,
                "out of the Union: export permit or re-export certificate (Reg. 338/97 Art. 5)"
                    .to_owned(),
            ),
            Some("transit") => self.add(
                risk,
                "through the Union: documents of the country of export (Reg. 338/97 Art. 7(2))"
                    .to_owned(),
            ),
            _ => {}
        }
    }

    fn code(&mut self, chapter: &str, goods: &str, finding: &Finding) {
        let hit = finding.hits.iter().any(|hit| hit.product.is_some() || hit.taxon.is_some());
        let names = hit || names_domestic(goods);
        let known = TITLES.get(chapter);
        if finding.verdict != Verdict::Clear && !chapter.is_empty() {
            let plants = finding.status.as_ref().is_some_and(|status| {
                status
                    .taxa
                    .iter()
                    .all(|taxon| taxon.class.as_deref().unwrap_or_default().is_empty())
            });
            let wanted = if plants { "plant" } else { "animal" };
            if !known.is_some_and(|(_, kingdom)| kingdom == wanted || kingdom == "both") {
                self.add(Risk::High, format!("tariff chapter {chapter} does not fit such goods"));
            }
        } else if let Some((title, _)) = known.filter(|_| TO_ASK.contains(&chapter) && !names) {
            self.add(
                Risk::Medium,
                format!(
                    "tariff chapter {chapter} ({title}), but the text does not say of which animal"
                ),
            );
        }
    }
}

/// True when the text says that the goods come from cattle, sheep and the like.
fn names_domestic(goods: &str) -> bool {
    DOMESTIC.iter().any(|stem| {
        let mut words = goods.split(|c: char| !c.is_alphabetic());
        words.any(|word| word.to_lowercase().starts_with(stem))
    })
}

/// Countries from dispatch to destination.
fn route(declared: &Declaration) -> Vec<String> {
    let code =
        |text: &str| country::code(text).map_or_else(|| text.trim().to_uppercase(), str::to_owned);
    let via = declared.get(Column::Via).split([',', ';', '/', '>', '-']).map(str::trim);
    let ends = |column| std::iter::once(declared.get(column).trim());
    let all = ends(Column::Origin).chain(via).chain(ends(Column::Destination));
    all.filter(|text| !text.is_empty()).map(code).collect()
}

fn movement(route: &[String]) -> Option<&'static str> {
    let (from, to) = (route.first()?, route.last().filter(|_| route.len() > 1)?);
    let inside = |code: &String| UNION.contains(&code.as_str());
    Some(match (inside(from), inside(to)) {
        (false, true) => "import",
        (true, false) => "export",
        (true, true) => "internal",
        (false, false) if route.iter().any(inside) => "transit",
        (false, false) => return None,
    })
}

impl Record for Parcel {
    const COLUMNS: &'static [&'static str] =
        &["risk", "parcel", "goods", "hs", "appendix", "annex", "route", "movement", "reasons"];

    fn cells(&self) -> Vec<String> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            self.risk.word().to_owned(),
            self.parcel.clone(),
            self.goods.clone(),
            text(&self.hs),
            text(&self.appendix),
            text(&self.annex),
            self.route.join(" → "),
            self.movement.unwrap_or_default().to_owned(),
            self.reasons.join("; "),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::{TITLES, TO_ASK, movement};

    #[test]
    fn every_chapter_to_ask_about_has_a_title() {
        assert!(TO_ASK.iter().all(|chapter| TITLES.contains_key(*chapter)));
    }

    #[test]
    fn movements_are_seen_from_the_union() {
        let of =
            |route: &[&str]| movement(&route.iter().map(|&it| it.to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["NG", "FR"]), Some("import"));
        assert_eq!(of(&["BE", "AE", "VN"]), Some("export"));
        assert_eq!(of(&["NG", "BE", "VN"]), Some("transit"));
        assert_eq!(of(&["IT", "DE"]), Some("internal"));
        assert_eq!(of(&["GB", "US"]), None);
        assert_eq!(of(&["FR"]), None);
    }
}
