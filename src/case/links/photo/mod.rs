//! Photos that look alike: the same photo on the pages of several accounts, in whatever
//! size, format or quality.
//!
//! The photos are those of captured pages; an item of evidence belongs to the ad whose
//! address it was captured from. Most pictures of a page are not the seller's: the
//! platform's own and those of other ads have the same address on the pages of several
//! accounts. So a photo counts for the ads whose records name its address, or, where none
//! does, for the only account on whose pages it stands.

mod alike;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::signal::{Accounts, Kind, is_stand_in};
use super::{Ignored, PhotoSeen};
use crate::case::ad::Ad;
use crate::case::notice::preserved;
use crate::evidence::plain_file;
use crate::evidence::{PICTURE_HASH, Store, StoreError, logged_address};

/// A photo narrower or lower than this is the small picture of another ad, or of a menu.
const SMALLEST: u32 = 160;

/// The photos of the captured pages of a case, by the address of the page.
#[derive(Clone, Debug, Default)]
pub struct Photos {
    by_page: BTreeMap<String, Vec<Photo>>,
}

/// A photo of a captured page.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Photo {
    item: String,
    url: String,
    hash: u64,
}

/// What of `acquisition.json` is read.
#[derive(Deserialize)]
struct Acquisition {
    #[serde(default)]
    pictures: Vec<Picture>,
}

#[derive(Deserialize)]
struct Picture {
    url: String,
    algorithm: String,
    width: u32,
    height: u32,
    hash: String,
}

impl Photos {
    /// Reads the photos of the captured pages in `store`; of several captures of a page the
    /// first counts. An item that has no readable record has none: `evidence verify` says why.
    ///
    /// # Errors
    ///
    /// When the custody log cannot be read.
    pub fn of(store: &Store) -> Result<Self, StoreError> {
        let mut by_page = BTreeMap::new();
        for (page, kept) in preserved(store)? {
            let path = store.item(&kept.item).join("data/acquisition.json");
            let Ok(json) = plain_file::read(&path, plain_file::LIST) else { continue };
            let Ok(record) = serde_json::from_slice::<Acquisition>(&json) else { continue };
            let photos = record.pictures.into_iter().filter_map(|picture| {
                let large = picture.width >= SMALLEST && picture.height >= SMALLEST;
                let known = picture.algorithm == PICTURE_HASH && !is_stand_in(&picture.url);
                let hash = u64::from_str_radix(&picture.hash, 16).ok()?;
                (large && known).then(|| Photo { item: kept.item.clone(), url: picture.url, hash })
            });
            let photos: Vec<Photo> = photos.collect();
            if !photos.is_empty() {
                by_page.insert(page, photos);
            }
        }
        Ok(Self { by_page })
    }
}

/// Photos of some ads, those that look alike under one value.
#[derive(Debug, Default)]
pub(super) struct Likeness {
    /// For each ad with photos the values that it shows.
    pub(super) values: BTreeMap<usize, BTreeSet<String>>,
    /// What stands behind a value: for each ad its photos.
    seen: BTreeMap<String, BTreeMap<usize, Vec<PhotoSeen>>>,
    /// Photos at one address on the pages of several accounts.
    pub(super) ignored: Vec<Ignored>,
}

impl Likeness {
    pub(super) fn of(ads: &[Ad], accounts: &Accounts, photos: &Photos) -> Self {
        if photos.by_page.is_empty() {
            return Self::default();
        }
        let mut shown: Vec<(usize, &Photo)> = Vec::new();
        for (ad, record) in ads.iter().enumerate() {
            let page = record.offer.url.as_deref().and_then(logged_address);
            let of_page = page.and_then(|page| photos.by_page.get(&page));
            shown.extend(of_page.into_iter().flatten().map(|photo| (ad, photo)));
        }
        let owners = Owners::of(ads, accounts, &shown);
        let (own, shared): (Vec<_>, Vec<_>) = shown
            .into_iter()
            .partition(|(ad, photo)| owners.is_of(accounts.of_ad[*ad], &photo.url));
        let shared: Vec<_> = shared
            .into_iter()
            .filter(|(_, photo)| !owners.named.contains_key(&photo.url))
            .collect();
        let mut all = Self { ignored: platforms(&shared, accounts), ..Self::default() };
        let hashes: Vec<u64> = own.iter().map(|(_, photo)| photo.hash).collect();
        for ((ad, photo), centre) in own.into_iter().zip(alike::centres(&hashes)) {
            let value = value(centre);
            let seen = PhotoSeen {
                ad: ads[ad].ad_id.clone(),
                item: photo.item.clone(),
                url: photo.url.clone(),
                hash: format!("{:016x}", photo.hash),
                distance: (photo.hash ^ centre).count_ones(),
            };
            all.values.entry(ad).or_default().insert(value.clone());
            all.seen.entry(value).or_default().entry(ad).or_default().push(seen);
        }
        all
    }

    /// The photos of the ads at `places` that stand behind `value`.
    pub(super) fn seen(&self, value: &str, places: impl Iterator<Item = usize>) -> Vec<PhotoSeen> {
        let Some(by_ad) = self.seen.get(value) else { return Vec::new() };
        places.filter_map(|place| by_ad.get(&place)).flatten().cloned().collect()
    }
}

/// Whose a photo is, by its address.
struct Owners {
    /// The accounts whose records name it.
    named: BTreeMap<String, BTreeSet<usize>>,
    /// The accounts on whose pages it stands.
    shown: BTreeMap<String, BTreeSet<usize>>,
}

