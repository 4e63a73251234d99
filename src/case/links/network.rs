//! Accounts that hang together through shared values.

use std::collections::{BTreeMap, BTreeSet};

use super::photo::Likeness;
use super::signal::{Accounts, Shared};
use super::{Cluster, Day, Edge};
use crate::case::ad::{Ad, AdId};
use crate::case::summary::Eur;

/// The networks that `joining` makes of the accounts, the largest first.
pub(super) fn clusters(
    ads: &[Ad],
    offers: &[usize],
    accounts: &Accounts,
    likeness: &Likeness,
    joining: Vec<(Shared, f64)>,
) -> Vec<Cluster> {
    let mut first: Vec<usize> = (0..accounts.names.len()).collect();
    let mut edges: Vec<(usize, Edge)> = Vec::new();
    for (shared, strength) in joining {
        // The account with most ads holds the star, so that k accounts need k - 1 edges.
        let Some(centre) = shared
            .ads
            .iter()
            .max_by_key(|(account, places)| (places.len(), std::cmp::Reverse(**account)))
            .map(|(account, _)| *account)
        else {
            continue;
        };
        for account in shared.ads.keys().filter(|account| **account != centre) {
            join(&mut first, centre, *account);
            let shown = shared.ads[&centre].iter().chain(&shared.ads[account]);
            edges.push((
                centre,
                Edge {
                    a: accounts.names[centre].clone(),
                    b: accounts.names[*account].clone(),
                    kind: shared.kind,
                    value: shared.value.clone(),
                    strength,
                    photos: likeness.seen(&shared.value, shown.clone().copied()),
                    ads: shown.map(|place| ads[*place].ad_id.clone()).collect(),
                },
            ));
        }
    }
    gather(ads, offers, accounts, &mut first, edges)
}

fn gather(
    ads: &[Ad],
    offers: &[usize],
    accounts: &Accounts,
    first: &mut [usize],
    edges: Vec<(usize, Edge)>,
) -> Vec<Cluster> {
    let mut parts: BTreeMap<usize, Part> = BTreeMap::new();
    for (centre, edge) in edges {
        parts.entry(root(first, centre)).or_default().edges.push(edge);
    }
    for account in 0..accounts.names.len() {
        if let Some(part) = parts.get_mut(&root(first, account)) {
            part.accounts.push(account);
        }
    }
    for (place, account) in accounts.of_ad.iter().enumerate() {
        if let Some(part) = parts.get_mut(&root(first, *account)) {
            part.ads.push(place);
        }
    }
    let mut clusters: Vec<Cluster> =
        parts.into_values().map(|part| part.cluster(ads, offers, accounts)).collect();
    clusters.sort_by_key(|cluster| {
        std::cmp::Reverse((cluster.accounts.len(), cluster.ads.len(), cluster.value_eur))
    });
    for (place, cluster) in clusters.iter_mut().enumerate() {
        cluster.id = format!("N{}", place + 1);
    }
    clusters
}

/// A network while it is being gathered.
#[derive(Default)]
struct Part {
    accounts: Vec<usize>,
    ads: Vec<usize>,
    edges: Vec<Edge>,
}

impl Part {
    fn cluster(mut self, ads: &[Ad], offers: &[usize], accounts: &Accounts) -> Cluster {
        self.edges
            .sort_by(|x, y| (&x.a, &x.b, x.kind, &x.value).cmp(&(&y.a, &y.b, y.kind, &y.value)));
        let own = || self.ads.iter().map(|place| &ads[*place]);
        let mut days: BTreeMap<_, Vec<AdId>> = BTreeMap::new();
        for ad in own() {
            if let Some(date) = ad.offer.date {
                days.entry(date).or_default().push(ad.ad_id.clone());
            }
        }
        let platforms: BTreeSet<&str> =
            own().filter_map(|ad| ad.offer.platform.as_deref()).collect();
        let countries: BTreeSet<&'static str> = own().filter_map(|ad| ad.offer.country).collect();
        let mut prices: BTreeMap<usize, Eur> = BTreeMap::new();
        for place in &self.ads {
            let price = ads[*place].finding.price.as_ref().and_then(|price| price.eur);
            if let Some(eur) = price.and_then(Eur::new) {
                prices.entry(offers[*place]).or_insert(eur);
            }
        }
        Cluster {
            id: String::new(),
            accounts: self.accounts.iter().map(|at| accounts.names[*at].clone()).collect(),
            key_account: self.key_account(accounts),
            ads: own().map(|ad| ad.ad_id.clone()).collect(),
            platforms: platforms.into_iter().map(str::to_owned).collect(),
            countries: countries.into_iter().collect(),
            from: days.keys().next().copied(),
            to: days.keys().next_back().copied(),
            timeline: days.into_iter().map(|(date, ads)| Day { date, ads }).collect(),
            value_eur: prices.into_values().fold(Eur::default(), Eur::plus),
            edges: self.edges,
        }
    }

    fn key_account(&self, accounts: &Accounts) -> String {
        let mut edges: BTreeMap<&str, usize> = BTreeMap::new();
        for edge in &self.edges {
            *edges.entry(&edge.a).or_default() += 1;
            *edges.entry(&edge.b).or_default() += 1;
        }
        let mut ads: BTreeMap<usize, usize> = BTreeMap::new();
        for place in &self.ads {
            *ads.entry(accounts.of_ad[*place]).or_default() += 1;
        }
        let weight = |account: &usize| {
            let edges = edges.get(accounts.names[*account].as_str()).copied();
            (edges, ads.get(account).copied(), std::cmp::Reverse(*account))
        };
        let key = self.accounts.iter().copied().max_by_key(weight);
        key.map(|account| accounts.names[account].clone()).unwrap_or_default()
    }
}

fn root(first: &mut [usize], mut place: usize) -> usize {
    while first[place] != place {
        first[place] = first[first[place]];
        place = first[place];
    }
    place
}

fn join(first: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(first, a), root(first, b));
    first[a.max(b)] = a.min(b);
}
