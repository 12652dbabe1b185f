//! The payload of a token whose signature is good.

use std::cell::RefCell;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::json;

use super::conditions::{self, asked_for};
use super::json::{self, Value};
use super::{NOW, SECRET, assert_is_explained, client, compact, verifier};
use crate::json::tape::{self, Read};
use crate::json::{Json, scan};
use crate::refusal::Reason;
use crate::verifier::Verifier;

static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| verifier(&options(&json!({}))));

/// One for which a token may be good for an hour, and that finds superusers elsewhere.
static LIMITED: LazyLock<Verifier> = LazyLock::new(|| {
    let mut options = options(&json!({}));
    options["max_lifetime"] = json!(3600);
    options["superuser_claim_name"] = json!("mqtt.root");
    verifier(&options)
});

/// One whose clients have their names by the claim `name`.
static NAMED: LazyLock<Verifier> = LazyLock::new(|| {
    let mut options = options(&json!({}));
    options["username_claim"] = json!("name");
    verifier(&options)
});

const HEADER: &[u8] = br#"{"alg":"HS256"}"#;

/// How many dots the name of a claim may have in a configuration.
const MOST_DOTS: usize = 32;

/// The last second of the year 9999.
const LAST_EXPIRY: i128 = 253_402_300_799;

fn options(verify_claims: &serde_json::Value) -> serde_json::Value {
    json!({
        "secret": std::str::from_utf8(SECRET).unwrap(),
        "verify_claims": verify_claims,
        "max_token_size": 1_048_576,
        "cache_capacity": 16,
    })
}

/// Takes the bytes for claims.
pub fn claims(bytes: &[u8]) {
    if bytes.len() > 65_536 {
        return;
    }
    let expected = json::read(bytes);
    compare_readers(bytes, expected.as_ref());
    let token = compact::signed(HEADER, bytes, SECRET);
    // The second time it is remembered.
    for _ in 0..2 {
        compare_decision(&token, bytes, expected.as_ref());
    }
    if let Some(Value::Object(members)) = &expected {
        compare_values(&token, members);
        conditions::compare(&token, members, reason_with);
    }
}

/// Both readers of JSON come to the values that `serde_json` comes to, or to none.
fn compare_readers(bytes: &[u8], expected: Option<&Value>) {
    thread_local!(static NODES: RefCell<Vec<tape::Node>> = const { RefCell::new(Vec::new()) });
    NODES.with_borrow_mut(|nodes| {
        let tape = scan(bytes, nodes, |_, _, _| {}).ok();
        let values = tape.map(|tape| value_of(tape.outermost()));
        assert_eq!(values.as_ref(), expected);
    });
    if let Ok(text) = std::str::from_utf8(bytes) {
        let tree = Json::parse(text).ok();
        let values = tree.map(|tree| Value::deserialize(tree).unwrap());
        assert_eq!(values.as_ref(), expected);
    }
}

fn value_of(value: tape::Value<'_>) -> Value {
    match value.read() {
        Read::Null => Value::Null,
        Read::Bool(value) => Value::Bool(value),
        Read::Number(number) => number
            .integer()
            .map_or_else(|| Value::Float(number.float()), Value::Integer),
        Read::String(text) => Value::Text(text.into_owned()),
        Read::Array(array) => Value::List(array.iter().map(value_of).collect()),
        Read::Object => {
            let members = value.as_object().into_iter().flat_map(tape::Object::iter);
            let member = |(name, value): (std::borrow::Cow<'_, [u8]>, _)| {
                (
                    String::from_utf8(name.into_owned()).unwrap(),
                    value_of(value),
                )
            };
            Value::Object(members.map(member).collect())
        }
    }
}

