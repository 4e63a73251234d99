//! Who is behind it: accounts joined by what only one person or group would share.
//!
//! A telephone number, an e-mail address, a name on a messenger, a payment reference, a
//! photo or a nearly identical long text joins the accounts that use it, unless it is
//! rather a service's (`judge`) or a competitor's that an ad quotes. What joins nobody
//! is listed with the reason.

mod graphml;
mod judge;
mod network;
mod payment;
mod photo;
mod rows;
mod signal;
#[cfg(test)]
mod tests;

pub use graphml::graphml;
pub use photo::Photos;
pub use rows::EdgeRow;
pub(super) use signal::of_contact;
pub use signal::{Kind, values as shown};

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;

use super::ad::{Ad, AdId};
use super::duplicates::Prints;
use super::summary::Eur;

/// Version of the record.
pub const SCHEMA: &str = "pugmark.links/1";

/// The networks among the accounts of some ads.
#[derive(Clone, Debug, Serialize)]
pub struct Links {
    /// Version of this record.
    pub schema: &'static str,
    /// Accounts looked at.
    pub accounts: usize,
    /// Ads looked at.
    pub ads: usize,
    /// Networks of two accounts or more, the largest first.
    pub clusters: Vec<Cluster>,
    /// Shared values that join nobody.
    pub ignored: Vec<Ignored>,
}

/// Accounts that belong together.
#[derive(Clone, Debug, Serialize)]
pub struct Cluster {
    /// `N1`, `N2` …
    pub id: String,
    /// The accounts, as `platform/name`.
    pub accounts: Vec<String>,
    /// The account that holds it together: most edges, then most ads.
    pub key_account: String,
    /// Their ads.
    pub ads: Vec<AdId>,
    /// What joins them.
    pub edges: Vec<Edge>,
    /// Platforms they are on.
    pub platforms: Vec<String>,
    /// Countries their ads name.
    pub countries: Vec<&'static str>,
    /// Day of the first ad that gives one.
    pub from: Option<Date>,
    /// Day of the last.
    pub to: Option<Date>,
    /// Ads by day, in order of time.
    pub timeline: Vec<Day>,
    /// Sum of the prices asked, one an offer.
    pub value_eur: Eur,
}

/// A shared value between two accounts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Edge {
    /// An account.
    pub a: String,
    /// Another one.
    pub b: String,
    /// What they share.
    pub kind: Kind,
    /// The value; for a text the ad that has it first.
    pub value: String,
    /// How much it says, from 0 to 1: a rule of thumb, not a probability.
    pub strength: f64,
    /// The ads of both that show it.
    pub ads: Vec<AdId>,
    /// Where the evidence has the photo, when they share one by its likeness.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoSeen>,
}

impl Edge {
    /// The items of evidence behind it, each once.
    #[must_use]
    pub fn items(&self) -> Vec<&str> {
        let items: BTreeSet<&str> = self.photos.iter().map(|photo| photo.item.as_str()).collect();
        items.into_iter().collect()
    }
}

/// A photo on the captured page of an ad.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PhotoSeen {
    /// The ad.
    pub ad: AdId,
    /// The item of evidence, below `items/`.
    pub item: String,
    /// The photo's address.
    pub url: String,
    /// What it looks like, as 16 hexadecimal digits.
    pub hash: String,
    /// In how many of its 64 bits it differs from the edge's value.
    pub distance: u32,
}

/// The ads of a day.
#[derive(Clone, Debug, Serialize)]
pub struct Day {
    /// The day.
    pub date: Date,
    /// The ads.
    pub ads: Vec<AdId>,
}

/// A value that several accounts show and that joins none of them, or not all.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ignored {
    /// What it is.
    pub kind: Kind,
    /// The value.
    pub value: String,
    /// The accounts it does not join.
    pub accounts: Vec<String>,
    /// Why.
    pub reason: &'static str,
}

/// Finds the networks among the accounts of `ads`, whose captured pages show `photos`.
#[must_use]
pub fn links(ads: &[Ad], photos: &Photos) -> Links {
    let accounts = signal::Accounts::of(ads);
    let prints = Prints::of(ads);
    let (texts, offers) = prints.both();
    drop(prints);
    let likeness = photo::Likeness::of(ads, &accounts, photos);
    let seen = signal::Sightings::of(ads, &accounts, &texts, &likeness);
    let mut judged = judge::judge(ads, &accounts, &seen);
    judged.ignored.extend(likeness.ignored.iter().cloned());
    Links {
        schema: SCHEMA,
        accounts: accounts.names.len(),
        ads: ads.len(),
        clusters: network::clusters(ads, &offers, &accounts, &likeness, judged.joining),
        ignored: judged.ignored,
    }
}
