//! A case without persons' data: for a course, for statistics, for the press.
//!
//! What remains of an ad are the fields that say what was offered; everything else is left
//! out. Accounts, numbers and addresses become `account-1`, `phone-2` …, the same one for
//! the same value, so that networks can still be seen. Names that stand in the middle of a
//! sentence cannot be told from other words: a person must read what comes out.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::ad::{Ad, Finding, ListedTaxon, SCAN_SCHEMA};
use super::links::{Kind, shown};
use super::summary::{products, taxa_in_words};
use crate::output::Record;

/// Fields of a record that are left out whole.
pub const LEFT_OUT: &str = "id, url, seller_url, location, images, the scan's reasons and terms, and every field that is not known";

/// Digits in a row, with what stands between them in telephone numbers, that are taken out.
const LONG_NUMBER: usize = 7;

/// Letters and digits in a row that are a wallet or an account, not a word.
const LONG_MIXED: usize = 20;

/// Gives the same name to the same value.
#[derive(Debug, Default)]
pub struct Redaction {
    names: BTreeMap<(&'static str, String), usize>,
    counts: BTreeMap<&'static str, usize>,
    records: usize,
    /// What was taken out, without the values.
    pub log: Vec<Taken>,
}

/// One kind of thing taken out of one field of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// `R1`, `R2` … in the order of the ledger.
    pub record: String,
    /// `title`, `text` or `seller`.
    pub field: &'static str,
    /// What stands there instead.
    pub replaced_by: String,
    /// How often.
    pub times: usize,
}

impl Record for Taken {
    const COLUMNS: &'static [&'static str] = &["record", "field", "replaced_by", "times"];

    fn cells(&self) -> Vec<String> {
        let Self { record, field, replaced_by, times } = self.clone();
        vec![record, field.to_owned(), replaced_by, times.to_string()]
    }
}

impl Redaction {
    /// Returns the scan record of `ad` without persons' data.
    pub fn record(&mut self, ad: &Ad) -> Value {
        self.records += 1;
        let record = format!("R{}", self.records);
        let platform = ad.offer.platform.as_deref().unwrap_or("?");
        let account = ad.offer.seller.as_ref().map(|seller| {
            let name = self.name("account", &format!("{platform}/{seller}"));
            self.took(&record, "seller", &name, 1);
            name
        });
        let contacts = self.contacts(ad);
        let values = self.values(ad, account.as_deref());
        let title = self.clean(&record, "title", &ad.offer.title, &values);
        let text = self.clean(&record, "text", &ad.offer.text, &values);
        let about = [products(&ad.finding), taxa_in_words(&ad.finding)].concat();
        json!({
            "id": record,
            "platform": ad.offer.platform,
            "title": title,
            "text": text,
            "country": ad.offer.country,
            "date": ad.offer.date,
            "seller": account,
            "about": about,
            "pugmark": finding(&ad.finding, &contacts),
        })
    }

    /// The ways to reach and to pay the seller under other names.
    fn contacts(&mut self, ad: &Ad) -> Vec<Value> {
        let shown = shown(ad).into_iter();
        shown
            .filter(|(kind, _)| !matches!(kind, Kind::Photo | Kind::Text))
            .map(|(kind, value)| {
                json!({ "kind": kind.word(), "value": self.name(kind.word(), &value) })
            })
            .collect()
    }

    /// What must not remain in a text, the longest first, and what stands there instead.
    fn values(&mut self, ad: &Ad, account: Option<&str>) -> Vec<(String, String)> {
        let mut values: Vec<(String, String)> = Vec::new();
        if let (Some(seller), Some(name)) = (&ad.offer.seller, account) {
            values.push((seller.to_string(), name.to_owned()));
        }
        values.extend(ad.offer.seller_url.iter().map(|url| (url.clone(), "link".to_owned())));
        for (kind, value) in shown(ad) {
            let bare = value.split_once(':').map_or(&*value, |(_, it)| it).to_owned();
            if !matches!(kind, Kind::Photo | Kind::Text) {
                values.push((bare, self.name(kind.word(), &value)));
            }
        }
        for contact in &ad.finding.contacts {
            let name = super::links::of_contact(contact)
                .map_or_else(|| "link".to_owned(), |(kind, value)| self.name(kind.word(), &value));
            let written = contact.text.iter().chain([&contact.value]);
            values.extend(written.map(|text| (text.clone(), name.clone())));
        }
        values.retain(|(value, _)| value.chars().count() >= 3);
        values.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        values
    }

