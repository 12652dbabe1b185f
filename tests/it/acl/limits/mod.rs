//! What a hostile client id, user name or claim may cost. Both sides of each limit.

mod patterns;
mod values;

use crate::harness::session::PUBLISH;
use crate::harness::{Broker, Connect, broker, token};
use jwt_auth::{Permission, Reason};
use serde_json::{Value, json};

/// A broker that takes tokens of a megabyte.
fn roomy() -> Broker {
    broker(json!({"max_token_size": 1 << 20}))
}

/// A client whose id and user name are this.
fn client<'c>(field: &'c str, token: &'c str) -> Connect<'c> {
    Connect {
        client_id: Some(field.as_bytes()),
        username: Some(field.as_bytes()),
        password: Some(token.as_bytes()),
        ..Connect::default()
    }
}

#[track_caller]
fn publishes(broker: &Broker, acl: &Value, field: &str, topic: &str) -> Permission {
    let token = token(&json!({ "acl": acl }));
    broker.admit(client(field, &token)).may(PUBLISH, topic)
}

/// A token with this claim is refused, and the log says why.
#[track_caller]
fn refused(broker: &Broker, claims: &Value, field: &str, defect: &str) {
    let token = token(claims);
    broker.connect(client(field, &token)).denied(Reason::BadAcl);
    let (_, line) = broker.log().pop().unwrap();
    assert!(line.contains(&format!("{defect}): client `")), "{line}");
}
