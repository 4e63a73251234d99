//! The only place that asks for the time, so that everything else can be repeated.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A source of the current time, in UTC.
#[derive(Clone, Copy, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that stands still: for tests of the library. No command-line
    /// flag or variable leads here, so evidence cannot be dated at will.
    Fixed(Timestamp),
}

impl Clock {
    /// Returns the current time, in whole microseconds.
    #[must_use]
    pub fn now(self) -> Timestamp {
        match self {
            Self::System => Timestamp::from_microsecond(Timestamp::now().as_microsecond())
                .expect("the current time is in jiff's range of years -9999 to 9999"),
            Self::Fixed(time) => time,
        }
    }

    /// Returns the current day in UTC.
    #[must_use]
    pub fn today(self) -> Date {
        TimeZone::UTC.to_datetime(self.now()).date()
    }
}
