//! Records as dumps and the scan write them, read for the ledger.

use super::{Known, ScanRecord};
use crate::case::ad::{Claim, Contact, Duty, Finding, Hit, ListedTaxon, Price, Status, Verdict};
use crate::scan::{extract, record as scan};

fn read(json: &str) -> ScanRecord<'_> {
    serde_json::from_str(json).unwrap()
}

#[test]
fn fields_are_found_under_their_names_in_other_languages() {
    let offer = read(r#"{"titel":"Beeldje","omschrijving":"ivoor","land":"Nederland"}"#).offer;
    assert_eq!((offer.title.as_str(), offer.text.as_str()), ("Beeldje", "ivoor"));
    assert_eq!(offer.country, Some("NL"));
}

#[test]
fn the_first_of_two_fields_of_one_meaning_counts_and_numbers_are_words() {
    let offer = read(r#"{"id":17,"description":"a","text":"b","title":null}"#).offer;
    assert_eq!((offer.id.as_deref(), offer.text.as_str()), (Some("17"), "a"));
}

#[test]
fn without_a_platform_the_host_of_the_address_is_it() {
    let offer = read(r#"{"url":"https://www.kleinkram.example/a/1"}"#).offer;
    assert_eq!(offer.platform.as_deref(), Some("kleinkram.example"));
}

#[test]
fn a_record_that_was_not_scanned_has_no_finding() {
    assert!(read(r#"{"id":1}"#).finding.is_none());
    let finding = read(r#"{"pugmark":{"verdict":"flag","score":87}}"#).finding.unwrap();
    let finding = finding.keep(&mut Known::default()).unwrap();
    assert_eq!(finding.verdict, Verdict::Flag);
}

#[test]
fn ads_of_one_status_share_it_and_each_hit_counts_once() {
    let json = r#"{"pugmark":{"hits":[{"taxon":"Naja naja"},{"term":"x"},{"taxon":"Naja naja"}],
        "status":{"annex":"B","taxa":[{"name":"Naja naja"}]},"reasons":["a","b\nc"]}}"#;
    let mut known = Known::default();
    let mut keep = || read(json).finding.unwrap().keep(&mut known).unwrap();
    let (first, second) = (keep(), keep());
    assert!(std::sync::Arc::ptr_eq(&first.status.unwrap(), &second.status.unwrap()));
    assert_eq!(first.hits.len(), 1);
    assert_eq!(first.reasons.iter().map(|why| &**why).collect::<Vec<_>>(), ["a", "b\nc"]);
}

#[test]
fn field_names_of_the_scan_are_known_and_unlike_ones_are_not() {
    for name in ["Anzeigen-Nr", "Anzeigennummer", "numéro d'annonce", "advertentienummer", "ad id"]
    {
        let json = format!("{{{}:7,\"Contenu\":\"x\"}}", serde_json::json!(name));
        assert_eq!(read(&json).offer.id.as_deref(), Some("7"), "{name}");
    }
    assert_eq!(read(r#"{"preis":3,"Menge":2,"Kategorie":"x"}"#).offer.id, None);
}

/// What the scan writes with every field filled. Taken apart without `..`, so that a field
/// more does not compile until this test knows what the case does with it.
fn scanned() -> scan::Finding {
    let text = |text: &str| Some(text.to_owned());
    let hit = |product: Option<&str>, taxon: Option<&str>| scan::HitRecord {
        term: "Elfenbein".into(),
        kind: "product",
        product: product.map(str::to_owned),
        taxon: taxon.map(str::to_owned),
        language: Some("de"),
        field: "title".into(),
        start: 1,
        end: 10,
        points: 41,
        why: "a \"product\"".into(),
    };
    scan::Finding {
        schema: scan::SCHEMA,
        score: 87,
        verdict: scan::Verdict::Review,
        language: Some("de"),
        hits: vec![hit(Some("ivory"), None), hit(None, Some("Naja naja")), hit(None, None)],
        status: Some(scan::StatusRecord {
            appendix: text("I"),
            annex: text("A"),
            as_of: "2026-11-25".into(),
            taxa: vec![scan::TaxonRecord {
                name: "Loxodonta africana".into(),
                class: text("Mammalia"),
                order: text("Proboscidea"),
                family: text("Elephantidae"),
                appendix: text("I/II"),
                annex: text("A/B"),
            }],
        }),
        claims: vec![scan::Claim {
            kind: "ring".into(),
            text: "Ring 7\n".into(),
            value: text("7"),
        }],
        duties: vec![scan::DutyRecord {
            taxon: "Bubo bubo".into(),
            country: "DE".into(),
            duty: "closed-ring".into(),
            detail: text("22 mm"),
            instead: vec!["transponder".into()],
            claim: "ohne Ring".into(),
            as_of: "2026-11-25".into(),
            source: "BArtSchV § 12".into(),
        }],
        price: Some(extract::Price { amount: 450.5, currency: text("GBP"), eur: Some(520.25) }),
        quantity: Some(2),
        contacts: vec![extract::Contact {
            kind: "phone",
            value: "+491701234567".into(),
            text: "0170 / 1234567".into(),
        }],
        reasons: vec!["ivory +41".into(), "price\ngiven +6".into()],
    }
}

#[test]
fn every_field_that_the_scan_writes_is_read_or_left_out_on_purpose() {
    let written = scanned();
    let json = format!("{{\"pugmark\":{}}}", serde_json::to_string(&written).unwrap());
    let found = read(&json).finding.unwrap().keep(&mut Known::default()).unwrap();
    let Finding {
        schema,
        score,
        verdict,
        language,
        hits,
        status,
        claims,
        duties,
        price,
        quantity,
        contacts,
        reasons,
    } = found;
    assert_eq!(
        (&*schema, score, verdict.word()),
        (written.schema, f64::from(written.score), written.verdict.word())
    );
    assert_eq!((language.as_deref(), quantity), (written.language, written.quantity));
    let named: Vec<_> =
        hits.iter().map(|Hit { product, taxon }| (product.as_deref(), taxon.as_deref())).collect();
    assert_eq!(named, [(Some("ivory"), None), (None, Some("Naja naja"))]);
    let reasons: Vec<&str> = reasons.iter().map(|why| &**why).collect();
    assert_eq!(reasons, written.reasons);

    let scan::StatusRecord { appendix, annex, as_of, taxa } = written.status.unwrap();
    let Status { appendix: a, annex: x, as_of: o, taxa: t } = &*status.unwrap();
    assert_eq!((a, x, o.as_ref()), (&appendix, &annex, Some(&as_of)));
    // The listing of each taxon is not read: the figures go by the strictest.
    let scan::TaxonRecord { name, class, order, family, appendix: _, annex: _ } = &taxa[0];
    let ListedTaxon { name: n, class: c, order: r, family: f } = &t[0];
    assert_eq!((n, c, r, f), (name, class, order, family));

    let scan::Claim { kind, text, value } = &written.claims[0];
    let Claim { kind: k, text: t, value: v } = &claims[0];
    assert_eq!((&**k, t.as_ref(), v), (kind.as_str(), Some(text), value));
    // Particulars and the day are not read: letters quote the source.
    let scan::DutyRecord { taxon, country, duty, detail: _, instead, claim, as_of: _, source } =
        &written.duties[0];
    let Duty { taxon: t, country: c, duty: d, instead: i, claim: l, source: s } = &duties[0];
    assert_eq!((t, c, d, i, l, s), (taxon, country, duty, instead, claim, source));
    let extract::Price { amount, currency, eur } = written.price.unwrap();
    let Price { amount: a, currency: c, eur: e } = price.unwrap();
    assert_eq!((a, c.as_deref(), e), (amount, currency.as_deref(), eur));
    let extract::Contact { kind, value, text } = &written.contacts[0];
    let Contact { kind: k, value: v, text: t } = &contacts[0];
    assert_eq!((&**k, v, t.as_ref()), (*kind, value, Some(text)));
}

#[test]
fn a_status_of_another_form_is_an_error() {
    let found = read(r#"{"pugmark":{"status":{"taxa":7}}}"#).finding.unwrap();
    assert!(found.keep(&mut Known::default()).is_err());
}
