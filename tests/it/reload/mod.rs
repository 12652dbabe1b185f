//! Another configuration, while a verifier is in use.

mod configurations;
mod sessions;

use crate::harness::{HS256_HEADER, hs256, named_jwk, valid_claims};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

const OTHER: &str = "another HMAC secret, 32 characters!";

/// A token signed with the other secret.
fn other_token() -> String {
    hs256(OTHER, HS256_HEADER, valid_claims().to_string())
}

/// A set with this key and `kid`.
fn set(kid: &str, algorithm: Algorithm, key: &str) -> Value {
    json!({ "keys": [named_jwk(algorithm, key, kid)] })
}
