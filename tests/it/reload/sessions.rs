//! Clients that are connected while their verifier takes up another configuration.

use crate::harness::session::{PUBLISH, SUBSCRIBE};
use crate::harness::{
    Broker, NOW, SECRET, base64url, broker, json_file, jwk, signed, token, valid_claims,
    vector_text,
};
use jsonwebtoken::Algorithm::{ES256, EdDSA};
use jwt_auth::{Permission, Reason};
use serde_json::json;

use super::{OTHER, other_token, set};

#[test]
fn a_session_whose_key_is_gone_is_no_longer_good_until_the_key_comes_back() {
    let broker = broker(json!({}));
    let session = broker.admit_with(&token(&json!({ "acl": { "pub": ["a"] } })));
    for options in [json!({}), json!({ "on_unknown_key": "ignore" })] {
        let mut config = options;
        config["secret"] = OTHER.into();
        broker.reloaded(&config);
        let session_of_new = broker.admit_with(&other_token());
        session.recheck().denied(Reason::NoKey);
        session_of_new.recheck().allowed();
        // What it was granted stays, until the broker has asked.
        assert_eq!(session.may(PUBLISH, "a"), Permission::Allow);
        assert_eq!(session.may(PUBLISH, "b"), Permission::Deny);
        assert_eq!(session.may(SUBSCRIBE, "a"), Permission::Deny);
        broker.reloaded(&json!({ "secret": SECRET }));
        session.recheck().allowed();
        session_of_new.recheck().denied(Reason::NoKey);
    }
}

#[test]
fn a_key_is_the_same_under_another_kid_and_from_another_source() {
    let first = json!({ "jwks": set("old", EdDSA, "ed25519") });
    let broker = Broker::new(&first);
    let session = broker.admit_with(&signed(EdDSA, "ed25519", Some("old"), &valid_claims()));
    let file = json_file("same.json", &set("new", EdDSA, "ed25519"));
    for config in [
        json!({ "jwks": set("new", EdDSA, "ed25519") }),
        json!({ "jwks": { "keys": [jwk(EdDSA, "ed25519")] } }),
        json!({ "jwks_file": file.0 }),
        json!({ "public_key": vector_text("keys/ed25519.pub.pem") }),
        json!({ "public_key": vector_text("keys/ed25519.crt.pem"), "secret": SECRET }),
    ] {
        broker.reloaded(&config);
        session.recheck().allowed();
    }
    // Another key under the same name is another key.
    broker.reloaded(&json!({ "jwks": set("old", EdDSA, "ed25519-other") }));
    session.recheck().denied(Reason::NoKey);
    broker.reloaded(&first);
    session.recheck().allowed();
}

#[test]
fn a_secret_is_the_same_in_a_key_set() {
    let broker = broker(json!({}));
    let session = broker.admit_with(&token(&valid_claims()));
    let oct = json!({ "kty": "oct", "kid": "s", "k": base64url(SECRET) });
    broker.reloaded(&json!({ "jwks": { "keys": [oct] } }));
    session.recheck().allowed();
}

#[test]
fn a_session_keeps_what_its_token_was_granted() {
    let broker = broker(json!({}));
    let claims = json!({ "exp": NOW + 60, "acl": { "pub": ["a"] }, "is_superuser": false });
    let session = broker.admit_with(&token(&claims));
    broker.reloaded(&json!({
        "secret": SECRET,
        "acl_claim_name": "none",
        "verify_claims": { "sub": "x" },
        "disconnect_after_expire": false,
        "leeway": 100,
    }));
    assert_eq!(session.may(PUBLISH, "a"), Permission::Allow);
    assert_eq!(session.may(PUBLISH, "b"), Permission::Deny);
    assert_eq!(session.recheck().allowed().result.expires_at, NOW + 60);
    broker.set_time(NOW + 60);
    session.recheck().denied(Reason::Expired);
    assert_eq!(session.may(PUBLISH, "a"), Permission::Deny);
}

#[test]
fn another_signature_format_applies_to_keys_that_were_there_before() {
    let config = |format: Option<&str>| {
        let mut config = json!({ "jwks": set("a", ES256, "p256") });
        if let Some(format) = format {
            config["signature_format"] = format.into();
        }
        config
    };
    let broker = Broker::new(&config(None));
    let token = signed(ES256, "p256", Some("a"), &valid_claims());
    let session = broker.admit_with(&token);
    for (format, is_good) in [
        (Some("der"), false),
        (Some("raw"), true),
        (Some("der"), false),
        (Some("auto"), true),
        (None, true),
    ] {
        broker.reloaded(&config(format));
        let answer = broker.present(&token);
        if is_good {
            answer.allowed();
        } else {
            answer.denied(Reason::SignatureFormat);
        }
        session.recheck().allowed();
    }
}
