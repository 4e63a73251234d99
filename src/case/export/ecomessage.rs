//! A report in the order of INTERPOL's Ecomessage: what a National Central Bureau asks for when
//! wildlife crime is reported through it. A draft to copy from; nothing is sent.
//!
//! Source: INTERPOL, *Ecomessage*, the form of its environmental crime reporting: subject,
//! place and method of discovery, persons, companies, specimens, quantity and value, route,
//! modus operandi, law, further information, contact.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use jiff::tz::TimeZone;

use super::{Dossier, account};
use crate::case::ad::Ad;
use crate::case::country;
use crate::case::duplicates::Prints;
use crate::case::links::{Kind, shown};
use crate::case::product;
use crate::case::report::Language;
use crate::case::summary::{Eur, products, taxa_in_words};
use crate::output::terminal_text;

/// Ads that are named one by one.
const MOST_ADS: usize = 200;

/// Returns the form as plain text in English.
#[must_use]
pub fn ecomessage(dossier: &Dossier<'_>) -> String {
    let form = Form { dossier };
    let sections: [(&str, Vec<String>); 12] = [
        ("Subject", form.subject()),
        ("Place and method of discovery", form.discovery()),
        ("Dates", form.dates()),
        ("Persons and accounts", form.persons()),
        ("Companies and platforms", form.platforms()),
        ("Specimens", form.specimens()),
        ("Quantity and value", form.quantity()),
        ("Route", form.route()),
        ("Modus operandi", form.manner()),
        ("Law", form.law()),
        ("Attachments and evidence", form.evidence()),
        ("Contact", form.contact()),
    ];
    let mut text = String::from(
        "DRAFT, not sent. In the order of INTERPOL's Ecomessage; a person checks it and gives it\n\
         to the National Central Bureau. An entry in [brackets] is for that person to fill in.\n",
    );
    for (place, (title, lines)) in sections.iter().enumerate() {
        let _ = write!(text, "\n{}. {title}\n", place + 1);
        for line in lines {
            let _ = writeln!(text, "   {}", plain(line));
        }
    }
    text
}

struct Form<'a> {
    dossier: &'a Dossier<'a>,
}

