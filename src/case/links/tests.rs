//! Networks by hand, and a generated market of 5,000 accounts with known networks.

use std::collections::{BTreeMap, BTreeSet};

use super::{Kind, Links, Photos};
use crate::case::ad::{Ad, Contact};

fn ad(account: &str, id: usize, text: &str, contacts: &[(&str, &str)]) -> Ad {
    let mut ad = Ad { ad_id: format!("m.example/{id}").into(), ..Ad::default() };
    ad.offer.platform = Some("m.example".into());
    ad.offer.seller = Some(account.into());
    text.clone_into(&mut ad.offer.text);
    ad.finding.contacts = contacts
        .iter()
        .map(|(kind, value)| Contact {
            kind: (*kind).into(),
            value: (*value).to_owned(),
            text: Some((*value).to_owned()),
        })
        .collect();
    ad
}

fn links(ads: &[Ad]) -> Links {
    super::links(ads, &Photos::default())
}

fn groups(links: &Links) -> Vec<Vec<&str>> {
    links
        .clusters
        .iter()
        .map(|cluster| {
            cluster.accounts.iter().map(|account| account.rsplit('/').next().unwrap()).collect()
        })
        .collect()
}

#[test]
fn accounts_with_one_number_are_one_network_also_over_a_third() {
    let ads = [
        ad("a", 1, "call +491", &[("phone", "+491")]),
        ad("b", 2, "call +491 or mail", &[("whatsapp", "+491"), ("email", "X@y.example")]),
        ad("c", 3, "mail", &[("email", "x@y.example")]),
        ad("d", 4, "call +492", &[("phone", "+492")]),
    ];
    let found = links(&ads);
    assert_eq!(groups(&found), [["a", "b", "c"]]);
    let cluster = &found.clusters[0];
    assert_eq!(cluster.key_account, "m.example/b");
    let kinds: Vec<Kind> = cluster.edges.iter().map(|edge| edge.kind).collect();
    assert_eq!(kinds, [Kind::Phone, Kind::Email]);
    let shown: Vec<&str> = cluster.edges[0].ads.iter().map(|id| &**id).collect();
    assert_eq!(shown, ["m.example/1", "m.example/2"]);
}

#[test]
fn a_couriers_number_joins_nobody_and_is_listed_with_the_reason() {
    let text = "sent by courier, tracking +4930";
    let ads: Vec<Ad> =
        (0..3).map(|id| ad(&format!("s{id}"), id, text, &[("phone", "+4930")])).collect();
    let found = links(&ads);
    assert!(found.clusters.is_empty());
    assert_eq!(found.ignored[0].value, "+4930");
    assert!(found.ignored[0].reason.contains("courier"), "{}", found.ignored[0].reason);
}

#[test]
fn a_number_beside_the_own_ones_of_many_accounts_joins_nobody() {
    let own: Vec<String> = (0..5).map(|id| format!("+49151{id}")).collect();
    let ads: Vec<Ad> = own
        .iter()
        .enumerate()
        .map(|(id, own)| {
            ad(&format!("s{id}"), id, "no words", &[("phone", own), ("phone", "+4977")])
        })
        .collect();
    let found = links(&ads);
    assert!(found.clusters.is_empty());
    assert_eq!(found.ignored.len(), 1);
}

#[test]
fn a_quoted_competitor_is_not_joined() {
    let ads = [
        ad("honest", 1, "call +491", &[("phone", "+491")]),
        ad("honest", 2, "again +491", &[("phone", "+491")]),
        ad(
            "honest",
            3,
            "Do not buy from +499 but from me +491",
            &[("phone", "+499"), ("phone", "+491")],
        ),
        ad("rival", 4, "call +499", &[("phone", "+499")]),
    ];
    let found = links(&ads);
    assert!(found.clusters.is_empty(), "{:?}", groups(&found));
    assert_eq!(found.ignored[0].accounts, ["m.example/honest"]);
}

#[test]
fn the_platforms_own_address_and_free_numbers_join_nobody() {
    let contacts = [("email", "support@m.example"), ("phone", "+498001234567")];
    let found = links(&[ad("a", 1, "x", &contacts), ad("b", 2, "y", &contacts)]);
    assert!(found.clusters.is_empty());
    assert_eq!(found.ignored.len(), 2);
}

#[test]
fn a_long_text_joins_and_a_short_one_does_not() {
    let long = "Selling the old carved tusk of my late grandfather because we move to a smaller house, \
        please ask for more photos and come to see it on any evening";
    let short = "Ivory figure, good condition";
    let found = links(&[
        ad("a", 1, long, &[]),
        ad("b", 2, long, &[]),
        ad("c", 3, short, &[]),
        ad("d", 4, short, &[]),
    ]);
    assert_eq!(groups(&found), [["a", "b"]]);
    assert_eq!(found.clusters[0].edges[0].kind, Kind::Text);
}

