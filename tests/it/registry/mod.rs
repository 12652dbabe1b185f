//! The table of clients.

mod identity;
mod model;
mod offline;
mod orders;
mod over;
mod renew;
mod threads;

use crate::harness::{Connect, NOW, token};
use serde_json::{Value, json};

/// A client of this identifier, with the user name `u1`.
fn named(client_id: &str) -> Connect<'_> {
    Connect {
        client_id: Some(client_id.as_bytes()),
        ..Connect::default()
    }
}

/// The same, with a token as its password.
fn with<'a>(client_id: &'a str, token: &'a str) -> Connect<'a> {
    Connect {
        password: Some(token.as_bytes()),
        ..named(client_id)
    }
}

/// A token that may publish to this topic.
fn publisher(topic: &str) -> String {
    token(&json!({ "exp": NOW + 1000, "acl": { "pub": [topic] } }))
}

/// A token that may publish to `a`, and ends so many seconds from the start.
fn ends_after(seconds: i64) -> String {
    let acl: Value = json!({ "pub": ["a"] });
    token(&json!({ "exp": NOW + seconds, "acl": acl }))
}
