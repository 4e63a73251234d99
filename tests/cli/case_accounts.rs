//! `case links` on 5,000 made-up accounts with planted truths and traps.
//!
//! The generator shares no code with the linker: it plants what joins the accounts of a
//! network, and what must not join anybody, and counts pairs afterwards.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

const ACCOUNTS: usize = 5_000;
const NETWORKS: usize = 600;
const PLATFORMS: [&str; 5] = ["a.example", "b.example", "c.example", "d.example", "e.example"];
const KINDS: [&str; 6] = ["phone", "email", "handle", "payment", "photo", "text"];
const WORDS: [&str; 48] = [
    "carved", "figure", "old", "tusk", "young", "shell", "large", "small", "rare", "private",
    "house", "attic", "photos", "asked", "talk", "evening", "week", "very", "good", "slight",
    "damage", "left", "side", "signed", "base", "wood", "stand", "green", "ring", "papers",
    "garden", "estate", "dealer", "market", "city", "river", "summer", "winter", "blue", "brass",
    "silver", "glass", "picture", "frame", "door", "lamp", "table", "chair",
];
const COURIERS: [&str; 8] = [
    "Parcel by courier Eilfracht, phone {}",
    "Versand mit Kurier, Rückfragen {}",
    "Livraison par transporteur, {}",
    "Bezorging door de koerier, {}",
    "The delivery company calls you from {}",
    "Der Versanddienst meldet sich unter {}",
    "Le livreur appelle du {}",
    "Envío por agencia, teléfono {}",
];

/// A generator of numbers (SplitMix64), so that every run sees the same accounts.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count as u64).unwrap()
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn text(&mut self, words: usize) -> String {
        (0..words).map(|_| WORDS[self.below(WORDS.len())]).collect::<Vec<_>>().join(" ")
    }
}

