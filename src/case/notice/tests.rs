//! What a notice must hold, and what must stay out of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;

use super::{
    Law, MANY_ADS, Notices, Past, Preserved, Sender, letter, notices, reminder, suspension,
};
use crate::case::ad::{Ad, Claim, Duty, Hit, ListedTaxon, Status};
use crate::case::report::Language;
use crate::evidence::State;

fn ad(id: usize, platform: &str, annex: Option<&str>, language: &str) -> Ad {
    let mut ad = Ad { ad_id: format!("{platform}/{id}").into(), ..Ad::default() };
    ad.offer.platform = Some(platform.into());
    ad.offer.seller = Some("tom".into());
    ad.offer.url = Some(format!("https://{platform}/ad/{id}"));
    ad.offer.title = format!("Tusk {id}");
    ad.finding.language = Some(language.into());
    let taxon = ListedTaxon { name: "Elephas maximus".to_owned(), ..ListedTaxon::default() };
    ad.finding.status = Some(
        Status {
            appendix: Some("I".to_owned()),
            annex: annex.map(str::to_owned),
            as_of: Some("2026-11-25".to_owned()),
            taxa: vec![taxon],
        }
        .into(),
    );
    ad
}

fn sender() -> Sender {
    Sender {
        name: Some("R. Jansen".to_owned()),
        email: Some("r.jansen@authority.example".to_owned()),
        reference: "2026/117".to_owned(),
        date: date(2026, 11, 25),
        language: None,
        law: None,
    }
}

fn drafts(ads: &[Ad], language: Option<Language>) -> Notices {
    notices(ads, &BTreeMap::new(), &Sender { language, ..sender() })
}

/// Where the duties of the shipped data stand.
fn national_source() -> String {
    let table = include_str!("../../../species-data/national.csv");
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let sources: BTreeSet<String> =
        rows.records().map(|row| row.unwrap().get(6).unwrap().to_owned()).collect();
    for source in &sources {
        let key = format!("law:{source}");
        assert_eq!(Language::En.find(&key), Some(source.as_str()));
        assert!(Language::De.find(&key).is_some_and(|law| law != source));
    }
    sources.into_iter().next().unwrap()
}

/// Three ads of one account and one of another: ivory that claims age, a live parrot, one
/// without an address; the first is preserved.
fn shown_ads(country: &'static str) -> (Vec<Ad>, BTreeMap<String, Preserved>) {
    let mut ads: Vec<Ad> = (1..=4).map(|id| ad(id, "a.example", Some("A"), "en")).collect();
    let hit = |id: &str| Hit { product: Some(id.into()), taxon: None };
    for (ad, product) in ads.iter_mut().zip(["ivory", "parrot-live", "fossil", "coral-live"]) {
        ad.finding.hits = [hit(product)].into();
        ad.offer.country = Some(country);
        ad.offer.date = Some(date(2026, 10, 5));
    }
    let claim = Claim { kind: "antique".into(), text: Some("um 1900".into()), ..Claim::default() };
    ads[0].finding.claims = [claim].into();
    let duty = Duty {
        taxon: "Psittacus erithacus".to_owned(),
        country: "DE".to_owned(),
        duty: "closed-ring".to_owned(),
        instead: vec!["transponder".to_owned()],
        claim: "unberingt".to_owned(),
        source: national_source(),
    };
    ads[1].finding.duties = [duty].into();
    ads[1].finding.status = ad(2, "a.example", Some("B"), "en").finding.status;
    ads[2].offer.url = None;
    let kept = Preserved {
        item: "0001-tusk-1".to_owned(),
        time: "2026-10-06T08:00:00Z".parse().unwrap(),
        sha256: "ab".repeat(32),
    };
    (ads, BTreeMap::from([("https://a.example/ad/1".to_owned(), kept)]))
}

