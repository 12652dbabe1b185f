//! Which answers are told, and how often: a denial once for each topic of a session.

use super::lines;
use crate::harness::session::{Ask, PUBLISH, RECEIVE, SUBSCRIBE};
use crate::harness::{broker, token};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use serde_json::json;

const TOPICS: [&str; 5] = ["a", "b", "c", "a/+", ""];

#[test]
fn what_is_allowed_or_left_to_the_broker_or_delivered_is_not_told() {
    let broker = broker(json!({}));
    for (claims, publish) in [
        (json!({"is_superuser": true, "acl": {}}), Allow),
        (json!({"acl": {"pub": ["b"]}}), Allow),
        (json!({"acl": []}), NoMatch),
        (
            json!({"acl": [{"permission": "deny", "action": "all", "topic": "x"}]}),
            NoMatch,
        ),
    ] {
        let session = broker.admit_with(&token(&claims));
        assert_eq!(session.may(PUBLISH, "b"), publish, "{claims}");
        for topic in ["b", "x", "", "+"] {
            session.may(RECEIVE, topic);
        }
        assert_eq!(lines(&broker, 4), [""; 0], "{claims}");
        assert_eq!(broker.warnings(), [""; 0], "{claims}");
    }
}

#[test]
fn a_denial_is_told_once_for_each_topic_of_a_session() {
    let broker = broker(json!({}));
    let token = token(&json!({"acl": {}}));
    let sessions = [(); 3].map(|()| broker.admit_with(&token));
    for (number, session) in (1..).zip(&sessions) {
        for qos in [0, 1, 0, 2] {
            for ask in [PUBLISH, SUBSCRIBE] {
                for topic in TOPICS {
                    assert_eq!(session.may(Ask { qos, ..ask }, topic), Deny);
                }
            }
        }
        assert_eq!(lines(&broker, 4).len(), number * 2 * TOPICS.len());
    }
}

#[test]
fn a_client_that_asks_for_everything_makes_no_more_than_64_lines() {
    let broker = broker(json!({}));
    let session = broker.admit_with(&token(&json!({"acl": {}})));
    for n in 0..1_000 {
        assert_eq!(session.may(PUBLISH, n.to_string()), Deny);
    }
    assert_eq!(lines(&broker, 4).len(), 64);
    let other = broker.admit_with(&token(&json!({"acl": {}})));
    assert_eq!(other.may(PUBLISH, "a"), Deny);
    assert_eq!(lines(&broker, 4).len(), 1);
}

#[test]
fn threads_tell_a_topic_of_their_session_once() {
    let broker = broker(json!({}));
    let session = broker.admit_with(&token(&json!({"acl": {}})));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for n in 0..40 {
                    assert_eq!(session.may(PUBLISH, n.to_string()), Deny);
                }
            });
        }
    });
    assert_eq!(lines(&broker, 4).len(), 40);
}
