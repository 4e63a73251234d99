//! A case in the forms that other programs read.

mod case_uco;
mod ecomessage;
mod misp;
mod spreadsheet;
mod stix;

pub use case_uco::case_uco;
pub use ecomessage::ecomessage;
pub use misp::misp;
pub use spreadsheet::AdRow;
pub use stix::stix;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::CaseRecord;
use super::ad::Ad;
use super::links::Links;
use crate::evidence::Entry;

/// All of a case that is exported.
#[derive(Clone, Copy, Debug)]
pub struct Dossier<'a> {
    /// The case's own record.
    pub record: &'a CaseRecord,
    /// The ads that count.
    pub ads: &'a [Ad],
    /// The networks among their accounts.
    pub links: &'a Links,
    /// The custody log.
    pub entries: &'a [Entry],
    /// When the export is made.
    pub made: Timestamp,
}

impl Dossier<'_> {
    /// An id for the thing `key` of the kind `kind`: the same in every export of the case.
    fn uuid(&self, kind: &str, key: &str) -> Uuid {
        let mut hash = Sha256::new();
        for part in [&self.record.id.to_string(), kind, key] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        let hash: [u8; 32] = hash.finalize().into();
        uuid::Builder::from_sha1_bytes(std::array::from_fn(|at| hash[at])).into_uuid()
    }
}

/// The account of an ad as `platform/name`, where the ad names its seller.
fn account(ad: &Ad) -> Option<String> {
    let platform = ad.offer.platform.as_deref().unwrap_or("?");
    Some(format!("{platform}/{}", ad.offer.seller.as_deref()?))
}

/// The status of an ad in a few words each.
fn tags(ad: &Ad) -> Vec<String> {
    let mut tags = super::summary::products(&ad.finding);
    tags.extend(super::summary::taxa_in_words(&ad.finding));
    if let Some(status) = &ad.finding.status {
        tags.extend(status.appendix.iter().map(|it| format!("CITES Appendix {it}")));
        tags.extend(status.annex.iter().map(|it| format!("Regulation (EC) No 338/97 Annex {it}")));
    }
    tags
}

#[cfg(test)]
mod tests;
