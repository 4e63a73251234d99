//! Counts ads into figures.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::thread;

use super::seller;
use super::subject::{product_ids, subjects};
use super::{
    Eur, Figure, LookedAt, Merged, Period, SCHEMA, Summary, Terms, Thresholds, Totals, UNKNOWN,
};
use crate::case::ad::{Ad, Status, Verdict};
use crate::case::decisions::Decision;
use crate::case::duplicates::Prints;
use crate::case::ledger::{Ledger, LedgerError, by_date};
use crate::case::{country, day};
use crate::scan::likeness::SIMILARITY;

/// Counts the ads of `ledger` under `terms`.
///
/// # Errors
///
/// Those of [`Ledger::read`].
pub fn summarise(ledger: &Ledger, terms: &Terms) -> Result<Summary, LedgerError> {
    let mut looked_at = LookedAt::default();
    let mut ads = Vec::new();
    ledger.read(|mut ad| {
        looked_at.records += 1;
        *match ad.finding.verdict {
            Verdict::Flag => &mut looked_at.flag,
            Verdict::Review => &mut looked_at.review,
            Verdict::Clear => &mut looked_at.clear,
        } += 1;
        let decision = terms.decisions.on(&ad.ad_id).map(|decided| decided.decision);
        let settled = matches!(decision, Some(Decision::Confirm | Decision::Reject));
        looked_at.open += u64::from(ad.finding.verdict == Verdict::Review && !settled);
        if let Some(decision) = decision {
            *match decision {
                Decision::Confirm => &mut looked_at.confirmed,
                Decision::Reject => &mut looked_at.rejected,
                Decision::Unsure => &mut looked_at.unsure,
            } += 1;
        }
        if terms.decisions.let_count(&ad, &terms.verdicts) {
            terms.rates.apply(&mut ad);
            ads.push(ad);
        }
    })?;
    by_date(&mut ads);
    Ok(count(ads, looked_at, terms))
}

pub(in crate::case) fn count(ads: Vec<Ad>, looked_at: LookedAt, terms: &Terms) -> Summary {
    let tally = Tally { offers: Prints::of(&ads).offers(), ads: &ads };
    let removal = terms.visits.removal(&ads);
    let mut lists = lists(&tally);
    let sellers = seller::sellers(&tally);
    let mut list = |name: &str| lists.remove(name).unwrap_or_default();
    let mut summary = Summary {
        schema: SCHEMA,
        case: terms.case.clone(),
        made: terms.made,
        program: env!("CARGO_PKG_VERSION"),
        looked_at,
        removal,
        totals: Totals {
            removal_rate: removal.rate,
            sellers: number(sellers.len()),
            ..tally.totals()
        },
        period: period(&ads),
        by_country: list("country"),
        by_platform: list("platform"),
        by_language: list("language"),
        by_group: list("group"),
        by_taxon: list("taxon"),
        by_product: list("product"),
        by_appendix: list("appendix"),
        by_annex: list("annex"),
        by_week: list("week"),
        by_claim: list("claim"),
        sellers,
        merged: tally.merged(),
        without_rate: ads.iter().filter(|ad| has_no_rate(ad)).map(|ad| ad.ad_id.clone()).collect(),
        thresholds: thresholds(&ads, terms),
        rates_date: terms.rates.date,
        rates_source: terms.rates.source.clone(),
        data_date: terms.data_date,
        law_as_of: law_as_of(&ads),
        ads: Vec::new(),
    };
    for figure in &mut summary.by_country {
        if let Some(name) = country::name(&figure.key, "en") {
            name.clone_into(&mut figure.name);
        }
    }
    summary.by_week.sort_by(|a, b| is_unknown(a).cmp(&is_unknown(b)).then(a.key.cmp(&b.key)));
    sort_by_strictness(&mut summary.by_appendix);
    sort_by_strictness(&mut summary.by_annex);
    summary.ads = ads;
    summary
}

/// What an ad stands under in a list.
type Keys = for<'a> fn(&'a Ad) -> Vec<Cow<'a, str>>;