    fn name(&mut self, kind: &'static str, value: &str) -> String {
        let key = (kind, value.to_owned());
        let next = self.counts.entry(kind).or_default();
        let number = self.names.entry(key).or_insert_with(|| {
            *next += 1;
            *next
        });
        format!("{kind}-{number}")
    }

    fn took(&mut self, record: &str, field: &'static str, by: &str, times: usize) {
        if times > 0 {
            let (record, replaced_by) = (record.to_owned(), by.to_owned());
            self.log.push(Taken { record, field, replaced_by, times });
        }
    }

    fn clean(
        &mut self,
        record: &str,
        field: &'static str,
        text: &str,
        values: &[(String, String)],
    ) -> String {
        let mut text = text.to_owned();
        for (value, name) in values {
            let (cleaned, times) = replace(&text, value, &format!("[{name}]"));
            self.took(record, field, name, times);
            text = cleaned;
        }
        let (text, links) = without_links(&text);
        self.took(record, field, "link", links);
        let (text, numbers) = without_numbers(&text);
        self.took(record, field, "number", numbers);
        text
    }
}

/// What the scan found, without its words: they are the seller's.
fn finding(finding: &Finding, contacts: &[Value]) -> Value {
    let status = finding.status.as_deref().map(|status| {
        let taxon = |it: &ListedTaxon| {
            json!({ "name": it.name, "class": it.class, "order": it.order, "family": it.family })
        };
        let taxa: Vec<Value> = status.taxa.iter().map(taxon).collect();
        json!({
            "appendix": status.appendix,
            "annex": status.annex,
            "as_of": status.as_of,
            "taxa": taxa,
        })
    });
    let hits = finding.hits.iter();
    let hits: Vec<Value> =
        hits.map(|hit| json!({ "product": hit.product, "taxon": hit.taxon })).collect();
    let claims = finding.claims.iter();
    let claims: Vec<Value> = claims.map(|claim| json!({ "kind": claim.kind })).collect();
    let price = finding.price.as_ref().map(
        |price| json!({ "amount": price.amount, "currency": price.currency, "eur": price.eur }),
    );
    json!({
        "schema": SCAN_SCHEMA,
        "score": finding.score,
        "verdict": finding.verdict.word(),
        "language": finding.language,
        "hits": hits,
        "status": status,
        "claims": claims,
        "price": price,
        "quantity": finding.quantity,
        "contacts": contacts,
        "reasons": [],
    })
}

/// `text` with each `value`, whatever the case of its ASCII letters, replaced by `by`.
fn replace(text: &str, value: &str, by: &str) -> (String, usize) {
    let (mut cleaned, mut times, mut at) = (String::with_capacity(text.len()), 0, 0);
    while let Some(c) = text[at..].chars().next() {
        let here = text.get(at..at + value.len());
        if here.is_some_and(|here| here.eq_ignore_ascii_case(value)) {
            cleaned += by;
            times += 1;
            at += value.len();
        } else {
            cleaned.push(c);
            at += c.len_utf8();
        }
    }
    (cleaned, times)
}

/// Takes out web and e-mail addresses, names after an `@`, and long mixed codes.
fn without_links(text: &str) -> (String, usize) {
    let mut times = 0;
    let cleaned = text
        .split_inclusive(char::is_whitespace)
        .map(|word| {
            let bare = word.trim();
            let lower = bare.to_lowercase();
            let address = bare.contains('@')
                || lower.contains("://")
                || lower.contains("www.")
                || lower.match_indices('/').any(|(at, _)| ends_like_a_host(&lower[..at]));
            let mixed = bare.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| {
                part.len() >= LONG_MIXED && part.contains(|c: char| c.is_ascii_digit())
            });
            if !(address || mixed) {
                return word.to_owned();
            }
            times += 1;
            word.replace(bare, "[link]")
        })
        .collect();
    (cleaned, times)
}

