//! A new token of a client that is connected.

use super::{ends_after, named, publisher, with};
use crate::harness::session::PUBLISH;
use crate::harness::{Connect, NOW, broker, token};
use jwt_auth::Permission::{Allow, Deny};
use jwt_auth::{Reason, State};
use serde_json::json;

#[test]
fn it_gives_new_rights_and_a_new_end_at_once() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let (short, longer) = (
        ends_after(5),
        token(&json!({ "exp": NOW + 50, "acl": { "pub": ["b"] } })),
    );
    table.admit(1, with("c1", &short));
    let answer = table.renew(1, with("c1", &longer)).unwrap();
    assert_eq!(answer.allowed().result.expires_at, NOW + 50);
    assert_eq!(table.may(1, named("c1"), PUBLISH, "a"), Deny);
    assert_eq!(table.may(1, named("c1"), PUBLISH, "b"), Allow);
    assert_eq!(table.counts(), (1, 0));
    // The old end is not its own any more.
    broker.set_time(NOW + 49);
    assert_eq!(table.all_over(), []);
    broker.set_time(NOW + 50);
    assert_eq!(table.all_over().len(), 1);
    // A shorter one ends sooner.
    broker.set_time(NOW);
    table.admit(2, with("c2", &longer));
    table.renew(2, with("c2", &short)).unwrap().allowed();
    broker.set_time(NOW + 5);
    assert_eq!(table.all_over().len(), 1);
}

#[test]
fn a_refused_one_keeps_the_old_session() {
    let broker = broker(json!({ "on_malformed": "ignore" }));
    let table = broker.default_table();
    let (good, late) = (publisher("a"), ends_after(-1));
    let another = token(&json!({ "exp": NOW + 9, "sub": "another" }));
    table.admit(1, with("c1", &good));
    for (password, reason) in [
        (&late[..], Reason::Expired),
        ("no token", Reason::MalformedToken),
        (&another, Reason::IdentityChanged),
    ] {
        // Never left to others, as the client is ours.
        table.renew(1, with("c1", password)).unwrap().denied(reason);
        assert_eq!(table.may(1, named("c1"), PUBLISH, "a"), Allow);
        assert_eq!(table.state(1, named("c1")), State::Connected);
    }
}

#[test]
fn it_is_for_clients_that_are_connected() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let (short, good) = (ends_after(5), publisher("a"));
    assert!(table.renew(1, with("c1", &good)).is_none());
    table.admit(1, with("c1", &short));
    assert!(table.renew(1, with("c2", &good)).is_none());
    assert!(table.renew(2, with("c1", &good)).is_none());
    let other_name = Connect {
        username: Some(b"u2"),
        ..with("c1", &good)
    };
    assert!(table.renew(1, other_name).is_none());
    assert!(table.disconnect(1, true));
    assert!(table.renew(1, with("c1", &good)).is_none());
    assert_eq!(table.state(1, named("c1")), State::Offline);
    // Nor for one whose time has come; before that was told it may.
    table.admit(1, with("c1", &short));
    broker.set_time(NOW + 5);
    table.renew(1, with("c1", &good)).unwrap().allowed();
    table.admit(1, with("c1", &good));
    broker.set_time(NOW + 1000);
    assert_eq!(table.all_over().len(), 1);
    let later = token(&json!({ "exp": NOW + 9000 }));
    assert!(table.renew(1, with("c1", &later)).is_none());
    assert_eq!(table.state(1, named("c1")), State::Over);
}

#[test]
fn it_answers_for_the_client_as_it_connected() {
    let claims = json!({ "exp": NOW + 9, "sub": "alice", "acl": { "pub": ["a"] } });
    let broker = broker(json!({ "username_claim": "sub" }));
    let table = broker.default_table();
    let token = token(&claims);
    let by_name = |username| Connect {
        username,
        ..with("c1", &token)
    };
    table.admit(1, by_name(None));
    for name in [None, Some(&b"alice"[..])] {
        table.renew(1, by_name(name)).unwrap().allowed();
        for asked in [None, Some(&b"alice"[..])] {
            assert_eq!(table.may(1, by_name(asked), PUBLISH, "a"), Allow);
        }
    }
}
