//! What became of ads that were visited again.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::share;
use crate::case::ad::Ad;
use crate::evidence::{Log, State, logged_address, visits};

/// What the newest visits found, by address.
#[derive(Clone, Debug, Default)]
pub struct Visits {
    states: BTreeMap<String, State>,
    /// Day of the first visit that found the page gone.
    gone: BTreeMap<String, Date>,
}

/// Ads that were visited again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Removal {
    /// Visited again, with an answer that says something.
    pub checked: u64,
    /// There, and as they were.
    pub up: u64,
    /// There, and changed.
    pub changed: u64,
    /// Gone.
    pub gone: u64,
    /// Share of those checked that were gone; `None` when none was checked.
    pub rate: Option<f64>,
    /// Days from publication to the first visit that found an ad gone, the middle one; the
    /// ads went some time before.
    pub median_days: Option<i32>,
}

impl Visits {
    /// Reads the custody log.
    #[must_use]
    pub fn of(log: &Log) -> Self {
        let mut gone = BTreeMap::new();
        for entry in log.lines.iter().map(|line| &line.entry) {
            let text = |name: &str| entry.details.get(name).and_then(|value| value.as_str());
            if entry.action == "recheck" && text("state") == Some("gone") {
                let day = TimeZone::UTC.to_datetime(entry.time).date();
                gone.entry(text("url").unwrap_or_default().to_owned()).or_insert(day);
            }
        }
        Self { states: visits(log), gone }
    }

    /// What became of `ads`.
    pub(super) fn removal(&self, ads: &[Ad]) -> Removal {
        let mut removal = Removal::default();
        let mut days = Vec::new();
        if self.states.is_empty() {
            return removal;
        }
        for ad in ads {
            let Some(url) = ad.offer.url.as_deref().and_then(logged_address) else { continue };
            match self.states.get(&url) {
                Some(State::Up) => removal.up += 1,
                Some(State::Changed) => removal.changed += 1,
                Some(State::Gone) => {
                    removal.gone += 1;
                    let found = self.gone.get(&url).copied();
                    days.extend(found.zip(ad.offer.date).and_then(|(gone, since)| {
                        since.until(gone).ok().map(|span| span.get_days())
                    }));
                }
                Some(State::Unknown) | None => {}
            }
        }
        removal.checked = removal.up + removal.changed + removal.gone;
        removal.rate = share(removal.gone, removal.checked);
        days.sort_unstable();
        removal.median_days = days.get(days.len() / 2).copied();
        removal
    }
}
