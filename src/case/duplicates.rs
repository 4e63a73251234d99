//! Near-identical ads: the same offer posted twice counts once.
//!
//! Two ads are taken for one offer when at least [`SIMILARITY`] of their three-word
//! sequences agree (numbers left out), they have the same numbers apart from the price, and the same number
//! of specimens. Ads too short for that must be equal word for word, and of one seller.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZero;
use std::thread;

use super::ad::Ad;
use crate::scan::likeness::{
    BANDS, FNV_START, SHORT, SIMILARITY, fnv, hash_of, is_unspaced, jaccard, sequence, stir,
};

/// [`SIMILARITY`] for texts that join accounts: each may have a line of its own in them.
const TEXT_SIMILARITY: f64 = 0.7;

/// Words that a text needs for [`Prints::texts`] to compare it: shorter ones are alike by chance.
const LONG: usize = 20;

/// Rows of each band.
const ROWS: usize = 4;

/// Distinct ads of one bucket that a further one is compared with, so that cost stays linear.
const MOST: usize = 64;

/// What an ad is compared by.
struct Print {
    /// Hashes of its three-word sequences, sorted.
    sequences: Vec<u32>,
    /// One hash a band, but for [`Print::exact`]: ads that share a band's hash are compared.
    bands: [u64; BANDS],
    /// Hash of the numbers in it and of the number of specimens.
    numbers: u64,
    /// Hash of the words and the seller of an ad too short for sequences; 0 for others.
    whole: u64,
    /// Words in it.
    words: usize,
}

impl Print {
    fn is_short(&self) -> bool {
        self.words < SHORT
    }

    /// What must be equal.
    fn exact(&self, numbers: Numbers) -> u64 {
        match numbers {
            Numbers::MustAgree => stir(self.whole ^ self.numbers),
            Numbers::MayDiffer => stir(self.whole),
        }
    }

    fn band(&self, band: usize, numbers: Numbers) -> u64 {
        let exact = self.exact(numbers);
        if self.is_short() { exact } else { stir(self.bands[band] ^ exact) }
    }
}

/// The prints of some ads, from which near-identical ones are found in two ways.
pub struct Prints {
    prints: Vec<Print>,
}

impl Prints {
    /// Makes the prints of `ads` with all cores.
    ///
    /// # Panics
    ///
    /// Never: making a print does not panic.
    #[must_use]
    pub fn of(ads: &[Ad]) -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let part = ads.len().div_ceil(cores).max(1);
        let prints = thread::scope(|scope| {
            let work = |ads: &[Ad]| ads.iter().map(print).collect::<Vec<Print>>();
            let threads: Vec<_> =
                ads.chunks(part).map(|ads| scope.spawn(move || work(ads))).collect();
            let done =
                threads.into_iter().map(|one| one.join().expect("making a print cannot panic"));
            done.flatten().collect()
        });
        Self { prints }
    }

    /// Returns for each ad the place of the first ad that is the same offer (its own, if none is).
    #[must_use]
    pub fn offers(&self) -> Vec<usize> {
        group(&self.prints, Numbers::MustAgree)
    }

    /// Returns for each ad of at least twenty words the place of the first ad with nearly the
    /// same text, whatever its numbers and its seller; `None` for shorter ones.
    #[must_use]
    pub fn texts(&self) -> Vec<Option<usize>> {
        let first = group(&self.prints, Numbers::MayDiffer).into_iter().zip(&self.prints);
        first.map(|(first, print)| (print.words >= LONG).then_some(first)).collect()
    }
}

impl Prints {
    /// [`Prints::texts`] and [`Prints::offers`], side by side.
    ///
    /// # Panics
    ///
    /// Never: comparing does not panic.
    #[must_use]
    pub fn both(&self) -> (Vec<Option<usize>>, Vec<usize>) {
        thread::scope(|scope| {
            let offers = scope.spawn(|| self.offers());
            (self.texts(), offers.join().expect("comparing cannot panic"))
        })
    }
}

/// Whether numbers in the text set ads apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    MustAgree,
    MayDiffer,
}

fn group(prints: &[Print], numbers: Numbers) -> Vec<usize> {
    let mut groups = Groups { parent: (0..prints.len()).collect() };
    for band in 0..BANDS {
        let keyed = prints.iter().enumerate();
        let mut order: Vec<(u64, usize)> =
            keyed.map(|(place, print)| (print.band(band, numbers), place)).collect();
        order.sort_unstable();
        for bucket in order.chunk_by(|a, b| a.0 == b.0).filter(|bucket| bucket.len() > 1) {
            compare(bucket, prints, numbers, &mut groups);
        }
    }
    (0..prints.len()).map(|place| groups.first(place)).collect()
}

/// Joins the ads of `bucket` that are alike.
fn compare(bucket: &[(u64, usize)], prints: &[Print], numbers: Numbers, groups: &mut Groups) {
    let mut distinct: Vec<usize> = Vec::new();
    for (_, place) in bucket {
        let known = distinct.iter().take(MOST);
        match known.copied().find(|other| alike(&prints[*place], &prints[*other], numbers)) {
            Some(other) => groups.join(other, *place),
            None => distinct.push(*place),
        }
    }
}

