//! Which shared values join accounts, and which are a service's or a quoted competitor's.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::Ignored;
use super::signal::{Accounts, Kind, Shared, Sightings, of_contact, values};
use crate::case::ad::Ad;

/// Accounts above which a value is nobody's own.
const MOST_ACCOUNTS: usize = 50;

/// Accounts above which a photo is a stock photo, a certificate or a placeholder.
const MOST_ACCOUNTS_OF_A_PHOTO: usize = 20;

/// Accounts from which on a value that stands beside the accounts' own ones is a service's.
const SERVICE_ACCOUNTS: usize = 4;

/// Characters around a value that are read for what is said of it.
const NEIGHBOURHOOD: usize = 60;

/// Words beside the number of a courier or of a marketplace, in the languages of the first sites.
const SERVICE: &[&str] = &[
    "courier",
    "hotline",
    "customer service",
    "parcel service",
    "tracking",
    "helpdesk",
    "support line",
    "transporteur",
    "coursier",
    "service client",
    "suivi de colis",
    "kurier",
    "spedition",
    "kundenservice",
    "kundendienst",
    "sendungsverfolgung",
    "paketdienst",
    "koerier",
    "klantenservice",
    "pakketdienst",
    "bezorgdienst",
    "mensajería",
    "corriere",
    "servizio clienti",
    "dhl",
    "ups",
    "dpd",
    "gls",
    "hermes",
    "postnl",
    "fedex",
    "mondial relay",
    "colissimo",
    "royal mail",
];

/// Words beside a number that an ad warns of.
const WARNING: &[&str] = &[
    "beware of",
    "scammer",
    "fraudster",
    "do not buy",
    "don't buy",
    "do not trust",
    "unlike",
    "warnung vor",
    "vorsicht vor",
    "betrüger",
    "nicht kaufen",
    "kauft nicht",
    "kaufen sie nicht",
    "arnaqueur",
    "méfiez-vous",
    "escroc",
    "n'achetez pas",
    "oplichter",
    "pas op voor",
    "niet kopen",
    "koop niet",
    "estafador",
    "no compren",
    "truffatore",
    "non comprate",
    "oszust",
    "nie kupuj",
    "podvodník",
    "nekupujte",
    "мошенник",
    "шахрай",
];

/// Names before the `@` that belong to an office, not to a person.
const OFFICES: &[&str] = &[
    "support",
    "service",
    "info",
    "help",
    "hilfe",
    "noreply",
    "no-reply",
    "contact",
    "kontakt",
    "kundenservice",
    "abuse",
    "admin",
    "sales",
    "office",
    "shipping",
    "versand",
];

/// What became of the shared values.
pub(super) struct Judged {
    /// Values with the accounts that they join.
    pub(super) joining: Vec<(Shared, f64)>,
    pub(super) ignored: Vec<Ignored>,
}

pub(super) fn judge(ads: &[Ad], accounts: &Accounts, seen: &Sightings<'_>) -> Judged {
    let platforms: BTreeSet<&str> =
        ads.iter().filter_map(|ad| ad.offer.platform.as_deref()).collect();
    let mut judged = Judged { joining: Vec::new(), ignored: Vec::new() };
    for value in seen.shared() {
        let value = &value;
        let ignored = |places: Vec<usize>, reason| Ignored {
            kind: value.kind,
            value: value.value.clone(),
            accounts: places.iter().map(|place| accounts.names[*place].clone()).collect(),
            reason,
        };
        if let Some(reason) = not_of_a_person(value, ads, &platforms, seen) {
            judged.ignored.push(ignored(value.ads.keys().copied().collect(), reason));
            continue;
        }
        let mut joined = value.ads.clone();
        let mut quoting = Vec::new();
        for (account, places) in &value.ads {
            if is_quoted(value, *account, places, ads, seen) {
                joined.remove(account);
                quoting.push(*account);
            }
        }
        if !quoting.is_empty() {
            let reason = "the ads quote it beside their own or warn of it";
            judged.ignored.push(ignored(quoting, reason));
        }
        if joined.len() > 1 {
            let strength = strength(value.kind, joined.len());
            let shared = Shared { kind: value.kind, value: value.value.clone(), ads: joined };
            judged.joining.push((shared, strength));
        }
    }
    judged
}

