//! Days as dumps write them, and the weeks they fall in.

use jiff::civil::Date;

/// Returns the day that `text` gives, or `None` where it gives none or could mean two.
///
/// Read are RFC 3339 and ISO 8601 (`2026-10-05`, with or without a time),
/// `2026/10/05`, and day first with points (`5.10.2026`); `5/10/2026` is read only
/// where one of the numbers cannot be a month.
#[must_use]
pub(super) fn read(text: &str) -> Option<Date> {
    let day = text.trim().split(['T', ' ']).next()?;
    if let Some(parts) = numbers(day, '-').or_else(|| numbers(day, '/')) {
        return match parts {
            [year, month, day] if year > 31 => date(year, month, day),
            [a, b, year] if day.contains('/') && a > 12 => date(year, b, a),
            [a, b, year] if day.contains('/') && b > 12 => date(year, a, b),
            _ => None,
        };
    }
    let [day, month, year] = numbers(day, '.')?;
    date(year, month, day)
}

fn numbers(text: &str, separator: char) -> Option<[i16; 3]> {
    let mut parts = text.split(separator).map(|part| part.parse().ok());
    let found = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(found)
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    if year < 1990 {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Returns the ISO 8601 week of `day`, such as `2026-W41`.
#[must_use]
pub(super) fn week(day: Date) -> String {
    let week = day.iso_week_date();
    format!("{:04}-W{:02}", week.year(), week.week())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{read, week};

    #[test]
    fn dates_that_can_mean_one_day_only_are_read() {
        let day = Some(date(2026, 10, 5));
        assert_eq!(read("2026-10-05"), day);
        assert_eq!(read("2026-10-05T23:10:00Z"), day);
        assert_eq!(read("2026/10/05"), day);
        assert_eq!(read("5.10.2026"), day);
        assert_eq!(read("25/10/2026"), Some(date(2026, 10, 25)));
        assert_eq!(read("10/25/2026"), Some(date(2026, 10, 25)));
    }

    #[test]
    fn a_date_that_could_be_two_days_is_none() {
        for text in ["5/10/2026", "yesterday", "", "2026-13-01", "05-10-2026", "1.2", "99.99.2026"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_first_days_of_a_year_may_belong_to_the_week_of_the_year_before() {
        assert_eq!(week(date(2027, 1, 1)), "2026-W53");
        assert_eq!(week(date(2026, 10, 5)), "2026-W41");
    }
}
