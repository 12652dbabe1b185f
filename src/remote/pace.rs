//! When to fetch again, and when to give up what was fetched.

use std::time::{Duration, SystemTime};

/// The first retry after a failure comes within this time, each further one within twice the time
/// of the one before.
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// A server's `max-age` shortens the interval to no less than this. Many servers forbid caching on
/// every page they send, and do not mean key sets by that.
const SHORTEST_MAX_AGE: Duration = Duration::from_secs(60);

/// The shortest time between two refreshes that unknown key ids request. It bounds the requests that
/// a sender of random key ids can cause, and for how long such a sender can delay the fetch of a key
/// that the issuer has just begun to use.
pub(super) const EARLY_GAP: Duration = Duration::from_secs(5);

/// How often to refresh, and after how many failures to drop what is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// `refresh_interval`.
    pub(crate) interval: Duration,
    /// `max_fail_count`; 0: for ever.
    pub(crate) max_fail_count: u32,
}

impl Pace {
    /// The time until the next refresh after a success. A random tenth at most is taken off, so that
    /// brokers that started together do not ask together. `chance` is from 0 to 1.
    pub(crate) fn refresh(&self, max_age: Option<Duration>, chance: f64) -> Duration {
        let interval = match max_age {
            Some(age) if !age.is_zero() => self.interval.min(age.max(SHORTEST_MAX_AGE)),
            _ => self.interval,
        };
        interval.mul_f64(1.0 - chance / 10.0)
    }

    /// The time until the next try after this many failures in a row, the first being 1: exponential
    /// backoff, of which `chance`, from 0 to 1, takes off up to a half.
    pub(super) fn retry(&self, failures: u32, chance: f64) -> Duration {
        let doubled = 1_u32
            .checked_shl(failures.saturating_sub(1))
            .unwrap_or(u32::MAX);
        let longest = FIRST_RETRY.saturating_mul(doubled).min(self.interval);
        longest.mul_f64(1.0 - chance / 2.0)
    }

    /// The time for which a server that asked for it with `Retry-After` is not asked anything.
    pub(crate) fn leave_alone(&self, retry_after: Option<Duration>) -> Duration {
        retry_after.unwrap_or_default().min(self.interval)
    }

    /// Whether keys are to be dropped after this many failures in a row, the first of which was this
    /// long ago. Retries come sooner than refreshes, and must not drop keys earlier than refreshes
    /// would, so the time must also have passed in which refreshes alone fail as often.
    pub(super) fn is_over(&self, failures: u32, since_first: Duration) -> bool {
        let intervals = self.max_fail_count.saturating_sub(1);
        self.max_fail_count > 0
            && failures >= self.max_fail_count
            && since_first >= self.interval.saturating_mul(intervals)
    }
}

/// The `max-age` of a `Cache-Control` header (RFC 9111 section 5.2.2.1).
pub(super) fn max_age(cache_control: &str) -> Option<Duration> {
    let mut directives = cache_control.split(',').map(str::trim);
    directives.find_map(|directive| {
        let (name, seconds) = directive.split_once('=')?;
        let seconds = seconds.trim_matches('"');
        name.eq_ignore_ascii_case("max-age")
            .then(|| seconds.parse().ok().map(Duration::from_secs))?
    })
}

/// A `Retry-After` header (RFC 9110 section 10.2.3): seconds, or a date. None: it makes no sense, or the
/// date is over.
pub(super) fn retry_after(header: &str, now: SystemTime) -> Option<Duration> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(header.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let date = httpdate::parse_http_date(header).ok()?;
    date.duration_since(now).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        interval: Duration::from_secs(300),
        max_fail_count: 5,
    };

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_server_may_shorten_the_interval_within_limits_and_never_lengthen_it() {
        for (header, expected) in [
            ("", 300),
            ("max-age=3600", 300),
            ("public, Max-Age=\"120\"", 120),
            ("max-age=1", 60),
            ("no-cache, no-store, max-age=0, must-revalidate", 300),
            ("max-age=-1", 300),
            ("max-age", 300),
            ("s-maxage=100", 300),
        ] {
            assert_eq!(
                PACE.refresh(max_age(header), 0.0),
                seconds(expected),
                "{header}"
            );
        }
        let often = Pace {
            interval: seconds(10),
            ..PACE
        };
        assert_eq!(often.refresh(max_age("max-age=1"), 0.0), seconds(10));
        assert_eq!(PACE.refresh(None, 1.0), seconds(270));
    }

    #[test]
    fn retries_come_at_twice_the_distance_up_to_the_interval() {
        let waits = [1, 2, 3, 9, 10, 40, u32::MAX].map(|failures| PACE.retry(failures, 0.0));
        assert_eq!(waits, [1, 2, 4, 256, 300, 300, 300].map(seconds));
        assert_eq!(PACE.retry(2, 1.0), seconds(1));
    }

    #[test]
    fn keys_are_dropped_when_refreshes_alone_would_have_failed_as_often() {
        assert!(!PACE.is_over(4, seconds(100_000)));
        assert!(!PACE.is_over(5, seconds(1_199)));
        assert!(PACE.is_over(5, seconds(1_200)));
        let at_once = Pace {
            max_fail_count: 1,
            ..PACE
        };
        assert!(at_once.is_over(1, seconds(0)));
        let never = Pace {
            max_fail_count: 0,
            ..PACE
        };
        assert!(!never.is_over(u32::MAX, Duration::MAX));
    }

    #[test]
    fn a_server_is_left_alone_for_as_long_as_it_says_and_no_longer_than_the_interval() {
        // The date in RFC 9110 section 5.6.7.
        let now = SystemTime::UNIX_EPOCH + seconds(784_111_777);
        for (header, expected) in [
            ("120", 120),
            (" 7 ", 7),
            ("0", 0),
            ("300", 300),
            ("301", 300),
            ("99999999999999999999999", 300),
            ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
            ("Sunday, 06-Nov-94 08:50:37 GMT", 60),
            ("Sun Nov  6 08:50:37 1994", 60),
            ("Sun, 06 Nov 1994 08:49:38 GMT", 1),
            ("Sun, 06 Nov 1994 08:49:36 GMT", 0),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 300),
            ("", 0),
            ("-1", 0),
            ("+120", 0),
            ("1.5", 0),
            ("120 s", 0),
            ("soon", 0),
            ("Sun, 31 Feb 2100 08:49:37 GMT", 0),
            ("2100-01-01T00:00:00Z", 0),
        ] {
            let found = PACE.leave_alone(retry_after(header, now));
            assert_eq!(found, seconds(expected), "{header}");
        }
        assert_eq!(PACE.leave_alone(None), seconds(0));
    }
}
