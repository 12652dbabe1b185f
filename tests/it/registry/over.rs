//! Clients whose time has come.

use super::{ends_after, named, publisher, with};
use crate::harness::registry::Over;
use crate::harness::session::{PUBLISH, RECEIVE, SUBSCRIBE};
use crate::harness::{Broker, Connect, NOW, SECRET, Scratch, Table, broker, token};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use jwt_auth::{LogLevel, Reason, State};
use serde_json::json;

fn expired(connection: u64, client_id: &str, offline: bool) -> Over {
    Over {
        connection,
        client_id: Some(client_id.into()),
        reason: Reason::Expired,
        offline,
    }
}

#[test]
fn each_is_given_once_at_its_end() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let ends = [7, 3, 5, 3, 9].map(ends_after);
    for ((connection, id), token) in (1..).zip(["a", "b", "c", "d", "e"]).zip(&ends) {
        table.admit(connection, with(id, token));
    }
    assert!(table.disconnect(3, true));
    assert_eq!(table.all_over(), []);
    broker.set_time(NOW + 2);
    assert_eq!(table.all_over(), []);
    broker.set_time(NOW + 3);
    let mut first = table.all_over();
    first.sort_by_key(|over| over.connection);
    assert_eq!(first, [expired(2, "b", false), expired(4, "d", false)]);
    assert_eq!(table.all_over(), []);
    broker.set_time(NOW + 8);
    // In the order of their ends.
    assert_eq!(
        table.all_over(),
        [expired(3, "c", true), expired(1, "a", false)]
    );
    assert_eq!(table.counts(), (1, 0));
}

#[test]
fn many_that_come_again_and_again_are_given_at_their_last_end() {
    let broker = broker(json!({}));
    let table = broker.table(1000, 1000);
    let tokens: Vec<_> = (1..=20).map(ends_after).collect();
    let ids: Vec<_> = (0..500).map(|i| format!("c{i}")).collect();
    assert_eq!(table.all_over(), []);
    // What has been dropped must not take what is good with it.
    for round in 0..5 {
        for ((connection, id), index) in (0..).zip(&ids).zip(0..) {
            table.admit(connection, with(id, &tokens[(index + round) % 20]));
        }
    }
    for second in 1..=20 {
        broker.set_time(NOW + second);
        assert_eq!(table.all_over().len(), 25, "second {second}");
    }
    assert_eq!(table.counts(), (0, 0));
}

#[test]
fn everything_is_denied_to_it() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    // The broker's own rules would decide about these.
    let silent = token(&json!({ "exp": NOW + 5 }));
    let root = token(&json!({ "exp": NOW + 5, "is_superuser": true }));
    for (connection, password) in [(1, &silent), (2, &root)] {
        table.admit(connection, with("c1", password));
        assert_ne!(table.may(connection, named("c1"), PUBLISH, "a"), Deny);
        broker.set_time(NOW + 5);
        assert_eq!(table.all_over().len(), 1);
        for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
            assert_eq!(table.may(connection, named("c1"), ask, "a"), Deny);
        }
        assert_eq!(table.state(connection, named("c1")), State::Over);
        // For the client that it was, and nobody else.
        assert_eq!(table.may(connection, named("c2"), PUBLISH, "a"), NoMatch);
        // When it goes, as the broker disconnects it, that stays so for its will.
        assert!(table.disconnect(connection, true));
        assert_eq!(table.may(connection, named("c1"), PUBLISH, "a"), Deny);
        assert_eq!(table.state(connection, named("c1")), State::Over);
        assert_eq!(table.counts(), (0, 0));
        broker.set_time(NOW);
    }
}

#[test]
fn it_stays_so_until_somebody_comes_or_it_ends() {
    let broker = broker(json!({}));
    let (short, long) = (ends_after(5), publisher("a"));
    let over = |table: &Table<'_>| {
        broker.set_time(NOW);
        table.admit(1, with("c1", &short));
        broker.set_time(NOW + 5);
        assert_eq!(table.all_over().len(), 1);
    };
    // Its own connection.
    let table = broker.default_table();
    over(&table);
    assert!(table.disconnect(1, false));
    assert_eq!(table.state(1, named("c1")), State::Absent);
    over(&table);
    table.admit(1, with("c1", &long));
    assert_eq!(table.may(1, named("c1"), PUBLISH, "a"), Allow);
    assert_eq!(table.counts(), (1, 0));
    // Its identifier, once it is offline.
    over(&table);
    table.admit(2, with("c1", &long));
    assert_eq!(table.state(1, named("c1")), State::Over);
    assert!(table.disconnect(1, true));
    table.admit(3, with("c1", &long));
    assert_eq!(table.state(1, named("c1")), State::Absent);
}

