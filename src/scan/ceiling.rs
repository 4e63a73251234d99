//! The most points that an ad can come to, by its words alone.
//!
//! To find the language, the price and the contacts of an ad costs more than to match
//! its words. Where even the best of them would leave it clear, they need not be read.

use super::judgement::{self, Circumstances, Mark, Shelf};
use super::weights::Weights;

/// Features that nothing but the anchors and the category decides.
const SETTLED: [&str; 26] = [
    "base",
    "product.strong",
    "product.medium",
    "product.weak",
    "code.strong",
    "code.medium",
    "code.weak",
    "craft.strong",
    "craft.medium",
    "craft.weak",
    "taxon.scientific",
    "taxon.phrase",
    "taxon.word",
    "taxon.short",
    "taxon.kept",
    "taxon.unlisted",
    "anchor.part",
    "anchor.partly",
    "anchor.below",
    "anchor.more",
    "anchor.buried",
    "disguised",
    "category.alive",
    "category.nature",
    "category.supplies",
    "category.elsewhere",
];

/// Features of words that speak of something else.
const NEGATIVE: &str = "negative.";

/// Room for sums that are added in another order.
const SLACK: f64 = 1e-6;

/// False for weights of one's own with which a word of something else speaks for a find:
/// with these no ceiling is known.
pub(super) fn is_known(weights: &Weights) -> bool {
    weights.iter().all(|(name, points)| !name.contains(NEGATIVE) || points <= 0.0)
}

/// What is assumed of an ad whose figures are not read: that all speak for a find.
/// `grams` and `size` are as read, and so is the `category`.
pub(super) fn assumed(grams: bool, size: bool, category: Option<Shelf>) -> Circumstances {
    Circumstances {
        price: true,
        grams,
        contact: true,
        isbn: true,
        unknown_name: true,
        size,
        category,
    }
}

/// The most points that `marks` can come to: all of those in the ad, none held foreign,
/// and every negative held denied that may not count.
pub(super) fn points(marks: &[Mark<'_>], around: Circumstances, weights: &Weights) -> f64 {
    let most = |feature: &judgement::Feature| {
        let points = feature.value * weights.get(feature.name);
        // Further negatives could only make it less.
        let is_settled = || SETTLED.contains(&feature.name) || feature.name.starts_with(NEGATIVE);
        if points >= 0.0 || is_settled() { points } else { 0.0 }
    };
    let foreign = weights.get("anchor.foreign").max(0.0);
    let sums = judgement::anchors(marks)
        .map(|anchor| judgement::features(marks, anchor, around).iter().map(most).sum::<f64>());
    sums.fold(f64::MIN, f64::max) + foreign + SLACK
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::lexicon::Vocabulary;
    use crate::scan::ad::{Ad, Field, Role};
    use crate::scan::examples;
    use crate::scan::lookup::Lookup;
    use crate::scan::{Options, Scanner, Scope, Verdict, Weights};
    use crate::species::Species;

    /// Titles and texts of the shipped examples.
    fn texts() -> Vec<[String; 2]> {
        let field =
            |ad: &serde_json::Value, name: &str| ad[name].as_str().unwrap_or_default().to_owned();
        examples::ads().iter().map(|ad| [field(ad, "title"), field(ad, "text")]).collect()
    }

    fn ad(texts: &[String; 2]) -> Ad<'_> {
        let [title, text] = texts;
        let fields = [("title", Role::Title, title), ("text", Role::Text, text)];
        let fields = fields.map(|(name, role, text)| Field {
            name: name.into(),
            role,
            text: text.as_str().into(),
        });
        Ad { fields: fields.into(), ..Ad::default() }
    }

    #[test]
    fn what_is_not_read_further_is_clear() {
        let (vocabulary, weights) = (Vocabulary::embedded(), Weights::embedded());
        for (scope, name) in [(Scope::Listed, "listed"), (Scope::Wildlife, "wildlife")] {
            let weights = weights.scoped(name);
            let options = Options { scope, on: date(2026, 11, 26) };
            let scanner = Scanner::new(&vocabulary, Species::embedded(), &weights, options);
            let lookup = Lookup::new(&vocabulary);
            let (mut shown, mut clear) = (0, 0);
            for texts in texts() {
                let ad = ad(&texts);
                let whole = scanner.judge(&ad);
                assert_eq!(scanner.verdict_of(&ad, &lookup), whole.verdict, "{texts:?}");
                let expected = (whole.verdict != Verdict::Clear).then_some(whole);
                assert_eq!(scanner.judge_unless_clear(&ad, &lookup), expected, "{texts:?}");
                *if expected.is_some() { &mut shown } else { &mut clear } += 1;
            }
            assert!(shown > 500 && clear > 500, "{shown} {clear}");
        }
    }
}
