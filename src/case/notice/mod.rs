//! Notices to platforms under Article 16 of Regulation (EU) 2022/2065: drafts, one a
//! platform, in its language. Nothing is sent. A platform in Great Britain, where that
//! regulation does not apply, gets a report that rests on no procedure ([`Law`]).
//!
//! A notice names what Article 16(2) asks for: the reasons, the exact addresses, who
//! notifies, and the statement of good faith. Only ads count whose taxa stand in Annex A
//! or B of Regulation (EC) No 338/97 (for C and D that regulation does not restrict sale
//! inside the EU) and that claim no certificate and, in Annex B, no lawful origin: those
//! a person must look into first. What is left out is told.

mod citation;
mod follow_up;
mod law;
mod letter;
mod meaning;
mod preserved;

pub use follow_up::{DRAFTED, Past, reminder, shown_by_account, suspension};
pub use law::Law;
pub use letter::letter;
pub use preserved::{Preserved, preserved};

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::ad::{Ad, AdId};
use super::product;
use super::report::Language;
use super::summary::{products, taxa_in_words};
use crate::evidence::logged_address;

/// Version of the record.
pub const SCHEMA: &str = "pugmark.notice/1";

/// Ads from which on an account is named for Article 23.
pub const MANY_ADS: usize = 3;

/// Who notifies, and what belongs to every notice.
#[derive(Clone, Debug)]
pub struct Sender {
    /// Name of the person or authority.
    pub name: Option<String>,
    /// Where answers go.
    pub email: Option<String>,
    /// The case's number or title.
    pub reference: String,
    /// Day of the notice.
    pub date: Date,
    /// Language of all notices; `None` takes each platform's own.
    pub language: Option<Language>,
    /// Law of all notices; `None` takes that of each platform's country.
    pub law: Option<Law>,
}

/// A draft to one platform.
#[derive(Clone, Debug, Serialize)]
pub struct Notice {
    /// Version of this record.
    pub schema: &'static str,
    /// The platform.
    pub platform: String,
    /// ISO 639-1.
    #[serde(serialize_with = "code")]
    pub language: Language,
    /// The law that it rests on.
    pub law: Law,
    /// Day of the notice.
    pub date: Date,
    /// The case's number or title.
    pub reference: String,
    /// Who notifies (Article 16(2)(c)); `None`: to be filled in.
    pub notifier: Option<String>,
    /// Where answers go (Article 16(2)(c)); `None`: to be filled in.
    pub email: Option<String>,
    /// The ads.
    pub items: Vec<Item>,
    /// Accounts with many of them, for Article 23(1).
    pub accounts: Vec<Account>,
    /// Days as of which the law was applied.
    pub law_as_of: Vec<String>,
}

/// An ad of a notice.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    /// The ledger's name of the ad.
    pub ad_id: AdId,
    /// Exact electronic location (Article 16(2)(b)).
    pub url: Option<String>,
    /// Head line.
    pub title: String,
    /// The account.
    pub account: Option<String>,
    /// Day of publication.
    pub published: Option<Date>,
    /// Taxa and product in words.
    pub offered: String,
    /// Annex of Regulation (EC) No 338/97, the strictest.
    pub annex: String,
    /// CITES Appendix, the strictest.
    pub appendix: Option<String>,
    /// Why it is considered illegal (Article 16(2)(a)): the rules and their articles, in
    /// the notice's language.
    pub reasons: Vec<String>,
    /// What the ad says on age, origin or papers.
    pub claims: Vec<String>,
    /// The evidence kept of it.
    pub preserved: Option<Preserved>,
}

/// An account with many ads.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    /// Its name on the platform.
    pub name: String,
    /// Places of its ads in the notice, from 1.
    pub items: Vec<usize>,
}

/// Drafts for all platforms of some ads, and the ads that are in none, with the reason.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    /// By platform.
    pub notices: Vec<Notice>,
    /// Ads left out.
    pub left_out: Vec<(AdId, &'static str)>,
}

