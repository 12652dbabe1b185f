//! How often a token is remembered, and how many are.

use crate::harness::{Broker, NOW, SECRET, broker, jwk, signed, token, valid_claims};
use jsonwebtoken::Algorithm::{EdDSA, RS256};
use jwt_auth::Reason;
use serde_json::{Value, json};

#[track_caller]
fn cache_is(broker: &Broker, hits: i64, misses: i64, entries: i64) {
    let found = broker.stats();
    let found = ["hits_total", "misses_total", "entries"]
        .map(|name| found.value(&format!("jwt_auth_cache_{name}")));
    assert_eq!(found, [hits, misses, entries]);
}

fn config(options: Value) -> Value {
    let mut config = options;
    config["jwks"] = json!({ "keys": [jwk(EdDSA, "ed25519")] });
    config
}

fn other(n: i64) -> String {
    signed(EdDSA, "ed25519", None, &json!({ "exp": NOW + n }))
}

#[test]
fn a_token_is_missed_once_and_hit_from_then_on() {
    let broker = Broker::new(&config(json!({})));
    cache_is(&broker, 0, 0, 0);
    broker.present(&other(60)).allowed();
    cache_is(&broker, 0, 1, 1);
    broker.present(&other(60)).allowed();
    broker.present(&other(60)).allowed();
    cache_is(&broker, 2, 1, 1);
    broker.present(&other(-60)).denied(Reason::Expired);
    broker.present(&other(-60)).denied(Reason::Expired);
    cache_is(&broker, 3, 2, 2);
    // The keys are others, and the token is the same.
    broker.reloaded(&config(json!({ "secret": SECRET })));
    broker.present(&other(60)).allowed();
    cache_is(&broker, 4, 2, 2);
    // It is looked up before its key is.
    let keyless = signed(RS256, "rsa2048", None, &valid_claims());
    broker.present(&keyless).denied(Reason::NoKey);
    cache_is(&broker, 4, 3, 2);
}

#[test]
fn a_token_of_an_hmac_is_hit_from_the_third_time_on() {
    let broker = broker(json!({}));
    for (hits, misses, entries) in [(0, 1, 0), (0, 2, 1), (1, 2, 1), (2, 2, 1)] {
        broker.present(&token(&valid_claims())).allowed();
        cache_is(&broker, hits, misses, entries);
    }
}

#[test]
fn a_token_that_is_refused_before_it_is_looked_up_counts_as_neither() {
    let broker = Broker::new(&config(json!({ "algorithms": ["EdDSA"] })));
    broker.present("hunter2").denied(Reason::MalformedToken);
    broker
        .present(&token(&valid_claims()))
        .denied(Reason::AlgorithmNotAllowed);
    cache_is(&broker, 0, 0, 0);
    // It was looked up, and nothing is kept of it.
    let forged = signed(EdDSA, "ed25519-other", None, &valid_claims());
    broker.present(&forged).denied(Reason::BadSignature);
    cache_is(&broker, 0, 1, 0);
}

#[test]
fn without_a_cache_nothing_is_counted_of_it() {
    let broker = Broker::new(&config(json!({ "cache_capacity": 0 })));
    broker.present(&other(60)).allowed();
    broker.present(&other(60)).allowed();
    cache_is(&broker, 0, 0, 0);
}
