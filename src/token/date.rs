//! Numeric dates (RFC 7519 section 2), also as EMQX writes them.

use crate::json::tape::{Number, Value};

/// A date. Beyond 64 bits it stops at the ends of `i64`, further than any clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Date {
    /// The whole second that it is in.
    pub(super) floor: i64,
    /// It is later than that.
    has_fraction: bool,
}

impl Date {
    /// The first whole second that is not before it.
    ///
    /// The clock counts whole seconds, and for a whole `now` nothing is lost by rounding up: `now` is
    /// before 7.5 exactly when it is before 8, and 7.5 is not after `now` exactly when 8 is not.
    pub(super) fn ceil(self) -> i64 {
        self.floor.saturating_add(self.has_fraction.into())
    }
}

/// EMQX issues dates as strings too, so a decimal string `[+-]?digits(.digits)?` is taken.
pub(super) fn numeric_date(value: Value<'_>) -> Option<Date> {
    match value.as_number() {
        Some(seconds) => Some(number_date(seconds)),
        None => decimal(&value.as_str()?),
    }
}

fn number_date(seconds: Number<'_>) -> Date {
    let whole = seconds.short();
    if let Some(floor) = whole.or_else(|| seconds.integer().map(saturate)) {
        return Date {
            floor,
            has_fraction: false,
        };
    }
    let seconds = seconds.float();
    // `as` stops at the ends of i64 as well; the reader lets no infinite float pass.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "saturating is what is wanted"
    )]
    let floor = seconds.floor() as i64;
    Date {
        floor,
        has_fraction: seconds.fract() != 0.0,
    }
}

fn saturate(seconds: i128) -> i64 {
    i64::try_from(seconds).unwrap_or(if seconds < 0 { i64::MIN } else { i64::MAX })
}

fn decimal(text: &str) -> Option<Date> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    // Digits alone fail to parse only where there are too many of them.
    let whole = whole.parse::<i64>().unwrap_or(i64::MAX);
    let has_fraction = fraction.bytes().any(|digit| digit != b'0');
    let floor = if negative {
        whole.saturating_neg().saturating_sub(has_fraction.into())
    } else {
        whole
    };
    Some(Date {
        floor,
        has_fraction,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[track_caller]
    fn parse(json: &str) -> Option<Date> {
        let mut nodes = Vec::new();
        json::scan(json.as_bytes(), &mut nodes, |_, _, _| {})
            .ok()
            .and_then(|tape| numeric_date(tape.outermost()))
    }

    #[track_caller]
    fn read(json: &str, expected: Option<i64>) {
        assert_eq!(parse(json).map(Date::ceil), expected, "{json}");
    }

    #[test]
    fn a_date_is_the_first_whole_second_not_before_it() {
        read("15822553606420000", Some(15_822_553_606_420_000));
        read("7.5", Some(8));
        read("7.0", Some(7));
        read("-7.5", Some(-7));
        read("1e3", Some(1_000));
        read("\"7\"", Some(7));
        read("\"+7.000\"", Some(7));
        read("\"7.001\"", Some(8));
        read("\"-7.5\"", Some(-7));
        read("\"007\"", Some(7));
    }

    #[test]
    fn a_date_beyond_64_bits_stops_at_their_end() {
        read("1e300", Some(i64::MAX));
        read("-1e300", Some(i64::MIN));
        read("18446744073709551615", Some(i64::MAX));
        read("1000000000000000000000000000000", Some(i64::MAX));
        read("\"99999999999999999999999999\"", Some(i64::MAX));
        read("\"-99999999999999999999999999\"", Some(-i64::MAX));
    }

    #[test]
    fn a_date_is_in_the_last_whole_second_not_after_it() {
        for (json, expected) in [
            ("7", 7),
            ("7.5", 7),
            ("-7.5", -8),
            ("\"7.001\"", 7),
            ("\"-7.5\"", -8),
            ("\"-7.0\"", -7),
        ] {
            let date = parse(json);
            assert_eq!(date.map(|date| date.floor), Some(expected), "{json}");
        }
    }

    #[test]
    fn nothing_else_is_a_date() {
        for json in [
            "null",
            "true",
            "false",
            "{}",
            "[]",
            "[1]",
            "\"\"",
            "\" 1\"",
            "\"1 \"",
            "\"1e20\"",
            "\"foobar\"",
            "\"1.\"",
            "\".5\"",
            "\"+\"",
            "\"--1\"",
            "\"1.2.3\"",
            "\"0x10\"",
            "\"inf\"",
            "\"NaN\"",
            "\"\u{661}\"",
        ] {
            read(json, None);
        }
    }
}
