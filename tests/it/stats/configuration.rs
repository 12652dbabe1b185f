//! Which configuration is in force, since when, and what it revokes.

use crate::harness::{Broker, NOW, SECRET, Scratch, broker};
use serde_json::json;

#[track_caller]
fn is(broker: &Broker, generation: i64, last: i64, failures: i64) {
    let found = broker.stats();
    let found = [
        "jwt_auth_config_generation",
        "jwt_auth_config_last_reload_timestamp_seconds",
        "jwt_auth_config_reload_failures_total",
    ]
    .map(|name| found.value(name));
    assert_eq!(found, [generation, last, failures]);
}

#[test]
fn a_reload_is_a_generation_and_one_that_is_not_accepted_a_failure() {
    let broker = broker(json!({}));
    is(&broker, 1, NOW, 0);
    broker.set_time(NOW + 7);
    is(&broker, 1, NOW, 0);
    broker.reloaded(&json!({ "secret": SECRET }));
    is(&broker, 2, NOW + 7, 0);
    broker.set_time(NOW + 9);
    assert!(broker.reload(&json!({})).is_err());
    is(&broker, 2, NOW + 7, 1);
    assert!(broker.reload_text(b"\xff").is_err());
    is(&broker, 2, NOW + 7, 2);
    broker.reloaded(&json!({ "secret": SECRET }));
    is(&broker, 3, NOW + 9, 2);
    // A clock that has failed tells no time.
    broker.set_time(-1);
    broker.reloaded(&json!({ "secret": SECRET }));
    is(&broker, 4, 0, 2);
}

#[test]
fn revocations_are_told_by_their_kind_those_of_all_issuers_together() {
    let file = Scratch::new(
        "revocations.json",
        json!({
            "jti": ["a", "b", "c"],
            "not_before": { "sub": { "x": 1 }, "kid": { "k": 1, "l": 2 }, "*": 7 },
            "issuers": { "i": { "jti": ["a"], "not_before": { "sub": { "x": 1, "y": 2 }, "*": 1 } } },
        })
        .to_string(),
    );
    let broker = Broker::new(&json!({ "secret": SECRET, "revocations_file": file.0 }));
    let expected = [
        (r#"source="file",kind="*""#, 2),
        (r#"source="file",kind="jti""#, 4),
        (r#"source="file",kind="kid""#, 2),
        (r#"source="file",kind="sub""#, 3),
    ];
    assert_eq!(broker.stats().of("jwt_auth_revocations"), expected);
    broker.reloaded(&json!({ "secret": SECRET }));
    assert!(!broker.stats_text().contains("jwt_auth_revocations{"));
}
