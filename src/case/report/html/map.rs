//! Ads by country as a map of tiles: one tile a country, each about where it lies.
//!
//! Tiles of one size let small countries be seen, and need nobody's drawing of borders.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{Page, anchor, shown};
use crate::case::report::label::label;
use crate::case::summary::{Figure, UNKNOWN};

/// Rows of country codes, `..` where the sea is; drawn for this program.
const TILES: &str = include_str!("tiles.txt");

/// Size of a tile, in the drawing's own units.
const WIDTH: usize = 44;
const HEIGHT: usize = 34;

/// Columns and rows that are shown around the countries with ads, and the fewest in all.
const MARGIN: usize = 1;
const FEWEST: usize = 8;

/// A country's place in the grid.
type Place = (usize, usize);

impl Page<'_> {
    pub(super) fn map(&self) -> Markup {
        let places = places();
        let figures: BTreeMap<&str, (usize, &Figure)> = shown(self.list("country"))
            .iter()
            .enumerate()
            .filter(|(_, figure)| figure.key != UNKNOWN)
            .map(|(at, figure)| (figure.key.as_str(), (at, figure)))
            .collect();
        let on_map: Vec<Place> =
            figures.keys().filter_map(|code| places.get(code).copied()).collect();
        if on_map.is_empty() {
            return html! {};
        }
        let (left, right) = window(on_map.iter().map(|place| place.0), columns());
        let (top, bottom) = window(on_map.iter().map(|place| place.1), TILES.lines().count());
        let most = figures.values().map(|(_, figure)| figure.ads).max().unwrap_or(1).max(1);
        let size = ((right - left + 1) * WIDTH, (bottom - top + 1) * HEIGHT);
        let within =
            |place: &Place| (left..=right).contains(&place.0) && (top..=bottom).contains(&place.1);
        html! {
            figure.map {
                figcaption { (self.word("map")) }
                svg viewBox={ "0 0 " (size.0) " " (size.1) } role="group" aria-label=(self.word("map-alt")) {
                    @for (code, place) in places.iter().filter(|(_, place)| within(place)) {
                        (self.tile(code, (place.0 - left, place.1 - top), figures.get(code).copied(), most))
                    }
                }
                @let rest = self.not_on_map(&figures, &places);
                @if !rest.is_empty() { p.note { (self.say("map-rest", &[("list", &rest)])) } }
            }
        }
    }

    fn tile(
        &self,
        code: &str,
        (column, row): Place,
        figure: Option<(usize, &Figure)>,
        most: u64,
    ) -> Markup {
        let (x, y) = (column * WIDTH, row * HEIGHT);
        let middle = x + WIDTH / 2 - 1;
        let rect = |class: &str| {
            html! {
                rect class=(class) x=(x) y=(y) width=(WIDTH - 3) height=(HEIGHT - 3) rx="2" { title { (label("country", code, self.language)) } }
            }
        };
        let Some((at, figure)) = figure else {
            return html! {
                g aria-hidden="true" { (rect("none")) text.sea x=(middle) y=(y + 20) text-anchor="middle" { (code) } }
            };
        };
        // Four steps: an eye tells no more apart.
        let step = (figure.ads * 4).div_ceil(most).clamp(1, 4);
        let ads = self.number(figure.ads);
        html! {
            a href={ "#" (anchor("country", at)) } {
                (rect(&format!("step-{step}")))
                text x=(middle) y=(y + 13) text-anchor="middle" { (code) }
                text.count x=(middle) y=(y + 26) text-anchor="middle" { (ads) }
            }
        }
    }

    fn not_on_map(
        &self,
        figures: &BTreeMap<&str, (usize, &Figure)>,
        places: &BTreeMap<&str, Place>,
    ) -> String {
        let missing = figures.iter().filter(|(code, _)| !places.contains_key(*code));
        let named = missing.map(|(code, (_, figure))| {
            format!("{} ({})", label("country", code, self.language), self.number(figure.ads))
        });
        named.collect::<Vec<_>>().join(", ")
    }
}

fn columns() -> usize {
    TILES.lines().map(|row| row.split(' ').count()).max().unwrap_or(0)
}

fn places() -> BTreeMap<&'static str, Place> {
    let rows = TILES.lines().enumerate().flat_map(|(row, line)| {
        line.split(' ').enumerate().map(move |(column, code)| (code, (column, row)))
    });
    rows.filter(|(code, _)| *code != "..").collect()
}

/// First and last of the columns (or rows) to show: those of `taken`, a margin, and not too few.
fn window(taken: impl Iterator<Item = usize> + Clone, count: usize) -> (usize, usize) {
    let first = taken.clone().min().unwrap_or(0).saturating_sub(MARGIN);
    let last = (taken.max().unwrap_or(0) + MARGIN).min(count - 1);
    let wanted = FEWEST.min(count).saturating_sub(last - first + 1);
    let first = first.saturating_sub(wanted.div_ceil(2));
    let last = (last + wanted / 2).max(first + FEWEST.min(count) - 1).min(count - 1);
    (first, last)
}

#[cfg(test)]
mod tests {
    use super::{columns, places, window};
    use crate::case::country;

    #[test]
    fn every_tile_is_a_country_and_none_stands_twice() {
        let codes: Vec<&str> =
            super::TILES.split_whitespace().filter(|code| *code != "..").collect();
        assert_eq!(places().len(), codes.len());
        for code in codes {
            assert!(country::name(code, "en").is_some(), "{code}");
        }
        assert!(super::TILES.lines().all(|row| row.split(' ').count() == columns()));
    }

    #[test]
    fn the_window_holds_what_is_taken_and_enough_around_it() {
        assert_eq!(window([8, 12].into_iter(), 22), (6, 13));
        assert_eq!(window([0].into_iter(), 22), (0, 7));
        assert_eq!(window([21].into_iter(), 22), (17, 21));
        assert_eq!(window([0, 21].into_iter(), 22), (0, 21));
    }
}
