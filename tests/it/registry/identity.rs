//! A session answers for the connection, the client identifier and the user name together.

use super::{named, publisher, with};
use crate::harness::session::{PUBLISH, SUBSCRIBE};
use crate::harness::{Broker, Connect, NOW, Table, broker, token};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use jwt_auth::{Reason, State};
use serde_json::json;

const CLIENT: Connect<'static> = Connect {
    client_id: Some(b"c1"),
    username: Some(b"u1"),
    password: None,
    peer_address: None,
    peer_certificate: None,
};

#[track_caller]
fn answers(table: &Table<'_>, connection: u64, client: Connect<'_>) -> bool {
    let (state, permission) = (
        table.state(connection, client),
        table.may(connection, client, PUBLISH, "a"),
    );
    match (state, permission) {
        (State::Connected, Allow) => true,
        (State::Absent, NoMatch) => false,
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_answers_as_the_session_itself_does() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let token = publisher("a");
    table.connect(1, with("c1", &token)).allowed();
    assert_eq!(table.may(1, CLIENT, PUBLISH, "a"), Allow);
    assert_eq!(table.may(1, CLIENT, PUBLISH, "b"), Deny);
    assert_eq!(table.may(1, CLIENT, SUBSCRIBE, "a"), Deny);
    assert_eq!(table.may(1, CLIENT, PUBLISH, "#"), Deny);
    assert_eq!(table.counts(), (1, 0));
    // The broker's own rules decide about a token that says nothing.
    let silent = crate::harness::token(&json!({}));
    table.admit(2, with("c2", &silent));
    assert_eq!(table.may(2, named("c2"), PUBLISH, "a"), NoMatch);
    assert_eq!(table.state(2, named("c2")), State::Connected);
}

#[test]
fn it_answers_for_nobody_else() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let token = publisher("a");
    table.admit(1, with("c1", &token));
    assert!(answers(&table, 1, CLIENT));
    assert!(!answers(&table, 2, CLIENT));
    assert!(!answers(&table, 1, named("c2")));
    assert!(!answers(&table, 1, named("c")));
    let other_name = |username| Connect { username, ..CLIENT };
    for name in [None, Some(&b""[..]), Some(b"u2"), Some(b"u")] {
        assert!(!answers(&table, 1, other_name(name)));
    }
    let client_id = None;
    let unnamed = Connect {
        client_id,
        ..CLIENT
    };
    assert!(!answers(&table, 1, unnamed));
    // What is not the identity is not looked at, be it no bytes at all.
    let address = Connect {
        peer_address: Some(b"nonsense"),
        password: Some(b"nonsense"),
        ..CLIENT
    };
    assert!(answers(&table, 1, address));
}

#[test]
fn what_was_not_sent_is_not_what_was_sent_empty() {
    let broker = broker(json!({}));
    let token = publisher("a");
    for (sent, other) in [(None, Some(&b""[..])), (Some(&b""[..]), None)] {
        let password = Some(token.as_bytes());
        let table = broker.default_table();
        let by_name = |username| Connect {
            username,
            password,
            ..CLIENT
        };
        table.admit(1, by_name(sent));
        assert!(answers(&table, 1, by_name(sent)));
        assert!(!answers(&table, 1, by_name(other)));
        let by_id = |client_id| Connect {
            client_id,
            password,
            ..CLIENT
        };
        table.admit(1, by_id(sent));
        assert!(answers(&table, 1, by_id(sent)));
        assert!(!answers(&table, 1, by_id(other)));
    }
}

#[test]
fn a_claim_that_names_the_client_is_its_name() {
    let broker = broker(json!({ "username_claim": "sub" }));
    let claims = json!({ "exp": NOW + 9, "sub": "alice", "acl": { "pub": ["a"] } });
    let token = token(&claims);
    let by_name = |username| Connect {
        username,
        ..with("c1", &token)
    };
    let alice = Some(&b"alice"[..]);
    // Who sent a name has that of the claim in its place.
    let table = broker.default_table();
    table.admit(1, by_name(Some(b"u1")));
    assert!(answers(&table, 1, by_name(alice)));
    assert!(!answers(&table, 1, by_name(Some(b"u1"))));
    assert!(!answers(&table, 1, by_name(None)));
    // Who sent none is asked about with either: not every broker can give it one.
    table.admit(2, by_name(None));
    assert!(answers(&table, 2, by_name(alice)));
    assert!(answers(&table, 2, by_name(None)));
    assert!(!answers(&table, 2, by_name(Some(b""))));
}

#[test]
fn a_connection_that_is_used_again_inherits_nothing() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let (token, other) = (publisher("a"), publisher("b"));
    let bad = crate::harness::hs256("another secret, of 32 characters", "{}", "{}");
    let gone = |table: &Table<'_>| {
        table.state(1, CLIENT) == State::Absent && table.may(1, CLIENT, PUBLISH, "a") == NoMatch
    };
    // Another client is accepted on it, or refused, or the same one is refused.
    table.admit(1, with("c1", &token));
    table.admit(1, with("c2", &other));
    assert!(gone(&table));
    assert_eq!(table.may(1, named("c2"), PUBLISH, "b"), Allow);
    for client_id in ["c2", "c1"] {
        table.admit(1, with("c1", &token));
        table
            .connect(1, with(client_id, &bad))
            .denied(Reason::MalformedToken);
        assert!(gone(&table), "{client_id}");
        assert_eq!(table.counts(), (0, 0));
    }
    // One that was offline, too.
    table.admit(1, with("c1", &token));
    assert!(table.disconnect(1, true));
    table.connect(1, with("c2", &bad));
    assert!(gone(&table));
    assert_eq!(table.counts(), (0, 0));
}

#[test]
fn a_client_that_connects_again_on_its_connection_has_its_new_session() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let (token, other) = (publisher("a"), publisher("b"));
    table.admit(1, with("c1", &token));
    table.admit(1, with("c1", &other));
    assert_eq!(table.may(1, CLIENT, PUBLISH, "a"), Deny);
    assert_eq!(table.may(1, CLIENT, PUBLISH, "b"), Allow);
    assert_eq!(table.counts(), (1, 0));
}

#[test]
fn the_handle_is_the_caller_s_own() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let token = publisher("a");
    let (answer, session) = table.connect_for_session(1, with("c1", &token));
    answer.allowed();
    let handle = broker.session(session);
    assert!(table.disconnect(1, false));
    assert_eq!(handle.may(PUBLISH, "a"), Allow);
    table.connect(1, with("c1", &token)).allowed();
    drop(handle);
    assert_eq!(table.may(1, CLIENT, PUBLISH, "a"), Allow);
}

#[test]
fn a_clock_that_fails_leaves_no_session() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let token = publisher("a");
    table.admit(1, with("c1", &token));
    broker.set_time(-1);
    let answer = table.connect(1, with("c1", &token));
    assert_eq!(answer.status, jwt_auth::ffi::jwt_auth_status::Internal);
    broker.set_time(NOW);
    assert_eq!(table.state(1, CLIENT), State::Absent);
}

#[test]
fn verifiers_may_change() {
    let (first, second) = (
        broker(json!({})),
        Broker::new(&json!({ "secret": "a secret that is not the other one" })),
    );
    let table = first.default_table();
    let token = publisher("a");
    table.admit(1, with("c1", &token));
    let table = table.moved_to(&second);
    assert_eq!(table.may(1, CLIENT, PUBLISH, "a"), Allow);
    let over = table.next_over().unwrap();
    assert_eq!((over.connection, over.reason), (1, Reason::NoKey));
}
