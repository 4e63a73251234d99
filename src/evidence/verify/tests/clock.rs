//! A clock of the machine that is set forward, back and right again.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::super::{Expected, verify};
use super::Case;
use crate::clock::Clock;
use crate::evidence::{Action, CLOCK, Custodian, Signer};

#[test]
fn a_clock_that_is_set_back_keeps_the_case_valid_and_both_times() {
    let case = Case::new();
    let home = case.folder.path().join("home");
    let now = Timestamp::now();
    let at = |hours| Clock::Fixed(now + SignedDuration::from_hours(hours));
    for hours in [1, -1, -9600, 0, 2] {
        let custodian = Custodian::new(Signer::in_folder(&home).unwrap(), at(hours));
        let ahead = case.store.newest_ahead_of(at(hours)).unwrap();
        assert_eq!(ahead, (hours < 1).then(|| at(1).now()), "{hours}");
        case.store.lock(&custodian).unwrap().append(Action::new("note")).unwrap();
    }
    let report = verify(&case.store, &Expected::default(), &|_| {}).unwrap();
    assert_eq!(report.failed(), 0, "{:?}", report.checks);
    let said = "for 3 of them the clock of the machine stood before the one before";
    assert!(report.checks[0].detail.contains(said), "{:?}", report.checks[0]);
    let log = case.store.log().unwrap();
    let entries = log.lines[log.lines.len() - 5..].iter().map(|line| &line.entry);
    let times: Vec<_> = entries.clone().map(|entry| entry.time).collect();
    assert_eq!(times, [1, 1, 1, 1, 2].map(|hours| at(hours).now()));
    let clocks: BTreeMap<_, _> = entries
        .enumerate()
        .filter_map(|(place, entry)| Some((place, entry.details.get(CLOCK)?.as_str()?.to_owned())))
        .collect();
    let said = [(1, -1), (2, -9600), (3, 0)].map(|(place, h)| (place, at(h).now().to_string()));
    assert_eq!(clocks, BTreeMap::from(said));
}
