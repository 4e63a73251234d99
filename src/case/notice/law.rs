//! Under which law a platform is asked to act, and what that law says of an ad.
//!
//! Sources for Great Britain, read on 2026-11-26 at legislation.gov.uk: Control of Trade in
//! Endangered Species Regulations 2018 (SI 2018/703), Schedule 1, paragraph 1; Ivory Act
//! 2018, section 1. The Online Safety Act 2023 is not relied on.

use std::borrow::Cow;

use serde::Serialize;

use super::citation::citation;
use super::letter::{plain, quoted};
use super::meaning;
use crate::case::ad::{Ad, Claim, Duty};
use crate::case::country;
use crate::case::report::Language;
use crate::case::summary::products;

/// The law that a notice rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Law {
    /// Regulation (EC) No 338/97, and the Digital Services Act for the platform.
    #[default]
    Eu,
    /// The same regulation as it has effect in Great Britain; no statute on notices.
    GreatBritain,
}

impl Law {
    /// Great Britain for a platform under `.uk`, and for one of whose ads more than half of
    /// those that name a country name the United Kingdom.
    pub(super) fn of(platform: &str, ads: &[(&Ad, &'static str)]) -> Self {
        let countries: Vec<&str> = ads.iter().filter_map(|(ad, _)| ad.offer.country).collect();
        let british = countries.iter().filter(|country| **country == "GB").count();
        if platform.to_ascii_lowercase().ends_with(".uk") || british * 2 > countries.len() {
            Self::GreatBritain
        } else {
            Self::Eu
        }
    }

    /// The key of the word `key` where this law has one of its own.
    pub(super) fn key(self, key: &str, language: Language) -> Cow<'_, str> {
        let own = format!("gb-{key}");
        match self {
            Self::GreatBritain if language.find(&own).is_some() => own.into(),
            Self::GreatBritain | Self::Eu => key.to_owned().into(),
        }
    }

    /// Why an ad that offers a specimen of `annex` is considered illegal.
    pub(super) fn reasons(self, ad: &Ad, annex: &str, language: Language) -> Vec<String> {
        let old = |claim: &Claim| matches!(&*claim.kind, "antique" | "pre-1947");
        let old = ad.finding.claims.iter().any(old);
        match self {
            Self::Eu => {
                let sides: &[&str] = if old { &["inside", "antique"] } else { &["inside"] };
                let rule = |side: &&str| {
                    let meaning = meaning::rule(annex, side, language);
                    let (text, articles) = (meaning.text, citation(&meaning.articles, language));
                    // A whole sentence keeps its full stop behind the citation.
                    format!("{} ({articles}).", text.trim_end_matches('.'))
                };
                let national = ad.finding.duties.iter().map(|duty| national(duty, language));
                sides.iter().map(rule).chain(national).collect()
            }
            Self::GreatBritain => {
                let mut reasons = vec![language.word(&format!("gb-why-{annex}"))];
                if is_elephant_ivory(ad) {
                    reasons.push(language.word("gb-why-ivory"));
                } else if old {
                    reasons.push(language.word("gb-why-old"));
                }
                reasons.into_iter().map(str::to_owned).collect()
            }
        }
    }
}

/// A duty of national law that the ad says is not met.
fn national(duty: &Duty, language: Language) -> String {
    let known = |duty: &str| language.find(&format!("duty-{duty}")).unwrap_or("?");
    let or = language.word("or");
    let duties: Vec<&str> =
        std::iter::once(&duty.duty).chain(&duty.instead).map(|duty| known(duty)).collect();
    let source = language
        .find(&format!("law:{}", duty.source))
        .map_or_else(|| plain(&duty.source), str::to_owned);
    let values = [
        ("country", country::name(&duty.country, language.code()).unwrap_or(&duty.country)),
        ("taxon", &plain(&duty.taxon)),
        ("duty", &duties.join(&format!(" {or} "))),
        ("claim", &quoted(&plain(&duty.claim), language)),
        ("source", &source),
    ];
    language.say("n-national", &values)
}

/// True where the words name ivory and an elephant is among what it may come from.
fn is_elephant_ivory(ad: &Ad) -> bool {
    let taxa = ad.finding.status.as_ref().map(|status| status.taxa.as_slice()).unwrap_or_default();
    let elephant = |name: &str| name.starts_with("Loxodonta") || name.starts_with("Elephas");
    products(&ad.finding).iter().any(|id| id == "ivory" || id == "ivory-tusk")
        && taxa.iter().any(|taxon| elephant(&taxon.name))
}
