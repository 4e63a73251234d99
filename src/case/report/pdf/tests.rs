//! The PDF of a small summary: what it is, that it is the same each time, and that no text
//! of a seller is markup or stops it.

use jiff::Timestamp;

use super::pdf;
use super::world::Fonts;
use crate::case::ad::Ad;
use crate::case::report::Language;
use crate::case::summary::{CaseHead, Summary, Terms, Visits, count};

fn ad(number: usize, title: &str) -> Ad {
    let mut ad = Ad { ad_id: format!("m.example/{number}").into(), ..Ad::default() };
    ad.offer.platform = Some("m.example".into());
    ad.offer.title = title.to_owned();
    title.clone_into(&mut ad.offer.text);
    ad.offer.seller = Some(title.into());
    ad.offer.date = Some(jiff::civil::date(2026, 10, 5));
    ad
}

fn summary(titles: &[&str]) -> Summary {
    let terms = Terms {
        case: CaseHead { title: "Ivory #1 = $x$".to_owned(), ..CaseHead::default() },
        verdicts: Vec::new(),
        made: Timestamp::UNIX_EPOCH,
        data_date: None,
        rates: crate::case::rates::Rates::shipped(),
        decisions: crate::case::decisions::Decisions::default(),
        visits: Visits::default(),
    };
    let ads = titles.iter().enumerate().map(|(number, title)| ad(number, title)).collect();
    count(ads, crate::case::summary::LookedAt::default(), &terms)
}

#[test]
fn it_is_a_pdf_a_and_the_same_each_time() {
    let summary = summary(&["Carved tusk", "Кость слона", "Σκαλιστό"]);
    for language in [Language::En, Language::Fr, Language::De, Language::Nl] {
        let first = pdf(&summary, language).unwrap().bytes;
        assert!(first.starts_with(b"%PDF-1.7"));
        let text = String::from_utf8_lossy(&first);
        assert!(text.contains("pdfaid:part") && text.contains("pdfaid:conformance"));
        assert_eq!(first, pdf(&summary, language).unwrap().bytes);
    }
}

#[test]
fn no_words_of_a_seller_stop_it_or_are_read_as_markup() {
    let hostile = [
        "#panic(\"read\")",
        "#read(\"/etc/passwd\") $ unclosed [ ] * _ ` @ <ad-1>",
        "\u{202e}turned\u{0} \u{1b}[31m 象牙 🐘 \u{e000} \u{fffe}",
        "",
        &"x".repeat(5_000),
    ];
    assert!(pdf(&summary(&hostile), Language::En).is_ok());
    assert!(pdf(&summary(&[]), Language::De).is_ok());
}

#[test]
fn letters_without_a_font_are_shown_as_missing() {
    let fonts = Fonts::shipped();
    assert_eq!(fonts.covered("Ivoire – слон 象牙"), "Ivoire – слон □□");
    assert_eq!(fonts.missing().into_iter().collect::<String>(), "牙象");
}

#[test]
fn letters_that_the_machine_has_a_font_for_are_set_in_it() {
    let fonts = Fonts::shipped();
    let _ = fonts.covered("象牙 عاج งาช้าง \u{fdd0}");
    let all = fonts.missing();
    let more = fonts.with_machine();
    let text = more.covered("象牙 عاج งาช้าง \u{fdd0}");
    // Whatever fonts there are, no letter is lost or set without a shape.
    let left = more.missing();
    assert!(left.is_subset(&all) && left.contains(&'\u{fdd0}'), "{left:?}");
    for letter in all.difference(&left) {
        assert!(text.contains(*letter), "{letter} in {text}");
    }
    let pdf = pdf(&summary(&["象牙 عاج งาช้าง \u{fdd0}"]), Language::En).unwrap();
    assert_eq!(pdf.missing, left);
}
