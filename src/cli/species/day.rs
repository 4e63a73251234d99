//! Days that a user names, and data that have grown old.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::cli::{Hint, Streams, day};
use crate::clock::Clock;
use crate::species::Species;

/// Months after which data are called old.
const OLD_MONTHS: i32 = 12;

/// Reads a day of the calendar; without one it is today.
pub(super) fn parse_or_today(text: Option<&str>) -> anyhow::Result<Date> {
    let Some(text) = text else {
        return Ok(Clock::System.today());
    };
    let read = day::read(text);
    read.map_err(|how| {
        anyhow::anyhow!("`{text}` is no day of the calendar").context(Hint(how.to_owned()))
    })
}

/// Says so when the data are more than a year old.
pub(super) fn warn_if_old(species: &Species, streams: &mut Streams) {
    let date = species.data_date();
    let oldest = Clock::System.today().saturating_sub(OLD_MONTHS.months());
    if date < oldest {
        streams.warning(format_args!(
            "the listings are of {date}, more than {OLD_MONTHS} months old: check against the official lists"
        ));
    }
}
