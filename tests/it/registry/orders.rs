//! What brokers tell, in the orders in which they tell it.

use super::{ends_after, named, publisher, with};
use crate::harness::session::PUBLISH;
use crate::harness::{Connect, NOW, broker};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use jwt_auth::{Reason, State};
use serde_json::json;

/// Mosquitto has the new client authenticate, asks about the will of the old one, and only then
/// tells that that one is gone.
#[test]
fn a_will_is_asked_about_after_the_take_over() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let (old, new) = (publisher("old"), publisher("new"));
    for offline in [false, true] {
        table.admit(1, with("c1", &old));
        table.admit(2, with("c1", &new));
        assert_eq!(table.may(1, named("c1"), PUBLISH, "old"), Allow);
        assert!(table.disconnect(1, offline));
        assert_eq!(table.may(2, named("c1"), PUBLISH, "new"), Allow);
        assert_eq!(table.may(2, named("c1"), PUBLISH, "old"), Deny);
        let delayed = if offline { Allow } else { NoMatch };
        assert_eq!(table.may(1, named("c1"), PUBLISH, "old"), delayed);
    }
}

/// A broker that throws the old client out first.
#[test]
fn the_old_one_goes_before_the_new_one_comes() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let (old, new) = (publisher("old"), publisher("new"));
    table.admit(1, with("c1", &old));
    assert!(table.disconnect(1, true));
    assert_eq!(table.may(1, named("c1"), PUBLISH, "old"), Allow);
    table.admit(2, with("c1", &new));
    assert_eq!(table.may(1, named("c1"), PUBLISH, "old"), NoMatch);
}

/// The end of the one that was thrown out is not that of the one that has its identifier now.
#[test]
fn an_expired_one_is_given_as_offline_beside_its_successor() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let (short, long) = (ends_after(5), publisher("a"));
    table.admit(1, with("c1", &short));
    table.admit(2, with("c1", &long));
    assert!(table.disconnect(1, true));
    broker.set_time(NOW + 5);
    let over = table.next_over().unwrap();
    assert_eq!((over.connection, over.offline), (1, true));
    assert_eq!(table.next_over(), None);
    assert_eq!(table.may(2, named("c1"), PUBLISH, "a"), Allow);
    assert_eq!(table.counts(), (1, 0));
}

/// Mosquitto 2.0 tells of the end of refused clients as well, on a pointer that another had.
#[test]
fn a_refused_client_goes_without_harm() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let (late, good) = (ends_after(-1), publisher("a"));
    table.admit(1, with("c1", &good));
    table.connect(2, with("c1", &late)).denied(Reason::Expired);
    assert!(!table.disconnect(2, true));
    assert!(!table.disconnect(2, false));
    assert_eq!(table.may(1, named("c1"), PUBLISH, "a"), Allow);
    assert_eq!(table.counts(), (1, 0));
}

/// After SIGHUP Mosquitto has all clients authenticate again, on their connections; some are
/// refused then.
#[test]
fn all_authenticate_again() {
    let first = json!({ "secret": crate::harness::SECRET });
    let broker = crate::harness::Broker::new(&first);
    let table = broker.default_table();
    let (plain, root) = (
        publisher("a"),
        crate::harness::token(&json!({ "is_superuser": true })),
    );
    table.admit(1, with("c1", &plain));
    table.admit(2, with("c2", &root));
    table.admit(3, with("c3", &root));
    assert!(table.disconnect(3, true));
    broker.reloaded(
        &json!({ "secret": crate::harness::SECRET, "verify_claims": { "is_superuser": true } }),
    );
    table
        .connect(1, with("c1", &plain))
        .denied(Reason::MissingClaim);
    table.connect(2, with("c2", &root)).allowed();
    // One that is offline is not there to be asked: it stays as it is.
    assert_eq!(table.state(3, named("c3")), State::Offline);
    assert_eq!(table.state(1, named("c1")), State::Absent);
    assert!(!table.disconnect(1, true));
    assert_eq!(table.may(2, named("c2"), PUBLISH, "b"), Allow);
    assert_eq!(table.counts(), (1, 1));
}

/// A client that its certificate admits comes on the pointer of one that is offline, with its
/// identifier.
#[test]
fn a_client_that_was_not_asked_about_inherits_nothing() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let root = crate::harness::token(&json!({ "is_superuser": true }));
    table.admit(1, with("c1", &root));
    assert!(table.disconnect(1, true));
    let by_certificate = Connect {
        username: Some(b"CN of a certificate"),
        ..named("c1")
    };
    assert_eq!(table.may(1, by_certificate, PUBLISH, "a"), NoMatch);
    assert_eq!(table.state(1, by_certificate), State::Absent);
    // Where the broker tells that it has come, the table can be told.
    assert!(table.disconnect(1, false));
    assert_eq!(table.counts(), (0, 0));
}
