//! What ads show of who is behind them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::num::NonZero;
use std::thread;

use serde::Serialize;

use super::payment;
use super::photo::Likeness;
use crate::case::ad::{Ad, Contact};

/// What accounts may share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A name on a messenger, with the messenger.
    Handle,
    /// An account or wallet to pay to.
    Payment,
    /// A photo: the same address or hash.
    Photo,
    /// A nearly identical text of twenty words or more.
    Text,
}

impl Kind {
    /// The word used in records.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Handle => "handle",
            Self::Payment => "payment",
            Self::Photo => "photo",
            Self::Text => "text",
        }
    }
}

/// The accounts of some ads.
pub(super) struct Accounts {
    /// `platform/name`; an ad without a seller's name is an account of its own.
    pub(super) names: Vec<String>,
    /// For each ad its account.
    pub(super) of_ad: Vec<usize>,
}

impl Accounts {
    pub(super) fn of(ads: &[Ad]) -> Self {
        let mut known: HashMap<(&str, &str), usize> = HashMap::new();
        let mut made: Vec<String> = Vec::new();
        let mut of_ad = Vec::with_capacity(ads.len());
        for ad in ads {
            let next = made.len();
            let account = if let Some(seller) = ad.offer.seller.as_deref() {
                let platform = ad.offer.platform.as_deref().unwrap_or("?");
                *known.entry((platform, seller)).or_insert_with(|| {
                    made.push(format!("{platform}/{seller}"));
                    next
                })
            } else {
                made.push(format!("ad:{}", ad.ad_id));
                next
            };
            of_ad.push(account);
        }
        let mut names = made.clone();
        names.sort_unstable();
        names.dedup();
        let place = |name: &String| names.binary_search(name).unwrap_or_default();
        let places: Vec<usize> = made.iter().map(place).collect();
        let of_ad = of_ad.into_iter().map(|account: usize| places[account]).collect();
        Self { names, of_ad }
    }
}

/// A value and the ads that show it, by account.
pub(super) struct Shared {
    pub(super) kind: Kind,
    pub(super) value: String,
    pub(super) ads: BTreeMap<usize, Vec<usize>>,
}

/// An ad that shows a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sighting<'a> {
    kind: Kind,
    value: Cow<'a, str>,
    account: usize,
    ad: usize,
}

/// All that some ads show, in order of kind, value, account and ad.
pub(super) struct Sightings<'a> {
    all: Vec<Sighting<'a>>,
    /// Accounts that show a value of the kind that no other account shows.
    with_own: HashSet<(Kind, usize)>,
}

impl<'a> Sightings<'a> {
    /// `texts`: for each ad the first with nearly the same text.
    pub(super) fn of(
        ads: &'a [Ad],
        accounts: &Accounts,
        texts: &[Option<usize>],
        likeness: &'a Likeness,
    ) -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let part = ads.len().div_ceil(cores).max(1);
        let look = |first: usize| {
            let mut all = Vec::new();
            for (ad, record) in ads.iter().enumerate().skip(first).take(part) {
                let account = accounts.of_ad[ad];
                let text = texts[ad].map(|first| (Kind::Text, Cow::from(&*ads[first].ad_id)));
                let values = values(record).into_iter().chain(text);
                all.extend(values.map(|(kind, value)| Sighting { kind, value, account, ad }));
            }
            all.sort_unstable();
            all
        };
        let mut all: Vec<Sighting<'a>> = thread::scope(|scope| {
            let firsts = (0..ads.len()).step_by(part);
            let threads: Vec<_> = firsts.map(|first| scope.spawn(move || look(first))).collect();
            let done = threads.into_iter().map(|one| one.join().expect("looking cannot panic"));
            done.flatten().collect()
        });
        for (ad, values) in &likeness.values {
            let (ad, account) = (*ad, accounts.of_ad[*ad]);
            let kind = Kind::Photo;
            all.extend(values.iter().map(|value| Sighting {
                kind,
                value: value.into(),
                account,
                ad,
            }));
        }
        // Each thread's part is in order, which this kind of sorting makes use of.
        all.sort();
        all.dedup();
        let mut with_own = HashSet::new();
        for group in all.chunk_by(same_value) {
            if is_of_one_account(group) {
                with_own.insert((group[0].kind, group[0].account));
            }
        }
        Self { all, with_own }
    }

    /// The values that at least two accounts show.
    pub(super) fn shared(&self) -> impl Iterator<Item = Shared> {
        let groups = self.all.chunk_by(same_value).filter(|group| !is_of_one_account(group));
        groups.map(|group| {
            let mut ads: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for sighting in group {
                ads.entry(sighting.account).or_default().push(sighting.ad);
            }
            Shared { kind: group[0].kind, value: group[0].value.to_string(), ads }
        })
    }

    /// How many ads of `account` show the value.
    pub(super) fn count(&self, account: usize, kind: Kind, value: &str) -> usize {
        let wanted = (kind, value, account);
        let key = |one: &Sighting<'_>| (one.kind, &*one.value, one.account) < wanted;
        let start = self.all.partition_point(key);
        let found = self.all[start..].iter();
        found.take_while(|one| (one.kind, &*one.value, one.account) == wanted).count()
    }

    /// True when the account shows a value of `kind` that no other account shows.
    pub(super) fn has_own(&self, account: usize, kind: Kind) -> bool {
        self.with_own.contains(&(kind, account))
    }
}

fn same_value(a: &Sighting<'_>, b: &Sighting<'_>) -> bool {
    a.kind == b.kind && a.value == b.value
}

fn is_of_one_account(group: &[Sighting<'_>]) -> bool {
    group.first().map(|one| one.account) == group.last().map(|one| one.account)
}

/// All that an ad shows of who is behind it, apart from its text as a whole.
#[must_use]
pub fn values(ad: &Ad) -> Vec<(Kind, Cow<'_, str>)> {
    let contacts = ad.finding.contacts.iter().filter_map(of_contact);
    let payments = payment::references(&ad.offer.text).into_iter();
    let photos = ad.offer.images.iter().filter(|image| !is_stand_in(image));
    let photos = photos.map(|image| (Kind::Photo, Cow::from(&**image)));
    contacts.chain(payments.map(|value| (Kind::Payment, value.into()))).chain(photos).collect()
}

/// True for the picture that a platform shows where the seller gave none.
pub(super) fn is_stand_in(image: &str) -> bool {
    const NAMES: &[&str] = &[
        "no-photo",
        "nophoto",
        "no_photo",
        "no-image",
        "noimage",
        "no_image",
        "no-picture",
        "placeholder",
        "default",
        "blank",
        "missing",
        "logo",
        "avatar",
        "sans-photo",
        "kein-bild",
        "keinbild",
        "geen-foto",
        "sin-foto",
        "senza-foto",
    ];
    let path = image.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default().to_lowercase();
    let name = file.split('.').next().unwrap_or_default();
    NAMES.iter().any(|word| {
        name.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
    })
}

/// A messenger that goes by telephone number is a telephone number; a link says nothing of
/// who wrote it.
pub(in crate::case) fn of_contact(contact: &Contact) -> Option<(Kind, Cow<'_, str>)> {
    let is_number = contact.value.starts_with('+');
    match &*contact.kind {
        "link" => None,
        "phone" => Some((Kind::Phone, Cow::from(&contact.value))),
        "email" => Some((Kind::Email, contact.value.to_lowercase().into())),
        _ if is_number => Some((Kind::Phone, Cow::from(&contact.value))),
        messenger => {
            let handle = format!("{messenger}:{}", contact.value.to_lowercase());
            Some((Kind::Handle, handle.into()))
        }
    }
}
