//! Where a session is used: after the end of its broker, and on many threads.

use crate::harness::session::{PUBLISH, RECEIVE, SUBSCRIBE};
use crate::harness::{NOW, broker, token};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use jwt_auth::Reason;
use serde_json::{Value, json};

use super::texts;

#[test]
fn a_session_outlives_its_broker() {
    let other = broker(json!({}));
    let first = broker(json!({}));
    let claims = json!({"exp": NOW + 60, "acl": {"pub": ["%u"]}, "client_attrs": {"a": "b"}});
    let session = first.admit_with(&token(&claims)).moved_to(&other);
    drop(first);
    assert_eq!(session.attributes(), texts(&[("a", "b")]));
    assert_eq!(session.may(PUBLISH, "u1"), Allow);
    assert_eq!(session.may(PUBLISH, "u2"), Deny);
    session.recheck().allowed();
    other.set_time(NOW + 60);
    session.recheck().denied(Reason::Expired);
}

#[test]
fn eight_threads_may_ask_about_one_session_at_once() {
    let broker = broker(json!({}));
    let rule = |n: usize| {
        let permission = if n.is_multiple_of(3) { "deny" } else { "allow" };
        json!({"permission": permission, "action": "all", "topic": format!("t/{n}/+")})
    };
    let rules: Vec<Value> = (0..100).map(rule).collect();
    let session = broker.admit_with(&token(&json!({"exp": NOW + 60, "acl": rules})));
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let session = &session;
            scope.spawn(move || {
                for n in 0..2_000 {
                    let n = (n * 7 + thread) % 120;
                    let expected = match n {
                        100.. => NoMatch,
                        _ if n % 3 == 0 => Deny,
                        _ => Allow,
                    };
                    for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
                        assert_eq!(session.may(ask, format!("t/{n}/x")), expected);
                    }
                    session.recheck().allowed();
                }
            });
        }
    });
}
