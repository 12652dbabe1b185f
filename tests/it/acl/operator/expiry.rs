//! What is left of the operator's rules when a token has expired.

use super::{admit, rule, rule_with};
use crate::harness::session::PUBLISH;
use crate::harness::{NOW, broker};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use serde_json::json;

#[test]
fn they_go_on_after_exp_where_the_token_has_no_acl_claim() {
    let acl = json!([
        rule("allow", "shared"),
        rule_with("allow", "own", &json!({"clientid": "c1"})),
    ]);
    let broker = broker(json!({"acl": acl, "disconnect_after_expire": false}));
    let without = admit(&broker, &json!({"exp": NOW + 1}));
    let with = admit(
        &broker,
        &json!({"exp": NOW + 1, "acl": [rule("allow", "token")]}),
    );
    let with_map = admit(&broker, &json!({"exp": NOW + 1, "acl": {"pub": ["token"]}}));
    for topic in ["shared", "own"] {
        for session in [&without, &with, &with_map] {
            assert_eq!(session.may(PUBLISH, topic), Allow);
        }
    }
    broker.set_time(NOW + 1);
    for topic in ["shared", "own"] {
        assert_eq!(without.may(PUBLISH, topic), Allow);
        assert_eq!(with.may(PUBLISH, topic), Deny);
        assert_eq!(with_map.may(PUBLISH, topic), Deny);
    }
    assert_eq!(without.may(PUBLISH, "other"), NoMatch);
}

#[test]
fn they_end_with_the_session() {
    let broker = broker(json!({"acl": [rule("allow", "a")]}));
    let session = admit(&broker, &json!({"exp": NOW + 1}));
    assert_eq!(session.may(PUBLISH, "a"), Allow);
    broker.set_time(NOW + 1);
    assert_eq!(session.may(PUBLISH, "a"), Deny);
}
