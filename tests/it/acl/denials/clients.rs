//! How the client is named, or not.

use super::{end, lines};
use crate::harness::session::PUBLISH;
use crate::harness::{Broker, Connect, broker, token};
use jwt_auth::LogLevel;
use jwt_auth::Permission::{Deny, NoMatch};
use serde_json::json;

#[test]
fn a_client_that_must_not_be_named_is_not() {
    let broker = broker(json!({}));
    let token = token(&json!({"acl": {}}));
    let session = broker.admit(Connect {
        client_id: Some(token.as_bytes()),
        password: Some(token.as_bytes()),
        ..Connect::default()
    });
    assert_eq!(session.may(PUBLISH, "a"), Deny);
    let expected = format!(
        "denied: publish to `a`: nothing in `pub` or `all` allows it{}",
        end("not shown", &token)
    );
    assert_eq!(lines(&broker, 4), [expected]);
}

#[test]
fn a_client_from_a_verifier_without_a_log_has_no_name() {
    let (quiet, talking) = (Broker::without_log(json!({})), broker(json!({})));
    let denied = token(&json!({"acl": {}}));
    let session = quiet.admit_with(&denied).moved_to(&talking);
    assert_eq!(session.may(PUBLISH, "a"), Deny);
    let lines = talking.log();
    let (level, line) = lines.last().unwrap();
    assert_eq!(*level, 4);
    assert!(line.ends_with(&end("not named", &denied)), "{line}");

    let session = quiet.admit_with(&token(&json!({}))).moved_to(&talking);
    assert_eq!(session.may(PUBLISH, "a"), NoMatch);
    let expected = "client not named has no topic permissions of its own: the broker decides";
    assert_eq!(talking.warnings(), [expected]);
}

#[test]
fn a_client_that_was_accepted_while_nobody_listened_is_named_in_warnings_only() {
    let broker = broker(json!({}));
    broker.set_log_level(LogLevel::Info);
    let denied = token(&json!({"acl": {}}));
    let sessions = [&denied, &token(&json!({}))].map(|token| {
        broker.admit(Connect {
            client_id: Some(b"c1"),
            password: Some(token.as_bytes()),
            ..Connect::default()
        })
    });
    assert_eq!(sessions[0].may(PUBLISH, "a"), Deny);
    assert_eq!(sessions[1].may(PUBLISH, "a"), NoMatch);
    let is_debug = |(level, _): &(i32, String)| *level == LogLevel::Debug as i32;
    assert!(!broker.log().iter().any(is_debug));
    let expected = "client `c1` has no topic permissions of its own: the broker decides";
    assert_eq!(broker.warnings(), [expected]);
    // The topic was not told yet.
    broker.set_log_level(LogLevel::Debug);
    assert_eq!(sessions[0].may(PUBLISH, "a"), Deny);
    let lines = broker
        .log()
        .into_iter()
        .filter(is_debug)
        .collect::<Vec<_>>();
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0].1.ends_with(&end("not named", &denied)),
        "{lines:?}"
    );
}