impl Form<'_> {
    fn ads(&self) -> impl Iterator<Item = &Ad> {
        self.dossier.ads.iter()
    }

    fn subject(&self) -> Vec<String> {
        let details = &self.dossier.record.details;
        let number = details.number.as_deref().unwrap_or("[number of the case]");
        vec![details.title.clone(), format!("Case: {number}"), "Urgency: [routine / urgent]".into()]
    }

    fn discovery(&self) -> Vec<String> {
        let countries = self.counted(|ad| {
            vec![
                ad.offer
                    .country
                    .and_then(|code| country::name(code, "en"))
                    .unwrap_or("not named")
                    .to_owned(),
            ]
        });
        vec![
            format!(
                "Advertisements on the internet, read by machine and by a person: {}",
                self.dossier.ads.len()
            ),
            format!("Countries that they name: {}", in_words(&countries)),
        ]
    }

    fn dates(&self) -> Vec<String> {
        let days: BTreeSet<_> = self.ads().filter_map(|ad| ad.offer.date).collect();
        let range = days.first().zip(days.last()).map_or_else(
            || "not given in the data".to_owned(),
            |(from, to)| format!("{from} to {to}"),
        );
        let made = TimeZone::UTC.to_datetime(self.dossier.made).date();
        vec![format!("Advertisements published: {range}"), format!("This form: {made}")]
    }

    /// The networks, then the accounts that stand alone.
    fn persons(&self) -> Vec<String> {
        let mut shows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for ad in self.ads() {
            let Some(name) = account(ad) else { continue };
            let known = shows.entry(name.clone()).or_default();
            for (kind, value) in shown(ad) {
                let of_another = self.dossier.links.ignored.iter().any(|ignored| {
                    ignored.kind == kind
                        && ignored.value == value
                        && ignored.accounts.contains(&name)
                });
                if !of_another && !matches!(kind, Kind::Photo | Kind::Text) {
                    known.insert(format!("{} {value}", kind.word()));
                }
            }
        }
        let mut lines = Vec::new();
        for cluster in &self.dossier.links.clusters {
            lines.push(format!(
                "Network {}: {} accounts, {} ads, EUR {}; key account {}",
                cluster.id,
                cluster.accounts.len(),
                cluster.ads.len(),
                cluster.value_eur.cents() / 100,
                cluster.key_account,
            ));
            for account in &cluster.accounts {
                lines.push(person(account, shows.remove(account).unwrap_or_default(), "  "));
            }
        }
        lines.extend(shows.into_iter().map(|(account, known)| person(&account, known, "")));
        lines.push("Identity, date of birth, nationality: [not known from the ads]".to_owned());
        lines
    }

    fn platforms(&self) -> Vec<String> {
        let platforms =
            self.counted(|ad| ad.offer.platform.iter().map(ToString::to_string).collect());
        vec![in_words(&platforms)]
    }

    fn specimens(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for ad in self.ads().take(MOST_ADS) {
            let name = |id: String| product::name(&id, Language::En).map_or(id, str::to_owned);
            let mut what: Vec<String> = products(&ad.finding).into_iter().map(name).collect();
            what.extend(taxa_in_words(&ad.finding));
            let status = ad.finding.status.as_deref().cloned().unwrap_or_default();
            lines.push(format!(
                "{}: {} | {} | CITES {}, EU Annex {}",
                ad.ad_id,
                ad.offer.title,
                what.join(", "),
                status.appendix.as_deref().unwrap_or("–"),
                status.annex.as_deref().unwrap_or("–"),
            ));
        }
        let rest = self.dossier.ads.len().saturating_sub(MOST_ADS);
        if rest > 0 {
            lines.push(format!("and {rest} more: see the attached CSV"));
        }
        lines
    }

    /// Each offer once, as in `case summary`.
    fn quantity(&self) -> Vec<String> {
        let ads = self.dossier.ads;
        let mut offers: BTreeMap<usize, (u64, Eur)> = BTreeMap::new();
        for (ad, offer) in ads.iter().zip(Prints::of(ads).offers()) {
            let eur = ad.finding.price.as_ref().and_then(|price| price.eur).and_then(Eur::new);
            let sum = offers.entry(offer).or_default();
            sum.0 = sum.0.max(ad.finding.quantity.unwrap_or(1));
            if sum.1 == Eur::default() {
                sum.1 = eur.unwrap_or_default();
            }
        }
        let specimens: u64 = offers.values().map(|(count, _)| count).sum();
        let value = offers.values().fold(Eur::default(), |sum, (_, eur)| sum.plus(*eur));
        vec![
            format!("Offers: {} (advertisements: {})", offers.len(), ads.len()),
            format!("Specimens: {specimens}; an advertisement that names no number counts as one"),
            format!("Asking value: EUR {} where a price is given", value.cents() / 100),
        ]
    }

    fn route(&self) -> Vec<String> {
        let places = self.counted(|ad| ad.offer.location.iter().map(ToString::to_string).collect());
        vec![
            format!("Places that the advertisements name: {}", in_words(&places)),
            "Origin, transit, destination: [not known from the ads; see `pugmark case customs`]"
                .into(),
        ]
    }

    fn manner(&self) -> Vec<String> {
        let claims =
            self.counted(|ad| ad.finding.claims.iter().map(|it| it.kind.to_string()).collect());
        let mut ways: BTreeMap<String, usize> = BTreeMap::new();
        for edge in self.dossier.links.clusters.iter().flat_map(|cluster| &cluster.edges) {
            *ways.entry(edge.kind.word().to_owned()).or_default() += 1;
        }
        vec![
            format!("What the sellers claim: {}", in_words(&claims)),
            format!("What joins accounts: {}", in_words(&ways)),
        ]
    }

    fn law(&self) -> Vec<String> {
        let annexes = self.counted(|ad| {
            let status = ad.finding.status.as_ref();
            status.and_then(|status| status.annex.clone()).into_iter().collect()
        });
        let basis = self.dossier.record.details.legal_basis.clone();
        vec![
            format!("Annexes of Regulation (EC) No 338/97: {}", in_words(&annexes)),
            "Annex A: Article 8(1), offer for sale is prohibited without a certificate".into(),
            "Annex B: Article 8(5), sale only with proof of lawful acquisition".into(),
            format!("Collected under: {}", basis.as_deref().unwrap_or("[legal basis]")),
        ]
    }

    fn evidence(&self) -> Vec<String> {
        let entries = self.dossier.entries;
        let gone: BTreeSet<&String> =
            entries.iter().flat_map(|entry| entry.purged("purged_items")).collect();
        let items = entries.iter().filter_map(|entry| {
            let item = entry.item.as_ref().filter(|item| !gone.contains(item))?;
            Some(format!("{item}, SHA-256 {}", entry.tag_manifest()?))
        });
        let mut lines: Vec<String> = items.collect();
        if lines.is_empty() {
            lines.push("no item of evidence is in the case".to_owned());
        }
        lines.push("[list the files that go with this form]".to_owned());
        lines
    }

    fn contact(&self) -> Vec<String> {
        let investigator = self.dossier.record.details.investigator.as_deref();
        vec![investigator.unwrap_or("[name, authority, telephone, e-mail]").to_owned()]
    }

    fn counted(&self, keys: impl Fn(&Ad) -> Vec<String>) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for key in self.ads().flat_map(keys) {
            *counts.entry(key).or_default() += 1;
        }
        counts
    }
}

fn person(account: &str, known: BTreeSet<String>, indent: &str) -> String {
    let known: Vec<String> = known.into_iter().collect();
    let known = if known.is_empty() { "no contact".to_owned() } else { known.join(", ") };
    format!("{indent}{account}: {known}")
}

fn in_words(counts: &BTreeMap<String, usize>) -> String {
    if counts.is_empty() {
        return "none".to_owned();
    }
    let parts: Vec<String> = counts.iter().map(|(key, count)| format!("{key} ({count})")).collect();
    parts.join(", ")
}

/// Text of strangers on one line, with hidden characters written out.
fn plain(line: &str) -> String {
    let indent = line.len() - line.trim_start().len();
    let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = words.chars().take(500).collect();
    format!("{}{}", " ".repeat(indent), terminal_text::escape(&short))
}
