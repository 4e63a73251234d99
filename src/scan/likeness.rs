//! Likeness of texts: what two ads are compared by, in constant space.

/// Share of three-word sequences that two ads must have in common (Jaccard index).
pub const SIMILARITY: f64 = 0.9;

/// Words below which a text is too short to be compared by its sequences.
pub const SHORT: usize = 8;

/// Bands and rows of the locality-sensitive hash: of pairs at 0.9 it misses 1 in 5,000.
pub const BANDS: usize = 8;
const ROWS: usize = 4;

/// Sequences of a text that are kept: the least of their hashes, which are a fair sample.
const MOST_SEQUENCES: usize = 2000;

/// What a text is compared by.
#[derive(Clone, Debug)]
pub struct Print {
    /// Hashes of its three-word sequences, sorted.
    sequences: Vec<u32>,
    /// One hash a band: texts that share a band's hash are compared.
    pub bands: [u64; BANDS],
    /// Hash of what must be equal.
    exact: u64,
    /// Words in it.
    pub words: usize,
}

impl Print {
    /// The print of a text of `words`; texts of different `exact` are never alike.
    #[must_use]
    pub fn new(words: &[&str], exact: u64) -> Self {
        let hashes: Vec<u64> = words.iter().map(|word| hash_of(word.as_bytes())).collect();
        let mut sequences: Vec<u32> = hashes.windows(3).map(sequence).collect();
        sequences.sort_unstable();
        sequences.dedup();
        sequences.truncate(MOST_SEQUENCES);
        let bands = bands(&sequences, exact, words.len() < SHORT);
        Self { sequences, bands, exact, words: words.len() }
    }

    fn is_short(&self) -> bool {
        self.words < SHORT
    }

    /// True for texts that are nearly the same.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        if self.exact != other.exact || self.is_short() != other.is_short() {
            return false;
        }
        self.is_short() || jaccard(&self.sequences, &other.sequences) >= SIMILARITY
    }
}

/// Share of the sequences of both that they have in common (Jaccard index); each sorted, without twins.
#[expect(clippy::cast_precision_loss, reason = "an ad has far fewer than 2^52 words")]
pub(crate) fn jaccard(a: &[u32], b: &[u32]) -> f64 {
    let (mut i, mut j, mut common) = (0, 0, 0_usize);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        common += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    common as f64 / (a.len() + b.len() - common) as f64
}

/// Words of a text; in scripts without spaces every character is one.
#[must_use]
pub fn words(text: &str) -> Vec<&str> {
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
pub(crate) fn is_unspaced(c: char) -> bool {
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
pub(crate) fn hash_of(bytes: &[u8]) -> u64 {
    bytes.iter().fold(FNV_START, |hash, byte| fnv(hash, *byte))
}

/// The hash of no bytes.
pub(crate) const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash of one byte more.
pub(crate) fn fnv(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
}

/// The hash of words that follow one another.
#[expect(clippy::cast_possible_truncation, reason = "32 bits of the hash are what is wanted")]
pub(crate) fn sequence(words: &[u64]) -> u32 {
    words.iter().fold(0, |hash: u64, word| stir(hash ^ word)) as u32
}

/// Scatters 64 bits (the first half of the finaliser of `MurmurHash3`).
pub(crate) fn stir(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    bits ^ (bits >> 33)
}
