//! Remembers what was found for the keys that come again and again, in bounded room.

/// Two keys and what was found for them: the one that came again, and the newest.
type Pair<K, V> = [(K, V); 2];

/// The newest of many keys with what was found for each. A key that comes once is soon
/// forgotten; it does not push out one that came again.
#[derive(Debug)]
pub(super) struct Recent<K, V> {
    /// Empty until something is remembered.
    pairs: Vec<Pair<K, V>>,
    /// Bits of the place of a pair.
    bits: u32,
}

impl<K: Default + PartialEq, V: Default> Recent<K, V> {
    /// Room for two to the power of `bits` keys.
    pub(super) fn new(bits: u32) -> Self {
        Self { pairs: Vec::new(), bits: bits - 1 }
    }

    /// What was found for `key`, which is not the default; its hash is `hash`.
    pub(super) fn get(&mut self, hash: u64, key: &K) -> Option<&V> {
        self.find(hash, |known| known == key)
    }

    /// The same of the key for which `is` says yes.
    pub(super) fn find(&mut self, hash: u64, is: impl Fn(&K) -> bool) -> Option<&V> {
        let at = self.place(hash);
        let pair = self.pairs.get_mut(at)?;
        if !is(&pair[0].0) {
            if !is(&pair[1].0) {
                return None;
            }
            pair.swap(0, 1);
        }
        Some(&pair[0].1)
    }

    /// Remembers that `value` was found for `key`, which [`Self::get`] did not know.
    pub(super) fn put(&mut self, hash: u64, key: K, value: V) {
        if self.pairs.is_empty() {
            self.pairs.resize_with(1 << self.bits, Pair::default);
        }
        let at = self.place(hash);
        self.pairs[at][1] = (key, value);
    }

    /// The upper bits of a hash are the good ones.
    fn place(&self, hash: u64) -> usize {
        (hash >> (u64::BITS - self.bits)) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::Recent;

    #[test]
    fn what_came_again_stays_and_the_newest_goes() {
        let mut recent = Recent::new(2);
        assert_eq!(recent.get(7, &1), None);
        recent.put(7, 1, "ivory");
        assert_eq!(recent.get(7, &1), Some(&"ivory"));
        for key in 2..9 {
            recent.put(7, key, "chair");
            assert_eq!(recent.get(7, &1), Some(&"ivory"));
        }
        assert_eq!(recent.get(7, &8), Some(&"chair"));
        assert_eq!(recent.get(7, &7), None);
    }
}
