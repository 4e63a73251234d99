//! STIX 2.1 as a bundle.
//!
//! Source: OASIS Standard STIX Version 2.1, 10 June 2021; `stix2_validator` accepts it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Dossier, account, tags};
use crate::case::ad::Ad;

/// Returns the case as a STIX bundle.
#[must_use]
pub fn stix(dossier: &Dossier<'_>) -> Value {
    let mut bundle = Bundle { dossier, objects: BTreeMap::new() };
    let author = bundle.author();
    for ad in dossier.ads {
        bundle.ad(ad, &author);
    }
    bundle.networks(&author);
    bundle.grouping(&author);
    json!({
        "type": "bundle",
        "id": format!("bundle--{}", as_v4(dossier.uuid("bundle", ""))),
        "objects": bundle.objects.into_values().collect::<Vec<Value>>(),
    })
}

struct Bundle<'a> {
    dossier: &'a Dossier<'a>,
    objects: BTreeMap<String, Value>,
}

impl Bundle<'_> {
    /// Adds a domain object with what all of them have; returns its id.
    fn domain(&mut self, kind: &str, key: &str, author: &str, mut object: Value) -> String {
        let id = format!("{kind}--{}", as_v4(self.dossier.uuid(kind, key)));
        let made = self.time(self.dossier.made);
        object["type"] = json!(kind);
        object["spec_version"] = json!("2.1");
        object["id"] = json!(id);
        object["created"] = json!(made);
        object["modified"] = json!(made);
        if !author.is_empty() {
            object["created_by_ref"] = json!(author);
        }
        self.objects.insert(id.clone(), object);
        id
    }

    /// Adds an observable; returns its id.
    fn observable(&mut self, kind: &str, key: &str, mut object: Value) -> String {
        let id = format!("{kind}--{}", self.dossier.uuid(kind, key));
        object["type"] = json!(kind);
        object["spec_version"] = json!("2.1");
        object["id"] = json!(id);
        self.objects.insert(id.clone(), object);
        id
    }

    fn author(&mut self) -> String {
        let details = &self.dossier.record.details;
        let name = details.investigator.as_deref().unwrap_or("Investigator of the case");
        let object = json!({ "name": name, "identity_class": "unknown" });
        self.domain("identity", "author", "", object)
    }

    fn account(&mut self, name: &str) -> String {
        let seller = name.split_once('/').map_or(name, |(_, seller)| seller);
        let object = json!({ "user_id": name, "display_name": seller });
        self.observable("user-account", name, object)
    }

    /// An ad: its address, account and e-mail addresses as observed, its text as a note.
    fn ad(&mut self, ad: &Ad, author: &str) {
        let mut seen = BTreeSet::new();
        if let Some(url) = ad.offer.url.as_deref().filter(|url| url::Url::parse(url).is_ok()) {
            seen.insert(self.observable("url", url, json!({ "value": url })));
        }
        if let Some(name) = account(ad) {
            seen.insert(self.account(&name));
        }
        for contact in &ad.finding.contacts {
            if &*contact.kind == "email" {
                let object = json!({ "value": contact.value });
                seen.insert(self.observable("email-addr", &contact.value, object));
            }
        }
        if seen.is_empty() {
            return;
        }
        let made = jiff::tz::TimeZone::UTC.to_datetime(self.dossier.made).date();
        let date = ad.offer.date.unwrap_or(made);
        let observed = json!({
            "first_observed": format!("{date}T00:00:00.000Z"),
            "last_observed": format!("{date}T23:59:59.000Z"),
            "number_observed": 1,
            "object_refs": seen,
        });
        let observed = self.domain("observed-data", &ad.ad_id, author, observed);
        let note = json!({
            "abstract": format!("{}: {}", ad.ad_id, ad.offer.title),
            "content": self.content(ad),
            "object_refs": [observed],
        });
        self.domain("note", &ad.ad_id, author, note);
    }

    fn content(&self, ad: &Ad) -> String {
        let mut lines = vec![ad.offer.text.clone(), tags(ad).join("; ")];
        let phones = ad.finding.contacts.iter().filter(|contact| &*contact.kind != "email");
        lines.extend(phones.map(|contact| format!("{}: {}", contact.kind, contact.value)));
        if ad.offer.date.is_none() {
            let made = self.dossier.made.strftime("%F");
            lines.push(format!(
                "The ad gives no date; the days observed are that of the export, {made}."
            ));
        }
        lines.retain(|line| !line.is_empty());
        if lines.is_empty() { "–".to_owned() } else { lines.join("\n") }
    }

    /// What joins the accounts of a network.
    fn networks(&mut self, author: &str) {
        let links = self.dossier.links;
        for cluster in &links.clusters {
            for edge in &cluster.edges {
                if edge.a.starts_with("ad:") || edge.b.starts_with("ad:") {
                    continue;
                }
                let (a, b) = (self.account(&edge.a), self.account(&edge.b));
                let kind = edge.kind.word();
                let key = format!("{} {} {kind} {}", edge.a, edge.b, edge.value);
                let object = json!({
                    "relationship_type": "related-to",
                    "source_ref": a,
                    "target_ref": b,
                    "description": format!("{}: the same {kind}, {}", cluster.id, edge.value),
                    "confidence": percent(edge.strength),
                });
                self.domain("relationship", &key, author, object);
            }
        }
    }

    fn grouping(&mut self, author: &str) {
        let details = &self.dossier.record.details;
        let refs: Vec<String> = self.objects.keys().cloned().collect();
        let mut object = json!({
            "name": details.title,
            "context": "unspecified",
            "object_refs": refs,
        });
        if let Some(number) = &details.number {
            object["description"] = json!(format!("Reference {number}"));
        }
        self.domain("grouping", "case", author, object);
    }

    /// RFC 3339 with milliseconds, as STIX wants it.
    fn time(&self, time: jiff::Timestamp) -> String {
        time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
    }
}

/// Domain objects have ids of version 4; ours are not random, but the same in every export.
fn as_v4(uuid: Uuid) -> Uuid {
    uuid::Builder::from_random_bytes(*uuid.as_bytes()).into_uuid()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a strength lies between 0 and 1"
)]
fn percent(strength: f64) -> u8 {
    (strength * 100.0).round() as u8
}
