//! Clients that are gone and may come back.

use super::{ends_after, named, publisher, with};
use crate::harness::session::PUBLISH;
use crate::harness::{Connect, NOW, Table, broker};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use jwt_auth::State;
use serde_json::json;

#[track_caller]
fn states(table: &Table<'_>, clients: &[(u64, &str)]) -> Vec<State> {
    let state = |(connection, client_id): &(u64, &str)| table.state(*connection, named(client_id));
    clients.iter().map(state).collect()
}

#[test]
fn it_answers_until_its_client_identifier_connects_again() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let token = publisher("a");
    table.admit(1, with("c1", &token));
    assert!(table.disconnect(1, true));
    assert_eq!(table.counts(), (0, 1));
    assert_eq!(table.state(1, named("c1")), State::Offline);
    assert_eq!(table.may(1, named("c1"), PUBLISH, "a"), Allow);
    assert_eq!(table.may(1, named("c1"), PUBLISH, "b"), Deny);
    // Of another identifier nothing changes, nor of a refused client.
    table.admit(2, with("c2", &token));
    let late = ends_after(-1);
    table
        .connect(3, with("c1", &late))
        .denied(jwt_auth::Reason::Expired);
    assert_eq!(table.state(1, named("c1")), State::Offline);
    table.admit(3, with("c1", &token));
    assert_eq!(
        states(&table, &[(1, "c1"), (2, "c2"), (3, "c1")]),
        [State::Absent, State::Connected, State::Connected]
    );
    assert_eq!(table.counts(), (2, 0));
}

#[test]
fn an_identifier_that_was_not_sent_is_nobody_s() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let token = publisher("a");
    let nobody = Connect {
        client_id: None,
        ..with("", &token)
    };
    for connection in [1, 2] {
        table.admit(connection, nobody);
        assert!(table.disconnect(connection, true));
    }
    table.admit(3, nobody);
    assert_eq!(table.counts(), (1, 2));
    // The empty one is somebody's.
    for connection in [4, 5] {
        table.admit(connection, with("", &token));
        assert!(table.disconnect(connection, true));
    }
    assert_eq!(table.counts(), (1, 3));
    assert_eq!(
        states(&table, &[(4, ""), (5, "")]),
        [State::Absent, State::Offline]
    );
}

#[test]
fn who_was_thrown_out_answers_beside_who_took_its_place() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let (old, new) = (publisher("old"), publisher("new"));
    table.admit(1, with("c1", &old));
    table.admit(2, with("c1", &new));
    assert_eq!(table.may(1, named("c1"), PUBLISH, "old"), Allow);
    assert!(table.disconnect(1, true));
    assert_eq!(table.may(1, named("c1"), PUBLISH, "old"), Allow);
    assert_eq!(table.may(2, named("c1"), PUBLISH, "new"), Allow);
    assert_eq!(table.counts(), (1, 1));
    // Both, once the identifier comes again.
    assert!(table.disconnect(2, true));
    table.admit(3, with("c1", &new));
    assert_eq!(
        states(&table, &[(1, "c1"), (2, "c1"), (3, "c1")]),
        [State::Absent, State::Absent, State::Connected]
    );
    assert_eq!(table.counts(), (1, 0));
}

#[test]
fn who_went_first_makes_room() {
    let broker = broker(json!({}));
    let table = broker.table(2, 10);
    let token = publisher("a");
    for (connection, id) in [(1, "a"), (2, "b"), (3, "c")] {
        table.admit(connection, with(id, &token));
    }
    for connection in [2, 1] {
        assert!(table.disconnect(connection, true));
    }
    // A second time changes nothing, the order neither.
    assert!(table.disconnect(2, true));
    assert_eq!(table.counts(), (1, 2));
    assert!(table.disconnect(3, true));
    assert_eq!(
        states(&table, &[(1, "a"), (2, "b"), (3, "c")]),
        [State::Offline, State::Absent, State::Offline]
    );
    assert_eq!(table.may(2, named("b"), PUBLISH, "a"), NoMatch);
    // Who came back and went again is the last.
    table.admit(4, with("a", &token));
    assert!(table.disconnect(4, true));
    table.admit(5, with("d", &token));
    assert!(table.disconnect(5, true));
    assert_eq!(
        states(&table, &[(3, "c"), (4, "a"), (5, "d")]),
        [State::Absent, State::Offline, State::Offline]
    );
    assert_eq!(table.counts(), (0, 2));
}

#[test]
fn who_comes_back_on_its_connection_has_no_turn_any_more() {
    let broker = broker(json!({}));
    let table = broker.table(1, 10);
    let token = publisher("a");
    table.admit(1, with("a", &token));
    assert!(table.disconnect(1, true));
    table.admit(1, with("a", &token));
    for (connection, id) in [(2, "b"), (3, "c")] {
        table.admit(connection, with(id, &token));
        assert!(table.disconnect(connection, true));
    }
    let clients = [(1, "a"), (2, "b"), (3, "c")];
    let expected = [State::Connected, State::Absent, State::Offline];
    assert_eq!(states(&table, &clients), expected);
}

#[test]
fn without_room_nobody_is_remembered() {
    let broker = broker(json!({}));
    let table = broker.table(0, 10);
    let token = publisher("a");
    table.admit(1, with("c1", &token));
    assert!(table.disconnect(1, true));
    assert_eq!(table.state(1, named("c1")), State::Absent);
    assert_eq!(table.counts(), (0, 0));
    assert!(!table.disconnect(1, true));
}

#[test]
fn a_connection_that_is_unknown_is_not_found() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    for offline in [false, true] {
        assert!(!table.disconnect(1, offline));
    }
    let token = publisher("a");
    table.admit(1, with("c1", &token));
    assert!(table.disconnect(1, true));
    assert!(table.disconnect(1, false));
    assert_eq!(table.state(1, named("c1")), State::Absent);
    assert!(!table.disconnect(1, false));
    assert_eq!(table.counts(), (0, 0));
}

#[test]
fn those_who_are_over_take_room_as_well() {
    let broker = broker(json!({}));
    let table = broker.table(2, 10);
    let (short, token) = (ends_after(5), publisher("a"));
    for (connection, id, password) in [(1, "a", &short), (2, "b", &token), (3, "c", &token)] {
        table.admit(connection, with(id, password));
    }
    assert!(table.disconnect(1, true));
    broker.set_time(NOW + 5);
    assert_eq!(table.all_over().len(), 1);
    assert_eq!(table.state(1, named("a")), State::Over);
    assert!(table.disconnect(2, true));
    assert_eq!(table.state(1, named("a")), State::Over);
    assert!(table.disconnect(3, true));
    assert_eq!(
        states(&table, &[(1, "a"), (2, "b"), (3, "c")]),
        [State::Absent, State::Offline, State::Offline]
    );
}