/// The decision, and what the session keeps, are what the values make of it.
fn compare_decision(token: &[u8], payload: &[u8], claims: Option<&Value>) {
    let verdict = VERIFIER.check(&client(token)).unwrap();
    let reason = verdict.reason();
    assert_is_explained(&VERIFIER, &client(token), reason);
    let named = NAMED.check(&client(token)).unwrap();
    assert_is_explained(&NAMED, &client(token), named.reason());
    assert_eq!(named.reason(), with_a_name(reason, claims));
    if let Ok(grant) = named.outcome {
        let name = claims.and_then(|claims| claims.get("name"));
        assert_eq!(grant.username(), name.and_then(Value::text));
    }
    let limited = LIMITED.check(&client(token)).unwrap();
    assert_eq!(limited.reason(), within_an_hour(reason, claims));
    assert_is_explained(&LIMITED, &client(token), limited.reason());
    if let (Ok(grant), Some(claims)) = (limited.outcome, claims) {
        let nested = || claims.get("mqtt").and_then(|mqtt| mqtt.get("root"));
        let claim = claims.get("mqtt.root").or_else(nested);
        assert_eq!(grant.terms().superuser(), makes_superuser(claim));
    }
    let has_acl = claims.is_some_and(|claims| claims.get("acl").is_some());
    let expected = expected(claims);
    if has_acl && expected == Reason::Accepted && reason == Reason::BadAcl {
        // Another target is about that.
        return;
    }
    assert_eq!(reason, expected);
    let (Ok(grant), Some(claims)) = (verdict.outcome, claims) else {
        return;
    };
    assert_eq!(grant.claims(), payload);
    let end = date(claims, "exp").unwrap();
    let end = end.map(|end| end.ceil.min(LAST_EXPIRY));
    assert_eq!(grant.terms().expires_at().map(i128::from), end);
    let is_superuser = makes_superuser(claims.get("is_superuser"));
    assert_eq!(grant.terms().superuser(), is_superuser);
    let issued = date(claims, "iat")
        .unwrap()
        .map(|date| i64::try_from(date.floor).unwrap());
    let kept = grant.issued();
    assert_eq!(kept.at, issued);
    for (found, name) in [(&kept.id, "jti"), (&kept.subject, "sub")] {
        let is_same = match claims.get(name) {
            Some(value) => is_text_of(found.as_deref(), value),
            None => found.is_none(),
        };
        assert!(is_same, "{name}");
    }
    let attributes = claims.get("client_attrs").and_then(Value::members);
    let scalar = |value: &&(String, Value)| {
        !matches!(value.1, Value::Null | Value::List(_) | Value::Object(_))
    };
    let expected: Vec<_> = attributes
        .unwrap_or_default()
        .iter()
        .filter(scalar)
        .collect();
    let found: Vec<_> = grant.attributes().collect();
    assert_eq!(found.len(), expected.len());
    for ((name, text), (expected, value)) in found.into_iter().zip(expected) {
        assert!(name == expected && is_text_of(Some(text), value), "{name}");
    }
}

/// Whether a claim makes its client a superuser.
fn makes_superuser(claim: Option<&Value>) -> bool {
    match claim {
        Some(Value::Bool(value)) => *value,
        Some(Value::Integer(number)) => *number >= 1,
        Some(Value::Text(text)) => text == "true" || text == "1",
        _ => false,
    }
}

/// Whether this is the text of a value; none: it has no text.
fn is_text_of(text: Option<&str>, value: &Value) -> bool {
    match (text, value) {
        (Some(text), Value::Text(expected)) => text == expected,
        (Some(text), Value::Bool(expected)) => text == expected.to_string(),
        // As it is written.
        (Some(text), Value::Integer(expected)) => text.parse() == Ok(*expected),
        (Some(text), Value::Float(expected)) => text.parse() == Ok(*expected),
        (text, Value::Null | Value::List(_) | Value::Object(_)) => text.is_none(),
        (None, _) => false,
    }
}

/// The reason, where there is no ACL claim.
fn expected(claims: Option<&Value>) -> Reason {
    let Some(claims @ Value::Object(_)) = claims else {
        return Reason::MalformedClaims;
    };
    let dates = ["exp", "nbf", "iat"].map(|name| date(claims, name));
    let [Ok(exp), Ok(nbf), Ok(_)] = dates else {
        return Reason::MalformedClaims;
    };
    if exp.is_some_and(|exp| i128::from(NOW) >= exp.ceil) {
        Reason::Expired
    } else if nbf.is_some_and(|nbf| nbf.ceil > NOW.into()) {
        Reason::NotYetValid
    } else if claims.get("cnf").is_some_and(is_bound) {
        Reason::CertificateMismatch
    } else {
        Reason::Accepted
    }
}

/// The reason where a claim must say the name of the client, by that where none must.
fn with_a_name(reason: Reason, claims: Option<&Value>) -> Reason {
    if !matches!(reason, Reason::Accepted | Reason::BadAcl) {
        return reason;
    }
    match claims.and_then(|claims| claims.get("name")) {
        None => Reason::MissingClaim,
        Some(Value::Text(name)) if !name.is_empty() => reason,
        Some(_) => Reason::ClaimMismatch,
    }
}