/// How much a value says that `accounts` share: the more they are, the less.
#[expect(clippy::cast_precision_loss, reason = "at most 50 accounts")]
fn strength(kind: Kind, accounts: usize) -> f64 {
    let base = match kind {
        Kind::Payment => 0.97,
        Kind::Email => 0.95,
        Kind::Phone | Kind::Handle => 0.9,
        Kind::Photo => 0.8,
        Kind::Text => 0.7,
    };
    let crowd = accounts.saturating_sub(5) as f64 / MOST_ACCOUNTS as f64;
    (base * (1.0 - 0.4 * crowd) * 100.0).round() / 100.0
}

/// Why a value is rather a service's than a person's; `None` when nothing says so.
fn not_of_a_person(
    value: &Shared,
    ads: &[Ad],
    platforms: &BTreeSet<&str>,
    seen: &Sightings<'_>,
) -> Option<&'static str> {
    if value.ads.len() > MOST_ACCOUNTS {
        return Some("more than 50 accounts show it");
    }
    match value.kind {
        Kind::Phone if is_service_number(&value.value) => return Some("a free or premium number"),
        Kind::Email if is_office(&value.value, platforms) => {
            return Some("the address of an office or of the platform");
        }
        Kind::Photo if value.ads.len() > MOST_ACCOUNTS_OF_A_PHOTO => {
            return Some("more than 20 accounts show it: a stock photo or a placeholder");
        }
        Kind::Text | Kind::Photo | Kind::Payment => return None,
        Kind::Phone | Kind::Email | Kind::Handle => {}
    }
    let places = || value.ads.values().flatten();
    let named = places().filter(|place| near(&ads[**place], value, SERVICE)).count();
    if named * 2 > places().count() {
        return Some("the ads call it a courier's or a service's");
    }
    let beside = value.ads.keys().filter(|account| seen.has_own(**account, value.kind)).count();
    let service = value.ads.len() >= SERVICE_ACCOUNTS && beside * 10 >= value.ads.len() * 6;
    service.then_some("it stands beside the accounts' own, as that of a courier or a marketplace")
}

/// Free and premium numbers of the first countries (E.164).
fn is_service_number(phone: &str) -> bool {
    const PREFIXES: &[&str] = &[
        "+44800", "+44808", "+4484", "+4487", "+449", "+49800", "+49180", "+49900", "+33800",
        "+33801", "+33805", "+3381", "+3382", "+3389", "+31800", "+31900", "+32800", "+3290",
        "+800", "+1800", "+1888", "+1877", "+1866",
    ];
    PREFIXES.iter().any(|prefix| phone.starts_with(prefix))
}

fn is_office(email: &str, platforms: &BTreeSet<&str>) -> bool {
    let Some((name, host)) = email.split_once('@') else { return false };
    OFFICES.contains(&name) && platforms.iter().any(|platform| host.ends_with(platform))
}

/// True when an account only quotes the value: in each of its ads that show it, a value that
/// the account shows more often stands beside it, or the words around it warn.
fn is_quoted(
    value: &Shared,
    account: usize,
    places: &[usize],
    ads: &[Ad],
    seen: &Sightings<'_>,
) -> bool {
    if !matches!(value.kind, Kind::Phone | Kind::Email | Kind::Handle) {
        return false;
    }
    let count = seen.count(account, value.kind, &value.value);
    places.iter().all(|place| {
        let ad = &ads[*place];
        let better = |(kind, other): &(Kind, Cow<'_, str>)| {
            *kind == value.kind
                && *other != value.value
                && seen.count(account, *kind, other) > count
        };
        near(ad, value, WARNING) || values(ad).iter().any(better)
    })
}

/// True when one of `words` stands close before or after the value in the ad's text.
fn near(ad: &Ad, value: &Shared, words: &[&str]) -> bool {
    let text = ad.offer.text.to_lowercase();
    let wanted = (value.kind, Cow::from(&value.value));
    let written = ad
        .finding
        .contacts
        .iter()
        .filter(|contact| of_contact(contact).as_ref() == Some(&wanted))
        .filter_map(|contact| contact.text.as_deref());
    written.map(str::to_lowercase).any(|written| {
        text.match_indices(&written).any(|(at, _)| {
            let before: String = text[..at].chars().rev().take(NEIGHBOURHOOD).collect();
            let before: String = before.chars().rev().collect();
            let after: String =
                text[at + written.len()..].chars().take(NEIGHBOURHOOD / 3).collect();
            words.iter().any(|word| has_word(&before, word) || has_word(&after, word))
        })
    })
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}