/// Each list: its name, under which keys an ad stands in it, and what becomes of ads without any.
const LISTS: [(&str, Keys, Rest); 10] = [
    ("country", |ad| one(ad.offer.country), Rest::Unknown),
    ("platform", |ad| one(ad.offer.platform.as_deref()), Rest::Unknown),
    ("language", |ad| one(ad.finding.language.as_deref()), Rest::Unknown),
    (
        "group",
        |ad| subjects(&ad.finding).into_iter().map(|it| it.group.into()).collect(),
        Rest::Unknown,
    ),
    (
        "taxon",
        |ad| subjects(&ad.finding).into_iter().map(|it| it.name.into()).collect(),
        Rest::Unknown,
    ),
    ("product", |ad| product_ids(&ad.finding).into_iter().map(Cow::from).collect(), Rest::LeftOut),
    ("appendix", |ad| one(status(ad, |it| it.appendix.as_deref())), Rest::Unknown),
    ("annex", |ad| one(status(ad, |it| it.annex.as_deref())), Rest::Unknown),
    (
        "week",
        |ad| vec![ad.offer.date.map_or(UNKNOWN.into(), |date| day::week(date).into())],
        Rest::Unknown,
    ),
    ("claim", |ad| ad.finding.claims.iter().map(|it| (&*it.kind).into()).collect(), Rest::LeftOut),
];

fn one(key: Option<&str>) -> Vec<Cow<'_, str>> {
    vec![key.unwrap_or(UNKNOWN).into()]
}

fn status(ad: &Ad, part: fn(&Status) -> Option<&str>) -> Option<&str> {
    ad.finding.status.as_deref().and_then(part)
}

/// The figures of all lists, made by all cores.
fn lists(tally: &Tally<'_>) -> BTreeMap<&'static str, Vec<Figure>> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let make = |first: usize| {
        let own = LISTS.iter().skip(first).step_by(cores);
        own.map(|(name, keys, rest)| (*name, tally.list(*keys, *rest))).collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        let threads: Vec<_> =
            (0..cores.min(LISTS.len())).map(|first| scope.spawn(move || make(first))).collect();
        let done = threads.into_iter().map(|one| one.join().expect("counting cannot panic"));
        done.flatten().collect()
    })
}

/// What becomes of ads without any key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// They stand under [`UNKNOWN`].
    Unknown,
    /// They are not in the list.
    LeftOut,
}

/// The ads that count, and for each the first ad that is the same offer.
pub(super) struct Tally<'a> {
    pub(super) ads: &'a [Ad],
    offers: Vec<usize>,
}

