//! The networks of a case as a page: a drawing, the accounts and what they share.

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use maud::{Markup, html};

use super::{frame, mark, strangers};
use crate::case::links::{Cluster, Edge, Kind, Links};
use crate::case::report::Language;
use crate::case::summary::CaseHead;

/// Networks that the page has room for.
const MOST_NETWORKS: usize = 200;

/// Accounts that a drawing has room for; more stand in the table alone.
const MOST_NODES: usize = 60;

/// Size of a drawing, in its own units.
const SIDE: f64 = 640.0;

/// Returns the networks of `case` as an HTML page in `language`.
#[must_use]
pub fn network(links: &Links, case: &CaseHead, language: Language) -> String {
    let page = Page { links, language };
    let body = html! {
        header {
            div.mark { (mark()) span { "pugmark" } }
            @if let Some(number) = &case.number { p.number { (strangers::text(number)) } }
            h1 { (language.word("networks")) }
            p.about { (strangers::text(&case.title)) }
            p.lead { (page.lead()) }
        }
        main {
            @for cluster in links.clusters.iter().take(MOST_NETWORKS) { (page.cluster(cluster)) }
            (page.ignored())
            section aria-labelledby="method" {
                h2 #method { (language.word("method")) }
                p { (language.word("l-method")) }
            }
        }
    };
    frame(&case.title, language, &body).into_string()
}

struct Page<'a> {
    links: &'a Links,
    language: Language,
}

