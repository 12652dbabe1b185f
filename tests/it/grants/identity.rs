//! The names of an accepted client and of its token.

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::harness::{Broker, Connect, SECRET, broker, named_jwk, signed, token, with_payload};

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
    // A library that logs nothing hashes a token when it is asked. The first check makes no
    // session, and a token may be remembered from it.
    let rsa_key = named_jwk(jsonwebtoken::Algorithm::RS256, "rsa2048", "r");
    let rsa_token = signed(
        jsonwebtoken::Algorithm::RS256,
        "rsa2048",
        Some("r"),
        &json!({ "sub": "e" }),
    );
    let rsa = json!({ "jwks": { "keys": [rsa_key] } });
    let hmac = json!({ "secret": SECRET });
    for (config, token) in [
        (&ec, ec_token("d")),
        (&rsa, rsa_token),
        (&hmac, token(&json!({ "sub": "f" }))),
    ] {
        for capacity in [0, 16] {
            let mut config = config.clone();
            config["cache_capacity"] = capacity.into();
            let silent = Broker::without_hooks(&config);
            let client = Connect {
                password: Some(token.as_bytes()),
                ..Connect::default()
            };
            silent.decide(client);
            for _ in 0..3 {
                assert_eq!(silent.admit(client).fingerprint(), expected(&token));
            }
        }
    }
}
