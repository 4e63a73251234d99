//! Sets of hashes that are small enough to stay in a processor's cache; a yes may be wrong.
//!
//! Each hash sets three bits of one word (a blocked Bloom filter: Putze, Sanders and
//! Singler, *Cache-, Hash- and Space-Efficient Bloom Filters*, 2007).

/// Bits for each hash, at least, of a set that is asked once a word: one yes in sixty is wrong.
pub(super) const ONCE: usize = 12;
/// The same of a set that is asked for each beginning of a word: one in three hundred.
pub(super) const OFTEN: usize = 24;
/// Words of a set at most: 8 MiB.
const MOST: usize = 1 << 20;

/// The bytes of a set of `hashes` with `each` bits or more for one.
pub(super) fn pack(hashes: &[u32], each: usize) -> Vec<u8> {
    let words = (hashes.len() * each / 64).next_power_of_two().min(MOST);
    let mut bits = vec![0u64; words];
    for hash in hashes {
        let (at, mask) = place(*hash, words);
        bits[at] |= mask;
    }
    bits.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn place(hash: u32, words: usize) -> (usize, u64) {
    let at = (hash.wrapping_mul(0x9E37_79B1) >> 12) as usize & words.wrapping_sub(1);
    (at, 1 << (hash & 63) | 1 << (hash >> 6 & 63) | 1 << (hash >> 12 & 63))
}

/// A set of hashes, as it stands in an index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bits<'a> {
    words: &'a [[u8; 8]],
}

impl<'a> Bits<'a> {
    /// The set that [`pack`] made `bytes` of.
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self { words: bytes.as_chunks().0 }
    }

    /// False when `hash` is not in the set.
    pub(super) fn has(self, hash: u32) -> bool {
        let (at, mask) = place(hash, self.words.len());
        self.words.get(at).is_some_and(|word| u64::from_le_bytes(*word) & mask == mask)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bits, OFTEN, ONCE, pack};

    #[test]
    fn what_is_in_is_found_and_little_else() {
        let hash = |at: u32| at.wrapping_mul(0x9E37_79B9) ^ at.rotate_left(13);
        let packed = pack(&(0..5000).map(hash).collect::<Vec<_>>(), OFTEN);
        let set = Bits::of(&packed);
        assert!((0..5000).all(|at| set.has(hash(at))));
        let wrong = (5000..105_000).filter(|at| set.has(hash(*at))).count();
        assert!(wrong < 1000, "{wrong} of 100,000");
    }

    #[test]
    fn an_empty_set_has_nothing() {
        let packed = pack(&[], ONCE);
        assert!(!Bits::of(&packed).has(7) && !Bits::of(&[]).has(7));
    }
}