/// Drafts the notices for `ads`; `kept` has the evidence by address.
#[must_use]
pub fn notices(ads: &[Ad], kept: &BTreeMap<String, Preserved>, sender: &Sender) -> Notices {
    let mut all = Notices::default();
    let mut by_platform: BTreeMap<&str, Vec<(&Ad, &'static str)>> = BTreeMap::new();
    for ad in ads {
        match (grounds(ad), ad.offer.platform.as_deref()) {
            (Ok(annex), Some(platform)) => {
                by_platform.entry(platform).or_default().push((ad, annex));
            }
            (Ok(_), None) => all.left_out.push((ad.ad_id.clone(), "no platform is named")),
            (Err(why), _) => all.left_out.push((ad.ad_id.clone(), why)),
        }
    }
    all.notices = by_platform
        .into_iter()
        .map(|(platform, ads)| draft(platform, &ads, kept, sender))
        .collect();
    all
}

/// The Annex that a notice about `ad` rests on, or why there is to be none.
fn grounds(ad: &Ad) -> Result<&'static str, &'static str> {
    let annex = ad.finding.status.as_ref().and_then(|status| status.annex.as_deref());
    let annex = match annex {
        Some(annex) if annex.starts_with('A') => "A",
        Some(annex) if annex.starts_with('B') => "B",
        Some(_) => {
            return Err("Annex C or D: Regulation (EC) No 338/97 does not restrict its sale");
        }
        None => return Err("no Annex of Regulation (EC) No 338/97"),
    };
    let claims =
        |kinds: &[&str]| ad.finding.claims.iter().any(|claim| kinds.contains(&&*claim.kind));
    if claims(&["no-papers"]) {
        return Ok(annex);
    }
    if claims(&["certificate"]) {
        return Err("it names a certificate: a person must have it shown");
    }
    if annex == "B" && claims(&["captive-bred", "ring", "chip", "export-permit"]) {
        return Err("Annex B, and it claims a lawful origin: a person must decide");
    }
    Ok(annex)
}

fn draft(
    platform: &str,
    ads: &[(&Ad, &'static str)],
    kept: &BTreeMap<String, Preserved>,
    sender: &Sender,
) -> Notice {
    let language = sender.language.unwrap_or_else(|| language_of(ads));
    let law = sender.law.unwrap_or_else(|| Law::of(platform, ads));
    let items: Vec<Item> =
        ads.iter().map(|(ad, annex)| item(ad, annex, kept, (law, language))).collect();
    let mut law_as_of: Vec<String> =
        ads.iter().filter_map(|(ad, _)| ad.finding.status.as_ref()?.as_of.clone()).collect();
    law_as_of.sort();
    law_as_of.dedup();
    Notice {
        schema: SCHEMA,
        platform: platform.to_owned(),
        language,
        law,
        date: sender.date,
        reference: sender.reference.clone(),
        notifier: sender.name.clone(),
        email: sender.email.clone(),
        accounts: accounts(&items),
        items,
        law_as_of,
    }
}

fn item(
    ad: &Ad,
    annex: &'static str,
    kept: &BTreeMap<String, Preserved>,
    (law, language): (Law, Language),
) -> Item {
    let page = ad.offer.url.as_deref().and_then(logged_address);
    Item {
        ad_id: ad.ad_id.clone(),
        url: ad.offer.url.clone(),
        title: ad.offer.title.clone(),
        account: ad.offer.seller.as_deref().map(str::to_owned),
        published: ad.offer.date,
        offered: offered(ad, language),
        annex: annex.to_owned(),
        appendix: ad.finding.status.as_ref().and_then(|status| status.appendix.clone()),
        reasons: law.reasons(ad, annex, language),
        claims: ad.finding.claims.iter().filter_map(|claim| claim.text.clone()).collect(),
        preserved: page.and_then(|page| kept.get(&page).cloned()),
    }
}

/// Products, where the language has a name for them, and taxa.
fn offered(ad: &Ad, language: Language) -> String {
    let products = products(&ad.finding);
    let names = products.iter().filter_map(|id| match product::name(id, language) {
        Some(name) => Some(name.to_owned()),
        None => (language == Language::En).then(|| id.replace('-', " ")),
    });
    names.chain(taxa_in_words(&ad.finding)).collect::<Vec<_>>().join(", ")
}

/// Accounts with at least [`MANY_ADS`] ads of Annex A, most first: only those may be
/// manifestly illegal, as Article 23(1) wants it.
fn accounts(items: &[Item]) -> Vec<Account> {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, item) in items.iter().enumerate() {
        if let Some(account) = item.account.as_deref().filter(|_| item.annex == "A") {
            places.entry(account).or_default().push(place + 1);
        }
    }
    let many = places.into_iter().filter(|(_, items)| items.len() >= MANY_ADS);
    let mut many: Vec<Account> =
        many.map(|(name, items)| Account { name: name.to_owned(), items }).collect();
    many.sort_by_key(|account| std::cmp::Reverse(account.items.len()));
    many
}

/// The language of most of the platform's ads, where a notice comes in it, else English.
fn language_of(ads: &[(&Ad, &'static str)]) -> Language {
    let mut counts = [Language::En, Language::Fr, Language::De, Language::Nl].map(|one| (0, one));
    for (ad, _) in ads {
        for (count, language) in &mut counts {
            *count += usize::from(ad.finding.language.as_deref() == Some(language.code()));
        }
    }
    let most = counts.iter().rev().max_by_key(|(count, _)| *count);
    most.map(|(_, language)| *language).unwrap_or_default()
}

impl Notice {
    /// The word `key` as the notice's law and language have it.
    fn word(&self, key: &str) -> &'static str {
        self.language.word(&self.law.key(key, self.language))
    }

    /// The sentence `key` likewise, with its values.
    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.language.say(&self.law.key(key, self.language), values)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn code<S: serde::Serializer>(language: &Language, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(language.code())
}

#[cfg(test)]
mod tests;