impl Tally<'_> {
    /// One figure a key, most ads first, then by key; what is unknown stands last.
    fn list(&self, keys: Keys, rest: Rest) -> Vec<Figure> {
        let mut places: BTreeMap<Cow<'_, str>, Vec<usize>> = BTreeMap::new();
        for (place, ad) in self.ads.iter().enumerate() {
            let mut keys = keys(ad);
            keys.sort_unstable();
            keys.dedup();
            if keys.is_empty() && rest == Rest::Unknown {
                keys.push(UNKNOWN.into());
            }
            for key in keys {
                places.entry(key).or_default().push(place);
            }
        }
        let mut figures: Vec<Figure> =
            places.into_iter().map(|(key, places)| self.figure(key.into_owned(), places)).collect();
        figures.sort_by(|a, b| is_unknown(a).cmp(&is_unknown(b)).then(b.ads.cmp(&a.ads)));
        figures
    }

    /// The figure of the ads at `places`; each offer among them counts once.
    pub(super) fn figure(&self, key: String, places: Vec<usize>) -> Figure {
        let mut figure = Figure {
            name: key.clone(),
            key,
            ads: number(places.len()),
            ad_ids: places.iter().map(|place| self.ads[*place].ad_id.clone()).collect(),
            ..Figure::default()
        };
        let mut prices = Vec::new();
        for counted in self.counted(&places) {
            let ad = &self.ads[counted];
            figure.unique_ads += 1;
            figure.specimens = figure.specimens.saturating_add(ad.finding.quantity.unwrap_or(1));
            prices.extend(eur(ad));
        }
        figure.without_price =
            number(places.iter().filter(|place| has_no_price(&self.ads[**place])).count());
        figure.value_eur = prices.iter().copied().fold(Eur::default(), Eur::plus);
        figure.median_eur = Eur::median(prices);
        figure.places = places;
        figure
    }

    /// For each offer among the ads at `places` the one ad that counts: the one that says
    /// most (price, then number of specimens), then the earliest.
    fn counted(&self, places: &[usize]) -> Vec<usize> {
        let says = |place: usize| {
            let ad = &self.ads[place];
            (eur(ad).is_some(), ad.finding.quantity.is_some())
        };
        let mut by_offer: Vec<(usize, usize)> =
            places.iter().map(|place| (self.offers[*place], *place)).collect();
        by_offer.sort_unstable();
        let most = |offer: &[(usize, usize)]| {
            let ads = offer.iter().map(|(_, place)| *place);
            ads.max_by_key(|place| (says(*place), Reverse(*place))).unwrap_or_default()
        };
        by_offer.chunk_by(|a, b| a.0 == b.0).map(most).collect()
    }

    fn totals(&self) -> Totals {
        let all: Vec<usize> = (0..self.ads.len()).collect();
        let counted = self.counted(&all);
        let assumed = counted.iter().filter(|at| self.ads[**at].finding.quantity.is_none()).count();
        let whole = self.figure(String::new(), all);
        Totals {
            ads: whole.ads,
            unique_ads: whole.unique_ads,
            specimens: whole.specimens,
            specimens_assumed: number(assumed),
            value_eur: whole.value_eur,
            median_eur: whole.median_eur,
            without_price: whole.without_price,
            without_rate: number(self.ads.iter().filter(|ad| has_no_rate(ad)).count()),
            ..Totals::default()
        }
    }

    fn merged(&self) -> Vec<Merged> {
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (place, offer) in self.offers.iter().enumerate() {
            members.entry(*offer).or_default().push(place);
        }
        let id = |place: usize| self.ads[place].ad_id.clone();
        let several = members.into_values().filter(|places| places.len() > 1);
        several
            .map(|places| {
                let counted = self.counted(&places)[0];
                let others = places.iter().filter(|place| **place != counted);
                Merged { counted: id(counted), same_offer: others.map(|at| id(*at)).collect() }
            })
            .collect()
    }
}

fn eur(ad: &Ad) -> Option<Eur> {
    ad.finding.price.as_ref()?.eur.and_then(Eur::new)
}

fn has_no_price(ad: &Ad) -> bool {
    ad.finding.price.is_none()
}

fn has_no_rate(ad: &Ad) -> bool {
    !has_no_price(ad) && eur(ad).is_none()
}

fn is_unknown(figure: &Figure) -> bool {
    figure.key == UNKNOWN
}

/// `I` before `II` before `III`, `A` before `B`; the alphabet does it.
fn sort_by_strictness(figures: &mut [Figure]) {
    figures.sort_by(|a, b| is_unknown(a).cmp(&is_unknown(b)).then(a.key.cmp(&b.key)));
}

fn period(ads: &[Ad]) -> Option<Period> {
    let days = || ads.iter().filter_map(|ad| ad.offer.date);
    Some(Period { from: days().min()?, to: days().max()? })
}

fn thresholds(ads: &[Ad], terms: &Terms) -> Thresholds {
    Thresholds {
        verdicts: terms.verdicts.iter().map(|verdict| verdict.word()).collect(),
        lowest_score: ads.iter().map(|ad| ad.finding.score).min_by(f64::total_cmp),
        duplicate_similarity: SIMILARITY,
    }
}

fn law_as_of(ads: &[Ad]) -> Vec<String> {
    let statuses = ads.iter().filter_map(|ad| ad.finding.status.as_ref());
    let mut days: Vec<String> = statuses.filter_map(|status| status.as_of.clone()).collect();
    days.sort();
    days.dedup();
    days
}

fn number(count: usize) -> u64 {
    u64::try_from(count).expect("a count is a u64")
}