/// All letters in each language, for people who know the language and the article to read.
#[test]
fn letters_read_as_they_were_approved() {
    for language in [Language::En, Language::Fr, Language::De, Language::Nl] {
        let mut text = String::new();
        for country in ["DE", "GB"] {
            let (ads, kept) = shown_ads(country);
            let sender = Sender { language: Some(language), ..sender() };
            let many = notices(&ads, &kept, &sender).notices.remove(0);
            let one = notices(&ads[..1], &kept, &sender).notices.remove(0);
            let past = Past {
                noticed: BTreeMap::from([("a.example/1".to_owned(), date(2026, 10, 7))]),
                visits: BTreeMap::from([(
                    "https://a.example/ad/1".to_owned(),
                    (State::Up, date(2026, 11, 2)),
                )]),
            };
            let shown = BTreeMap::from([("tom".to_owned(), 9)]);
            for letter in [
                letter(&many),
                letter(&one),
                reminder(&one, &past).unwrap(),
                suspension(&many, &past, &shown).unwrap(),
            ] {
                text += &format!("{letter}\n{}\n\n", "=".repeat(80));
            }
        }
        insta::assert_snapshot!(format!("letters-{}", language.code()), text);
    }
}

#[test]
fn a_notice_has_every_element_of_article_16_2() {
    let ads = [ad(1, "a.example", Some("A"), "en")];
    let text = letter(&drafts(&ads, None).notices[0]);
    for element in [
        "Article 16 of Regulation (EU) 2022/2065",
        "https://a.example/ad/1",
        "Regulation (EC) No\u{a0}338/97, Art.\u{a0}8(1)",
        "R. Jansen, r.jansen@authority.example",
        "We believe in good faith that the information and allegations",
        "Elephas maximus",
        "DRAFT",
    ] {
        assert!(text.contains(element), "{element} is missing in:\n{text}");
    }
}

#[test]
fn each_platform_has_one_in_the_language_of_most_of_its_ads() {
    let ads = [
        ad(1, "a.example", Some("A"), "de"),
        ad(2, "a.example", Some("B"), "de"),
        ad(3, "a.example", Some("A"), "nl"),
        ad(4, "b.example", Some("A/B"), "fr"),
        ad(5, "c.example", Some("A"), "pl"),
    ];
    let drafts = drafts(&ads, None).notices;
    let found: Vec<(&str, Language, usize)> =
        drafts.iter().map(|one| (one.platform.as_str(), one.language, one.items.len())).collect();
    let expected = [
        ("a.example", Language::De, 3),
        ("b.example", Language::Fr, 1),
        ("c.example", Language::En, 1),
    ];
    assert_eq!(found, expected);
}

#[test]
fn ads_whose_sale_the_regulation_does_not_restrict_stay_out_and_are_named() {
    let ads = [ad(1, "a.example", Some("C"), "en"), ad(2, "a.example", None, "en")];
    let drafts = drafts(&ads, None);
    assert!(drafts.notices.is_empty());
    let ids: Vec<&str> = drafts.left_out.iter().map(|(id, _)| &**id).collect();
    assert_eq!(ids, ["a.example/1", "a.example/2"]);
}

#[test]
fn an_account_with_many_ads_is_named_for_article_23() {
    let ads: Vec<Ad> = (1..=MANY_ADS).map(|id| ad(id, "a.example", Some("A"), "nl")).collect();
    let text = letter(&drafts(&ads, None).notices[0]);
    assert!(
        text.contains("artikel 23, lid 1") && text.contains("tom: 3 advertenties (nrs. 1, 2, 3)"),
        "{text}"
    );
    let few = letter(&drafts(&ads[1..], None).notices[0]);
    assert!(!few.contains("artikel 23"), "{few}");
}

#[test]
fn text_of_a_stranger_stays_on_its_line() {
    let mut hostile = ad(1, "a.example", Some("A"), "en");
    hostile.offer.title = "x\n\nWe withdraw this notice.\u{202e}".to_owned();
    let text = letter(&drafts(&[hostile], None).notices[0]);
    assert!(text.contains("1. x We withdraw this notice.\\u{202e}\n"), "{text}");
}

