//! Weaknesses found in EMQX, and what becomes of them here. Those of topic permissions (6, 7) and
//! of fetching key sets (8, 9) are not here; which token meets which key is in
//! `confusions.rs`.

mod claims;
mod secrets;
mod tokens;

use crate::harness::{Broker, HS256_HEADER, hs256};
use serde_json::Value;

/// Long enough to draw no warning.
const SECRET: &str = "hunter2-hunter2-hunter2-hunter2-";

/// A good token with this payload, as far as the payload is good.
fn good(payload: &str) -> String {
    hs256(SECRET, HS256_HEADER, payload)
}

/// A good token with this header, as far as the header is good.
fn headed(header: &str) -> String {
    hs256(SECRET, header, "{}")
}

/// The configuration is an error that names the option.
#[track_caller]
fn bad_config(config: &Value, option: &str) {
    let error = Broker::refused(config);
    assert!(error.starts_with(&format!("`{option}`: ")), "{error}");
}
