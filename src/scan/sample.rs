//! A fair sample of a stream, the same each time (reservoir sampling, algorithm R).

/// Some of the things that were given, each with the same chance, in the order they came in.
#[derive(Debug)]
pub struct Sample<T> {
    size: usize,
    given: u64,
    state: u64,
    kept: Vec<(u64, T)>,
}

impl<T> Sample<T> {
    /// A sample of up to `size` things.
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self { size, given: 0, state: 0x9e37_79b9_7f4a_7c15, kept: Vec::new() }
    }

    /// Gives the next thing.
    pub fn give(&mut self, thing: T) {
        let number = self.given;
        self.given += 1;
        if self.kept.len() < self.size {
            self.kept.push((number, thing));
            return;
        }
        let place = usize::try_from(self.random(self.given)).unwrap_or(usize::MAX);
        if let Some(kept) = self.kept.get_mut(place) {
            *kept = (number, thing);
        }
    }

    /// A number below `end` (splitmix64, by Sebastiano Vigna).
    fn random(&mut self, end: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let wide = u128::from(bits ^ (bits >> 31)) * u128::from(end);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// The things that were kept.
    #[must_use]
    pub fn take(mut self) -> Vec<T> {
        self.kept.sort_by_key(|(number, _)| *number);
        self.kept.into_iter().map(|(_, thing)| thing).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Sample;

    fn sample(size: usize, of: u32) -> Vec<u32> {
        let mut sample = Sample::new(size);
        (0..of).for_each(|thing| sample.give(thing));
        sample.take()
    }

    #[test]
    fn a_sample_is_of_its_size_in_order_and_the_same_each_time() {
        assert_eq!(sample(5, 3), [0, 1, 2]);
        assert_eq!(sample(0, 3), [0; 0]);
        let some = sample(100, 10_000);
        assert_eq!(some.len(), 100);
        assert!(some.is_sorted());
        assert_eq!(some, sample(100, 10_000));
    }

    #[test]
    fn each_thing_has_the_same_chance() {
        let some = sample(10_000, 100_000);
        for tenth in 0..10 {
            let count = some.iter().filter(|thing| *thing / 10_000 == tenth).count();
            // 1,000 are expected; 150 is five times the standard deviation.
            assert!((850..1150).contains(&count), "{count} of tenth {tenth}");
        }
    }
}
