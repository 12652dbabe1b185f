//! A token that was seen before another configuration was taken up.

use crate::harness::{Broker, Connect, NOW, Scratch, jwk, named_jwk, signed};
use jsonwebtoken::Algorithm::{ES256, EdDSA};
use jwt_auth::Reason;
use serde_json::json;

use super::{named, token};

#[test]
fn a_reload_that_names_other_claims_looks_for_those() {
    let config = |options| named("k", options);
    let broker = Broker::new(&config(json!({})));
    let token = token(&json!({
        "sub": "c1",
        "client_attrs": {},
        "acl": { "pub": ["a"] },
        "may": { "pub": "a" },
    }));
    let decide = || {
        let result = broker.decide(Connect {
            password: Some(token.as_bytes()),
            ..Connect::default()
        });
        result.reason
    };
    for (options, expected) in [
        (json!({}), Reason::Accepted),
        (json!({ "acl_claim_name": "may" }), Reason::BadAcl),
        (json!({ "acl_claim_name": "none" }), Reason::Accepted),
        (
            json!({ "acl_claim_name": "client_attrs" }),
            Reason::Accepted,
        ),
        (json!({ "acl_claim_name": "sub" }), Reason::BadAcl),
        (
            json!({ "verify_claims": { "x": "y" } }),
            Reason::MissingClaim,
        ),
        (
            json!({ "verify_claims": { "sub": "c2" } }),
            Reason::ClaimMismatch,
        ),
        (
            json!({ "verify_claims": { "may.pub": "a" } }),
            Reason::Accepted,
        ),
        (
            json!({ "verify_claims": { "may": "a" } }),
            Reason::ClaimMismatch,
        ),
    ] {
        broker.reload(&config(options)).unwrap();
        for _ in 0..3 {
            assert_eq!(decide(), expected as i32);
        }
    }
}

#[test]
fn a_token_of_a_key_that_is_gone_is_good_no_longer_and_again_when_the_key_is_back() {
    let with_key = named("k", json!({}));
    let broker = Broker::new(&with_key);
    let token = token(&json!({}));
    broker.present(&token).allowed();
    let other = json!({ "jwks": { "keys": [jwk(ES256, "p256")] } });
    broker.reload(&other).unwrap();
    broker.present(&token).denied(Reason::NoKey);
    broker.reload(&with_key).unwrap();
    broker.present(&token).allowed();
}

#[test]
fn a_token_whose_kid_names_another_key_now_is_verified_again() {
    let broker = Broker::new(&named("old", json!({})));
    let token = signed(EdDSA, "ed25519", Some("old"), &json!({}));
    broker.present(&token).allowed();
    // `old` is another key now, and the key that signed the token has another name.
    let other = named_jwk(EdDSA, "ed25519-other", "old");
    let mut config = named("new", json!({}));
    config["jwks"]["keys"].as_array_mut().unwrap().push(other);
    broker.reload(&config).unwrap();
    broker.present(&token).denied(Reason::BadSignature);
}

#[test]
fn a_revocation_by_kid_finds_a_key_that_was_renamed() {
    let times = json!({ "not_before": { "kid": { "new": NOW } } }).to_string();
    let list = Scratch::new("revocations.json", times);
    let options = || json!({ "revocations_file": list.0 });
    let broker = Broker::new(&named("old", options()));
    let token = token(&json!({ "iat": NOW - 1 }));
    broker.present(&token).allowed();
    broker.reload(&named("new", options())).unwrap();
    broker.present(&token).denied(Reason::Revoked);
}

#[test]
fn a_signature_format_that_changes_holds_for_it_at_once() {
    let config = |format: &str| json!({ "jwks": { "keys": [jwk(ES256, "p256")] }, "signature_format": format });
    let broker = Broker::new(&config("raw"));
    let token = signed(ES256, "p256", None, &json!({}));
    broker.present(&token).allowed();
    broker.reload(&config("der")).unwrap();
    broker.present(&token).denied(Reason::SignatureFormat);
    broker.reload(&config("auto")).unwrap();
    broker.present(&token).allowed();
}

#[test]
fn the_usual_format_of_a_key_that_comes_from_elsewhere_holds_for_it() {
    let point = jwk(ES256, "p256");
    let pem = crate::harness::vector_text("keys/p256.pub.pem");
    let broker = Broker::new(&json!({ "jwks": { "keys": [point] } }));
    let token = signed(ES256, "p256", None, &json!({}));
    broker.present(&token).allowed();
    broker.reload(&json!({ "public_key": pem })).unwrap();
    broker.present(&token).denied(Reason::SignatureFormat);
}

#[test]
fn a_revocation_by_kid_finds_the_first_of_two_names_of_a_key() {
    let times = json!({ "not_before": { "kid": { "two": NOW } } }).to_string();
    let list = Scratch::new("revocations.json", times);
    let config = |first: &str, second: &str| {
        let key = |kid: &str| named_jwk(EdDSA, "ed25519", kid);
        json!({ "jwks": { "keys": [key(first), key(second)] }, "revocations_file": list.0 })
    };
    let broker = Broker::new(&config("one", "two"));
    let token = token(&json!({ "iat": NOW - 1 }));
    broker.present(&token).allowed();
    broker.reload(&config("two", "one")).unwrap();
    broker.present(&token).denied(Reason::Revoked);
}
