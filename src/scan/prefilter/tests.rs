//! The prefilter says no only where the slow way finds nothing.

use std::borrow::Cow;

use jiff::civil::date;
use proptest::prelude::*;

use crate::lexicon::Vocabulary;
use crate::scan::ad::{Ad, Field, Role};
use crate::scan::examples;
use crate::scan::lookup::Lookup;
use crate::scan::{Options, Scanner, Scope, Weights};
use crate::species::Species;

/// What everything is judged with; made once.
fn scanner(scope: Scope) -> Scanner<'static> {
    let vocabulary: &'static Vocabulary = Box::leak(Box::new(Vocabulary::embedded()));
    let weights: &'static Weights = Box::leak(Box::new(Weights::embedded()));
    let options = Options { scope, on: date(2026, 11, 25) };
    Scanner::new(vocabulary, Species::embedded(), weights, options)
}

/// Whether the slow way finds an anchor in `text`, and whether the prefilter lets it through.
fn both_ways(scanner: &Scanner<'_>, text: &str) -> (bool, bool) {
    let slow =
        scanner.judge_named(&Ad::of_text(text), &Lookup::new(scanner.vocabulary())).is_some();
    (slow, scanner.sieve().may_hold_anchor(text))
}

/// The shipped examples, field by field.
fn examples() -> Vec<String> {
    let mut texts = Vec::new();
    for ad in examples::ads() {
        let fields = ad.as_object().unwrap().values();
        texts.extend(fields.filter_map(|value| value.as_str().map(str::to_owned)));
    }
    texts
}

#[test]
fn no_example_is_lost_in_either_scope() {
    let texts = examples();
    assert!(texts.len() > 500);
    for scope in [Scope::Listed, Scope::Wildlife] {
        let scanner = scanner(scope);
        let mut sieve = scanner.sieve();
        let mut found = 0;
        for text in &texts {
            let slow = scanner
                .judge_named(&Ad::of_text(text), &Lookup::new(scanner.vocabulary()))
                .is_some();
            assert!(!slow || sieve.may_hold_anchor(text), "{text}");
            found += usize::from(slow);
        }
        assert!(found > 200, "{found} of {} texts name something", texts.len());
    }
}

#[test]
fn an_ad_that_is_let_through_is_judged_as_always() {
    let scanner = scanner(Scope::Listed);
    for text in examples().into_iter().step_by(7) {
        let ad = Ad::of_text(&text);
        if let Some(finding) = scanner.judge_named(&ad, &Lookup::new(scanner.vocabulary())) {
            assert_eq!(finding, scanner.judge(&ad));
        }
    }
}

/// Ways to write a term: as it is, loud, in the middle of things, in disguise.
fn written(term: &str, way: usize) -> String {
    let letters: Vec<String> = term.chars().map(String::from).collect();
    match way {
        0 => term.to_owned(),
        1 => term.to_uppercase(),
        2 => format!("({term}),"),
        3 => term.replace(' ', "  "),
        4 => letters.join(" "),
        5 => letters.join("."),
        6 => term.replace('o', "0").replace('i', "1"),
        7 => term.replace('a', "а").replace('e', "е"),
        8 => letters.join("\u{200B}"),
        9 => term.replace('é', "&eacute;").replace(' ', "&nbsp;"),
        10 => format!("alt/{term}/neu"),
        _ => format!("{term}s"),
    }
}

#[test]
fn no_term_is_lost_however_it_is_written() {
    let scanner = scanner(Scope::Listed);
    let vocabulary = scanner.vocabulary();
    let mut sieve = scanner.sieve();
    let mut found = 0;
    let terms = (0..vocabulary.count()).step_by(307).map(|at| vocabulary.term(at));
    for (at, term) in terms.filter(|term| term.kind.is_about()).enumerate() {
        let said = written(term.text(), at % 12);
        for text in [said.clone(), format!("sofa, 12 cm {said} in gutem Zustand 45 €")] {
            let slow = scanner.judge_named(&Ad::of_text(&text), sieve.lookup()).is_some();
            assert!(!slow || sieve.may_hold_anchor(&text), "{text}");
            found += usize::from(slow);
        }
    }
    assert!(found > 60, "{found} texts name something");
}

