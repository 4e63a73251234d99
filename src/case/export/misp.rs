//! A MISP event: addresses of ads, and what tells who is behind them.
//!
//! Source: MISP core format, <https://www.misp-standard.org/rfc/misp-standard-core.html>, and
//! the types and categories of `describeTypes`; `pymisp` loads the event.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Dossier, account, tags};
use crate::case::ad::Ad;
use crate::case::links::{Kind, shown};

/// Category, type and value: MISP takes each only once in an event.
type Key = (&'static str, &'static str, String);

/// Returns the case as an event that is not published and stays with the organisation.
#[must_use]
pub fn misp(dossier: &Dossier<'_>) -> Value {
    let details = &dossier.record.details;
    let time = dossier.made.as_second().to_string();
    let organisation = details.investigator.as_deref().unwrap_or("Investigator of the case");
    let mut attributes: BTreeMap<Key, BTreeSet<String>> = BTreeMap::new();
    for ad in dossier.ads {
        for (key, comment) in observed(ad) {
            attributes.entry(key).or_default().insert(comment);
        }
    }
    let attributes: Vec<Value> = attributes
        .into_iter()
        .map(|(key, comments)| attribute(dossier, &key, &comments, &time))
        .collect();
    let mut listings: BTreeSet<String> = dossier.ads.iter().flat_map(tags).collect();
    listings.retain(|tag| tag.starts_with("CITES") || tag.starts_with("Regulation"));
    let listings = listings.into_iter().map(|tag| format!("pugmark:listing=\"{tag}\""));
    let tags: Vec<Value> =
        listings.chain(["tlp:amber".to_owned()]).map(|name| json!({ "name": name })).collect();
    json!({
        "Event": {
            "uuid": version_5(dossier.uuid("misp-event", "")),
            "info": details.title,
            "date": TimeZone::UTC.to_datetime(dossier.record.created).date().to_string(),
            "timestamp": time,
            "threat_level_id": "4",
            "analysis": "1",
            "distribution": "0",
            "published": false,
            "Orgc": { "name": organisation, "uuid": version_5(dossier.uuid("misp-org", organisation)) },
            "Tag": tags,
            "Attribute": attributes,
        }
    })
}

fn attribute(dossier: &Dossier<'_>, key: &Key, comments: &BTreeSet<String>, time: &str) -> Value {
    let (category, kind, value) = key;
    let comments: Vec<&str> = comments.iter().take(20).map(String::as_str).collect();
    json!({
        "uuid": version_5(dossier.uuid("misp-attribute", &format!("{category} {kind} {value}"))),
        "category": category,
        "type": kind,
        "value": value,
        "comment": comments.join("; "),
        "to_ids": false,
        "disable_correlation": false,
        "distribution": "5",
        "timestamp": time,
    })
}

/// What an ad shows, each with a word on where.
fn observed(ad: &Ad) -> Vec<(Key, String)> {
    let mut found = Vec::new();
    let about = format!("{}: {} ({})", ad.ad_id, ad.offer.title, tags(ad).join(", "));
    match ad.offer.url.as_deref().filter(|url| url::Url::parse(url).is_ok()) {
        Some(url) => found.push((("External analysis", "link", url.to_owned()), about)),
        None => found.push((("Other", "text", ad.ad_id.to_string()), about)),
    }
    if let Some(account) = account(ad) {
        found.push((("Social network", "text", account), "account".to_owned()));
    }
    for (kind, value) in shown(ad) {
        let after = |mark: &str| value.split_once(mark).map_or(&*value, |(_, it)| it).to_owned();
        let key: Key = match kind {
            Kind::Phone => ("Person", "phone-number", value.into_owned()),
            Kind::Email => ("Social network", "email", value.into_owned()),
            Kind::Payment if value.starts_with("iban:") => ("Financial fraud", "iban", after(":")),
            Kind::Payment if value.starts_with("bitcoin:") => {
                ("Financial fraud", "btc", after(":"))
            }
            Kind::Payment => ("Financial fraud", "text", value.into_owned()),
            Kind::Handle => ("Social network", "text", value.into_owned()),
            Kind::Photo | Kind::Text => continue,
        };
        found.push((key, ad.ad_id.to_string()));
    }
    found
}

/// The id with the version that tells it is made of a name.
fn version_5(id: Uuid) -> Uuid {
    uuid::Builder::from_bytes(*id.as_bytes())
        .with_version(uuid::Version::Sha1)
        .with_variant(uuid::Variant::RFC4122)
        .into_uuid()
}