/// What every ad of an account shows.
#[derive(Clone, Default)]
struct Shows {
    contacts: Vec<(&'static str, String)>,
    lines: Vec<String>,
    images: Vec<String>,
}

/// Accounts with what they show, and for each the network it belongs to.
struct World {
    shows: Vec<Shows>,
    network: Vec<Option<usize>>,
    /// What was planted between which two accounts.
    planted: Vec<(&'static str, usize, usize)>,
}

fn world(dice: &mut Dice) -> World {
    let mut world = World {
        shows: vec![Shows::default(); ACCOUNTS],
        network: vec![None; ACCOUNTS],
        planted: Vec::new(),
    };
    for (at, shows) in world.shows.iter_mut().enumerate() {
        if !dice.one_in(4) {
            shows.contacts.push(("phone", format!("+4915{at:09}")));
        }
    }
    let mut next = 0;
    for network in 0..NETWORKS {
        let size = 2 + dice.below(5);
        let members: Vec<usize> = (next..next + size).collect();
        next += size;
        join(dice, &mut world, network, &members);
    }
    traps(dice, &mut world, next);
    world
}

/// Plants one thing between each member and an earlier one; 1 in 30 shares nothing that shows.
fn join(dice: &mut Dice, world: &mut World, network: usize, members: &[usize]) {
    world.network[members[0]] = Some(network);
    for (at, member) in members.iter().enumerate().skip(1) {
        world.network[*member] = Some(network);
        if dice.one_in(30) {
            continue;
        }
        let both = [members[dice.below(at)], *member];
        let key = format!("{network}x{member}");
        let kind = dice.below(6);
        world.planted.push((KINDS[kind], both[0].min(both[1]), both[0].max(both[1])));
        match kind {
            0 => plant(world, both, ("phone", format!("+336{network:04}{member:05}"))),
            1 => {
                world.shows[both[0]].contacts.push(("email", format!("K{key}@post.example")));
                world.shows[both[1]].contacts.push(("email", format!("k{key}@post.example")));
            }
            2 => plant(world, both, ("telegram", format!("@t{key}"))),
            3 => {
                let iban = iban(network * 10_000 + member);
                let grouped: Vec<&str> = (0..iban.len())
                    .step_by(4)
                    .map(|at| &iban[at..iban.len().min(at + 4)])
                    .collect();
                world.shows[both[0]].lines.push(format!("Please pay to {iban}"));
                world.shows[both[1]].lines.push(format!("Zahlung an {}", grouped.join(" ")));
            }
            4 => {
                let image = format!("https://img.example/{key}.jpg");
                for one in both {
                    world.shows[one].images.push(image.clone());
                }
            }
            _ => {
                let text = dice.text(60);
                world.shows[both[0]].lines.push(text.clone());
                world.shows[both[1]].lines.push(text.replacen(' ', ", ", 3));
            }
        }
    }
}

fn plant(world: &mut World, both: [usize; 2], contact: (&'static str, String)) {
    for one in both {
        world.shows[one].contacts.push(contact.clone());
    }
}

/// A German account number with its check sum (ISO 7064), worked out digit by digit.
fn iban(number: usize) -> String {
    let account = format!("{:018}", 370_400_440_000_000_000_u64 + number as u64);
    let rest = format!("{account}131400")
        .bytes()
        .fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    format!("DE{:02}{account}", 98 - rest)
}

/// What several accounts show and what joins nobody.
fn traps(dice: &mut Dice, world: &mut World, first_alone: usize) {
    let alone = |dice: &mut Dice| first_alone + dice.below(ACCOUNTS - first_alone);
    for (courier, line) in COURIERS.iter().enumerate() {
        let number = format!("+4969900090{courier:02}");
        for _ in 0..12 + courier * 15 {
            let account = dice.below(ACCOUNTS);
            if world.shows[account].contacts.is_empty() {
                continue;
            }
            world.shows[account].lines.push(line.replace("{}", &number));
            world.shows[account].contacts.push(("phone", number.clone()));
        }
    }
    for _ in 0..150 {
        // An ad that warns of another's number beside its own.
        let (account, other) = (alone(dice), dice.below(ACCOUNTS));
        let number = world.shows[other].contacts.iter().find(|it| it.0 == "phone").cloned();
        let (Some(number), false) = (number, account == other) else { continue };
        world.shows[account].lines.push(format!("Beware of {}, he is a scammer", number.1));
        world.shows[account].contacts.push(number);
    }
    for account in first_alone..ACCOUNTS {
        match dice.below(12) {
            0 => world.shows[account].images.push("https://img.example/no-photo.png".to_owned()),
            1 => world.shows[account].images.push(format!("https://{}/img/placeholder-2.jpg", PLATFORMS[account % 5])),
            2 => world.shows[account].contacts.push(("email", format!("support@{}", PLATFORMS[account % 5]))),
            3 => world.shows[account].lines.push(
                "Private sale, no returns, no warranty, pick up or post at the buyer's cost and risk".to_owned(),
            ),
            4 => world.shows[account].contacts.push(("phone", "+498005554443".to_owned())),
            _ => {}
        }
    }
    for _ in 0..12 {
        // A number that was given to somebody else later: nothing in the ads can tell.
        let number = format!("+31{:09}", dice.below(1_000_000_000));
        let both = [alone(dice), alone(dice)];
        plant(world, both, ("phone", number));
    }
}

/// Two ads an account, or as many as it has lines: each shows one, as ads for different things do.
fn records(dice: &mut Dice, world: &World) -> String {
    let mut lines = String::new();
    for (account, shows) in world.shows.iter().enumerate() {
        for ad in 0..shows.lines.len().max(2) {
            let mut text = shows.lines.get(ad).cloned().unwrap_or_default();
            if text.len() < 250 {
                text = format!("{}. {text}", dice.text(25));
            }
            let mut contacts = Vec::new();
            for (kind, value) in &shows.contacts {
                let in_a_line = shows.lines.iter().any(|line| line.contains(value.as_str()));
                if in_a_line && !text.contains(value.as_str()) {
                    continue;
                }
                if !in_a_line {
                    text += &format!(". Reach me: {value}");
                }
                contacts.push(json!({ "kind": kind, "value": value, "text": value }));
            }
            let record = json!({
                "platform": PLATFORMS[account % 5],
                "id": format!("{account}-{ad}"),
                "seller": format!("seller{account}"),
                "text": text,
                "images": shows.images,
                "pugmark": {
                    "schema": "pugmark.scan/1",
                    "score": 80,
                    "verdict": "flag",
                    "contacts": contacts,
                },
            });
            lines += &(record.to_string() + "\n");
        }
    }
    lines
}

#[test]
#[expect(
    clippy::print_stderr,
    reason = "with --nocapture it shows the figures of benches/README.md"
)]
fn pairs_of_5_000_accounts_are_found_with_few_wrong_and_few_missed() {
    let mut dice = Dice(2026);
    let world = world(&mut dice);
    let sandbox = Sandbox::new();
    sandbox.write("scan.jsonl", records(&mut dice, &world));
    assert!(sandbox.run(&["case", "new", "case", "--title", "Accounts"]).starts_with("exit 0"));
    assert!(sandbox.run(&["case", "import", "case", "scan.jsonl"]).starts_with("exit 0"));
    let output = sandbox.pipe(&["case", "links", "case", "--format", "json"], "");
    let links: Value = serde_json::from_slice(&output.stdout).unwrap();

    let mut wanted: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (account, network) in world.network.iter().enumerate() {
        if let Some(network) = network {
            wanted.entry(*network).or_default().push(account);
        }
    }
    let number = |name: &Value| {
        let (_, number) = name.as_str().unwrap().split_once("seller").unwrap();
        number.parse::<usize>().unwrap()
    };
    let clusters = links["clusters"].as_array().unwrap();
    let found = clusters.iter().map(|cluster| {
        cluster["accounts"].as_array().unwrap().iter().map(number).collect::<Vec<_>>()
    });
    let (wanted, found) = (pairs(wanted.into_values()), pairs(found));
    let right = wanted.intersection(&found).count();
    let precision = right as f64 / found.len() as f64;
    let recall = right as f64 / wanted.len() as f64;
    let mut missed: BTreeMap<&str, usize> = BTreeMap::new();
    for (kind, a, b) in &world.planted {
        *missed.entry(kind).or_default() += usize::from(!found.contains(&(*a, *b)));
    }
    let figures = format!(
        "precision {precision:.4}, recall {recall:.4}, {} pairs planted, missed: {missed:?}",
        wanted.len()
    );
    eprintln!("{figures}");
    assert!(wanted.len() > 3_000 && precision >= 0.98 && recall >= 0.90, "{figures}");
    // So good that nothing was hard would mean that the traps are none.
    assert!(precision < 1.0 && recall < 1.0, "{figures}");
}

/// All pairs of accounts within each group, the smaller first.
fn pairs(groups: impl Iterator<Item = Vec<usize>>) -> BTreeSet<(usize, usize)> {
    let mut pairs = BTreeSet::new();
    for group in groups {
        for (at, a) in group.iter().enumerate() {
            pairs.extend(group[at + 1..].iter().map(|b| (*a.min(b), *a.max(b))));
        }
    }
    pairs
}
