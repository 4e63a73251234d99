//! Exports are the same for the same case, and hold what they must.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{Dossier, case_uco, stix};
use crate::case::ad::{Ad, Contact};
use crate::case::links::{Photos, links};
use crate::case::{CaseDetails, CaseRecord};

fn ads() -> Vec<Ad> {
    let ad = |id: usize, seller: &str| {
        let mut ad = Ad { ad_id: format!("a.example/{id}").into(), ..Ad::default() };
        ad.offer.platform = Some("a.example".into());
        ad.offer.seller = Some(seller.into());
        ad.offer.url = Some(format!("https://a.example/{id}"));
        let text = |text: &str| text.to_owned();
        ad.finding.contacts =
            [Contact { kind: "phone".into(), value: text("+491"), text: None }].into();
        ad
    };
    vec![ad(1, "tom"), ad(2, "thomas")]
}

fn export(form: fn(&Dossier<'_>) -> Value) -> Value {
    let ads = ads();
    let record = CaseRecord {
        schema: crate::case::SCHEMA.to_owned(),
        id: Uuid::nil(),
        details: CaseDetails { title: "Ivory".to_owned(), ..CaseDetails::default() },
        created: Timestamp::UNIX_EPOCH,
    };
    let links = links(&ads, &Photos::default());
    let made = Timestamp::UNIX_EPOCH;
    form(&Dossier { record: &record, ads: &ads, links: &links, entries: &[], made })
}

#[test]
fn every_reference_of_the_case_graph_is_in_it_and_no_id_twice() {
    let graph = export(case_uco);
    let nodes = graph["@graph"].as_array().unwrap();
    let ids: BTreeSet<&str> = nodes.iter().map(|node| node["@id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), nodes.len());
    let investigation = nodes.last().unwrap();
    for object in investigation["uco-core:object"].as_array().unwrap() {
        assert!(ids.contains(object["@id"].as_str().unwrap()));
    }
    for node in nodes.iter().filter(|node| node.get("uco-core:source").is_some()) {
        for end in ["uco-core:source", "uco-core:target"] {
            assert!(ids.contains(node[end]["@id"].as_str().unwrap()), "{node}");
        }
    }
}

#[test]
fn every_reference_of_the_bundle_is_in_it() {
    let bundle = export(stix);
    let objects = bundle["objects"].as_array().unwrap();
    let ids: BTreeSet<&str> = objects.iter().map(|one| one["id"].as_str().unwrap()).collect();
    for object in objects {
        let refs = object.get("object_refs").and_then(Value::as_array).into_iter().flatten();
        let ends = ["source_ref", "target_ref", "created_by_ref"];
        let ends = ends.into_iter().filter_map(|end| object.get(end));
        for reference in refs.chain(ends) {
            assert!(ids.contains(reference.as_str().unwrap()), "{object}");
        }
    }
    assert!(objects.iter().any(|one| one["type"] == "relationship" && one["confidence"] == 90));
}

#[test]
fn the_same_case_has_the_same_ids() {
    assert_eq!(export(case_uco), export(case_uco));
    assert_eq!(export(stix), export(stix));
}
