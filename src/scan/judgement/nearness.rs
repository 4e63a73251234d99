//! How much two marks of an ad have to do with each other, by where they stand.

use super::Mark;
use crate::scan::matching::Hit;

/// What stands in the title counts for the whole ad.
pub(super) fn title_share(mark: &Mark<'_>) -> f64 {
    if mark.hit.field == 0 { 0.8 } else { 0.0 }
}

/// What is offered is named first: *cage for a parrot*, but *parrot with cage*.
pub(super) fn supplies(value: f64, hit: &Hit, anchor: &Hit) -> f64 {
    let is_first = (hit.place, hit.start) < (anchor.place, anchor.start);
    if hit.field == 0 && (is_first || anchor.field != 0) {
        value.max(0.8) * 2.0
    } else {
        value * 0.4
    }
}

/// How much two hits have to do with each other, by the words between them.
pub(super) fn nearness(a: &Hit, b: &Hit) -> f64 {
    let (first, last) = if a.place <= b.place { (a, b) } else { (b, a) };
    let between = last.place.saturating_sub(first.place + first.after - first.first);
    let near = match between {
        0 | 1 => 1.0,
        2 | 3 => 0.8,
        4..=8 => 0.6,
        9..=20 => 0.4,
        21..=40 => 0.25,
        _ => 0.15,
    };
    if a.field == b.field { near } else { near * 0.9 }
}

/// True for hits that share letters: in a text without spaces a run is one word.
pub(super) fn same_words(a: &Hit, b: &Hit) -> bool {
    a.field == b.field && a.start < b.end && b.start < a.end
}
