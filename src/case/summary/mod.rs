//! The figures of a case: ads, specimens and asking value, and the ads behind each of them.

mod money;
mod removal;
mod rows;
mod seller;
mod subject;
mod tally;

pub use money::Eur;
pub use removal::{Removal, Visits};
pub use rows::Row;
pub use subject::{products, taxa_in_words};
#[cfg(all(test, feature = "pdf"))]
pub(super) use tally::count;
pub use tally::summarise;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::CaseRecord;
use super::ad::{Ad, AdId, Verdict};
use super::decisions::Decisions;
use super::rates::Rates;

/// Version of the record.
pub const SCHEMA: &str = "pugmark.summary/1";

/// The key of ads that do not say what a list is about.
pub const UNKNOWN: &str = "unknown";

/// What is counted, and with which data.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The case's number and title.
    pub case: CaseHead,
    /// Verdicts that count.
    pub verdicts: Vec<Verdict>,
    /// When the summary is made.
    pub made: Timestamp,
    /// Date of the law's data, where the program has one.
    pub data_date: Option<Date>,
    /// Exchange rates.
    pub rates: Rates,
    /// What people decided.
    pub decisions: Decisions,
    /// What `evidence recheck` found.
    pub visits: Visits,
}

/// Which case it is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CaseHead {
    /// The authority's own number.
    pub number: Option<String>,
    /// What it is about.
    pub title: String,
    /// Who keeps it.
    pub investigator: Option<String>,
}

impl CaseHead {
    /// What the case's own record says of it.
    #[must_use]
    pub fn of(record: &CaseRecord) -> Self {
        let details = record.details.clone();
        let (number, title) = (details.number, details.title);
        Self { number, title, investigator: details.investigator }
    }
}

/// All figures of a case, with the ads they come from.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Version of this record.
    pub schema: &'static str,
    /// Which case.
    pub case: CaseHead,
    /// When it was made, UTC.
    pub made: Timestamp,
    /// Version of the program.
    pub program: &'static str,
    /// What the ledger holds, by verdict, counted or not.
    pub looked_at: LookedAt,
    /// The whole.
    pub totals: Totals,
    /// What became of ads that were visited again.
    pub removal: Removal,
    /// First and last day of the ads that give one.
    pub period: Option<Period>,
    /// By country, as ISO 3166-1 code.
    pub by_country: Vec<Figure>,
    /// By platform.
    pub by_platform: Vec<Figure>,
    /// By language, as ISO 639-1 code.
    pub by_language: Vec<Figure>,
    /// By group of animals or plants.
    pub by_group: Vec<Figure>,
    /// By taxon: the one named, else the smallest that holds all that the ad may mean.
    pub by_taxon: Vec<Figure>,
    /// By product.
    pub by_product: Vec<Figure>,
    /// By CITES Appendix, the strictest of each ad.
    pub by_appendix: Vec<Figure>,
    /// By Annex of Regulation (EC) No 338/97, the strictest of each ad.
    pub by_annex: Vec<Figure>,
    /// By ISO week, in order of time.
    pub by_week: Vec<Figure>,
    /// By what sellers claim about legality.
    pub by_claim: Vec<Figure>,
    /// By account, most ads first.
    pub sellers: Vec<Seller>,
    /// Ads taken for one offer.
    pub merged: Vec<Merged>,
    /// Ads whose price is in a currency without a rate.
    pub without_rate: Vec<AdId>,
    /// What decided.
    pub thresholds: Thresholds,
    /// Day of the exchange rates.
    pub rates_date: Date,
    /// Who published the rates.
    pub rates_source: String,
    /// Date of the law's data.
    pub data_date: Option<Date>,
    /// Days as of which the law was applied by the scan.
    pub law_as_of: Vec<String>,
    /// The ads that count, for reports.
    #[serde(skip)]
    pub ads: Vec<Ad>,
}

/// Records in the ledger by verdict.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct LookedAt {
    /// All.
    pub records: u64,
    /// With an offer of a listed specimen.
    pub flag: u64,
    /// For a person to decide.
    pub review: u64,
    /// Without any.
    pub clear: u64,
    /// For a person to decide, and not decided yet.
    pub open: u64,
    /// Confirmed by a person.
    pub confirmed: u64,
    /// Rejected by a person; they do not count.
    pub rejected: u64,
    /// Left open by a person.
    pub unsure: u64,
}

/// The figures of all ads that count.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Totals {
    /// Ads.
    pub ads: u64,
    /// Offers: near-identical ads count once.
    pub unique_ads: u64,
    /// Specimens on offer; an ad that does not say how many counts as one.
    pub specimens: u64,
    /// Offers whose number of specimens was taken to be one.
    pub specimens_assumed: u64,
    /// Sum of the prices asked, one an offer.
    pub value_eur: Eur,
    /// Middle one of those prices.
    pub median_eur: Option<Eur>,
    /// Ads that name no price.
    pub without_price: u64,
    /// Ads whose price is in a currency without a rate; not in the value.
    pub without_rate: u64,
    /// Accounts.
    pub sellers: u64,
    /// Share of the ads checked again that were gone; `None` until `evidence recheck` ran.
    pub removal_rate: Option<f64>,
}

/// One line of a list.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Figure {
    /// What these ads have in common.
    pub key: String,
    /// The key in words.
    pub name: String,
    /// Ads.
    pub ads: u64,
    /// Offers among them.
    pub unique_ads: u64,
    /// Specimens on offer.
    pub specimens: u64,
    /// Sum of the prices asked, one an offer.
    pub value_eur: Eur,
    /// Middle one of those prices.
    pub median_eur: Option<Eur>,
    /// Ads that name no price.
    pub without_price: u64,
    /// The ads.
    pub ad_ids: Vec<AdId>,
    /// Places of the ads in [`Summary::ads`].
    #[serde(skip)]
    pub places: Vec<usize>,
}

/// An account and its figures.
#[derive(Clone, Debug, Serialize)]
pub struct Seller {
    /// The platform.
    pub platform: Option<String>,
    /// The account's name there.
    pub seller: String,
    /// The account's page.
    pub seller_url: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figure: Figure,
}

/// Ads taken for one offer.
#[derive(Clone, Debug, Serialize)]
pub struct Merged {
    /// The one that counts.
    pub counted: AdId,
    /// The others.
    pub same_offer: Vec<AdId>,
}

/// What decided whether and how an ad counts.
#[derive(Clone, Debug, Serialize)]
pub struct Thresholds {
    /// Verdicts that count.
    pub verdicts: Vec<&'static str>,
    /// Lowest score among the ads that count.
    pub lowest_score: Option<f64>,
    /// Share of three-word sequences from which ads are one offer.
    pub duplicate_similarity: f64,
}

/// A span of days, both included.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Period {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

/// `part` of `whole`; `None` of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of ads are far below 2^52")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