/// The reason where a token may be good for an hour, by that where it may be good for ever.
fn within_an_hour(reason: Reason, claims: Option<&Value>) -> Reason {
    let earlier = [
        Reason::MalformedClaims,
        Reason::Expired,
        Reason::NotYetValid,
    ];
    let Some(claims) = claims.filter(|_| reason != Reason::MalformedClaims) else {
        return reason;
    };
    let (Some(exp), iat) = (claims.get("exp"), claims.get("iat")) else {
        return Reason::MissingClaim;
    };
    if earlier.contains(&reason) {
        return reason;
    }
    let Some(iat) = iat else {
        return Reason::MissingClaim;
    };
    let [(start, start_decimals), (end, end_decimals)] = [iat, exp].map(decimal_parts);
    if (start, start_decimals.as_str()) > (NOW.into(), "") {
        Reason::IssuedInFuture
    } else if (end, end_decimals) > (start + 3600, start_decimals) {
        Reason::LifetimeTooLong
    } else {
        reason
    }
}

/// A date as its whole seconds and its decimals, without zeros at their end; of one before 1970 no more than that
/// it is long ago.
fn decimal_parts(date: &Value) -> (i128, String) {
    let text = match date {
        Value::Integer(seconds) => seconds.to_string(),
        Value::Float(seconds) => format!("{seconds:.1100}"),
        Value::Text(text) => text.trim_start_matches('+').to_owned(),
        _ => unreachable!("{date:?}"),
    };
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let decimals = decimals.trim_end_matches('0').to_owned();
    if whole.starts_with('-') {
        return (-4000, String::new());
    }
    let whole = whole.trim_start_matches('0');
    let seconds = if whole.is_empty() { "0" } else { whole };
    (seconds.parse().unwrap_or(i128::MAX / 2), decimals)
}

/// Whether a claim `cnf` asks for a certificate, which no client shows here.
fn is_bound(confirmation: &Value) -> bool {
    confirmation.members().is_none() || confirmation.get("x5t#S256").is_some()
}

/// The whole seconds around a date, as far as 64 bits go.
#[derive(Clone, Copy)]
struct Date {
    floor: i128,
    ceil: i128,
}

/// The date of this claim, if there is one. An error: it is no date.
fn date(claims: &Value, name: &str) -> Result<Option<Date>, ()> {
    let (floor, ceil) = match claims.get(name) {
        None => return Ok(None),
        Some(Value::Integer(seconds)) => (*seconds, *seconds),
        #[expect(clippy::cast_possible_truncation, reason = "saturates")]
        Some(Value::Float(seconds)) => (seconds.floor() as i128, seconds.ceil() as i128),
        Some(Value::Text(text)) => decimal(text).ok_or(())?,
        Some(_) => return Err(()),
    };
    let limit = |seconds: i128| seconds.clamp(i64::MIN.into(), i64::MAX.into());
    Ok(Some(Date {
        floor: limit(floor),
        ceil: limit(ceil),
    }))
}

/// A decimal number, `[+-]?digits(.digits)?`: rounded down and up.
fn decimal(text: &str) -> Option<(i128, i128)> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (unsigned, ""),
    };
    let is_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let significant = whole.trim_start_matches('0');
    let number: i128 = if significant.len() > 19 {
        i64::MAX.into()
    } else {
        format!("0{significant}").parse().ok()?
    };
    let number = number.min(i64::MAX.into());
    let rest = i128::from(fraction.contains(|c| c != '0'));
    Some(if text.starts_with('-') {
        (-number - rest, -number)
    } else {
        (number, number + rest)
    })
}

/// A configuration that asks for the values which the claims have accepts them, and one that asks for others does
/// not.
fn compare_values(token: &[u8], members: &[(String, Value)]) {
    let same: serde_json::Map<_, _> = members
        .iter()
        .filter(|(name, _)| !name.is_empty() && name.matches('.').count() <= MOST_DOTS)
        .filter_map(|(name, value)| Some((name.clone(), asked_for(value)?)))
        .take(8)
        .collect();
    let Some((name, value)) = same.iter().next() else {
        return;
    };
    let other = json!({ name: another(value) });
    let without = reason_with(token, &json!({}));
    assert_eq!(reason_with(token, &same.clone().into()), without);
    let with_other = match without {
        Reason::Accepted | Reason::CertificateMismatch | Reason::BadAcl => Reason::ClaimMismatch,
        earlier => earlier,
    };
    assert_eq!(reason_with(token, &other), with_other);
}

/// The reason where the configuration asks for this.
fn reason_with(token: &[u8], verify_claims: &serde_json::Value) -> Reason {
    let verifier = verifier(&options(verify_claims));
    verifier.check(&client(token)).unwrap().reason()
}

/// A value that is not this one.
fn another(value: &serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Bool(value) => (!value).into(),
        serde_json::Value::String(text) => format!("{text}.").into(),
        number => match number.as_i64() {
            Some(number) => number.wrapping_add(1).into(),
            None => true.into(),
        },
    }
}
