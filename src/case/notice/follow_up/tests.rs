//! Reminders and requests say only what the log bears out.

use std::collections::BTreeMap;

use jiff::civil::date;

use super::{Past, reminder, suspension};
use crate::case::notice::{Item, Law, Notice, SCHEMA};
use crate::case::report::Language;
use crate::evidence::State;

fn notice(language: Language, ads: usize) -> Notice {
    let item = |number: usize| Item {
        ad_id: format!("a.example/{number}").into(),
        url: Some(format!("https://a.example/{number}")),
        title: format!("Ivory {number}"),
        account: Some("tom".to_owned()),
        published: Some(date(2026, 10, 1)),
        offered: "ivory".to_owned(),
        annex: "A".to_owned(),
        appendix: Some("I".to_owned()),
        reasons: Vec::new(),
        claims: Vec::new(),
        preserved: None,
    };
    Notice {
        schema: SCHEMA,
        platform: "a.example".to_owned(),
        language,
        law: Law::Eu,
        date: date(2026, 11, 1),
        reference: "7".to_owned(),
        notifier: Some("Desk".to_owned()),
        email: Some("desk@police.example".to_owned()),
        items: (1..=ads).map(item).collect(),
        accounts: Vec::new(),
        law_as_of: Vec::new(),
    }
}

fn past(noticed: &[usize], visits: &[(usize, State)]) -> Past {
    let mut past = Past::default();
    for number in noticed {
        past.noticed.insert(format!("a.example/{number}"), date(2026, 10, 10));
    }
    for (number, state) in visits {
        let url = format!("https://a.example/{number}");
        past.visits.insert(url, (*state, date(2026, 10, 20)));
    }
    past
}

#[test]
fn a_reminder_names_what_was_notified_and_is_still_up_and_nothing_else() {
    let past = past(&[1, 2], &[(1, State::Up), (2, State::Gone), (3, State::Up)]);
    for language in [Language::En, Language::Fr, Language::De, Language::Nl] {
        let letter = reminder(&notice(language, 3), &past).unwrap();
        assert!(
            letter.contains("https://a.example/1")
                && letter.contains(&language.date(jiff::civil::date(2026, 10, 20))),
            "{letter}"
        );
        assert!(!letter.contains("https://a.example/2"), "{letter}");
        assert!(!letter.contains("https://a.example/3"), "{letter}");
    }
    assert_eq!(reminder(&notice(Language::En, 3), &Past::default()), None);
}

#[test]
fn an_account_is_named_for_many_ads_or_for_coming_back() {
    let shown = BTreeMap::from([("tom".to_owned(), 5)]);
    let many = suspension(&notice(Language::En, 3), &Past::default(), &shown).unwrap();
    assert!(many.contains("tom") && many.contains("3 of the 5"), "{many}");
    let two = notice(Language::En, 2);
    assert_eq!(suspension(&two, &Past::default(), &shown), None);
    assert_eq!(suspension(&two, &past(&[1, 2], &[]), &shown), None);
    assert!(suspension(&two, &past(&[1], &[]), &shown).is_some());
}
