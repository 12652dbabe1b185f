//! What people do to a token, as the log tells it.
//!
//! A refusal says what is wrong at the least cost. Only where a line is written is the field looked at once
//! more, for what an operator can act on. Of a field that has not the form of a token nothing is quoted: it
//! may be a password.

use base64_simd::URL_SAFE_NO_PAD;

use super::base64url;
use crate::host::quote::quoted;
use crate::json::{Json, Object};
use crate::refusal::Refusal;

/// What is to be said of a field that was refused, in the place of the refusal's own detail.
pub(crate) fn mistake(refusal: &Refusal, field: &[u8]) -> Option<String> {
    match refusal {
        Refusal::MalformedToken(_) => {
            let around = around(field).map(str::to_owned);
            around.or_else(|| Some(format!("{} in the header", repeated(&decoded(field, 0)?)?)))
        }
        Refusal::MalformedClaims(_) => repeated(&decoded(field, 1)?),
        Refusal::UnsupportedAlgorithm => with_header(field, |header| {
            Some(format!("alg {}", quoted(header.get("alg")?.as_str()?)))
        }),
        Refusal::BadSignature => with_header(field, |header| {
            header.get("nonce")?;
            let words = "the header has a `nonce`, as tokens of Microsoft Graph have, which only Graph can \
                         verify; ask for a token for your own API";
            Some(words.to_owned())
        }),
        _ => None,
    }
}

/// The `alg` of a field that has the form of a token, as it is written.
pub(crate) fn alg(field: &[u8]) -> Option<String> {
    with_header(field, |header| {
        Some(header.get("alg")?.as_str()?.to_owned())
    })
}

/// What is around a token, or that it is one of another kind.
fn around(field: &[u8]) -> Option<&'static str> {
    const SCHEME: &[u8] = b"Bearer ";
    let is_token = |text: &[u8]| segments(text).is_some_and(|segments| matches!(segments, 3 | 5));
    let trimmed = field.trim_ascii();
    let scheme = trimmed.get(..SCHEME.len()).unwrap_or_default();
    let behind_scheme = trimmed.get(SCHEME.len()..).unwrap_or_default().trim_ascii();
    let unquoted = trimmed
        .strip_prefix(b"\"")
        .and_then(|text| text.strip_suffix(b"\""));
    if segments(field) == Some(5) {
        Some(
            "an encrypted token, of five segments (JWE); have the issuer sign it and not encrypt it",
        )
    } else if scheme.eq_ignore_ascii_case(SCHEME) && is_token(behind_scheme) {
        Some("`Bearer ` in front of the token")
    } else if unquoted.is_some_and(is_token) {
        Some("quotation marks around the token")
    } else if trimmed.len() == field.len() || !is_token(trimmed) {
        None
    } else if field.first().is_some_and(u8::is_ascii_whitespace) {
        Some("white space in front of the token")
    } else {
        Some("white space behind the token, such as a newline")
    }
}

/// How many segments a text has, if all are base64url and the first begins as an object in JSON does.
fn segments(text: &[u8]) -> Option<usize> {
    let segments = text.split(|byte| *byte == b'.');
    let header = URL_SAFE_NO_PAD
        .decode_to_vec(segments.clone().next()?)
        .ok()?;
    let is_token =
        header.trim_ascii_start().starts_with(b"{") && segments.clone().all(base64url::is_valid);
    is_token.then(|| segments.count())
}

/// A segment of a field that has the form of a token.
fn decoded(field: &[u8], index: usize) -> Option<String> {
    if segments(field) != Some(3) {
        return None;
    }
    let segment = field.split(|byte| *byte == b'.').nth(index)?;
    String::from_utf8(URL_SAFE_NO_PAD.decode_to_vec(segment).ok()?).ok()
}

/// That a member is given twice, by its name.
fn repeated(text: &str) -> Option<String> {
    Json::parse(text).err()?.repeated().map(str::to_owned)
}

fn with_header(field: &[u8], say: impl FnOnce(&Object<'_>) -> Option<String>) -> Option<String> {
    match Json::parse(&decoded(field, 0)?) {
        Ok(Json::Object(header)) => say(&header),
        _ => None,
    }
}
