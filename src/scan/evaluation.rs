//! Measures how well scores agree with labels.

use serde::Serialize;

/// Ads counted by label and verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Flagged, rightly.
    pub true_positive: u32,
    /// Flagged, wrongly.
    pub false_positive: u32,
    /// Not flagged, wrongly.
    pub false_negative: u32,
    /// Not flagged, rightly.
    pub true_negative: u32,
}

impl Counts {
    /// Counts an ad.
    pub fn add(&mut self, is_positive: bool, is_flagged: bool) {
        *match (is_positive, is_flagged) {
            (true, true) => &mut self.true_positive,
            (false, true) => &mut self.false_positive,
            (true, false) => &mut self.false_negative,
            (false, false) => &mut self.true_negative,
        } += 1;
    }

    /// All ads.
    #[must_use]
    pub fn ads(self) -> u32 {
        self.true_positive + self.false_positive + self.false_negative + self.true_negative
    }

    /// Share of the flagged ads that are flagged rightly; none when nothing is flagged.
    #[must_use]
    pub fn precision(self) -> Option<f64> {
        ratio(self.true_positive, self.true_positive + self.false_positive)
    }

    /// Share of the positive ads that are flagged; none when there are none.
    #[must_use]
    pub fn recall(self) -> Option<f64> {
        ratio(self.true_positive, self.true_positive + self.false_negative)
    }

    /// The harmonic mean of precision and recall.
    #[must_use]
    pub fn f1(self) -> Option<f64> {
        ratio(
            2 * self.true_positive,
            2 * self.true_positive + self.false_positive + self.false_negative,
        )
    }
}

fn ratio(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn figures_are_those_of_the_textbook() {
        let mut counts = Counts::default();
        for (is_positive, is_flagged, times) in
            [(true, true, 6), (false, true, 2), (true, false, 3), (false, false, 9)]
        {
            (0..times).for_each(|_| counts.add(is_positive, is_flagged));
        }
        assert_eq!(counts.ads(), 20);
        assert_eq!(counts.precision(), Some(0.75));
        assert_eq!(counts.recall(), Some(6.0 / 9.0));
        assert_eq!(counts.f1(), Some(12.0 / 17.0));
        assert_eq!(Counts::default().f1(), None);
    }
}
