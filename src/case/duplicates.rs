//! Near-identical ads: the same offer posted twice counts once.
//!
//! Two ads are taken for one offer when at least [`SIMILARITY`] of their three-word
//! sequences agree, they have the same numbers apart from the price, and the same number
//! of specimens. Ads too short for that must be equal word for word, and of one seller.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZero;
use std::thread;

use super::ad::Ad;

/// Share of three-word sequences that two ads must have in common (Jaccard index).
pub const SIMILARITY: f64 = 0.9;

/// Words below which an ad is too short to be compared by its sequences.
const SHORT: usize = 8;

/// Words that a text needs for [`texts`] to compare it: shorter ones are alike by chance.
const LONG: usize = 20;

/// Bands and rows of the locality-sensitive hash: of pairs at 0.9 it misses 1 in 5,000.
const BANDS: usize = 8;
const ROWS: usize = 4;

/// Distinct ads of one bucket that a further one is compared with, so that cost stays linear.
const MOST: usize = 64;

/// What an ad is compared by.
struct Print {
    /// Hashes of its three-word sequences, sorted.
    sequences: Vec<u32>,
    /// One hash a band: ads that share a band's hash are compared.
    bands: [u64; BANDS],
    /// Hash of what must be equal: numbers, specimens, for short ads also words and seller.
    exact: u64,
    /// Words in it.
    words: usize,
}

impl Print {
    fn is_short(&self) -> bool {
        self.words < SHORT
    }
}

/// Returns for each ad the place of the first ad that is the same offer (its own, if none is).
#[must_use]
pub fn offers(ads: &[Ad]) -> Vec<usize> {
    group(&prints(ads, Numbers::MustAgree))
}

/// Returns for each ad of at least twenty words the place of the first ad with nearly the
/// same text, whatever its numbers and its seller; `None` for shorter ones.
#[must_use]
pub fn texts(ads: &[Ad]) -> Vec<Option<usize>> {
    let prints = prints(ads, Numbers::MayDiffer);
    let first = group(&prints).into_iter().zip(&prints);
    first.map(|(first, print)| (print.words >= LONG).then_some(first)).collect()
}

/// Whether numbers in the text set ads apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    MustAgree,
    MayDiffer,
}

/// The prints of `ads`, made by all cores.
fn prints(ads: &[Ad], numbers: Numbers) -> Vec<Print> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let part = ads.len().div_ceil(cores).max(1);
    thread::scope(|scope| {
        let work = |ads: &[Ad]| ads.iter().map(|ad| print(ad, numbers)).collect::<Vec<Print>>();
        let threads: Vec<_> = ads.chunks(part).map(|ads| scope.spawn(move || work(ads))).collect();
        let done = threads.into_iter().map(|one| one.join().expect("making a print cannot panic"));
        done.flatten().collect()
    })
}

fn group(prints: &[Print]) -> Vec<usize> {
    let mut groups = Groups { parent: (0..prints.len()).collect() };
    for band in 0..BANDS {
        let mut order: Vec<(u64, usize)> =
            prints.iter().enumerate().map(|(place, print)| (print.bands[band], place)).collect();
        order.sort_unstable();
        for bucket in order.chunk_by(|a, b| a.0 == b.0).filter(|bucket| bucket.len() > 1) {
            compare(bucket, prints, &mut groups);
        }
    }
    (0..prints.len()).map(|place| groups.first(place)).collect()
}

/// Joins the ads of `bucket` that are alike.
fn compare(bucket: &[(u64, usize)], prints: &[Print], groups: &mut Groups) {
    let mut distinct: Vec<usize> = Vec::new();
    for (_, place) in bucket {
        let known = distinct.iter().take(MOST);
        match known.copied().find(|other| alike(&prints[*place], &prints[*other])) {
            Some(other) => groups.join(other, *place),
            None => distinct.push(*place),
        }
    }
}

fn alike(a: &Print, b: &Print) -> bool {
    if a.exact != b.exact || a.is_short() != b.is_short() {
        return false;
    }
    a.is_short() || jaccard(&a.sequences, &b.sequences) >= SIMILARITY
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

fn print(ad: &Ad, numbers: Numbers) -> Print {
    let text = format!("{} {}", ad.offer.title, ad.offer.text).to_lowercase();
    let words = words(&text);
    let hashes: Vec<u64> = words.iter().map(|word| hash_of(word.as_bytes())).collect();
    let mut exact = DefaultHasher::new();
    if numbers == Numbers::MustAgree {
        ad.finding.quantity.hash(&mut exact);
        let price = ad.finding.price.as_ref().map(|price| price.amount.to_string());
        for word in words.iter().filter(|word| word.contains(|c: char| c.is_numeric())) {
            if Some(*word) != price.as_deref() {
                word.hash(&mut exact);
            }
        }
    }
    if words.len() < SHORT {
        (&words, &ad.offer.platform, &ad.offer.seller).hash(&mut exact);
    }
    let exact = exact.finish();
    let mut sequences: Vec<u32> = hashes.windows(3).map(sequence).collect();
    sequences.sort_unstable();
    sequences.dedup();
    let bands = bands(&sequences, exact, words.len() < SHORT);
    Print { sequences, bands, exact, words: words.len() }
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

fn bands(sequences: &[u32], exact: u64, short: bool) -> [u64; BANDS] {
    if short {
        return [exact; BANDS];
    }
    std::array::from_fn(|band| {
        let rows = (band * ROWS..(band + 1) * ROWS).map(|row| least(sequences, row));
        rows.fold(exact, |hash, row| stir(hash ^ u64::from(row)))
    })
}

/// The least value of the `row`th of 32 hash functions over the sequences.
fn least(sequences: &[u32], row: usize) -> u32 {
    let seed = u32::try_from(row).expect("32 rows") * 2 + 1;
    let scatter = |one: &u32| {
        let mut bits = one.wrapping_mul(0x9e37_79b1).rotate_left(seed % 32) ^ seed;
        bits = bits.wrapping_mul(0x85eb_ca6b);
        bits ^= bits >> 13;
        bits.wrapping_mul(0xc2b2_ae35)
    };
    sequences.iter().map(scatter).min().unwrap_or(u32::MAX)
}

/// FNV-1a: quick for short words, and good enough where equality is checked afterwards.
fn hash_of(bytes: &[u8]) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325;
    bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

#[expect(clippy::cast_possible_truncation, reason = "32 bits of the hash are what is wanted")]
fn sequence(words: &[u64]) -> u32 {
    words.iter().fold(0, |hash: u64, word| stir(hash ^ word)) as u32
}

/// Scatters 64 bits (the first half of the finaliser of `MurmurHash3`).
fn stir(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    bits ^ (bits >> 33)
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

    #[test]
    fn a_word_changed_in_a_long_text_still_makes_one_offer() {
        let long = [LONG, LONG, LONG].join(" ");
        let changed = long.replacen("fisherman", "farmer", 1);
        assert_eq!(offers(&[ad("a", &long, 1.0), ad("b", &changed, 1.0)]), [0, 0]);
    }
}
