//! Times and durations, as operators write them and as they read them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The last second of the year 9999: RFC 3339 ends there.
const LAST_SECOND: i64 = 253_402_300_799;

/// The Unix second of now.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

/// A time in Unix seconds, or as RFC 3339 writes it.
pub(crate) fn parse_time(text: &str) -> Result<i64, String> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return match text.parse() {
            Ok(seconds) if seconds <= LAST_SECOND => Ok(seconds),
            _ => Err("beyond the year 9999".to_owned()),
        };
    }
    let time = humantime::parse_rfc3339_weak(text).map_err(|_| {
        "neither Unix seconds nor a time in UTC like 2026-11-28T08:00:00Z".to_owned()
    })?;
    let since = time
        .duration_since(UNIX_EPOCH)
        .map_err(|_| "before 1970".to_owned())?;
    i64::try_from(since.as_secs()).map_err(|_| "beyond the year 9999".to_owned())
}

/// A duration like `30d` or `1h 30m`, in whole seconds.
pub(crate) fn parse_duration(text: &str) -> Result<i64, String> {
    let duration = humantime::parse_duration(text)
        .map_err(|_| "no duration like 90s, 15m, 12h, 30d or 1y".to_owned())?;
    match i64::try_from(duration.as_secs()) {
        Ok(seconds) if (1..=LAST_SECOND).contains(&seconds) => Ok(seconds),
        _ => Err("less than a second, or beyond the year 9999".to_owned()),
    }
}

/// A time, and how far it is from now.
pub(crate) fn readable(seconds: i64, now: i64) -> String {
    format!("{}, {}", written(seconds), distance(seconds, now))
}

/// A time as RFC 3339 writes it, or the number where there is no such date.
pub(crate) fn written(seconds: i64) -> String {
    let known = u64::try_from(seconds)
        .ok()
        .filter(|_| seconds <= LAST_SECOND);
    match known.and_then(|known| UNIX_EPOCH.checked_add(Duration::from_secs(known))) {
        Some(time) => humantime::format_rfc3339_seconds(time).to_string(),
        None => format!("the Unix second {seconds}"),
    }
}

fn distance(seconds: i64, now: i64) -> String {
    const UNITS: [(u64, &str); 4] = [
        (86_400, "day"),
        (3600, "hour"),
        (60, "minute"),
        (1, "second"),
    ];
    let apart = seconds.abs_diff(now);
    // Two of a unit at least, so that little is lost by rounding down.
    let unit = UNITS
        .into_iter()
        .find(|(length, _)| apart >= length.saturating_mul(2));
    let (length, name) = unit.unwrap_or((1, "second"));
    let count = apart.checked_div(length).unwrap_or(apart);
    let plural = if count == 1 { "" } else { "s" };
    if seconds > now {
        format!("in {count} {name}{plural}")
    } else {
        format!("{count} {name}{plural} ago")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_unix_seconds_or_rfc_3339() {
        assert_eq!(parse_time("1700000000"), Ok(1_700_000_000));
        assert_eq!(parse_time("2023-11-14T22:13:20Z"), Ok(1_700_000_000));
        assert_eq!(parse_time("253402300799"), Ok(LAST_SECOND));
        for wrong in [
            "",
            "-1",
            "253402300800",
            "yesterday",
            "2023-13-01T00:00:00Z",
        ] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_time_is_shown_with_its_distance() {
        let now = 1_700_000_000;
        assert_eq!(readable(now, now), "2023-11-14T22:13:20Z, 0 seconds ago");
        assert_eq!(distance(now + 1, now), "in 1 second");
        assert_eq!(distance(now - 119, now), "119 seconds ago");
        assert_eq!(distance(now - 120, now), "2 minutes ago");
        assert_eq!(distance(now + 30 * 86_400, now), "in 30 days");
        assert_eq!(written(LAST_SECOND + 1), "the Unix second 253402300800");
        assert_eq!(written(-1), "the Unix second -1");
    }
}
