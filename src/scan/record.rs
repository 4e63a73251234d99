//! What a scan says of an ad: the object `pugmark` of the output.

use serde::{Deserialize, Serialize};

use super::extract::{Contact, Price};

/// Version of the record.
pub const SCHEMA: &str = "pugmark.scan/1";

/// What the score came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing that counts was found.
    #[default]
    Clear,
    /// A person should look.
    Review,
    /// An offer of a specimen in scope, as far as words can tell.
    Flag,
}

impl Verdict {
    /// The word used in records.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Review => "review",
            Self::Flag => "flag",
        }
    }
}

/// What was found in an ad.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Finding {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// 0 to 100.
    pub score: u8,
    /// What the score came to.
    pub verdict: Verdict,
    /// ISO 639-1 of the ad, where it could be told.
    pub language: Option<&'static str>,
    /// Words that counted, by field and place.
    pub hits: Vec<HitRecord>,
    /// Listings of the taxa that the ad may be about.
    pub status: Option<StatusRecord>,
    /// What the seller says about legality, age and origin.
    pub claims: Vec<Claim>,
    /// What national law asks for and the seller says is not there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub duties: Vec<DutyRecord>,
    /// The price asked.
    pub price: Option<Price>,
    /// Specimens offered.
    pub quantity: Option<u64>,
    /// Ways to reach the seller.
    pub contacts: Vec<Contact>,
    /// The score in words, the largest part first.
    pub reasons: Vec<String>,
}

impl Finding {
    /// The finding of an ad that names nothing a finding could be about: it is
    /// clear, and its language, price, quantity, claims and contacts are not read.
    #[must_use]
    pub fn clear() -> Self {
        Self { schema: SCHEMA, ..Self::default() }
    }
}

/// A word that counted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HitRecord {
    /// As the ad writes it.
    pub term: String,
    /// Kind of term.
    pub kind: &'static str,
    /// Product id.
    pub product: Option<String>,
    /// Scientific name.
    pub taxon: Option<String>,
    /// ISO 639-1 of the term; `la` for a scientific name.
    pub language: Option<&'static str>,
    /// The field.
    pub field: String,
    /// First character in the field, counted in Unicode code points.
    pub start: usize,
    /// First character after it.
    pub end: usize,
    /// Points that it brought.
    pub points: i32,
    /// Why it counts.
    pub why: String,
}

/// Listings, the strictest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatusRecord {
    /// Strictest Appendix.
    pub appendix: Option<String>,
    /// Strictest Annex.
    pub annex: Option<String>,
    /// The day that is asked about.
    pub as_of: String,
    /// The taxa.
    pub taxa: Vec<TaxonRecord>,
}

/// A taxon that an ad may be about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaxonRecord {
    /// Scientific name.
    pub name: String,
    /// Class.
    pub class: Option<String>,
    /// Order.
    pub order: Option<String>,
    /// Family.
    pub family: Option<String>,
    /// Appendices, joined by `/`.
    pub appendix: Option<String>,
    /// Annexes, joined by `/`.
    pub annex: Option<String>,
}

/// A duty of national law that the seller denies to have met.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DutyRecord {
    /// Scientific name of the animal.
    pub taxon: String,
    /// ISO 3166-1.
    pub country: String,
    /// `closed-ring`, `transponder` or `documentation`.
    pub duty: String,
    /// Particulars, such as the width of the ring.
    pub detail: Option<String>,
    /// Duties that the same law names beside it; which of them holds depends on the animal.
    pub instead: Vec<String>,
    /// What the ad says.
    pub claim: String,
    /// The day whose law was asked for.
    pub as_of: String,
    /// Where the duty stands.
    pub source: String,
}

/// What a seller claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// Kind of claim: `certificate`, `antique`, `captive-bred` …
    pub kind: String,
    /// As the ad writes it.
    pub text: String,
    /// A number that goes with it.
    pub value: Option<String>,
}
