//! Ads a week as a bar chart.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, ISOWeekDate, Weekday};
use maud::{Markup, html};

use super::{Page, anchor, shown};
use crate::case::day;

/// Weeks that the chart has room for: two years, up to the newest ad.
const MOST_WEEKS: usize = 104;

/// Size of the drawing, in its own units.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 150.0;

/// A week: its name, the ads in it, and its place in the list of figures.
struct Week {
    key: String,
    ads: u64,
    place: Option<usize>,
}

impl Page<'_> {
    pub(super) fn trend(&self) -> Markup {
        let weeks = self.weeks();
        let (Some(first), Some(last)) = (weeks.first(), weeks.last()) else { return html! {} };
        if weeks.len() < 2 {
            return html! {};
        }
        let most = weeks.iter().map(|week| week.ads).max().unwrap_or(1).max(1);
        let most_text = self.number(most);
        let alt = [("from", first.key.as_str()), ("to", last.key.as_str()), ("most", &most_text)];
        html! {
            figure {
                figcaption { (self.word("trend")) }
                svg viewBox="0 -16 960 186" role="group" aria-label=(self.say("trend-alt", &alt)) {
                    line.axis x1="0" y1="0" x2="960" y2="0" {}
                    line.axis x1="0" y1="150" x2="960" y2="150" {}
                    text x="0" y="-5" { (most_text) }
                    @for (at, week) in weeks.iter().enumerate() { (self.bar(at, weeks.len(), week, most)) }
                }
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a picture needs no more than 52 bits")]
    fn bar(&self, at: usize, count: usize, week: &Week, most: u64) -> Markup {
        let step = WIDTH / count as f64;
        let width = (step * 0.72).min(64.0);
        let x = step * at as f64 + (step - width) / 2.0;
        let height = HEIGHT * week.ads as f64 / most as f64;
        let labelled = at.is_multiple_of(count / 12 + 1);
        let rect = html! {
            rect x=(format!("{x:.1}")) y=(format!("{:.1}", HEIGHT - height)) width=(format!("{width:.1}")) height=(format!("{height:.1}")) {
                title { (week.key) ": " (self.number(week.ads)) }
            }
        };
        html! {
            @if let Some(place) = week.place {
                a href={ "#" (anchor("week", place)) } aria-label={ (week.key) ": " (self.number(week.ads)) } { (rect) }
            }
            @if labelled {
                text x=(format!("{:.1}", x + width / 2.0)) y="167" text-anchor="middle" {
                    (week.key.get(5..).unwrap_or_default())
                    @if at == 0 || week.key.ends_with("W01") { " " (week.key.get(..4).unwrap_or_default()) }
                }
            }
        }
    }

    /// All weeks from the first to the last with ads, also those without.
    fn weeks(&self) -> Vec<Week> {
        let figures = shown(self.list("week"));
        let places: BTreeMap<Date, usize> = figures
            .iter()
            .enumerate()
            .filter_map(|(place, figure)| Some((monday(&figure.key)?, place)))
            .collect();
        let (Some((first, _)), Some((last, _))) =
            (places.first_key_value(), places.last_key_value())
        else {
            return Vec::new();
        };
        let mut weeks = Vec::new();
        let mut date = *last;
        while date >= *first && weeks.len() < MOST_WEEKS {
            let place = places.get(&date).copied();
            let ads = place.map_or(0, |place| figures[place].ads);
            weeks.push(Week { key: day::week(date), ads, place });
            let Ok(before) = date.checked_sub(1.week()) else { break };
            date = before;
        }
        weeks.reverse();
        weeks
    }
}

/// The first day of a week such as `2026-W41`.
fn monday(key: &str) -> Option<Date> {
    let (year, week) = key.split_once("-W")?;
    Some(ISOWeekDate::new(year.parse().ok()?, week.parse().ok()?, Weekday::Monday).ok()?.date())
}