#[test]
fn ads_that_claim_to_be_lawful_are_left_to_a_person() {
    let claim = |mut ad: Ad, kinds: &[&str]| {
        let claim = |kind: &&str| Claim { kind: (*kind).into(), ..Claim::default() };
        ad.finding.claims = kinds.iter().map(claim).collect();
        ad
    };
    let ads = [
        claim(ad(1, "a.example", Some("A"), "en"), &["certificate"]),
        claim(ad(2, "a.example", Some("B"), "en"), &["captive-bred"]),
        claim(ad(3, "a.example", Some("A"), "en"), &["captive-bred"]),
        claim(ad(4, "a.example", Some("B"), "en"), &["certificate", "no-papers"]),
    ];
    let drafts = drafts(&ads, None);
    let left_out: Vec<&str> = drafts.left_out.iter().map(|(id, _)| &**id).collect();
    assert_eq!(left_out, ["a.example/1", "a.example/2"]);
    assert_eq!(drafts.notices[0].items.len(), 2);
}

#[test]
fn a_platform_in_great_britain_gets_a_report_that_claims_no_procedure() {
    let british = |id: usize, annex: &str| {
        let mut ad = ad(id, "bazaar.example", Some(annex), "en");
        ad.offer.country = Some("GB");
        ad
    };
    let mut ivory = british(1, "A");
    ivory.finding.hits = [Hit { product: Some("ivory".into()), taxon: None }].into();
    let ads = [ivory, british(2, "B"), british(3, "A"), british(4, "A")];
    for language in [Language::En, Language::Fr, Language::De, Language::Nl] {
        let notice = &drafts(&ads, Some(language)).notices[0];
        assert_eq!(notice.law, Law::GreatBritain);
        let shown = BTreeMap::new();
        let letters = [letter(notice), suspension(notice, &Past::default(), &shown).unwrap()];
        for text in &letters {
            for wrong in ["2022/2065", "23(1)", "16(4)", "338/97, Art.", "338/97, art.", "865/2006"]
            {
                assert!(!text.contains(wrong), "{wrong} in {text}");
            }
            assert!(text.contains("Online Safety Act 2023"), "{text}");
        }
        assert_eq!(letters[0].matches("SI 2018/703").count(), 4);
        assert_eq!(letters[0].matches("Ivory Act 2018").count(), 1);
        assert_eq!(reminder(notice, &Past::default()), None);
    }
}

#[test]
fn the_law_follows_the_platforms_country() {
    let named = |platform: &str, country: Option<&'static str>| {
        let mut ad = ad(1, platform, Some("A"), "en");
        ad.offer.country = country;
        drafts(&[ad], None).notices[0].law
    };
    assert_eq!(named("shop.co.uk", None), Law::GreatBritain);
    assert_eq!(named("shop.example", Some("GB")), Law::GreatBritain);
    assert_eq!(named("shop.example", Some("IE")), Law::Eu);
    assert_eq!(named("shop.example", None), Law::Eu);
}

#[test]
fn products_are_named_in_the_letters_language_and_left_out_where_it_has_no_name() {
    let mut ad = ad(1, "a.example", Some("A"), "en");
    let hit = |id: &str| Hit { product: Some(id.into()), taxon: None };
    ad.finding.hits = [hit("rhino-horn"), hit("monkey-live")].into();
    let offered =
        |language| drafts(&[ad.clone()], Some(language)).notices[0].items[0].offered.clone();
    assert_eq!(offered(Language::En), "live monkey, rhino horn, Elephas maximus");
    assert_eq!(offered(Language::Fr), "singe vivant, corne de rhinocéros, Elephas maximus");
    assert_eq!(offered(Language::De), "lebender Affe, Nashornhorn, Elephas maximus");
    assert_eq!(offered(Language::Nl), "levende aap, neushoornhoorn, Elephas maximus");
}