impl Owners {
    fn of(ads: &[Ad], accounts: &Accounts, photos: &[(usize, &Photo)]) -> Self {
        let mut owners = Self { named: BTreeMap::new(), shown: BTreeMap::new() };
        for (ad, photo) in photos {
            owners.shown.entry(photo.url.clone()).or_default().insert(accounts.of_ad[*ad]);
        }
        for (ad, record) in ads.iter().enumerate() {
            for address in record.offer.images.iter().filter_map(|image| logged_address(image)) {
                owners.named.entry(address).or_default().insert(accounts.of_ad[ad]);
            }
        }
        owners
    }

    fn is_of(&self, account: usize, address: &str) -> bool {
        match self.named.get(address) {
            Some(named) => named.contains(&account),
            None => self.shown.get(address).is_some_and(|shown| shown.len() == 1),
        }
    }
}

/// The photos that are told as the platform's own, or another ad's.
fn platforms(shared: &[(usize, &Photo)], accounts: &Accounts) -> Vec<Ignored> {
    let mut by_address: BTreeMap<&str, (u64, BTreeSet<usize>)> = BTreeMap::new();
    for (ad, photo) in shared {
        let (_, places) = by_address.entry(&photo.url).or_insert((photo.hash, BTreeSet::new()));
        places.insert(accounts.of_ad[*ad]);
    }
    let told = by_address.into_values().map(|(hash, places)| Ignored {
        kind: Kind::Photo,
        value: value(hash),
        accounts: places.into_iter().map(|place| accounts.names[place].clone()).collect(),
        reason: "it has one address on the pages of several accounts: the platform's, or another ad's",
    });
    told.collect()
}

fn value(hash: u64) -> String {
    format!("{PICTURE_HASH}:{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::{Likeness, Photo, Photos};
    use crate::case::ad::Ad;
    use crate::case::links::signal::Accounts;
    use crate::case::links::{Links, links};

    fn ad(number: usize, images: &[&str]) -> Ad {
        let mut ad = Ad { ad_id: format!("m.example/{number}").into(), ..Ad::default() };
        ad.offer.platform = Some("m.example".into());
        ad.offer.seller = Some(format!("s{number}").into());
        ad.offer.url = Some(format!("https://m.example/{number}"));
        ad.offer.images = images.iter().map(|image| (*image).into()).collect();
        ad
    }

    /// Each ad's page with its pictures: address and hash.
    fn photos(pages: &[&[(&str, u64)]]) -> Photos {
        let page = |(number, pictures): (usize, &&[(&str, u64)])| {
            let photo = |(url, hash): &(&str, u64)| Photo {
                item: format!("{number:04}-ad"),
                url: format!("https://m.example/{url}"),
                hash: *hash,
            };
            (format!("https://m.example/{number}"), pictures.iter().map(photo).collect())
        };
        Photos { by_page: pages.iter().enumerate().map(page).collect() }
    }

    const TUSK: u64 = 0x0f1e_2d3c_4b5a_6978;

    fn networks(links: &Links) -> Vec<Vec<&str>> {
        links.clusters.iter().map(|one| one.accounts.iter().map(String::as_str).collect()).collect()
    }

    #[test]
    fn a_photo_that_is_nearly_the_same_joins_with_its_items_and_distance() {
        let ads = [ad(0, &[]), ad(1, &[]), ad(2, &[])];
        let seen = photos(&[&[("a", TUSK)], &[("b", TUSK ^ 0b101)], &[("c", !TUSK)]]);
        let found = links(&ads, &seen);
        assert_eq!(networks(&found), [["m.example/s0", "m.example/s1"]]);
        let edge = &found.clusters[0].edges[0];
        assert_eq!(edge.items(), ["0000-ad", "0001-ad"]);
        assert_eq!(edge.photos.iter().map(|photo| photo.distance).max(), Some(2));
    }

    #[test]
    fn a_picture_at_one_address_on_many_pages_joins_nobody_unless_the_records_name_it() {
        let pages: [&[(&str, u64)]; 3] = [&[("logo", TUSK)], &[("logo", TUSK)], &[("logo", TUSK)]];
        let found = links(&[ad(0, &[]), ad(1, &[]), ad(2, &[])], &photos(&pages));
        assert_eq!(networks(&found), Vec::<Vec<&str>>::new());
        assert_eq!(found.ignored.len(), 1);
        let named = ["https://m.example/logo"];
        let ads = [ad(0, &named), ad(1, &named), ad(2, &[])];
        assert_eq!(networks(&links(&ads, &photos(&pages))), [["m.example/s0", "m.example/s1"]]);
    }

    #[test]
    fn a_stock_photo_of_very_many_accounts_joins_nobody_and_is_told() {
        let ads: Vec<Ad> = (0..21).map(|number| ad(number, &[])).collect();
        let urls: Vec<String> = (0..21).map(|number| format!("p{number}")).collect();
        let pictures: Vec<[(&str, u64); 1]> =
            urls.iter().map(|url| [(url.as_str(), TUSK)]).collect();
        let pages: Vec<&[(&str, u64)]> = pictures.iter().map(|one| &one[..]).collect();
        let found = links(&ads, &photos(&pages));
        assert!(found.clusters.is_empty());
        assert!(found.ignored[0].reason.contains("stock photo"), "{:?}", found.ignored);
        let twenty = links(&ads[..20], &photos(&pages[..20]));
        assert_eq!(twenty.clusters.len(), 1);
    }

    #[test]
    fn ads_without_captured_pages_cost_nothing_and_show_nothing() {
        let ads = [ad(0, &[]), ad(1, &[])];
        let accounts = Accounts::of(&ads);
        assert!(Likeness::of(&ads, &accounts, &Photos::default()).values.is_empty());
    }
}
