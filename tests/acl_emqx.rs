//! EMQX's own behaviour on ACL claims, row by row, with what is answered here. Client id `c1`, user name
//! `u1`.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics fails, and that is all"
)]

mod harness;

use harness::session::{PUBLISH, SUBSCRIBE, may};
use jwt_auth::Permission;
use serde_json::json;

#[test]
fn smoke() {
    assert_eq!(
        may(&json!({"pub": ["a/b"]}), PUBLISH, "a/b"),
        Permission::Allow
    );
    assert_eq!(
        may(&json!({"pub": ["a/b"]}), SUBSCRIBE, "a/b"),
        Permission::Deny
    );
    assert_eq!(
        may(&json!({"sub": ["a/#"]}), SUBSCRIBE, "a"),
        Permission::Allow
    );
    assert_eq!(
        may(&json!({"sub": ["a/+"]}), SUBSCRIBE, "a/#"),
        Permission::Deny
    );
    assert_eq!(
        may(
            &json!([{"permission": "deny", "action":"sub", "topic": "s/#"},{"permission": "allow", "action":"sub", "topic": "#"}]),
            SUBSCRIBE,
            "#"
        ),
        Permission::Deny
    );
}
