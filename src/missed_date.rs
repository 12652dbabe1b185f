//! A date that the clock is on the wrong side of, as the log tells it.

use std::fmt;
use std::time::{Duration, SystemTime};

use humantime::format_rfc3339_seconds;

use crate::host::clock::LAST_SECOND;

/// A date of a token that is not met, in Unix seconds. It is a few numbers: only a log line makes a text of
/// them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissedDate {
    /// The first whole second that is not before the date.
    pub date: i64,
    /// What time it was.
    pub now: i64,
    /// How many seconds are forgiven.
    pub leeway: i64,
}

/// When it is, from now, and what is forgiven.
impl fmt::Display for MissedDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { date, now, leeway } = *self;
        write_time(f, date)?;
        let seconds = Seconds(date.abs_diff(now));
        if date <= now {
            write!(f, " was {seconds} ago")?;
        } else {
            write!(f, " is in {seconds}")?;
        }
        write!(f, ", leeway {leeway}")
    }
}

struct Seconds(u64);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("1 second"),
            seconds => write!(f, "{seconds} seconds"),
        }
    }
}

/// Writes a time as RFC 3339 has it, in UTC, or as a number where there is no such date.
fn write_time(f: &mut fmt::Formatter<'_>, seconds: i64) -> fmt::Result {
    let since_1970 = Some(seconds).filter(|seconds| *seconds <= LAST_SECOND);
    let since_1970 = since_1970.and_then(|seconds| u64::try_from(seconds).ok());
    let time =
        since_1970.and_then(|since| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(since)));
    match time {
        Some(time) => write!(f, "{}", format_rfc3339_seconds(time)),
        None => write!(f, "the Unix second {seconds}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn says(date: i64, now: i64, expected: &str) {
        let missed = MissedDate {
            date,
            now,
            leeway: 3,
        };
        assert_eq!(missed.to_string(), format!("{expected}, leeway 3"));
    }

    #[test]
    fn a_date_is_told_with_its_distance_from_now() {
        let now = 1_700_000_000;
        says(now, now, "2023-11-14T22:13:20Z was 0 seconds ago");
        says(now - 1, now, "2023-11-14T22:13:19Z was 1 second ago");
        says(
            now - 86_400,
            now,
            "2023-11-13T22:13:20Z was 86400 seconds ago",
        );
        says(now + 1, now, "2023-11-14T22:13:21Z is in 1 second");
        says(now + 100, now, "2023-11-14T22:15:00Z is in 100 seconds");
        says(
            951_782_400,
            now,
            "2000-02-29T00:00:00Z was 748217600 seconds ago",
        );
        says(0, 1, "1970-01-01T00:00:00Z was 1 second ago");
        says(
            253_402_300_799,
            0,
            "9999-12-31T23:59:59Z is in 253402300799 seconds",
        );
    }

    #[test]
    fn a_date_beyond_the_calendar_is_a_number() {
        says(-1, 1, "the Unix second -1 was 2 seconds ago");
        says(
            253_402_300_800,
            0,
            "the Unix second 253402300800 is in 253402300800 seconds",
        );
        says(
            i64::MIN,
            i64::MAX,
            "the Unix second -9223372036854775808 was 18446744073709551615 seconds ago",
        );
        says(
            i64::MAX,
            i64::MIN,
            "the Unix second 9223372036854775807 is in 18446744073709551615 seconds",
        );
    }
}