/// True for `shop.example`: letters or digits, a point, and letters to the end.
fn ends_like_a_host(text: &str) -> bool {
    text.rsplit_once('.').is_some_and(|(name, end)| {
        name.ends_with(char::is_alphanumeric)
            && end.len() >= 2
            && end.chars().all(|c| c.is_ascii_alphabetic())
    })
}

/// Takes out numbers as long as telephone numbers and accounts.
fn without_numbers(text: &str) -> (String, usize) {
    let between = |c: char| " .-/()".contains(c);
    let (mut cleaned, mut times, mut rest) = (String::new(), 0, text);
    while let Some(start) = rest.find(|c: char| c.is_numeric() || c == '+') {
        cleaned += &rest[..start];
        rest = &rest[start..];
        let mut end = 0;
        let mut digits = 0;
        for (at, c) in rest.char_indices() {
            if c.is_numeric() {
                digits += 1;
                end = at + c.len_utf8();
            } else if !(between(c) || (at == 0 && c == '+')) {
                break;
            }
        }
        end = end.max(rest.chars().next().map_or(1, char::len_utf8));
        if digits >= LONG_NUMBER {
            cleaned += "[number]";
            times += 1;
        } else {
            cleaned += &rest[..end];
        }
        rest = &rest[end..];
    }
    (cleaned + rest, times)
}

#[cfg(test)]
mod tests {
    use super::Redaction;
    use crate::case::ad::{Ad, Contact};

    fn ad(text: &str) -> Ad {
        let mut ad = Ad::default();
        ad.offer.platform = Some("a.example".into());
        ad.offer.seller = Some("Attic_Tom".into());
        ad.offer.url = Some("https://a.example/ad/77123".to_owned());
        text.clone_into(&mut ad.offer.text);
        let contact = |kind: &str, value: &str, text: &str| Contact {
            kind: kind.into(),
            value: value.to_owned(),
            text: Some(text.to_owned()),
        };
        ad.finding.contacts = [
            contact("phone", "+447700900461", "07700 900461"),
            contact("email", "tom@post.example", "Tom@post.example"),
        ]
        .into();
        ad
    }

    #[test]
    fn nothing_that_leads_to_a_person_remains_and_what_was_offered_does() {
        let text = "Ivory box, 38 g, 1900. Ask ATTIC_TOM, 07700 900461, Tom@post.example, \
            paypal.me/tomattic, DE89 3704 0044 0532 0130 00, 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa, \
            t.me/x @tom_ivory, 0044 7700 900999, [https://b.example/tomsbox] tomshop.de/x";
        let mut redaction = Redaction::default();
        let record = redaction.record(&ad(text));
        let shown = record.to_string().to_lowercase();
        for secret in [
            "attic",
            "900461",
            "900999",
            "post.example",
            "tomattic",
            "3704",
            "0532",
            "1a1zp1",
            "tom_ivory",
            "tomsbox",
            "tomshop",
            "77123",
        ] {
            assert!(!shown.contains(secret), "{secret}: {record}");
        }
        let kept = record["text"].as_str().unwrap();
        assert!(
            kept.starts_with("Ivory box, 38 g, 1900. Ask [account-1], [phone-1], [email-1],"),
            "{kept}"
        );
        let log: Vec<&str> = redaction.log.iter().map(|it| it.replaced_by.as_str()).collect();
        for taken in ["account-1", "phone-1", "email-1", "link", "number"] {
            assert!(log.contains(&taken), "{taken}: {log:?}");
        }
    }

    #[test]
    fn the_same_value_has_the_same_name_in_every_record() {
        let mut redaction = Redaction::default();
        let (first, second) = (redaction.record(&ad("x")), redaction.record(&ad("y")));
        assert_eq!(first["seller"], second["seller"]);
        assert_eq!(first["pugmark"]["contacts"], second["pugmark"]["contacts"]);
        assert_ne!(first["id"], second["id"]);
    }
}
