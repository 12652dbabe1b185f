//! The keys that a configuration gives.

mod devices;
mod files;
mod forms;
mod kid;
mod lenient;
mod misplaced;
mod misread;
mod pem;
mod secrets;
mod sets;
mod trials;
mod unusable;

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
