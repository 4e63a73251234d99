//! CASE 1.4 / UCO 1.4 as JSON-LD.
//!
//! Source: the ontologies at <https://ontology.caseontology.org> and
//! <https://ontology.unifiedcyberontology.org>; `case_validate` accepts the graph.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Dossier, account, tags};
use crate::case::ad::Ad;
use crate::evidence::{Entry, TAG_MANIFEST};

/// Returns the case as a JSON-LD document.
#[must_use]
pub fn case_uco(dossier: &Dossier<'_>) -> Value {
    let mut graph = Graph { dossier, nodes: Vec::new() };
    graph.accounts();
    for ad in dossier.ads {
        graph.ad(ad);
    }
    graph.networks();
    graph.custody();
    graph.investigation();
    json!({
        "@context": {
            "case-investigation": "https://ontology.caseontology.org/case/investigation/",
            "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
            "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
            "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
            "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
            "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
            "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@graph": graph.nodes,
    })
}

struct Graph<'a> {
    dossier: &'a Dossier<'a>,
    nodes: Vec<Value>,
}

impl Graph<'_> {
    fn id(&self, kind: &str, key: &str) -> String {
        format!("urn:uuid:{}", self.dossier.uuid(kind, key))
    }

    fn reference(&self, kind: &str, key: &str) -> Value {
        json!({ "@id": self.id(kind, key) })
    }

    /// A facet of the node `of`; absent values are left out.
    fn facet(&self, of: &str, kind: &str, values: &[(&str, Option<Value>)]) -> Value {
        let mut facet = json!({
            "@id": self.id("facet", &format!("{kind} {of}")),
            "@type": format!("uco-observable:{kind}"),
        });
        for (name, value) in values {
            if let Some(value) = value {
                facet[format!("uco-observable:{name}")] = value.clone();
            }
        }
        facet
    }

    /// Platforms, their accounts, and the ways to reach these.
    fn accounts(&mut self) {
        let mut accounts: BTreeMap<String, &Ad> = BTreeMap::new();
        let mut platforms: BTreeSet<&str> = BTreeSet::new();
        let mut contacts: BTreeSet<(&str, &str, String)> = BTreeSet::new();
        for ad in self.dossier.ads {
            platforms.extend(ad.offer.platform.as_deref());
            let Some(account) = account(ad) else { continue };
            for contact in &ad.finding.contacts {
                contacts.insert((&contact.kind, &contact.value, account.clone()));
            }
            accounts.entry(account).or_insert(ad);
        }
        for platform in platforms {
            let node = json!({
                "@id": self.id("platform", platform),
                "@type": "uco-identity:Organization",
                "uco-core:name": platform,
            });
            self.nodes.push(node);
        }
        for (name, ad) in accounts {
            let issuer = ad.offer.platform.as_deref().map(|it| self.reference("platform", it));
            let seller = ad.offer.seller.as_deref().map(Value::from);
            let facets = [
                self.facet(
                    &name,
                    "AccountFacet",
                    &[("accountIdentifier", seller.clone()), ("accountIssuer", issuer)],
                ),
                self.facet(&name, "DigitalAccountFacet", &[("displayName", seller)]),
            ];
            let node = json!({
                "@id": self.id("account", &name),
                "@type": "uco-observable:DigitalAccount",
                "uco-core:hasFacet": facets,
            });
            self.nodes.push(node);
        }
        self.contacts(&contacts);
    }

    fn contacts(&mut self, contacts: &BTreeSet<(&str, &str, String)>) {
        let mut known = BTreeSet::new();
        for (kind, value, account) in contacts {
            let (class, facet, name) = match *kind {
                "email" => ("EmailAddress", "EmailAddressFacet", "addressValue"),
                "phone" => ("PhoneAccount", "PhoneAccountFacet", "phoneNumber"),
                _ => ("DigitalAccount", "DigitalAccountFacet", "accountLogin"),
            };
            let key = format!("{kind} {value}");
            if known.insert(key.clone()) {
                let facet = self.facet(&key, facet, &[(name, Some(json!(value)))]);
                let node = json!({
                    "@id": self.id("contact", &key),
                    "@type": format!("uco-observable:{class}"),
                    "uco-core:name": kind,
                    "uco-core:hasFacet": [facet],
                });
                self.nodes.push(node);
            }
            let from = self.reference("account", account);
            let to = self.reference("contact", &key);
            let words = "An ad of the account names it.";
            self.relationship("Related_To", from, to, words, &format!("{account} {key}"));
        }
    }

    fn relationship(&mut self, kind: &str, from: Value, to: Value, words: &str, key: &str) {
        let node = json!({
            "@id": self.id("relationship", &format!("{kind} {key}")),
            "@type": "uco-observable:ObservableRelationship",
            "uco-core:source": from,
            "uco-core:target": to,
            "uco-core:kindOfRelationship": kind,
            "uco-core:isDirectional": true,
            "uco-core:description": words,
        });
        self.nodes.push(node);
    }

    /// An ad: a message of its account at an address.
    fn ad(&mut self, ad: &Ad) {
        let from = account(ad).map(|name| self.reference("account", &name));
        let text = [ad.offer.title.as_str(), ad.offer.text.as_str()].join("\n");
        let mut facets = vec![self.facet(
            &ad.ad_id,
            "MessageFacet",
            &[
                ("messageID", Some(json!(ad.ad_id))),
                ("messageText", Some(json!(text))),
                ("messageType", Some(json!("advertisement"))),
                ("from", from),
            ],
        )];
        if let Some(url) = &ad.offer.url {
            facets.push(self.facet(&ad.ad_id, "URLFacet", &[("fullValue", Some(json!(url)))]));
        }
        let mut words = vec![format!("Score {} of 100.", ad.finding.score)];
        words.extend(ad.offer.date.map(|date| format!("Published {date}.")));
        words.extend(ad.offer.country.map(|code| format!("Country {code}.")));
        words.extend(ad.finding.price.as_ref().map(|price| {
            format!("Price {} {}.", price.amount, price.currency.as_deref().unwrap_or("?"))
        }));
        let node = json!({
            "@id": self.id("ad", &ad.ad_id),
            "@type": "uco-observable:Message",
            "uco-core:name": ad.offer.title,
            "uco-core:description": words.join(" "),
            "uco-core:tag": tags(ad),
            "uco-core:hasFacet": facets,
        });
        self.nodes.push(node);
    }

    /// What joins the accounts of a network.
    fn networks(&mut self) {
        let links = self.dossier.links;
        for cluster in &links.clusters {
            for edge in &cluster.edges {
                let words = format!(
                    "Network {}: the same {} ({}), strength {}.",
                    cluster.id,
                    edge.kind.word(),
                    edge.value,
                    edge.strength
                );
                // An ad without a seller's name is no account of this graph.
                if edge.a.starts_with("ad:") || edge.b.starts_with("ad:") {
                    continue;
                }
                let (a, b) =
                    (self.reference("account", &edge.a), self.reference("account", &edge.b));
                let key = format!("{} {} {} {}", edge.a, edge.b, edge.kind.word(), edge.value);
                self.relationship("Connected_To", a, b, &words, &key);
            }
        }
    }

    /// Actions of the custody log, the tools they used and the exhibits they made.
    fn custody(&mut self) {
        let tools: BTreeSet<&str> =
            self.dossier.entries.iter().map(|entry| entry.tool.as_str()).collect();
        for tool in tools {
            let (name, version) = tool.rsplit_once(' ').unwrap_or((tool, ""));
            let node = json!({
                "@id": self.id("tool", tool),
                "@type": "uco-tool:Tool",
                "uco-core:name": name,
                "uco-tool:version": version,
            });
            self.nodes.push(node);
        }
        for entry in self.dossier.entries {
            self.action(entry);
        }
    }

    fn action(&mut self, entry: &Entry) {
        let key = entry.number.to_string();
        let time = json!({ "@type": "xsd:dateTime", "@value": entry.time.to_string() });
        let mut node = json!({
            "@id": self.id("action", &key),
            "@type": "case-investigation:InvestigativeAction",
            "uco-core:name": entry.action,
            "uco-core:description": format!("Entry {key} of the custody log."),
            "uco-action:endTime": time,
            "uco-action:instrument": self.reference("tool", &entry.tool),
        });
        if let (Some(item), Some(hash)) = (&entry.item, entry.tag_manifest()) {
            self.exhibit(item, &hash.to_string());
            node["uco-action:result"] = self.reference("exhibit", item);
        }
        self.nodes.push(node);
    }

    /// An item, known by the manifest that vouches for all its files.
    fn exhibit(&mut self, item: &str, hash: &str) {
        let hash_node = json!({
            "@id": self.id("hash", item),
            "@type": "uco-types:Hash",
            "uco-types:hashMethod": "SHA256",
            "uco-types:hashValue": { "@type": "xsd:hexBinary", "@value": hash.to_uppercase() },
        });
        let path = format!("items/{item}/{TAG_MANIFEST}");
        let facets = [
            self.facet(
                item,
                "FileFacet",
                &[("fileName", Some(json!(TAG_MANIFEST))), ("filePath", Some(json!(path)))],
            ),
            self.facet(item, "ContentDataFacet", &[("hash", Some(self.reference("hash", item)))]),
        ];
        let file = json!({
            "@id": self.id("file", item),
            "@type": "uco-observable:File",
            "uco-core:hasFacet": facets,
        });
        let record = json!({
            "@id": self.id("exhibit", item),
            "@type": "case-investigation:ProvenanceRecord",
            "case-investigation:exhibitNumber": item,
            "uco-core:description": "A BagIt bag; the file's hash vouches for all others in it.",
            "uco-core:object": [self.reference("file", item)],
        });
        self.nodes.extend([hash_node, file, record]);
    }

    fn investigation(&mut self) {
        let record = self.dossier.record;
        // A hash is no UcoObject of its own.
        let objects: Vec<Value> = self
            .nodes
            .iter()
            .filter(|node| node["@type"] != "uco-types:Hash")
            .map(|node| json!({ "@id": node["@id"] }))
            .collect();
        let created = json!({ "@type": "xsd:dateTime", "@value": record.created.to_string() });
        let number = record.details.number.as_deref().map(|number| format!("Reference {number}."));
        let mut node = json!({
            "@id": format!("urn:uuid:{}", record.id),
            "@type": "case-investigation:Investigation",
            "uco-core:name": record.details.title,
            "uco-core:startTime": created,
            "case-investigation:focus": "Online trade in protected wildlife",
            "uco-core:object": objects,
        });
        if let Some(number) = number {
            node["uco-core:description"] = json!(number);
        }
        self.nodes.push(node);
    }
}