impl Page<'_> {
    fn lead(&self) -> String {
        if self.links.clusters.is_empty() {
            return self.language.word("l-none").to_owned();
        }
        let number = |count: usize| self.language.number(u64::try_from(count).unwrap_or(u64::MAX));
        self.language.say(
            "l-lead",
            &[
                ("clusters", &number(self.links.clusters.len())),
                ("accounts", &number(self.links.accounts)),
                ("ads", &number(self.links.ads)),
            ],
        )
    }

    fn cluster(&self, cluster: &Cluster) -> Markup {
        let places: BTreeMap<&str, usize> =
            cluster.accounts.iter().enumerate().map(|(at, name)| (name.as_str(), at + 1)).collect();
        html! {
            section aria-labelledby=(cluster.id) {
                h2 id=(cluster.id) { (self.language.say("l-network", &[("id", &cluster.id)])) }
                p { (self.about(cluster)) }
                @if cluster.accounts.len() <= MOST_NODES { (self.drawing(cluster, &places)) }
                (self.accounts(cluster))
                (self.edges(cluster, &places))
            }
        }
    }

    fn about(&self, cluster: &Cluster) -> String {
        let day =
            |day: Option<jiff::civil::Date>| day.map_or("–".to_owned(), |day| day.to_string());
        let value = self.language.number(cluster.value_eur.cents() / 100);
        self.language.say(
            "l-about",
            &[
                ("accounts", &cluster.accounts.len().to_string()),
                ("ads", &cluster.ads.len().to_string()),
                ("value", &value),
                ("from", &day(cluster.from)),
                ("to", &day(cluster.to)),
                ("key", &strangers::excerpt(&cluster.key_account, 80)),
            ],
        )
    }

    /// The accounts on a circle, a line for each shared value.
    fn drawing(&self, cluster: &Cluster, places: &BTreeMap<&str, usize>) -> Markup {
        let count = cluster.accounts.len();
        let points: Vec<(f64, f64)> = (0..count).map(|at| point(at, count)).collect();
        let mut parallel: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut lines = Vec::new();
        for edge in &cluster.edges {
            let ends = [&edge.a, &edge.b].map(|name| points[places[name.as_str()] - 1]);
            let side = parallel.entry((&edge.a, &edge.b)).or_default();
            lines.push(self.line(edge, ends[0], ends[1], *side));
            *side += 1;
        }
        let accounts = count.to_string();
        let alt = self.language.say("l-alt", &[("id", &cluster.id), ("accounts", &accounts)]);
        html! {
            figure.network {
                svg viewBox=(frame_of(&points)) role="img" aria-label=(alt) {
                    @for line in lines { (line) }
                    @for (at, (x, y)) in points.iter().enumerate() {
                        @let key = cluster.accounts[at] == cluster.key_account;
                        circle.key[key] cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r="15" {
                            title { (strangers::excerpt(&cluster.accounts[at], 80)) }
                        }
                        text.on-key[key] x=(format!("{x:.1}")) y=(format!("{:.1}", y + 5.0)) text-anchor="middle" { (at + 1) }
                    }
                }
                figcaption.legend {
                    @for kind in kinds(cluster) {
                        span {
                            svg viewBox="0 0 28 8" aria-hidden="true" { path class=(kind.word()) d="M0 4H28" {} }
                            (self.kind(kind))
                        }
                    }
                }
            }
        }
    }

    /// A line between two accounts; further ones of the same pair bend away.
    #[expect(clippy::cast_precision_loss, reason = "a pair shares a handful of values")]
    fn line(&self, edge: &Edge, from: (f64, f64), to: (f64, f64), side: usize) -> Markup {
        let bend = side.div_ceil(2) as f64 * if side % 2 == 1 { 26.0 } else { -26.0 };
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy).max(1.0);
        let middle = (
            f64::midpoint(from.0, to.0) - dy / length * bend,
            f64::midpoint(from.1, to.1) + dx / length * bend,
        );
        let path = format!(
            "M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}",
            from.0, from.1, middle.0, middle.1, to.0, to.1
        );
        html! {
            path class=(edge.kind.word()) d=(path) {
                title { (self.kind(edge.kind)) ": " (strangers::excerpt(&edge.value, 80)) }
            }
        }
    }

    fn accounts(&self, cluster: &Cluster) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label={ (self.language.word("l-accounts")) " " (cluster.id) } {
                table.free {
                    caption { (self.language.word("l-accounts")) }
                    thead {
                        tr {
                            th scope="col" { (self.language.word("l-number")) }
                            th.text scope="col" { (self.language.word("seller")) }
                        }
                    }
                    tbody {
                        @for (at, account) in cluster.accounts.iter().enumerate() {
                            tr {
                                th scope="row" data-value=(at + 1) { (at + 1) }
                                td.text { (strangers::excerpt(account, 120)) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn edges(&self, cluster: &Cluster, places: &BTreeMap<&str, usize>) -> Markup {
        let heads = ["l-between", "l-kind", "l-value", "l-ads"];
        html! {
            div.scroll tabindex="0" role="region" aria-label={ (self.language.word("l-shared")) " " (cluster.id) } {
                table.free {
                    caption { (self.language.word("l-shared")) }
                    thead {
                        tr {
                            @for head in heads { th.text scope="col" { (self.language.word(head)) } }
                            th scope="col" { (self.language.word("l-strength")) }
                        }
                    }
                    tbody {
                        @for edge in &cluster.edges {
                            tr {
                                td { (places[edge.a.as_str()]) "–" (places[edge.b.as_str()]) }
                                td.text.kind { (self.kind(edge.kind)) }
                                td.text.value {
                                    (self.value(edge.kind, &edge.value))
                                    @for item in edge.items().iter().take(12) { br; (strangers::excerpt(item, 60)) }
                                }
                                td.text.value {
                                    @for (at, ad) in edge.ads.iter().take(12).enumerate() {
                                        @if at > 0 { ", " }
                                        (strangers::excerpt(ad, 60))
                                    }
                                    @if edge.ads.len() > 12 { " …" }
                                }
                                td data-value=(edge.strength) { (format!("{:.2}", edge.strength)) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn ignored(&self) -> Markup {
        html! {
            @if !self.links.ignored.is_empty() {
                section aria-labelledby="ignored" {
                    h2 #ignored { (self.language.word("l-ignored")) }
                    div.scroll tabindex="0" role="group" aria-label=(self.language.word("l-ignored")) {
                        table.free {
                            thead {
                                tr {
                                    @for head in ["l-kind", "l-value", "l-reason"] {
                                        th.text scope="col" { (self.language.word(head)) }
                                    }
                                    th scope="col" { (self.language.word("l-accounts")) }
                                }
                            }
                            tbody {
                                @for value in self.links.ignored.iter().take(500) {
                                    tr {
                                        td.text.kind { (self.kind(value.kind)) }
                                        td.text.value { (self.value(value.kind, &value.value)) }
                                        td.text { (value.reason) }
                                        td data-value=(value.accounts.len()) { (value.accounts.len()) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn kind(&self, kind: Kind) -> &'static str {
        self.language.word(&format!("l-{}", kind.word()))
    }

    fn value(&self, kind: Kind, value: &str) -> String {
        let shown = strangers::excerpt(value, 80);
        if kind == Kind::Text { self.language.say("l-as-in", &[("ad", &shown)]) } else { shown }
    }
}

/// The kinds of the network's edges, each once.
fn kinds(cluster: &Cluster) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = cluster.edges.iter().map(|edge| edge.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// The part of the drawing that the accounts take up: full width, and no higher than need be.
fn frame_of(points: &[(f64, f64)]) -> String {
    let top = points.iter().map(|(_, y)| *y).fold(SIDE, f64::min) - 30.0;
    let foot = points.iter().map(|(_, y)| *y).fold(0.0, f64::max) + 30.0;
    format!("0 {top:.1} {SIDE} {:.1}", foot - top)
}

/// Where the account number `at` of `count` stands.
#[expect(clippy::cast_precision_loss, reason = "at most 60 accounts")]
fn point(at: usize, count: usize) -> (f64, f64) {
    let radius = (SIDE / 2.0 - 30.0) * if count < 5 { 0.55 } else { 1.0 };
    let angle = TAU * at as f64 / count as f64 - TAU / 4.0;
    (SIDE / 2.0 + radius * angle.cos(), SIDE / 2.0 + radius * angle.sin())
}
