//! An ad of the ledger: what the platform published and what the scan found in it.

mod name;
mod record;
mod words;

pub use name::Name;
pub use record::{Found, Known, ScanRecord};
pub use words::Text;

pub use crate::scan::record::{SCHEMA as SCAN_SCHEMA, Verdict};

use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;

/// How the ledger knows an ad; cheap to copy, because lists name ads often.
pub type AdId = Name;

/// The ids with a blank between them, for a cell of a table.
#[must_use]
pub fn joined(ids: &[AdId]) -> String {
    ids.iter().map(|id| &**id).collect::<Vec<_>>().join(" ")
}

/// An ad with the fields that the figures need; the ledger keeps the whole record.
#[derive(Clone, Debug, Default)]
pub struct Ad {
    /// How the ledger knows the ad: platform and id, else a hash of its content.
    pub ad_id: AdId,
    /// Where the record came from, as `file:line`.
    pub from: Box<str>,
    /// What the platform published.
    pub offer: Offer,
    /// What the scan found.
    pub finding: Finding,
}

/// The fields of an input record that are understood, under any of their common names.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    /// The platform's own number of the ad.
    pub id: Option<String>,
    /// The platform, in the record's words, else the host of `url`.
    pub platform: Option<Name>,
    /// Address of the ad.
    pub url: Option<String>,
    /// Heading.
    pub title: String,
    /// Body.
    pub text: String,
    /// Country as an ISO 3166-1 code, where the record names one.
    pub country: Option<&'static str>,
    /// Town or region in the record's words.
    pub location: Option<Name>,
    /// Seller's name on the platform.
    pub seller: Option<Name>,
    /// Seller's page.
    pub seller_url: Option<String>,
    /// Day of publication, where the record gives one that can be read in one way only.
    pub date: Option<Date>,
    /// Addresses or hashes of photos.
    pub images: Box<[Box<str>]>,
}

/// The `pugmark` object of a scan record.
#[derive(Clone, Debug, Default)]
pub struct Finding {
    /// Version of the record.
    pub schema: Name,
    /// 0 to 100.
    pub score: f64,
    /// What the score came to.
    pub verdict: Verdict,
    /// ISO 639-1.
    pub language: Option<Name>,
    /// Products and taxa of the words that counted, each once.
    pub hits: Box<[Hit]>,
    /// Listings of the taxa meant.
    pub status: Option<Arc<Status>>,
    /// What the seller claims about legality.
    pub claims: Box<[Claim]>,
    /// Duties of national law that the seller says are not met.
    pub duties: Box<[Duty]>,
    /// Price asked.
    pub price: Option<Price>,
    /// Specimens offered, where the ad says how many.
    pub quantity: Option<u64>,
    /// Telephone numbers, addresses and handles in the text.
    pub contacts: Box<[Contact]>,
    /// The score in words.
    pub reasons: Box<[Name]>,
}

/// A word that counted, as far as the figures need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hit {
    /// Product id, such as `ivory`.
    pub product: Option<Name>,
    /// Scientific name.
    pub taxon: Option<Name>,
}

/// Listings of the taxa that an ad may mean, the strictest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Status {
    /// CITES Appendix.
    #[serde(default)]
    pub appendix: Option<String>,
    /// Annex of Regulation (EC) No 338/97.
    #[serde(default)]
    pub annex: Option<String>,
    /// Day of the law.
    #[serde(default)]
    pub as_of: Option<String>,
    /// The taxa.
    #[serde(default)]
    pub taxa: Vec<ListedTaxon>,
}

/// A listed taxon that an ad may mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ListedTaxon {
    /// Scientific name.
    pub name: String,
    /// Class, empty for plants.
    #[serde(default)]
    pub class: Option<String>,
    /// Order.
    #[serde(default)]
    pub order: Option<String>,
    /// Family.
    #[serde(default)]
    pub family: Option<String>,
}

/// A claim about legality.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Claim {
    /// Such as `antique` or `no-papers`.
    pub kind: Name,
    /// The words of the ad.
    #[serde(default)]
    pub text: Option<String>,
    /// Number of a certificate, ring or chip.
    #[serde(default)]
    pub value: Option<String>,
}

/// A duty of national law that the seller says is not met.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Duty {
    /// Scientific name of the animal.
    pub taxon: String,
    /// ISO 3166-1.
    pub country: String,
    /// `closed-ring`, `transponder` or `documentation`.
    pub duty: String,
    /// Duties that the same law names beside it.
    #[serde(default)]
    pub instead: Vec<String>,
    /// The words of the ad.
    pub claim: String,
    /// Where the duty stands.
    pub source: String,
}

/// A price as asked.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Price {
    /// In `currency`.
    pub amount: f64,
    /// ISO 4217.
    #[serde(default)]
    pub currency: Option<Name>,
    /// In euro, where a rate is known.
    #[serde(default)]
    pub eur: Option<f64>,
}

/// A way to reach the seller.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Contact {
    /// `phone`, `email`, `telegram` …
    pub kind: Name,
    /// In one spelling, whatever the ad wrote.
    pub value: String,
    /// As the ad writes it.
    #[serde(default)]
    pub text: Option<String>,
}
