//! Near-identical ads: the same offer posted twice counts once.
//!
//! Two ads are taken for one offer when at least [`SIMILARITY`] of their three-word
//! sequences agree, they have the same numbers apart from the price, and the same number
//! of specimens. Ads too short for that must be equal word for word, and of one seller.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::ad::Ad;

/// Share of three-word sequences that two ads must have in common (Jaccard index).
pub const SIMILARITY: f64 = 0.9;

/// Words below which an ad is too short to be compared by its sequences.
const SHORT: usize = 8;

/// Bands and rows of the locality-sensitive hash: of pairs at 0.9 it misses 1 in 5,000.
const BANDS: usize = 8;
const ROWS: usize = 4;

/// Distinct ads of one bucket that a further one is compared with, so that cost stays linear.
const MOST: usize = 64;

/// What an ad is compared by.
struct Print {
    /// Hashes of its three-word sequences, sorted.
    sequences: Vec<u32>,
    /// Hash of what must be equal: numbers, specimens, for short ads also words and seller.
    exact: u64,
    short: bool,
    words: usize,
}

/// Words that a text needs for [`texts`] to compare it: shorter ones are alike by chance.
const LONG: usize = 20;

/// Returns for each ad the place of the first ad that is the same offer (its own, if none is).
#[must_use]
pub fn offers(ads: &[Ad]) -> Vec<usize> {
    group(&ads.iter().map(print).collect::<Vec<_>>())
}

/// Returns for each ad of at least twenty words the place of the first ad with nearly the
/// same text, whatever its numbers and its seller; `None` for shorter ones.
#[must_use]
pub fn texts(ads: &[Ad]) -> Vec<Option<usize>> {
    let mut prints: Vec<Print> = ads.iter().map(print).collect();
    for print in &mut prints {
        if !print.short {
            print.exact = 0;
        }
    }
    let long: Vec<bool> = prints.iter().map(|print| print.words >= LONG).collect();
    let first = group(&prints).into_iter().zip(long);
    first.map(|(first, long)| long.then_some(first)).collect()
}

fn group(prints: &[Print]) -> Vec<usize> {
    let count = prints.len();
    let mut groups = Groups { parent: (0..count).collect() };
    let mut buckets: BTreeMap<(usize, u64), Vec<usize>> = BTreeMap::new();
    for (place, print) in prints.iter().enumerate() {
        for (band, hash) in bands(print).into_iter().enumerate() {
            let bucket = buckets.entry((band, hash)).or_default();
            let same = bucket.iter().take(MOST).find(|other| alike(print, &prints[**other]));
            match same {
                Some(other) => groups.join(*other, place),
                None => bucket.push(place),
            }
        }
    }
    (0..count).map(|place| groups.first(place)).collect()
}

fn alike(a: &Print, b: &Print) -> bool {
    if a.exact != b.exact || a.short != b.short {
        return false;
    }
    a.short || jaccard(&a.sequences, &b.sequences) >= SIMILARITY
}

#[expect(clippy::cast_precision_loss, reason = "an ad has far fewer than 2^52 words")]
fn jaccard(a: &[u32], b: &[u32]) -> f64 {
    let (mut i, mut j, mut common) = (0, 0, 0_usize);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        common += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    common as f64 / (a.len() + b.len() - common) as f64
}

fn print(ad: &Ad) -> Print {
    let text = format!("{} {}", ad.offer.title, ad.offer.text).to_lowercase();
    let words = words(&text);
    let short = words.len() < SHORT;
    let price = ad.finding.price.as_ref().map(|price| price.amount.to_string());
    let mut exact = DefaultHasher::new();
    ad.finding.quantity.hash(&mut exact);
    for word in words.iter().filter(|word| word.contains(|c: char| c.is_numeric())) {
        if Some(*word) != price.as_deref() {
            word.hash(&mut exact);
        }
    }
    if short {
        (&words, &ad.offer.platform, &ad.offer.seller).hash(&mut exact);
    }
    let mut sequences: Vec<u32> = words.windows(3).map(|three| low(hash_of(&three))).collect();
    sequences.sort_unstable();
    sequences.dedup();
    Print { sequences, exact: exact.finish(), short, words: words.len() }
}