/// Numbers that look random and are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }
}

/// A market: 5,000 accounts, 250 networks of 2 to 10 of them, and noise that must not join.
struct Market {
    dice: Dice,
    ads: Vec<Ad>,
    /// For each account its network.
    networks: BTreeMap<String, usize>,
}

const WORDS: [&str; 40] = [
    "carved",
    "ivory",
    "figure",
    "old",
    "tusk",
    "parrot",
    "tame",
    "cage",
    "young",
    "shell",
    "skin",
    "large",
    "small",
    "rare",
    "private",
    "collection",
    "house",
    "attic",
    "photos",
    "asked",
    "price",
    "talk",
    "pick",
    "evening",
    "week",
    "condition",
    "very",
    "good",
    "slight",
    "damage",
    "left",
    "side",
    "signed",
    "base",
    "wood",
    "stand",
    "green",
    "ring",
    "papers",
    "garden",
];

impl Market {
    fn make() -> Self {
        let mut market =
            Self { dice: Dice(0x9e37_79b9), ads: Vec::new(), networks: BTreeMap::new() };
        let mut account = 0;
        let mut network = 0;
        while account < 5_000 {
            let size = if network < 250 { 2 + market.dice.roll(9) } else { 1 };
            for member in 0..size.min(5_000 - account) {
                market.account(account + member, network, member);
            }
            account += size;
            network += 1;
        }
        market
    }

    fn text(&mut self) -> String {
        let words: Vec<&str> = (0..30).map(|_| WORDS[self.dice.roll(WORDS.len())]).collect();
        words.join(" ")
    }

    /// One account with one to three ads. Each member of a network shares a number, an
    /// address, a handle or a text with the member before it; one in 40 hides it.
    fn account(&mut self, number: usize, network: usize, member: usize) {
        let name = format!("user{number}");
        self.networks.insert(format!("m.example/{name}"), network);
        let own = format!("+49151{number:07}");
        let hidden = self.dice.roll(40) == 0;
        for _ in 0..=self.dice.roll(3) {
            let mut contacts = vec![("phone", own.clone())];
            let mut text = self.text();
            if !hidden {
                let way = |member: usize| (network * 7 + member) % 4;
                for link in [member, member + 1] {
                    let value = format!("{network}-{link}");
                    match way(link) {
                        0 => contacts.push(("phone", format!("+33639{network:05}{link:02}"))),
                        1 => contacts.push(("email", format!("box{value}@post.example"))),
                        2 => contacts.push(("telegram", format!("@net{value}"))),
                        _ => contacts.push(("whatsapp", format!("+44770090{network:04}{link}"))),
                    }
                }
            }
            match self.dice.roll(12) {
                0 | 1 => {
                    text += " sent by courier, tracking +4930231250";
                    contacts.push(("phone", "+4930231250".to_owned()));
                }
                2 => contacts.push(("email", "support@m.example".to_owned())),
                3 => {
                    let rival = format!("+49151{:07}", self.dice.roll(5_000));
                    text += &format!(" do not buy from {rival}");
                    contacts.push(("phone", rival));
                }
                _ => {}
            }
            let contacts: Vec<(&str, &str)> =
                contacts.iter().map(|(kind, value)| (*kind, value.as_str())).collect();
            let id = self.ads.len();
            self.ads.push(ad(&name, id, &text, &contacts));
        }
    }
}

fn pairs<'a>(groups: impl Iterator<Item = Vec<&'a str>>) -> BTreeSet<(&'a str, &'a str)> {
    let mut pairs = BTreeSet::new();
    for group in groups {
        for (at, a) in group.iter().enumerate() {
            pairs.extend(group[at + 1..].iter().map(|b| (*a.min(b), *a.max(b))));
        }
    }
    pairs
}

#[test]
fn networks_in_a_market_of_5000_accounts_are_found_and_few_others_are() {
    let market = Market::make();
    let found = links(&market.ads);
    let mut truth: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (account, network) in &market.networks {
        truth.entry(*network).or_default().push(account);
    }
    let truth = pairs(truth.into_values());
    let found =
        pairs(found.clusters.iter().map(|one| one.accounts.iter().map(String::as_str).collect()));
    let right = found.intersection(&truth).count();
    #[expect(clippy::cast_precision_loss, reason = "a few thousand pairs")]
    let share = |part: usize, whole: usize| part as f64 / whole as f64;
    let (precision, recall) = (share(right, found.len()), share(right, truth.len()));
    assert!(truth.len() > 4_000, "{} pairs", truth.len());
    assert!(precision >= 0.98, "precision {precision:.4} of {} pairs", found.len());
    assert!(recall >= 0.90, "recall {recall:.4} of {} pairs", truth.len());
    assert!(recall < 1.0, "accounts that hide everything cannot be found");
}
