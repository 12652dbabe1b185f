//! The option `acl`: the operator's own rules, in front of those of the token.

mod claims;
mod configuration;
mod expiry;
mod order;
mod placeholders;

use crate::harness::session::Session;
use crate::harness::{Broker, Connect, broker, token};
use serde_json::{Value, json};

/// A rule about publishing and subscribing.
fn rule(permission: &str, topic: &str) -> Value {
    json!({"permission": permission, "action": "all", "topic": topic})
}

/// A rule with more members.
fn rule_with(permission: &str, topic: &str, members: &Value) -> Value {
    let mut rule = rule(permission, topic);
    for (name, value) in members.as_object().unwrap() {
        rule[name] = value.clone();
    }
    rule
}

/// A broker with these rules.
#[track_caller]
fn with_rules(rules: &Value) -> Broker {
    broker(json!({ "acl": rules }))
}

/// A client whose token has these claims.
#[track_caller]
fn admit<'b>(broker: &'b Broker, claims: &Value) -> Session<'b> {
    broker.admit_with(&token(claims))
}

/// A client that sends what it wants.
fn sending<'c>(
    client_id: Option<&'c str>,
    username: Option<&'c str>,
    token: &'c str,
) -> Connect<'c> {
    Connect {
        client_id: client_id.map(str::as_bytes),
        username: username.map(str::as_bytes),
        password: Some(token.as_bytes()),
        ..Connect::default()
    }
}
