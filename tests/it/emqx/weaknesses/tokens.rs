//! Which tokens are refused, and which are left to others.

use crate::harness::{
    Broker, Connect, HS256_HEADER, base64url, hs256, jwk, sign, signed, vector_path, vectors,
};
use jsonwebtoken::Algorithm::{ES256, EdDSA, RS256};
use jwt_auth::Decision::Deny;
use jwt_auth::Reason::{
    AlgorithmNotAllowed, BadSignature, ClaimMismatch, Expired, IssuedInFuture, MalformedClaims,
    MalformedToken, MissingClaim, MissingToken, NoKey, NotYetValid, TokenTooLarge,
    UnsupportedAlgorithm, UnsupportedCriticalHeader,
};
use serde_json::json;

use super::{SECRET, bad_config, good, headed};

// 1. Invalid tokens are left to the next authenticator, or to anonymous access.

#[test]
fn by_default_only_a_missing_token_is_left_to_the_next_authenticator() {
    let broker = Broker::new(&json!({"secret": SECRET}));
    broker.connect(Connect::default()).ignored(MissingToken);
    broker.present("a plain password").denied(MalformedToken);
    broker.present(&headed(r#"{"alg":"RS256"}"#)).denied(NoKey);
    broker
        .present(&hs256("guess", HS256_HEADER, "{}"))
        .denied(BadSignature);
}

#[test]
fn no_option_leaves_a_token_that_the_key_could_have_signed_to_the_next_authenticator() {
    let broker = Broker::new(&json!({
        "secret": SECRET, "verify_claims": {"a": "1"}, "check_iat": true,
        "on_missing": "ignore", "on_malformed": "ignore", "on_unknown_key": "ignore",
    }));
    broker.present("a plain password").ignored(MalformedToken);
    broker.present(&headed(r#"{"alg":"RS256"}"#)).ignored(NoKey);
    for (token, reason) in [
        ("x".repeat(16_385), TokenTooLarge),
        (headed(r#"{"alg":"none"}"#), UnsupportedAlgorithm),
        (
            headed(r#"{"alg":"HS256","crit":["exp"]}"#),
            UnsupportedCriticalHeader,
        ),
        (hs256("guess", HS256_HEADER, "{}"), BadSignature),
        (good("[]"), MalformedClaims),
        (good(r#"{"exp":1}"#), Expired),
        (good(r#"{"nbf":4102444800}"#), NotYetValid),
        (good(r#"{"iat":4102444800}"#), IssuedInFuture),
        (good("{}"), MissingClaim),
        (good(r#"{"a":"2"}"#), ClaimMismatch),
    ] {
        broker.present(&token).denied(reason);
    }
    broker.present(&good(r#"{"a":"1"}"#)).allowed();
}

// 10. One key, no choice of algorithms, crit ignored, duplicates and lenient base64 accepted.

#[test]
fn one_verifier_holds_keys_of_every_kind() {
    let mut ed25519 = jwk(EdDSA, "ed25519");
    ed25519["kid"] = json!("ed");
    let broker = Broker::new(&json!({
        "secret": SECRET,
        "public_key": vector_path("keys/two.pub.pem"),
        "jwks": {"keys": [ed25519]},
        "signature_format": "raw",
    }));
    broker.present(&good("{}")).allowed();
    broker
        .present(&signed(RS256, "rsa2048", None, &json!({})))
        .allowed();
    broker
        .present(&signed(ES256, "p256", None, &json!({})))
        .allowed();
    broker
        .present(&signed(EdDSA, "ed25519", Some("ed"), &json!({})))
        .allowed();
}

#[test]
fn only_the_configured_algorithms_are_allowed_and_each_needs_a_key() {
    let tokens = vectors("tokens.json");
    let secret = &tokens[0]["secret"];
    let broker = Broker::new(&json!({"secret": secret, "algorithms": ["HS384", "HS512"]}));
    for token in &tokens {
        let answer = broker.present(token["token"].as_str().unwrap());
        match token["alg"].as_str() {
            Some("HS384" | "HS512") => answer.allowed(),
            _ => answer.denied(AlgorithmNotAllowed),
        };
    }
    for algorithms in [json!(["HS256", "RS256"]), json!([])] {
        bad_config(
            &json!({"secret": secret, "algorithms": algorithms}),
            "algorithms",
        );
    }
}

#[test]
fn what_crit_names_is_never_understood() {
    let broker = Broker::new(&json!({"secret": SECRET}));
    for member in [
        r#""crit":["exp"]"#,
        r#""crit":["b64"],"b64":true"#,
        r#""crit":[]"#,
        r#""crit":null"#,
        r#""b64":false"#,
    ] {
        let token = headed(&format!(r#"{{"alg":"HS256",{member}}}"#));
        broker
            .present(&token)
            .is_so(member, Deny, UnsupportedCriticalHeader);
    }
}

#[test]
fn a_member_given_twice_is_refused_wherever_it_stands() {
    let broker = Broker::new(&json!({"secret": SECRET}));
    for header in [
        r#"{"alg":"none","alg":"HS256"}"#,
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"HS256","\u0061lg":"none"}"#,
        r#"{"alg":"HS256","jwk":{"k":"a","k":"b"}}"#,
    ] {
        broker
            .present(&headed(header))
            .is_so(header, Deny, MalformedToken);
    }
    for payload in [
        r#"{"sub":"a","sub":"b"}"#,
        r#"{"sub":"a","\u0073ub":"a"}"#,
        r#"{"data":[{"a":1,"a":2}]}"#,
    ] {
        broker
            .present(&good(payload))
            .is_so(payload, Deny, MalformedClaims);
    }
}

#[test]
fn each_segment_has_one_spelling() {
    let broker = Broker::new(&json!({"secret": SECRET}));
    // Each segment holds both digits in which the two alphabets differ.
    let differs = |segment: &str| segment.contains('-') && segment.contains('_');
    let token = (0..1_000)
        .map(|number| {
            let header = base64url(r#"{"alg":"HS256","x":">>>???"}"#);
            let payload = base64url(format!(r#"{{"x":">>>???","n":{number}}}"#));
            sign(&format!("{header}.{payload}"), SECRET)
        })
        .find(|token| token.split('.').all(differs))
        .unwrap();
    broker.present(&token).allowed();

    let segments: Vec<&str> = token.split('.').collect();
    for (place, segment) in segments.iter().enumerate() {
        let (left, right) = segment.split_at(4);
        for spelling in [
            segment.replace('-', "+").replace('_', "/"),
            format!("{segment}="),
            format!("{segment}=="),
            format!(" {segment}"),
            format!("{segment}\n"),
            format!("{left}\r\n{right}"),
            format!("{left}={right}"),
        ] {
            let mut segments = segments.clone();
            segments[place] = &spelling;
            let [header, payload, signature] = segments[..] else {
                unreachable!()
            };
            // A changed header or payload is signed as it is.
            let respelt = if place == 2 {
                format!("{header}.{payload}.{signature}")
            } else {
                sign(&format!("{header}.{payload}"), SECRET)
            };
            broker
                .present(&respelt)
                .is_so(&spelling, Deny, MalformedToken);
        }
    }
}
