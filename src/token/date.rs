//! Numeric dates (RFC 7519 section 2), also as EMQX writes them.

use std::cmp::Ordering;

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

/// Whether `end` is more than so many seconds after `start`, exactly. Each date comes with the value that it was
/// read from.
pub(super) fn is_longer_than(
    seconds: u32,
    (start, start_value): (Date, Value<'_>),
    (end, end_value): (Date, Value<'_>),
) -> bool {
    match end.floor.saturating_sub(start.floor).cmp(&seconds.into()) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => {
            end.has_fraction && (!start.has_fraction || decimals(end_value) > decimals(start_value))
        }
    }
}

/// The decimals of a date, from the whole second that it is in. Zeros at their end are left out, so decimals
/// compare as texts.
fn decimals(date: Value<'_>) -> String {
    /// No double has more.
    const MOST: usize = 1_074;
    let date = match date.as_number() {
        Some(seconds) => format!("{:.MOST$}", seconds.float()),
        None => date.as_str().unwrap_or_default().into_owned(),
    };
    let decimals = date.split_once('.').map_or("", |(_, decimals)| decimals);
    let decimals = decimals.trim_end_matches('0');
    if !date.starts_with('-') {
        return decimals.to_owned();
    }
    // Before 1970 they are counted down to the next whole second, and what is left of it is asked for.
    let last = decimals.len().saturating_sub(1);
    let rest = decimals.bytes().enumerate().map(|(at, digit)| {
        let nine_less = (b'0' + b'9').saturating_sub(digit);
        char::from(nine_less.saturating_add((at == last).into()))
    });
    rest.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;
    use crate::json::tape::Array;

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
    fn a_lifetime_is_compared_exactly() {
        for (iat, exp, is_longer) in [
            ("0", "10", false),
            ("0", "11", true),
            ("0.5", "10.5", false),
            ("0.5", "10.500000000001", true),
            ("0.500000000001", "10.5", false),
            ("0", "10.5", true),
            ("0.5", "10", false),
            ("\"1.1\"", "\"11.1\"", false),
            ("\"1.1\"", "\"11.10\"", false),
            ("\"1.1\"", "\"11.1000000000000000000000000000001\"", true),
            ("\"1.1000000000000000000000000000001\"", "\"11.1\"", false),
            // A JSON number is the double that is nearest: here a little more than 0.1.
            ("\"0.1\"", "\"10.1\"", false),
            ("0.1", "\"10.1\"", false),
            ("\"0.1\"", "10.1", false),
            ("\"0.3\"", "1.03e1", true),
            ("-5", "5", false),
            ("-5.25", "4.75", false),
            ("-5.25", "4.8", true),
            ("-5.25", "4.7", false),
            ("\"-5.25\"", "\"4.750000001\"", true),
            ("-12.5", "-2.5", false),
            ("-12.5", "-2.25", true),
            ("-12.25", "-2.5", false),
            ("1e300", "1e300", false),
            ("-1e300", "1e300", true),
        ] {
            let (text, mut nodes) = (format!("[{iat},{exp}]"), Vec::new());
            let tape = json::scan(text.as_bytes(), &mut nodes, |_, _, _| {});
            let dates = tape
                .as_ref()
                .ok()
                .and_then(|tape| tape.outermost().as_array());
            let mut dates = dates.into_iter().flat_map(Array::iter);
            let mut next = || {
                dates
                    .next()
                    .and_then(|value| numeric_date(value).zip(Some(value)))
            };
            let (iat_read, exp_read) = (next(), next());
            let found = iat_read
                .zip(exp_read)
                .map(|(iat, exp)| is_longer_than(10, iat, exp));
            assert_eq!(found, Some(is_longer), "{iat} to {exp}");
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