fn alike(a: &Print, b: &Print, numbers: Numbers) -> bool {
    if a.exact(numbers) != b.exact(numbers) || a.is_short() != b.is_short() {
        return false;
    }
    let least = match numbers {
        Numbers::MustAgree => SIMILARITY,
        Numbers::MayDiffer => TEXT_SIMILARITY,
    };
    a.is_short() || jaccard(&a.sequences, &b.sequences) >= least
}

fn print(ad: &Ad) -> Print {
    let words = Words::of([&ad.offer.title, &ad.offer.text]);
    let price = ad.finding.price.as_ref().map(|price| hash_of(price.amount.to_string().as_bytes()));
    let mut numbers = DefaultHasher::new();
    ad.finding.quantity.hash(&mut numbers);
    for word in words.numbers.iter().filter(|word| Some(**word) != price) {
        word.hash(&mut numbers);
    }
    let short = words.hashes.len() < SHORT;
    let mut whole = DefaultHasher::new();
    if short {
        (&words.hashes, &ad.offer.platform, &ad.offer.seller).hash(&mut whole);
    }
    let mut sequences: Vec<u32> = words.plain.windows(3).map(sequence).collect();
    sequences.sort_unstable();
    sequences.dedup();
    sequences.shrink_to_fit();
    Print {
        bands: bands(&sequences),
        sequences,
        numbers: numbers.finish(),
        whole: if short { whole.finish() } else { 0 },
        words: words.hashes.len(),
    }
}

/// The words of a text as hashes of their lower case; in scripts without spaces every
/// character is a word.
#[derive(Default)]
struct Words {
    hashes: Vec<u64>,
    /// Of those the ones without a digit: whose number stands in a text says nothing of whose text it is.
    plain: Vec<u64>,
    /// Of those the ones with a digit.
    numbers: Vec<u64>,
    word: u64,
    open: bool,
    numeric: bool,
}

impl Words {
    fn of(parts: [&String; 2]) -> Self {
        let mut words = Self { word: FNV_START, ..Self::default() };
        for part in parts {
            for c in part.chars() {
                words.put(c);
            }
            words.end();
        }
        words
    }

    fn put(&mut self, c: char) {
        if c.is_ascii_alphanumeric() {
            self.numeric |= c.is_ascii_digit();
            return self.push(u8::try_from(c).unwrap_or_default().to_ascii_lowercase());
        }
        if c.is_ascii() || !c.is_alphanumeric() {
            return self.end();
        }
        let alone = is_unspaced(c);
        if alone {
            self.end();
        }
        self.numeric |= c.is_numeric();
        for lower in c.to_lowercase() {
            for byte in lower.encode_utf8(&mut [0; 4]).bytes() {
                self.push(byte);
            }
        }
        if alone {
            self.end();
        }
    }

    fn push(&mut self, byte: u8) {
        self.word = fnv(self.word, byte);
        self.open = true;
    }

    fn end(&mut self) {
        if self.open {
            self.hashes.push(self.word);
            if self.numeric { &mut self.numbers } else { &mut self.plain }.push(self.word);
        }
        (self.word, self.open, self.numeric) = (FNV_START, false, false);
    }
}

fn bands(sequences: &[u32]) -> [u64; BANDS] {
    let least = least(sequences);
    std::array::from_fn(|band| {
        let rows = &least[band * ROWS..(band + 1) * ROWS];
        rows.iter().fold(0, |hash, row| stir(hash ^ u64::from(*row)).rotate_left(7))
    })
}

/// The least values of the sequences in each of 32 bins (one permutation hashing); an empty
/// bin takes that of the next one that is not, changed by how far it had to look.
///
/// Source: Shrivastava and Li, *Densifying One Permutation Hashing*, 2014.
fn least(sequences: &[u32]) -> [u32; BANDS * ROWS] {
    const BINS: usize = BANDS * ROWS;
    let mut bins = [u32::MAX; BINS];
    for one in sequences {
        let mut bits = one.wrapping_mul(0x9e37_79b1);
        bits = (bits ^ (bits >> 15)).wrapping_mul(0x85eb_ca6b);
        bits ^= bits >> 13;
        let bin = &mut bins[bits as usize % BINS];
        *bin = (*bin).min(bits >> 5);
    }
    std::array::from_fn(|at| {
        let filled = (0..BINS).find(|step| bins[(at + step) % BINS] != u32::MAX);
        filled.map_or(u32::MAX, |step| {
            let away = u32::try_from(step).expect("at most 32 bins");
            bins[(at + step) % BINS].wrapping_add(away.wrapping_mul(0x0800_0001))
        })
    })
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
    use super::Prints;
    use crate::case::ad::{Ad, Price};

    fn offers(ads: &[Ad]) -> Vec<usize> {
        Prints::of(ads).offers()
    }

    const LONG: &str = "Carved elephant ivory okimono of a fisherman, signed on the base, with \
        Schreger lines clearly visible, small old crack at the back, height 12 cm, from a private \
        collection in Lyon, collected in person or sent by registered post";

    fn ad(seller: &str, text: &str, price: f64) -> Ad {
        let mut ad = Ad::default();
        ad.offer.seller = Some(seller.into());
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
