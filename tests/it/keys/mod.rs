//! The keys that are configured.

mod kid;
mod pem;
mod secrets;
mod sets;
mod unusable;

use crate::harness::jwk;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

fn with(mut jwk: Value, members: Value) -> Value {
    let Value::Object(members) = members else {
        panic!("members are an object")
    };
    jwk.as_object_mut().unwrap().extend(members);
    jwk
}

fn set(keys: &[Value]) -> Value {
    json!({ "jwks": { "keys": keys } })
}

fn kid(kid: &str, algorithm: Algorithm, key: &str) -> Value {
    with(jwk(algorithm, key), json!({ "kid": kid }))
}