/// Words of a text; in scripts without spaces every character is one.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if word.chars().any(is_unspaced) {
            words.extend(word.char_indices().map(|(at, c)| &word[at..at + c.len_utf8()]));
        } else {
            words.push(word);
        }
    }
    words
}

/// True for Thai, Lao, Khmer, kana and Han characters.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{EFF}' | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}')
}

/// One hash a band: ads that share a band's hash are compared.
fn bands(print: &Print) -> Vec<u64> {
    if print.short {
        return vec![print.exact];
    }
    let least = |seed: usize| {
        let seed = u32::try_from(seed).expect("32 seeds") * 2 + 1;
        print.sequences.iter().map(|one| mix(one.wrapping_mul(seed) ^ seed.rotate_left(17))).min()
    };
    (0..BANDS)
        .map(|band| {
            let rows: Vec<Option<u32>> = (band * ROWS..(band + 1) * ROWS).map(least).collect();
            hash_of(&(rows, print.exact))
        })
        .collect()
}

/// Scatters 32 bits (the finaliser of `MurmurHash3`).
fn mix(mut bits: u32) -> u32 {
    bits ^= bits >> 16;
    bits = bits.wrapping_mul(0x85eb_ca6b);
    bits ^= bits >> 13;
    bits = bits.wrapping_mul(0xc2b2_ae35);
    bits ^ (bits >> 16)
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[expect(clippy::cast_possible_truncation, reason = "32 bits of the hash are what is wanted")]
fn low(hash: u64) -> u32 {
    hash as u32
}

/// Groups that grow together, each known by its first member.
struct Groups {
    parent: Vec<usize>,
}

impl Groups {
    fn first(&mut self, mut place: usize) -> usize {
        while self.parent[place] != place {
            self.parent[place] = self.parent[self.parent[place]];
            place = self.parent[place];
        }
        place
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.first(a), self.first(b));
        self.parent[a.max(b)] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::offers;
    use crate::case::ad::{Ad, Price};

    const LONG: &str = "Carved elephant ivory okimono of a fisherman, signed on the base, with \
        Schreger lines clearly visible, small old crack at the back, height 12 cm, from a private \
        collection in Lyon, collected in person or sent by registered post";

    fn ad(seller: &str, text: &str, price: f64) -> Ad {
        let mut ad = Ad::default();
        ad.offer.seller = Some(seller.to_owned());
        text.clone_into(&mut ad.offer.text);
        ad.finding.price = Some(Price { amount: price, ..Price::default() });
        ad
    }

    #[test]
    fn the_same_offer_at_another_price_or_from_another_account_is_one() {
        let copy = format!("{LONG}!!! Price 480");
        let ads = [ad("a", LONG, 450.0), ad("b", LONG, 450.0), ad("a", &copy, 480.0)];
        assert_eq!(offers(&ads), [0, 0, 0]);
    }

    #[test]
    fn another_size_or_another_ring_is_another_item() {
        let taller = LONG.replace("12 cm", "14 cm");
        assert_eq!(offers(&[ad("a", LONG, 450.0), ad("a", &taller, 450.0)]), [0, 1]);
    }

    #[test]
    fn short_ads_are_one_only_when_equal_and_of_one_seller() {
        let ads = [ad("a", "Ivory figure", 90.0), ad("b", "Ivory figure", 90.0)];
        assert_eq!(offers(&ads), [0, 1]);
        let ads = [ad("a", "Ivory figure", 90.0), ad("a", "ivory, FIGURE", 80.0)];
        assert_eq!(offers(&ads), [0, 0]);
    }

    #[test]
    fn text_without_spaces_is_compared_by_characters() {
        let text = "出售老象牙雕件一件人物摆件高十二厘米品相完好顺丰包邮";
        assert_eq!(offers(&[ad("a", text, 1.0), ad("b", text, 1.0)]), [0, 0]);
    }
}
