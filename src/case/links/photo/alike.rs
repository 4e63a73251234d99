//! Which hashes of pictures are so near to one another that the picture is the same.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// Bits of 64 in which two pictures may differ and still be one.
///
/// Measured with `benches/photos.py` (figures in `benches/README.md`): at 5 nearly all copies in
/// another size, format or quality are found, and pictures that are not copies are not, but for
/// a few with nothing but a run of shades; from 6 on there are more of those.
const NEAR: u32 = 5;

/// Parts that a hash is cut into: when at most [`NEAR`] bits differ, one part is the same.
const PARTS: u32 = NEAR + 1;

/// For each hash the one that it is taken for: the most frequent of those near to it, of
/// equally frequent ones the smallest. A hash that another is taken for is its own, so that
/// no chain of likenesses leads to a different picture.
pub(super) fn centres(hashes: &[u64]) -> Vec<u64> {
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for hash in hashes {
        *counts.entry(*hash).or_default() += 1;
    }
    let mut by_part: HashMap<(u32, u64), Vec<u64>> = HashMap::new();
    for hash in counts.keys() {
        for part in 0..PARTS {
            by_part.entry((part, cut(*hash, part))).or_default().push(*hash);
        }
    }
    let mut order: Vec<(usize, u64)> =
        counts.into_iter().map(|(hash, count)| (count, hash)).collect();
    order.sort_unstable_by_key(|(count, hash)| (Reverse(*count), *hash));
    let mut centre: HashMap<u64, u64> = HashMap::new();
    for (_, hash) in order {
        if centre.contains_key(&hash) {
            continue;
        }
        for part in 0..PARTS {
            for other in &by_part[&(part, cut(hash, part))] {
                if (hash ^ other).count_ones() <= NEAR {
                    centre.entry(*other).or_insert(hash);
                }
            }
        }
    }
    hashes.iter().map(|hash| centre[hash]).collect()
}

/// The bits of a part.
fn cut(hash: u64, part: u32) -> u64 {
    let (from, to) = (64 * part / PARTS, 64 * (part + 1) / PARTS);
    (hash >> from) & ((1 << (to - from)) - 1)
}

#[cfg(test)]
mod tests {
    use super::{NEAR, PARTS, centres, cut};

    #[test]
    fn near_hashes_are_one_and_farther_ones_are_not() {
        let near = (1_u64 << NEAR) - 1;
        let far = (1_u64 << (NEAR + 1)) - 1;
        assert_eq!(centres(&[0, 0, near]), [0, 0, 0]);
        assert_eq!(centres(&[0, 0, far]), [0, 0, far]);
        // The bits that differ may stand anywhere.
        let spread = (0..NEAR).fold(0, |bits, at| bits | 1 << (at * 64 / NEAR + 3));
        assert_eq!(centres(&[spread, 0, 0]), [0, 0, 0]);
    }

    #[test]
    fn a_chain_of_near_hashes_does_not_join_its_ends() {
        let step = (1_u64 << NEAR) - 1;
        let chain = [0, step, step | step << NEAR, step | step << NEAR | step << (2 * NEAR)];
        let found = centres(&chain);
        assert_ne!(found[0], found[3]);
        for (hash, centre) in chain.iter().zip(&found) {
            assert!((hash ^ centre).count_ones() <= NEAR);
        }
    }

    #[test]
    fn the_parts_hold_each_bit_once() {
        let bits: u32 = (0..PARTS).map(|part| cut(u64::MAX, part).count_ones()).sum();
        assert_eq!(bits, 64);
    }
}
