//! A token that comes again: its signature is not verified again, and everything else is.

mod check;
mod reload;

use crate::harness::{named_jwk, signed};
use jsonwebtoken::Algorithm::EdDSA;
use serde_json::{Value, json};

/// A configuration with one Ed25519 key under this `kid`.
fn named(kid: &str, options: Value) -> Value {
    let mut config = options;
    config["jwks"] = json!({ "keys": [named_jwk(EdDSA, "ed25519", kid)] });
    config
}

/// A token of that key, without a `kid`.
fn token(claims: &Value) -> String {
    signed(EdDSA, "ed25519", None, claims)
}
