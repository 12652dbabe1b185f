//! From a [`Signed`] payload to [`Claims`] that are in date (RFC 7519 section 4.1).

use std::num::NonZeroU32;
use std::sync::Arc;

use crate::json::flat::{Flat, Number, Object, Read, Value};
use crate::signature::Signed;
use crate::verdict::Refusal;

/// The last second of the year 9999, where expiry times end: a client a century hence must still
/// be able to write the date.
const LAST_EXPIRY: i64 = 253_402_300_799;

/// How the dates of a token are compared with the clock.
#[derive(Debug)]
pub(crate) struct DateRules {
    /// Seconds of clock skew.
    pub(crate) leeway: i64,
    /// Refuse tokens without `exp`.
    pub(crate) require_exp: bool,
    /// Refuse tokens issued in the future.
    pub(crate) check_iat: bool,
}

/// The claims of an authentic token that is in date.
pub(crate) struct Claims<'a> {
    /// All of them.
    pub(crate) members: Object<'a>,
    pub(crate) jti: Option<Value<'a>>,
    pub(crate) sub: Option<Value<'a>>,
    pub(crate) is_superuser: Option<Value<'a>>,
    pub(crate) client_attrs: Option<Value<'a>>,
    /// The first second at which the token has expired; none: it never does.
    pub(crate) expires_at: Option<i64>,
    /// The second in which the token was issued.
    pub(crate) issued_at: Option<i64>,
}

/// Where the claims are that have a meaning here, whatever the configuration: their dates, and the
/// nodes of the others.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Named {
    exp: Option<Date>,
    nbf: Option<Date>,
    iat: Option<Date>,
    jti: Option<NonZeroU32>,
    sub: Option<NonZeroU32>,
    is_superuser: Option<NonZeroU32>,
    client_attrs: Option<NonZeroU32>,
}

impl Named {
    /// Finds them in one go. The claims must be an object, and the dates be dates.
    pub(crate) fn find(claims: &Flat<'_>) -> Result<Self, &'static str> {
        let Read::Object(members) = claims.outermost().read() else {
            return Err("the claims are not a JSON object");
        };
        let mut named = Self::default();
        // The first node is the object itself.
        let node = |value: Value<'_>| u32::try_from(value.index()).ok().and_then(NonZeroU32::new);
        for (name, value) in members.iter() {
            match name.as_ref() {
                "exp" => named.exp = Some(date(value, "exp is not a numeric date")?),
                "nbf" => named.nbf = Some(date(value, "nbf is not a numeric date")?),
                "iat" => named.iat = Some(date(value, "iat is not a numeric date")?),
                "jti" => named.jti = node(value),
                "sub" => named.sub = node(value),
                "is_superuser" => named.is_superuser = node(value),
                "client_attrs" => named.client_attrs = node(value),
                _ => {}
            }
        }
        Ok(named)
    }
}

impl Signed<'_> {
    /// Compares the dates of the claims with `now`, in Unix seconds.
    pub(crate) fn claims(&self, rules: &DateRules, now: i64) -> Result<Claims<'_>, Refusal> {
        let Named { exp, nbf, iat, .. } = self.named;
        let expires_at = exp.map(|exp| exp.ceil().saturating_add(rules.leeway));
        let latest_start = now.saturating_add(rules.leeway);
        match expires_at {
            None if rules.require_exp => return Err(Refusal::MissingClaim(Arc::from("exp"))),
            Some(end) if now >= end => return Err(Refusal::Expired),
            _ => {}
        }
        if nbf.is_some_and(|nbf| nbf.ceil() > latest_start) {
            return Err(Refusal::NotYetValid);
        }
        if rules.check_iat && iat.is_some_and(|iat| iat.ceil() > latest_start) {
            return Err(Refusal::IssuedInFuture);
        }
        let Read::Object(members) = self.payload.outermost().read() else {
            return Err(Refusal::MalformedClaims("the claims are not a JSON object"));
        };
        let value = |node: Option<NonZeroU32>| Some(self.payload.value(node?.get() as usize));
        Ok(Claims {
            members,
            jti: value(self.named.jti),
            sub: value(self.named.sub),
            is_superuser: value(self.named.is_superuser),
            client_attrs: value(self.named.client_attrs),
            expires_at: expires_at.map(|end| end.min(LAST_EXPIRY)),
            issued_at: iat.map(|iat| iat.floor),
        })
    }
}

fn date(claim: Value<'_>, defect: &'static str) -> Result<Date, &'static str> {
    numeric_date(claim).ok_or(defect)
}

/// A numeric date (RFC 7519 section 2). Dates beyond 64 bits stop at the ends of `i64`, further than
/// any clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Date {
    /// The whole second that it is in.
    floor: i64,
    /// It is later than that.
    has_fraction: bool,
}

impl Date {
    /// The first whole second that is not before it.
    ///
    /// The clock counts whole seconds, and for a whole `now` nothing is lost by rounding up: `now` is
    /// before 7.5 exactly when it is before 8, and 7.5 is not after `now` exactly when 8 is not.
    fn ceil(self) -> i64 {
        self.floor.saturating_add(self.has_fraction.into())
    }
}

/// EMQX issues dates as strings too, so a decimal string `[+-]?digits(.digits)?` is taken.
fn numeric_date(value: Value<'_>) -> Option<Date> {
    match value.read() {
        Read::Number(seconds) => Some(number_date(seconds)),
        Read::String(text) => decimal(&text),
        _ => None,
    }
}

fn number_date(seconds: Number<'_>) -> Date {
    if let Some(seconds) = seconds.integer() {
        return Date {
            floor: saturate(seconds),
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
    use crate::json::flat;

    #[track_caller]
    fn parse(json: &str) -> Option<Date> {
        let mut nodes = Vec::new();
        flat::describe(json, &mut nodes)
            .ok()
            .and_then(|flat| numeric_date(flat.outermost()))
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
