//! The names of an accepted client and of its token.

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::harness::{Broker, Connect, broker, named_jwk, signed, token, with_payload};

#[test]
fn the_user_name_is_given_where_a_claim_says_it() {
    let named = broker(json!({ "username_claim": "name" }));
    for (payload, expected) in [
        (r#"{"name":"alice"}"#, "alice"),
        (r#"{"name":"\u0061\u0000\n"}"#, "a\0\n"),
        (r#"{"name":"+/#é"}"#, "+/#\u{e9}"),
    ] {
        let token = with_payload(payload);
        // The second time it is remembered.
        for _ in 0..3 {
            let session = named.admit_with(&token);
            assert_eq!(session.username().as_deref(), Some(expected));
        }
    }
    let token = token(&json!({ "name": "alice", "sub": "alice" }));
    assert_eq!(broker(json!({})).admit_with(&token).username(), None);
}

#[test]
fn a_session_keeps_its_user_name_whatever_is_configured_later() {
    let config = |claim: &str| json!({ "secret": crate::harness::SECRET, "username_claim": claim });
    let broker = Broker::new(&config("name"));
    let token = token(&json!({ "name": "n", "login": "l" }));
    let session = broker.admit_with(&token);
    broker.reload(&config("login")).unwrap();
    assert_eq!(session.username().as_deref(), Some("n"));
    assert_eq!(broker.admit_with(&token).username().as_deref(), Some("l"));
}

#[test]
fn the_fingerprint_is_that_of_the_log() {
    let expected = |token: &str| {
        let digest = Sha256::digest(token);
        let digits = digest[..4].iter().map(|byte| format!("{byte:02x}"));
        digits.collect::<String>()
    };
    let ec =
        json!({ "jwks": { "keys": [named_jwk(jsonwebtoken::Algorithm::ES256, "p256", "k")] } });
    let ec_token = |name: &str| {
        signed(
            jsonwebtoken::Algorithm::ES256,
            "p256",
            Some("k"),
            &json!({ "sub": name }),
        )
    };
    for capacity in [0, 16] {
        let mut ec = ec.clone();
        ec["cache_capacity"] = capacity.into();
        for (broker, token, from) in [
            (
                broker(json!({ "cache_capacity": capacity })),
                token(&json!({ "sub": "a" })),
                "password",
            ),
            (Broker::new(&ec), ec_token("b"), "password"),
            (
                broker(json!({ "cache_capacity": capacity, "from": "username" })),
                token(&json!({ "sub": "c" })),
                "username",
            ),
        ] {
            let mut client = Connect {
                password: Some(token.as_bytes()),
                ..Connect::default()
            };
            if from == "username" {
                client.username = client.password.take();
            }
            for _ in 0..3 {
                assert_eq!(broker.admit(client).fingerprint(), expected(&token));
                let (_, line) = broker.log().pop().unwrap();
                assert!(
                    line.ends_with(&format!(", token {}", expected(&token))),
                    "{line}"
                );
            }
        }
    }
    // One that is remembered from a check without a session, and by a library that logs nothing.
    let silent = Broker::without_hooks(&ec);
    let token = ec_token("d");
    let client = Connect {
        password: Some(token.as_bytes()),
        ..Connect::default()
    };
    silent.decide(client);
    assert_eq!(silent.admit(client).fingerprint(), expected(&token));
}