#[test]
fn who_has_another_session_by_then_is_judged_by_that() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let (short, long) = (ends_after(5), publisher("a"));
    for (connection, id) in [(1, "c1"), (2, "c2")] {
        table.admit(connection, with(id, &short));
    }
    table.admit(1, with("c1", &long));
    assert!(table.disconnect(2, false));
    table.admit(2, with("other", &long));
    broker.set_time(NOW + 5);
    assert_eq!(table.all_over(), []);
    assert_eq!(table.counts(), (2, 0));
}

#[test]
fn a_token_that_may_stay_after_its_end_is_not_given() {
    let broker = broker(json!({ "disconnect_after_expire": false }));
    let table = broker.default_table();
    let short = ends_after(5);
    table.admit(1, with("c1", &short));
    broker.set_time(NOW + 100);
    assert_eq!(table.all_over(), []);
    assert_eq!(table.may(1, named("c1"), PUBLISH, "a"), Deny);
}

#[test]
fn a_client_without_an_identifier_is_given_without_one() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let short = ends_after(5);
    for (connection, client_id) in [(1, None), (2, Some(&b""[..]))] {
        table.admit(
            connection,
            Connect {
                client_id,
                ..with("", &short)
            },
        );
    }
    broker.set_time(NOW + 5);
    let mut over = table.all_over();
    over.sort_by_key(|over| over.connection);
    let ids: Vec<_> = over.into_iter().map(|over| over.client_id).collect();
    assert_eq!(ids, [None, Some(vec![])]);
}

/// Seconds until all of so many sessions were given, whose key was withdrawn, by a timer of so many
/// seconds.
fn seconds_until_all_are_given(
    clients: u64,
    recheck_seconds: u32,
    timer: i64,
    rounds_before: i64,
) -> i64 {
    let keys = |kids: &[&str]| {
        let key = |kid| json!({ "kty": "oct", "kid": kid, "k": crate::harness::base64url(SECRET) });
        let other = json!({ "kty": "oct", "kid": "x", "k": crate::harness::base64url([7; 32]) });
        let keys: Vec<_> = kids.iter().map(key).chain([other]).collect();
        json!({ "jwks": { "keys": keys } })
    };
    let broker = Broker::new(&keys(&["k"]));
    let table = broker.table(100, recheck_seconds);
    let token = publisher("a");
    let ids: Vec<_> = (0..clients).map(|i| format!("c{i}")).collect();
    for (connection, id) in (0..).zip(&ids) {
        table.admit(connection, with(id, &token));
    }
    let mut now = NOW;
    for _ in 0..rounds_before {
        now += timer;
        broker.set_time(now);
        assert_eq!(table.all_over(), []);
    }
    broker.reloaded(&keys(&[]));
    let (withdrawn, mut given) = (now, 0);
    while given < ids.len() {
        assert!(now - withdrawn <= 100, "{given} of {clients}");
        now += timer;
        broker.set_time(now);
        let over = table.all_over();
        assert!(over.iter().all(|over| over.reason == Reason::NoKey));
        given += over.len();
    }
    now - withdrawn
}

#[test]
fn a_key_that_is_gone_is_found_out_in_time() {
    for clients in [1, 2, 99] {
        for recheck_seconds in [1_u32, 2, 3, 10] {
            for timer in 1..=i64::from(recheck_seconds.div_ceil(2)) {
                for rounds_before in [0, 1, 4] {
                    let took =
                        seconds_until_all_are_given(clients, recheck_seconds, timer, rounds_before);
                    assert!(
                        took <= i64::from(recheck_seconds),
                        "{clients} clients, recheck {recheck_seconds}, timer {timer}: {took} s"
                    );
                }
            }
        }
    }
    // As seldom as it may be called, and after a long pause.
    assert_eq!(seconds_until_all_are_given(50, 10, 10, 3), 10);
    assert_eq!(seconds_until_all_are_given(50, 10, 60, 3), 60);
}

