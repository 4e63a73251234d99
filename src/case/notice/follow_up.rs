//! What follows a notice: a reminder for ads that are still up, and a request to suspend
//! accounts under Article 23 of Regulation (EU) 2022/2065. Drafts; nothing is sent.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::letter::{name, opening, plain};
use super::{MANY_ADS, Notice};
use crate::case::ad::Ad;
use crate::evidence::{Log, State, logged_address};

/// Name of the custody entry of a notice that was drafted.
pub const DRAFTED: &str = "notice";

/// What the custody log says of earlier notices and of visits since.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// Day of the first notice that names the ad.
    pub(super) noticed: BTreeMap<String, Date>,
    /// Newest state of an address, and the day of that visit.
    pub(super) visits: BTreeMap<String, (State, Date)>,
}

impl Past {
    /// Reads the custody log.
    #[must_use]
    pub fn of(log: &Log) -> Self {
        let mut past = Self::default();
        for entry in log.lines.iter().map(|line| &line.entry) {
            let day = TimeZone::UTC.to_datetime(entry.time).date();
            let text = |name: &str| entry.details.get(name).and_then(|value| value.as_str());
            if entry.action == DRAFTED {
                let ads = entry.details.get("ads").and_then(|ads| ads.as_array());
                for ad in ads.into_iter().flatten().filter_map(|ad| ad.as_str()) {
                    past.noticed.entry(ad.to_owned()).or_insert(day);
                }
            }
            if let (Some(url), Some(state)) = (text("url"), text("state").and_then(state))
                && entry.action == "recheck"
            {
                past.visits.insert(url.to_owned(), (state, day));
            }
        }
        past
    }

    /// The day of the last visit that found the page of `url` still there.
    fn still_up(&self, url: &str) -> Option<Date> {
        match self.visits.get(&logged_address(url)?)? {
            (State::Up | State::Changed, day) => Some(*day),
            (State::Gone | State::Unknown, _) => None,
        }
    }
}

fn state(word: &str) -> Option<State> {
    match word {
        "up" => Some(State::Up),
        "changed" => Some(State::Changed),
        "gone" => Some(State::Gone),
        _ => None,
    }
}

/// Returns the reminder for the ads of `notice` that an earlier notice named and that a later
/// visit found still there; `None` when there is no such ad.
#[must_use]
pub fn reminder(notice: &Notice, past: &Past) -> Option<String> {
    let language = notice.language;
    let mut lines = String::new();
    let mut days: BTreeSet<Date> = BTreeSet::new();
    let mut count = 0_usize;
    for item in &notice.items {
        let (Some(url), Some(noticed)) = (&item.url, past.noticed.get(&*item.ad_id)) else {
            continue;
        };
        let Some(seen) = past.still_up(url).filter(|seen| seen >= noticed) else { continue };
        count += 1;
        days.insert(*noticed);
        let (noticed, seen) = (language.date(*noticed), language.date(seen));
        let values = [("noticed", noticed.as_str()), ("seen", &seen)];
        let _ = write!(
            lines,
            "\n{count}. {}\n   {}\n   {}\n",
            plain(&item.title),
            plain(url),
            language.say("r-line", &values)
        );
    }
    let first = language.date(*days.first()?);
    let count = count.to_string();
    let values = [("count", count.as_str()), ("date", &first)];
    let body = format!("{}\n{lines}\n{}", notice.say("r-ask", &values), notice.word("r-law"));
    Some(frame(notice, "r-title", &body))
}

/// Returns the request to suspend the accounts of `notice` that show many infringing ads or
/// came back after a notice; `ads` are all ads of the ledger, so that the share can be told.
#[must_use]
pub fn suspension(notice: &Notice, past: &Past, shown: &BTreeMap<String, usize>) -> Option<String> {
    let language = notice.language;
    let mut accounts: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, item) in notice.items.iter().enumerate() {
        if let Some(account) = item.account.as_deref().filter(|_| item.annex == "A") {
            accounts.entry(account).or_default().push(place);
        }
    }
    let returned = |places: &[usize]| {
        let known = |place: &usize| past.noticed.contains_key(&*notice.items[*place].ad_id);
        places.iter().any(known) && !places.iter().all(known)
    };
    accounts.retain(|_, places| places.len() >= MANY_ADS || returned(places));
    if accounts.is_empty() {
        return None;
    }
    let mut body = notice.word("s-ask").to_owned() + "\n";
    for (account, places) in &accounts {
        let count = places.len().to_string();
        let all = shown.get(*account).copied().unwrap_or(places.len()).to_string();
        let name = plain(account);
        let values = [("account", name.as_str()), ("count", &count), ("all", &all)];
        let _ = write!(body, "\n{}\n", language.say("s-account", &values));
        if returned(places) {
            let _ = writeln!(body, "   {}", language.word("s-returned"));
        }
        for place in places {
            let item = &notice.items[*place];
            let url = item.url.as_deref().unwrap_or(&item.ad_id);
            let date = item.published.map_or_else(|| "–".to_owned(), |date| language.date(date));
            let _ = writeln!(body, "   - {date}  {}  {}", plain(&item.offered), plain(url));
        }
    }
    let _ = write!(body, "\n{}", notice.word("s-law"));
    Some(frame(notice, "s-title", &body))
}

/// How many ads each account of `ads` shows on `platform`.
#[must_use]
pub fn shown_by_account(ads: &[Ad], platform: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for ad in ads.iter().filter(|ad| ad.offer.platform.as_deref() == Some(platform)) {
        if let Some(seller) = &ad.offer.seller {
            *counts.entry(seller.to_string()).or_default() += 1;
        }
    }
    counts
}

/// A letter that follows a notice.
fn frame(notice: &Notice, title: &str, body: &str) -> String {
    let word = |key| notice.word(key);
    let (faith, closing, name) = (word("n-faith"), word("n-closing"), name(notice));
    opening(notice, title) + &format!("{body}\n\n{faith}\n\n{closing}\n\n{name}\n")
}

#[cfg(test)]
mod tests;
