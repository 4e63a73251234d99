//! The ads that count, one by one, and for every figure the ads behind it.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{Page, anchor, shown, strangers};
use crate::case::ad::Ad;
use crate::case::country;
use crate::case::report::label::{is_italic, label};
use crate::case::summary::{Figure, Summary};

/// Ads that the page has room for.
const MOST_ADS: usize = 5_000;

impl Page<'_> {
    pub(super) fn ads(&self) -> Markup {
        let all = &self.summary.ads;
        let shown = all.len().min(MOST_ADS);
        let same = self.same_offer();
        let counts = (shown.to_string(), all.len().to_string());
        html! {
            section aria-labelledby="the-ads" {
                h2 #the-ads { (self.word("the-ads")) }
                p { (self.word("note-ads")) }
                @if shown < all.len() {
                    p { (self.say("note-rest", &[("shown", &counts.0), ("all", &counts.1)])) }
                }
                ol.ads {
                    @for (place, ad) in all.iter().take(shown).enumerate() {
                        li.ad id={ "ad-" (place + 1) } {
                            span.no { (place + 1) }
                            div { (self.offer(ad)) }
                            (self.particulars(ad, same.get(&place).copied()))
                        }
                    }
                }
            }
        }
    }

    /// For each ad that is the same offer as another: the place of the one that counts.
    fn same_offer(&self) -> BTreeMap<usize, usize> {
        let Summary { ads, merged, .. } = self.summary;
        let places: BTreeMap<&str, usize> =
            ads.iter().enumerate().map(|(place, ad)| (&*ad.ad_id, place)).collect();
        let others = merged.iter().flat_map(|one| {
            one.same_offer
                .iter()
                .filter_map(|id| Some((*places.get(&**id)?, *places.get(&*one.counted)?)))
        });
        others.collect()
    }

    fn offer(&self, ad: &Ad) -> Markup {
        let offer = &ad.offer;
        let title = strangers::excerpt(&offer.title, 160);
        let country = offer.country.and_then(|code| country::name(code, self.language.code()));
        let place = [offer.location.as_deref(), country];
        let place: Vec<String> = place.into_iter().flatten().map(strangers::text).collect();
        let account = [offer.platform.as_deref(), offer.seller.as_deref()];
        let account: Vec<String> =
            account.into_iter().flatten().map(|text| strangers::excerpt(text, 80)).collect();
        let reasons = ad.finding.reasons.iter().take(8).map(|why| strangers::excerpt(why, 160));
        let reasons: Vec<String> = reasons.collect();
        html! {
            h3 { @if title.is_empty() { (self.word("untitled")) } @else { (title) } }
            p { (strangers::excerpt(&offer.text, 320)) }
            p.where { (account.join(" · ")) @if !place.is_empty() { " · " (place.join(", ")) } }
            @if let Some(url) = &offer.url { p.where { (strangers::address(url)) } }
            @if !reasons.is_empty() { p.why { (reasons.join(" · ")) } }
        }
    }

    fn particulars(&self, ad: &Ad, same_as: Option<usize>) -> Markup {
        let finding = &ad.finding;
        let price = finding.price.as_ref().map(|price| {
            let currency = price.currency.as_deref().unwrap_or("?");
            format!(
                "{} {}",
                strangers::excerpt(&price.amount.to_string(), 24),
                strangers::excerpt(currency, 8)
            )
        });
        let status = finding.status.as_ref();
        let listing = status.map(|status| {
            let appendix = status.appendix.as_deref().map(|it| format!("CITES {it}"));
            let annex = status.annex.as_deref().map(|it| format!("{} {it}", self.word("annex")));
            let both: Vec<String> = [appendix, annex].into_iter().flatten().collect();
            strangers::excerpt(&both.join(", "), 60)
        });
        let taxa = status.map(|status| status.taxa.as_slice()).unwrap_or_default();
        let score = format!("{:.0}", finding.score);
        html! {
            dl {
                @if let Some(date) = ad.offer.date { (self.entry("date", &date.to_string())) }
                @if let Some(price) = price { (self.entry("price", &price)) }
                @if let Some(count) = finding.quantity { (self.entry("specimens", &self.number(count))) }
                @if let Some(listing) = listing { (self.entry("listing", &listing)) }
                @if !taxa.is_empty() {
                    dt { (self.word("taxon")) }
                    dd {
                        @for (at, taxon) in taxa.iter().take(4).enumerate() {
                            @if at > 0 { ", " }
                            i lang="la" { (strangers::excerpt(&taxon.name, 60)) }
                        }
                        @if taxa.len() > 4 { " …" }
                    }
                }
                (self.entry("score", &score))
                (self.entry("id", &strangers::excerpt(&ad.ad_id, 120)))
                (self.entry("source", &strangers::excerpt(&ad.from, 80)))
                @if let Some(place) = same_as {
                    dt { (self.word("same-as")) }
                    dd { a href={ "#ad-" (place + 1) } { (place + 1) } }
                }
            }
        }
    }

    fn entry(&self, key: &str, text: &str) -> Markup {
        html! { dt { (self.word(key)) } dd { (text) } }
    }

    pub(super) fn index(&self) -> Markup {
        let sellers = self.sellers();
        let lists = self.summary.lists().into_iter().chain([("seller", sellers.as_slice())]);
        html! {
            section aria-labelledby="index" {
                h2 #index { (self.word("index")) }
                p { (self.word("note-index")) }
                div.index {
                    @for (list, figures) in lists.filter(|(_, figures)| !figures.is_empty()) {
                        h3 { (self.word(&format!("by-{list}"))) }
                        @for (place, figure) in shown(figures).iter().enumerate() {
                            (self.behind(list, place, figure))
                        }
                    }
                }
            }
        }
    }

    /// The ads behind a figure, by their numbers in the list of ads.
    fn behind(&self, list: &str, place: usize, figure: &Figure) -> Markup {
        let name = strangers::excerpt(&label(list, &figure.key, self.language), 80);
        let (on_page, beyond): (Vec<usize>, Vec<usize>) =
            figure.places.iter().partition(|place| **place < MOST_ADS);
        html! {
            p id=(anchor(list, place)) {
                @if is_italic(list, &figure.key) { i lang="la" { (name) } } @else { (name) }
                @for (at, ad) in on_page.iter().enumerate() {
                    @if at > 0 { ", " } @else { " " }
                    a href={ "#ad-" (ad + 1) } { (ad + 1) }
                }
                @if !beyond.is_empty() { " " (self.say("and-more", &[("rest", &beyond.len().to_string())])) }
            }
        }
    }
}