#[test]
fn a_shortened_name_is_found_after_one_that_is_written_wide() {
    let scanner = scanner(Scope::Listed);
    let mut sieve = scanner.sieve();
    for text in ["old B.  hamorii to sell", "old B. 12 hamorii to sell", "B.\nhamorii"] {
        sieve.may_hold_anchor(text);
    }
    let text = "old B. hamorii to sell";
    assert!(scanner.judge_named(&Ad::of_text(text), sieve.lookup()).is_some());
    assert!(sieve.may_hold_anchor(text));
}

#[test]
fn a_term_goes_on_after_a_piece_of_two_words() {
    let scanner = scanner(Scope::Listed);
    let vocabulary = scanner.vocabulary();
    let mut sieve = scanner.sieve();
    let terms = (0..vocabulary.count()).map(|at| vocabulary.term(at));
    let hyphened = terms.filter(|term| {
        term.kind.is_about()
            && term.text().split_once(' ').is_some_and(|(one, _)| one.contains('-'))
    });
    let mut found = 0;
    for term in hyphened.step_by(29) {
        let text = format!("For sale: {}, old", term.text());
        let slow = scanner.judge_named(&Ad::of_text(&text), sieve.lookup()).is_some();
        assert!(!slow || sieve.may_hold_anchor(&text), "{text}");
        found += usize::from(slow);
    }
    assert!(found > 20, "{found}");
}

#[test]
fn ordinary_goods_are_kept_back() {
    let scanner = scanner(Scope::Listed);
    for text in [
        "Sofa in gutem Zustand, 3-Sitzer, 120 €, nur Abholung",
        "canapé d'angle, très bon état, à venir chercher",
        "Waschmaschine Bosch, 1.400 U/min, 7kg",
        "沙发几乎没用过，因搬家出售",
        "диван в хорошем состоянии",
    ] {
        assert_eq!(both_ways(&scanner, text), (false, false), "{text}");
    }
}

#[test]
fn an_ad_is_read_field_by_field() {
    let field = |text: &'static str| Field {
        name: "title".into(),
        role: Role::Title,
        text: Cow::Borrowed(text),
    };
    let ad = Ad { fields: vec![field("Sofa"), field("ivory carving")], ..Ad::default() };
    let scanner = scanner(Scope::Listed);
    let mut sieve = scanner.sieve();
    let held: Vec<bool> = ad.fields.iter().map(|f| sieve.may_hold_anchor(&f.text)).collect();
    assert_eq!(held, [false, true]);
    assert!(scanner.judge_named(&ad, &Lookup::new(scanner.vocabulary())).is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn no_mixture_of_signs_is_lost(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "ivory", "Elfenbein", "African", "grey", "parrot", "i", "v", "o", "r", "y", "象牙",
                "手镯", "ﾍﾞｯｺｳ", "écaille", "de", "tortue", "Ã¤", "Ä©", "&nbsp;", "\u{200B}", "12",
                "1v0ry", "кость", "слоновая", "عاج", "والعاج", "งาช้าง", "ngà", "voi", "leopard", "skin",
                "rhino", "horn", "$kin", "🐘", "’", "\n",
            ]),
            1..9,
        ),
        glue in prop::sample::select(vec![" ", "", "-", ", ", ".", "  ", "\u{A0}", "*"]),
    ) {
        thread_local! {
            static SCANNER: &'static Scanner<'static> = Box::leak(Box::new(scanner(Scope::Listed)));
        }
        let text = words.join(glue);
        let (slow, fast) = SCANNER.with(|scanner| both_ways(scanner, &text));
        prop_assert!(!slow || fast, "{text}");
    }
}
