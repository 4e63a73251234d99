//! What ads show of who is behind them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::payment;
use crate::case::ad::{Ad, Contact};
use crate::case::duplicates;

/// What accounts may share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A name on a messenger, with the messenger.
    Handle,
    /// An account or wallet to pay to.
    Payment,
    /// A photo: the same address or hash.
    Photo,
    /// A nearly identical text of twenty words or more.
    Text,
}

impl Kind {
    /// The word used in records.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Handle => "handle",
            Self::Payment => "payment",
            Self::Photo => "photo",
            Self::Text => "text",
        }
    }
}

/// The accounts of some ads.
pub(super) struct Accounts {
    /// `platform/name`; an ad without a seller's name is an account of its own.
    pub(super) names: Vec<String>,
    /// For each ad its account.
    pub(super) of_ad: Vec<usize>,
}

impl Accounts {
    pub(super) fn of(ads: &[Ad]) -> Self {
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let name = |ad: &Ad| {
            let platform = ad.offer.platform.as_deref().unwrap_or("?");
            let seller = ad.offer.seller.as_ref();
            seller.map_or_else(|| format!("ad:{}", ad.ad_id), |name| format!("{platform}/{name}"))
        };
        for ad in ads {
            places.insert(name(ad), 0);
        }
        for (place, entry) in places.values_mut().enumerate() {
            *entry = place;
        }
        let of_ad = ads.iter().map(|ad| places[&name(ad)]).collect();
        Self { names: places.into_keys().collect(), of_ad }
    }
}

/// A value and the ads that show it, by account.
pub(super) struct Shared {
    pub(super) kind: Kind,
    pub(super) value: String,
    pub(super) ads: BTreeMap<usize, Vec<usize>>,
}

/// The values that at least two accounts show.
pub(super) fn shared(ads: &[Ad], accounts: &Accounts) -> Vec<Shared> {
    let mut all: BTreeMap<(Kind, String), BTreeMap<usize, Vec<usize>>> = BTreeMap::new();
    let texts = duplicates::texts(ads);
    for (place, ad) in ads.iter().enumerate() {
        let mut values = values(ad);
        if let Some(first) = texts[place] {
            values.push((Kind::Text, ads[first].ad_id.clone()));
        }
        values.sort();
        values.dedup();
        for value in values {
            let by_account = all.entry(value).or_default();
            by_account.entry(accounts.of_ad[place]).or_default().push(place);
        }
    }
    let shared = all.into_iter().filter(|(_, ads)| ads.len() > 1);
    shared.map(|((kind, value), ads)| Shared { kind, value, ads }).collect()
}

/// All that an ad shows, apart from its text as a whole.
pub(super) fn values(ad: &Ad) -> Vec<(Kind, String)> {
    let contacts = ad.finding.contacts.iter().filter_map(of_contact);
    let payments = payment::references(&ad.offer.text).into_iter();
    let photos = ad.offer.images.iter().map(|image| (Kind::Photo, image.clone()));
    contacts.chain(payments.map(|value| (Kind::Payment, value))).chain(photos).collect()
}

/// A messenger that goes by telephone number is a telephone number; a link says nothing of
/// who wrote it.
pub(super) fn of_contact(contact: &Contact) -> Option<(Kind, String)> {
    let is_number = contact.value.starts_with('+');
    match contact.kind.as_str() {
        "link" => None,
        "phone" => Some((Kind::Phone, contact.value.clone())),
        "email" => Some((Kind::Email, contact.value.to_lowercase())),
        _ if is_number => Some((Kind::Phone, contact.value.clone())),
        messenger => Some((Kind::Handle, format!("{messenger}:{}", contact.value.to_lowercase()))),
    }
}
