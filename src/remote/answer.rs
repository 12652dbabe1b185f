//! One answer: what its headers say, and its body.

use std::time::{Duration, SystemTime};

use ureq::Body;
use ureq::http::{HeaderName, Response, header};

use super::failure::Failure;
use super::pace;
use crate::host::file::BYTE_ORDER_MARK;
use crate::host::quote::quoted;

/// The header, if it is there once at least and is ASCII.
pub(super) fn text<'r>(response: &'r Response<Body>, name: &HeaderName) -> Option<&'r str> {
    response.headers().get(name)?.to_str().ok()
}

pub(super) fn max_age(response: &Response<Body>) -> Option<Duration> {
    text(response, &header::CACHE_CONTROL).and_then(pace::max_age)
}

/// How long a server wants to be left alone.
pub(super) fn retry_after(response: &Response<Body>) -> Option<Duration> {
    text(response, &header::RETRY_AFTER)
        .and_then(|header| pace::retry_after(header, SystemTime::now()))
}

/// The body without a byte order mark, which RFC 8259 section 8.1 lets a reader skip.
pub(super) fn body(response: &mut Response<Body>, largest: u64) -> Result<Vec<u8>, Failure> {
    is_not_coded(response)?;
    let mut body = response
        .body_mut()
        .with_config()
        .limit(largest)
        .read_to_vec()?;
    if body.starts_with(BYTE_ORDER_MARK) {
        body.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(body)
}

/// Some servers compress whatever was asked for (RFC 9110 section 8.4).
fn is_not_coded(response: &Response<Body>) -> Result<(), Failure> {
    for value in response.headers().get_all(header::CONTENT_ENCODING) {
        let value = String::from_utf8_lossy(value.as_bytes());
        let mut codings = value.split(',').map(str::trim);
        let is_plain = |coding: &str| coding.is_empty() || coding.eq_ignore_ascii_case("identity");
        if let Some(coding) = codings.find(|coding| !is_plain(coding)) {
            return Err(Failure::new(format!(
                "the answer has the content coding {}, though it was asked for without one \
                 (Accept-Encoding: identity)",
                quoted(coding)
            )));
        }
    }
    Ok(())
}
