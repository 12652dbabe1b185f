//! The library without the feature `endpoint`: it fetches nothing, and says so where it should.

use serde_json::{Value, json};

use crate::harness::{Broker, SECRET, token};

const FETCHES_NOTHING: &str =
    "this library is built without the feature `endpoint`, and fetches nothing";

/// Configurations that name something to fetch beside a secret, each with its error.
fn fetching() -> [(Value, String); 4] {
    let url = "https://id.example/keys";
    let discovered = "; an issuer without a key source is where its keys are discovered";
    [
        ("endpoint", "", json!({ "endpoint": url })),
        (
            "issuers[0].endpoint",
            "",
            json!({ "issuers": [{ "issuer": "a", "endpoint": url }] }),
        ),
        (
            "issuers[0].issuer",
            discovered,
            json!({ "issuers": [{ "issuer": "https://id.example" }] }),
        ),
        (
            "revocations_endpoint.url",
            "",
            json!({ "revocations_endpoint": { "url": url } }),
        ),
    ]
    .map(|(option, more, mut config)| {
        config["secret"] = SECRET.into();
        (config, format!("`{option}`: {FETCHES_NOTHING}{more}"))
    })
}

#[test]
fn what_would_be_fetched_is_an_error_of_its_option() {
    for (config, error) in fetching() {
        assert_eq!(Broker::refused(&config), error);
    }
}

#[test]
fn a_reload_that_would_fetch_is_refused_and_the_keys_before_stay() {
    let broker = Broker::new(&json!({ "secret": SECRET }));
    for (config, error) in fetching() {
        assert_eq!(broker.reload(&config), Err(error));
        broker.present(&token(&json!({}))).allowed();
    }
}

#[test]
fn options_about_an_endpoint_need_one() {
    let config = json!({ "secret": SECRET, "refresh_interval": 60 });
    let expected = "`refresh_interval`: there is no `endpoint`";
    assert_eq!(Broker::refused(&config), expected);
}

#[test]
fn there_is_no_endpoint_to_wait_for_or_to_tell_of() {
    let broker = Broker::new(&json!({ "secret": SECRET }));
    assert!(broker.wait_ready(0));
    let is_told = |line: &str| line.starts_with("jwt_auth_endpoint_");
    assert!(!broker.stats_text().lines().any(is_told));
}
