//! Days that a user names, and data that have grown old.

use anyhow::Context;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::cli::{Hint, Streams};
use crate::clock::Clock;
use crate::species::Species;

/// Months after which data are called old.
const OLD_MONTHS: i32 = 12;

/// Reads a day of the calendar; without one it is today.
pub(super) fn parse_or_today(text: Option<&str>) -> anyhow::Result<Date> {
    let Some(text) = text else {
        return Ok(Clock::System.today());
    };
    let well_formed =
        text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let date = well_formed.then(|| text.parse::<Date>().ok()).flatten();
    date.ok_or_else(|| anyhow::anyhow!("`{text}` is no day of the calendar"))
        .context(Hint("write a day as YYYY-MM-DD, for instance 2024-02-29".to_owned()))
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