#[test]
fn rechecks_are_spread_over_the_time() {
    let broker = broker(json!({}));
    let table = broker.table(100, 10);
    let token = publisher("a");
    let ids: Vec<_> = (0..100).map(|i| format!("c{i}")).collect();
    for (connection, id) in (0..).zip(&ids) {
        table.admit(connection, with(id, &token));
    }
    let rechecked = || -> i64 {
        let stats = broker.stats();
        let samples = stats.of("jwt_auth_sessions_rechecked_total");
        samples.iter().map(|(_, count)| count).sum()
    };
    assert_eq!(table.all_over(), []);
    // Half of the time for each lap.
    for lap in 0..4 {
        let start = rechecked();
        for second in 1..=5 {
            let before = rechecked();
            broker.set_time(NOW + lap * 5 + second);
            for _ in 0..3 {
                assert_eq!(table.all_over(), []);
            }
            let now = rechecked() - before;
            assert!((1..50).contains(&now), "{now} of 100");
        }
        assert_eq!(rechecked() - start, 100);
    }
}

#[test]
fn a_revoked_client_is_given_online_and_offline() {
    let file = Scratch::new("revocations.json", "{}");
    let config = json!({ "secret": SECRET, "revocations_file": file.0 });
    let broker = Broker::new(&config);
    let table = broker.table(10, 1);
    let bad = token(&json!({ "jti": "bad", "acl": { "pub": ["a"] } }));
    let good = token(&json!({ "jti": "good", "acl": { "pub": ["a"] } }));
    for (connection, id, password) in [(1, "a", &bad), (2, "b", &bad), (3, "c", &good)] {
        table.admit(connection, with(id, password));
    }
    assert!(table.disconnect(2, true));
    std::fs::write(&file.0, json!({ "jti": ["bad"] }).to_string()).unwrap();
    broker.reloaded(&config);
    // Denied at once, and given soon.
    assert_eq!(table.may(1, named("a"), PUBLISH, "a"), Deny);
    assert_eq!(table.may(3, named("c"), PUBLISH, "a"), Allow);
    broker.set_time(NOW + 1);
    let mut over = table.all_over();
    over.sort_by_key(|over| over.connection);
    let found: Vec<_> = over
        .iter()
        .map(|over| (over.connection, over.reason, over.offline))
        .collect();
    assert_eq!(
        found,
        [(1, Reason::Revoked, false), (2, Reason::Revoked, true)]
    );
    assert_eq!(table.counts(), (1, 0));
}

#[test]
fn a_clock_that_is_set_back_delays_no_recheck_for_ever() {
    let (first, second) = (
        json!({ "secret": SECRET }),
        json!({ "secret": "a secret that is not the other one" }),
    );
    let broker = Broker::new(&first);
    let table = broker.table(10, 2);
    let token = token(&json!({ "acl": { "pub": ["a"] } }));
    broker.set_time(NOW + 1_000_000);
    table.admit(1, with("c1", &token));
    assert_eq!(table.all_over(), []);
    broker.set_time(NOW);
    assert_eq!(table.all_over(), []);
    broker.reloaded(&second);
    let mut given = 0;
    for passed in 1..=2 {
        broker.set_time(NOW + passed);
        given += table.all_over().len();
    }
    assert_eq!(given, 1);
}

#[test]
fn the_log_names_it_by_its_token() {
    let broker = broker(json!({}));
    let table = broker.default_table();
    let tokens = [3, 4].map(ends_after);
    for ((connection, id), token) in [(1, "here"), (2, "away")].into_iter().zip(&tokens) {
        table.admit(connection, with(id, token));
    }
    assert!(table.disconnect(2, true));
    let [here, away] = tokens.map(|token| broker.admit_with(&token).fingerprint());
    broker.set_time(NOW + 5);
    assert_eq!(table.all_over().len(), 2);
    let expected = [
        format!("disconnected: expired: token {here}"),
        format!("ended while offline: expired: token {away}"),
    ];
    let told: Vec<_> = (broker.log().into_iter())
        .filter(|(_, line)| line.contains("expired"))
        .collect();
    assert_eq!(told, expected.map(|line| (LogLevel::Info as i32, line)));
}
