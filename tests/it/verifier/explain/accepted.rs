//! A token that is accepted, and whether it is cached.

use super::{detail, presenting, says};
use crate::harness::{Broker, NOW, named_jwk, signed, valid_claims};
use jsonwebtoken::Algorithm;
use serde_json::json;

#[test]
fn a_token_that_is_accepted_passes_every_check() {
    let key = named_jwk(Algorithm::EdDSA, "ed25519", "k1");
    let broker = Broker::new(&json!({ "jwks": { "keys": [key] }, "leeway": 5 }));
    let token = signed(Algorithm::EdDSA, "ed25519", Some("k1"), &valid_claims());
    let all = "++++++++++++++++++";
    let explained = says(&broker, &token, all, ("signature", "`jwks` key `k1`"));
    let exp = "exp 2023-11-14T22:14:20Z is in 60 seconds, leeway 5";
    assert_eq!(detail(&explained, "exp"), exp);
    let mut rest = explained;
    rest.as_object_mut().unwrap().remove("steps");
    let name = rest["token"].as_str().unwrap().to_owned();
    let expected = json!({
        "decision": "allow",
        "reason": "accepted",
        "token": name,
        "alg": "EdDSA",
        "kid": "k1",
        "issuer": null,
        "expires_at": NOW + 65,
        "cached": false,
    });
    assert_eq!(rest, expected);
    broker.present(&token).allowed();
    let (_, line) = broker.log().pop().unwrap();
    assert!(line.ends_with(&format!("token {name}")), "{line}");
}

#[test]
fn only_what_was_checked_is_cached_and_explaining_caches_nothing() {
    let key = named_jwk(Algorithm::EdDSA, "ed25519", "k1");
    let broker = Broker::new(&json!({ "jwks": { "keys": [key] } }));
    let token = signed(Algorithm::EdDSA, "ed25519", Some("k1"), &valid_claims());
    for _ in 0..3 {
        assert_eq!(broker.explain(presenting(&token))["cached"], false);
    }
    broker.present(&token).allowed();
    assert_eq!(broker.explain(presenting(&token))["cached"], true);
    // It is not the same token.
    let other = signed(
        Algorithm::EdDSA,
        "ed25519",
        Some("k1"),
        &json!({ "exp": NOW + 61 }),
    );
    assert_eq!(broker.explain(presenting(&other))["cached"], false);
    // The key that verified it is gone.
    let other = named_jwk(Algorithm::EdDSA, "ed25519-other", "k1");
    broker.reloaded(&json!({ "jwks": { "keys": [other] } }));
    let explained = broker.explain(presenting(&token));
    assert_eq!(explained["cached"], false);
    assert_eq!(explained["reason"], "bad_signature");
    // An HMAC is remembered when it comes for the second time.
    let broker = crate::harness::broker(json!({}));
    let token = crate::harness::token(&valid_claims());
    for cached in [false, false, true] {
        assert_eq!(broker.explain(presenting(&token))["cached"], cached);
        broker.present(&token).allowed();
    }
}
