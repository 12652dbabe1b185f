//! Tokens that a file or an endpoint revokes.

mod changes;
mod configuration;
#[cfg(feature = "endpoint")]
mod endpoint;
#[cfg(feature = "endpoint")]
mod endpoint_options;
#[cfg(feature = "endpoint")]
mod endpoint_reload;
mod sessions;
mod tokens;

use crate::harness::{Broker, SECRET, Scratch, base64url};
use serde_json::{Value, json};

/// A file with this list.
fn list(content: &Value) -> Scratch {
    Scratch::new("revocations.json", content.to_string())
}

/// The configuration with the secret and this file.
fn config(file: &Scratch) -> Value {
    json!({ "secret": SECRET, "revocations_file": file.0 })
}

/// A broker with the secret and this list.
fn revoking(content: &Value) -> (Broker, Scratch) {
    let file = list(content);
    (Broker::new(&config(&file)), file)
}

/// The configuration with the secret as a key of this `kid`, and this list.
fn named(kid: Option<&str>, file: &Scratch) -> Value {
    let mut key = json!({ "kty": "oct", "k": base64url(SECRET) });
    if let Some(kid) = kid {
        key["kid"] = kid.into();
    }
    json!({ "jwks": { "keys": [key] }, "revocations_file": file.0 })
}
