//! Several issuers, each with its own keys and conditions (RFC 8725 section 3.8).

mod choice;
mod conditions;
mod configuration;
#[cfg(feature = "endpoint")]
mod discovery;
mod property;
mod reload;
mod wrong;

use crate::harness::{NOW, base64url, hs256, named_jwk, signed};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

const PLANT: &str = "https://id.example/realms/plant";
const OFFICE: &str = "https://id.example/realms/office";

const PLANT_SECRET: &str = "the secret of the plant, 32 bytes and more";
const OFFICE_SECRET: &str = "the secret of the office, 32 bytes and more";

/// A token of this issuer, signed with this secret.
fn token(iss: &str, secret: &str) -> String {
    token_with_kid(iss, secret, None)
}

/// The same with a `kid`.
fn token_with_kid(iss: &str, secret: &str, kid: Option<&str>) -> String {
    let mut header = json!({ "alg": "HS256" });
    if let Some(kid) = kid {
        header["kid"] = kid.into();
    }
    hs256(secret, &header.to_string(), claims(iss).to_string())
}

/// Claims of this issuer that are in date.
fn claims(iss: &str) -> Value {
    json!({ "iss": iss, "exp": NOW + 60 })
}

/// A token of this issuer that is remembered, signed with a key file.
fn token_by(iss: &str, key: &str, kid: &str) -> String {
    signed(Algorithm::EdDSA, key, Some(kid), &claims(iss))
}

/// A key set with this secret under a `kid`.
fn secret_set(secret: &str, kid: &str) -> Value {
    json!({ "keys": [{ "kty": "oct", "kid": kid, "k": base64url(secret) }] })
}

/// A key set with a key file under a `kid`.
fn set(key: &str, kid: &str) -> Value {
    json!({ "keys": [named_jwk(Algorithm::EdDSA, key, kid)] })
}

/// The plant and the office, each with its secret.
fn two() -> Value {
    json!({ "issuers": [
        { "issuer": PLANT, "secret": PLANT_SECRET },
        { "issuer": OFFICE, "secret": OFFICE_SECRET },
    ] })
}
