//! Secrets, and what is told of them and of tokens.

use crate::harness::{Broker, HS256_HEADER, Scratch, base64url, hs256, jwk, signed, vector_path};
use jsonwebtoken::Algorithm::{ES256, EdDSA};
use jwt_auth::Reason::{
    Accepted, AlgorithmNotAllowed, BadSignature, ClaimMismatch, Expired, IssuedInFuture,
    MalformedClaims, MalformedToken, MissingClaim, NoKey, NotYetValid, SignatureFormat,
    TokenTooLarge, UnknownKeyId, UnsupportedAlgorithm, UnsupportedCriticalHeader,
};
use serde_json::json;

use super::{SECRET, bad_config, good};

// 11. The token is part of the reason.

#[test]
fn no_log_line_holds_a_token_a_part_of_one_or_a_secret() {
    let mut ed25519 = jwk(EdDSA, "ed25519");
    ed25519["kid"] = json!("ed");
    let broker = Broker::new(&json!({
        "secret": SECRET,
        "public_key": vector_path("keys/p256.pub.pem"),
        "jwks": {"keys": [
            ed25519,
            {"kty": "oct", "kid": "other", "k": base64url("hunter2 in a key set")},
            {"kty": "oct", "kid": "broken", "k": "hunter2!"},
            {"kty": "hunter2"},
            "hunter2",
        ]},
        "algorithms": ["HS256", "ES256", "EdDSA"],
        "verify_claims": {"who": "hunter2"},
        "require_exp": true, "check_iat": true, "max_token_size": 1000,
    }));
    let claims = json!({"who": "hunter2", "exp": 4_102_444_800_i64});
    let and = |more: &str| format!(r#"{{"who":"hunter2","exp":4102444800{more}}}"#);
    let header = |header: &str| hs256(SECRET, header, and(""));
    let presented = [
        (good(&and("")), Accepted),
        (good(&and("")) + &"x".repeat(1000), TokenTooLarge),
        ("hunter2".to_owned(), MalformedToken),
        (good(&and("")) + "!", MalformedToken),
        (header("hunter2"), MalformedToken),
        (
            header(r#"{"alg":"ES256K","jku":"hunter2"}"#),
            UnsupportedAlgorithm,
        ),
        (header(r#"{"alg":"HS512"}"#), AlgorithmNotAllowed),
        (
            header(r#"{"alg":"HS256","crit":["hunter2"]}"#),
            UnsupportedCriticalHeader,
        ),
        (signed(ES256, "p256", Some("other"), &claims), NoKey),
        (
            signed(EdDSA, "ed25519", Some("nobody's"), &claims),
            UnknownKeyId,
        ),
        (hs256("hunter3", HS256_HEADER, and("")), BadSignature),
        (signed(ES256, "p256", None, &claims), SignatureFormat),
        (good(r#"{"who":"hunter2","#), MalformedClaims),
        (
            good(r#"{"who":"hunter2","exp":"hunter2"}"#),
            MalformedClaims,
        ),
        (good(r#"{"who":"hunter2","exp":1}"#), Expired),
        (good(&and(r#","nbf":4102444800"#)), NotYetValid),
        (good(&and(r#","iat":4102444800"#)), IssuedInFuture),
        (
            good(r#"{"nickname":"hunter2","exp":4102444800}"#),
            MissingClaim,
        ),
        (
            good(r#"{"who":"not hunter2","exp":4102444800}"#),
            ClaimMismatch,
        ),
    ];
    let mut unspeakable = vec!["hunter2".to_owned(), base64url("hunter2 in a key set")];
    for (token, reason) in &presented {
        let before = broker.log().len();
        let answer = broker.present(token);
        match reason {
            Accepted => answer.allowed(),
            reason => answer.denied(*reason),
        };
        assert!(broker.log().len() > before, "{reason:?} is not logged");
        unspeakable.extend(token.split('.').map(str::to_owned));
    }
    for (_, line) in broker.log() {
        for part in &unspeakable {
            assert!(!line.contains(part), "{part}: {line}");
        }
    }
}

#[test]
fn no_configuration_error_holds_a_secret() {
    for rest in [
        r#","secret":"hunter2""#,
        r#","secret_file":"hunter2""#,
        r#","secret_base64_encoded":true"#,
        r#","public_key":"-----BEGIN hunter2""#,
        r#","jwks":{"keys":[{"kty":"oct","k":"hunter2!"}]}"#,
        r#","leeway":-1"#,
        ",",
        "hunter2",
    ] {
        let config = format!(r#"{{"secret":"{SECRET}"{rest}}}"#);
        let error = Broker::from_text(config.as_bytes()).err().unwrap();
        assert!(!error.contains("hunter2"), "{error}");
    }
}

// 12. An empty secret is accepted, and a weak one in silence.

#[test]
fn an_empty_secret_is_refused_wherever_it_is_written() {
    let file = Scratch::new("empty.secret", "");
    for (config, option) in [
        (json!({"secret": ""}), "secret"),
        (
            json!({"secret": "", "secret_base64_encoded": true}),
            "secret",
        ),
        (json!({"secret_file": file.0}), "secret_file"),
        (json!({"jwks": {"keys": [{"kty": "oct", "k": ""}]}}), "jwks"),
    ] {
        bad_config(&config, option);
    }
}

#[test]
fn a_weak_secret_is_accepted_with_a_warning_that_does_not_hold_it() {
    let known = ["well-known"];
    for (config, secret, warnings) in [
        (json!({"secret": "hunter2"}), "hunter2", &["7 bytes"][..]),
        (json!({"secret": &SECRET[1..]}), &SECRET[1..], &["31 bytes"]),
        (json!({"secret": "emqxsecret"}), "emqxsecret", &known),
        (
            json!({"secret": "ZW1xeHNlY3JldA==", "secret_base64_encoded": true}),
            "emqxsecret",
            &known,
        ),
        (
            json!({"jwks": {"keys": [{"kty": "oct", "k": "aHVudGVyMg"}]}}),
            "hunter2",
            &["7 bytes"],
        ),
        (json!({"secret": SECRET}), SECRET, &[]),
    ] {
        let broker = Broker::new(&config);
        let found = broker.warnings();
        assert_eq!(found.len(), warnings.len(), "{found:?}");
        for (line, expected) in found.iter().zip(warnings) {
            assert!(line.contains(expected), "{line}");
        }
        for (_, line) in broker.log() {
            assert!(!line.contains(secret), "{line}");
            assert!(
                !line.contains("ZW1xeHNlY3JldA") && !line.contains("aHVudGVyMg"),
                "{line}"
            );
        }
        broker.present(&hs256(secret, HS256_HEADER, "{}")).allowed();
    }
}
