//! How endpoints fare, by the verifier's clock.

use crate::harness::server::{Reply, Server, until};
use crate::harness::stats::Stats;
use crate::harness::{Broker, NOW, named_jwk};
use jsonwebtoken::Algorithm::ES256;
use serde_json::json;

fn value(stats: &Stats, issuer: &str, name: &str) -> i64 {
    stats.value(&format!(
        "jwt_auth_endpoint_{name}{{issuer=\"{issuer}\",use=\"keys\"}}"
    ))
}

fn fetches(stats: &Stats, issuer: &str) -> [i64; 2] {
    ["success", "failure"].map(|result| {
        stats.value(&format!(
            "jwt_auth_endpoint_fetches_total{{issuer=\"{issuer}\",use=\"keys\",result=\"{result}\"}}"
        ))
    })
}

/// What is told once there were so many fetches, good and bad, and the next one is settled.
fn after(broker: &Broker, issuer: &str, expected: [i64; 2]) -> Stats {
    let is_so = |stats: &Stats| {
        fetches(stats, issuer) == expected
            && value(stats, issuer, "next_refresh_timestamp_seconds") > 0
    };
    until("fetches", || is_so(&broker.stats()));
    broker.stats()
}

fn good() -> Reply {
    Reply::keys(&[named_jwk(ES256, "p256", "a")])
}

#[test]
fn an_endpoint_that_was_fetched_from_tells_when_and_when_it_will_be_again() {
    let server = Server::http(|_| good());
    let broker = Broker::new(&json!({ "endpoint": server.url("/") }));
    let stats = after(&broker, "", [1, 0]);
    assert_eq!(value(&stats, "", "last_success_timestamp_seconds"), NOW);
    let next = value(&stats, "", "next_refresh_timestamp_seconds");
    // A tenth of the interval at most is taken off.
    assert!((NOW + 269..=NOW + 300).contains(&next), "{next}");
    assert_eq!(value(&stats, "", "consecutive_failures"), 0);
    // They are times and not ages.
    broker.set_time(NOW + 100);
    assert_eq!(broker.stats(), stats);
}

#[test]
fn failures_are_counted_until_a_fetch_succeeds() {
    let server = Server::http(|_| Reply::status(500));
    let config = json!({
        "issuers": [{ "issuer": "a", "endpoint": server.url("/"), "refresh_interval": 1 }],
    });
    let broker = Broker::new(&config);
    let stats = after(&broker, "a", [0, 1]);
    assert_eq!(value(&stats, "a", "last_success_timestamp_seconds"), 0);
    assert_eq!(value(&stats, "a", "consecutive_failures"), 1);
    until("failures", || {
        value(&broker.stats(), "a", "consecutive_failures") >= 2
    });
    broker.set_time(NOW + 50);
    server.set(|_| good());
    until("a success", || fetches(&broker.stats(), "a")[0] > 0);
    let stats = broker.stats();
    assert_eq!(
        value(&stats, "a", "last_success_timestamp_seconds"),
        NOW + 50
    );
    assert_eq!(value(&stats, "a", "consecutive_failures"), 0);
    assert!(fetches(&stats, "a")[1] >= 2);
}

#[test]
fn fetches_are_counted_on_where_a_reload_names_another_url() {
    let server = Server::http(|_| good());
    let broker = Broker::new(&json!({ "endpoint": server.url("/") }));
    after(&broker, "", [1, 0]);
    // The same source goes on, and is asked when it would have been.
    broker.reloaded(&json!({ "endpoint": server.url("/") }));
    assert_eq!(fetches(&broker.stats(), ""), [1, 0]);
    let bad = Server::http(|_| Reply::status(404));
    broker.reloaded(&json!({ "endpoint": bad.url("/") }));
    let stats = after(&broker, "", [1, 1]);
    // But for the sums it is another one.
    assert_eq!(value(&stats, "", "last_success_timestamp_seconds"), 0);
    broker.reloaded(&json!({ "secret": crate::harness::SECRET }));
    assert!(
        !broker
            .stats_text()
            .contains("jwt_auth_endpoint_fetches_total{")
    );
}
