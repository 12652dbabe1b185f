//! The decision: its order, and what is left to the next authenticator.

use crate::harness::{
    Broker, Connect, HS256_HEADER, NOW, base64url, broker, hs256, signed, token, vector_text,
    with_header, with_payload,
};
use jsonwebtoken::Algorithm::RS256;
use jwt_auth::Reason;
use serde_json::{Value, json};

#[test]
fn a_field_that_was_not_sent_is_missing_and_ignored_unless_told_otherwise() {
    let nothing = Connect::default();
    broker(json!({}))
        .connect(nothing)
        .ignored(Reason::MissingToken);
    broker(json!({ "on_missing": "ignore" }))
        .connect(nothing)
        .ignored(Reason::MissingToken);
    broker(json!({ "on_missing": "deny" }))
        .connect(nothing)
        .denied(Reason::MissingToken);
}

#[test]
fn a_field_that_was_sent_empty_is_malformed_and_not_missing() {
    broker(json!({})).present("").denied(Reason::MalformedToken);
}

#[test]
fn a_plain_password_is_malformed_and_may_be_left_to_others() {
    broker(json!({}))
        .present("hunter2")
        .denied(Reason::MalformedToken);
    broker(json!({ "on_malformed": "ignore" }))
        .present("hunter2")
        .ignored(Reason::MalformedToken);
}

#[test]
fn the_token_is_looked_for_in_the_configured_field_only() {
    let token = token(&json!({}));
    let in_username = Connect {
        username: Some(token.as_bytes()),
        ..Connect::default()
    };
    broker(json!({ "from": "username" }))
        .connect(in_username)
        .allowed();
    broker(json!({ "from": "password" }))
        .connect(in_username)
        .ignored(Reason::MissingToken);
    broker(json!({ "from": "username" }))
        .present(&token)
        .denied(Reason::MalformedToken);
}

#[test]
fn a_token_of_the_largest_size_is_read_and_one_byte_more_is_too_large() {
    let token = token(&json!({}));
    broker(json!({ "max_token_size": token.len() }))
        .present(&token)
        .allowed();
    let smaller = json!({ "max_token_size": token.len() - 1, "on_malformed": "ignore" });
    broker(smaller)
        .present(&token)
        .denied(Reason::TokenTooLarge);
    broker(json!({}))
        .present(&"x".repeat(16_385))
        .denied(Reason::TokenTooLarge);
    broker(json!({}))
        .present(&"x".repeat(16_384))
        .denied(Reason::MalformedToken);
}

#[test]
fn the_first_check_in_the_fixed_order_gives_the_reason() {
    let options = json!({
        "algorithms": ["HS256"],
        "max_token_size": 300,
        "verify_claims": { "sub": "me", "role": "x" },
        "check_iat": true,
    });
    let broker = broker(options);
    let long = json!({ "x": "y".repeat(300) }).to_string();
    broker
        .present(&format!("{long}."))
        .denied(Reason::TokenTooLarge);
    // From here on each token has every defect that a later check would find.
    let all_bad = |header: &str| format!("{}.{}.AAAA", base64url(header), base64url("[]"));
    broker
        .present(&all_bad(r#"{"alg":"none","kid":1,"crit":1}"#))
        .denied(Reason::MalformedToken);
    broker
        .present(&all_bad(r#"{"alg":"none","crit":1}"#))
        .denied(Reason::UnsupportedAlgorithm);
    broker
        .present(&all_bad(r#"{"alg":"RS256","crit":1}"#))
        .denied(Reason::AlgorithmNotAllowed);
    broker
        .present(&all_bad(r#"{"alg":"HS256","crit":1}"#))
        .denied(Reason::UnsupportedCriticalHeader);
    broker
        .present(&all_bad(r#"{"alg":"HS256"}"#))
        .denied(Reason::BadSignature);
    broker
        .present(&with_payload("[]"))
        .denied(Reason::MalformedClaims);
    let claims =
        |exp: Value, nbf: Value, iat: Value| token(&json!({ "exp": exp, "nbf": nbf, "iat": iat }));
    let (past, future, bad) = (json!(NOW - 1), json!(NOW + 1), json!(true));
    broker
        .present(&claims(past.clone(), future.clone(), bad))
        .denied(Reason::MalformedClaims);
    broker
        .present(&claims(past, future.clone(), future.clone()))
        .denied(Reason::Expired);
    broker
        .present(&claims(future.clone(), future.clone(), future.clone()))
        .denied(Reason::NotYetValid);
    broker
        .present(&claims(future.clone(), json!(0), future.clone()))
        .denied(Reason::IssuedInFuture);
    broker
        .present(&claims(future, json!(0), json!(0)))
        .denied(Reason::MissingClaim);
    broker
        .present(&token(&json!({ "role": "y" })))
        .denied(Reason::MissingClaim);
    broker
        .present(&token(&json!({ "sub": "you" })))
        .denied(Reason::ClaimMismatch);
    broker
        .present(&token(&json!({ "sub": "me", "role": "x" })))
        .allowed();
}

#[test]
fn a_key_is_looked_for_after_critical_extensions_and_before_the_signature() {
    let broker = broker(json!({}));
    let token = |header: &str| format!("{}.e30.AAAA", base64url(header));
    broker
        .present(&token(r#"{"alg":"RS256","crit":[]}"#))
        .denied(Reason::UnsupportedCriticalHeader);
    broker
        .present(&token(r#"{"alg":"RS256"}"#))
        .denied(Reason::NoKey);
}

#[test]
fn an_unknown_key_may_be_left_to_others_and_a_bad_signature_never() {
    let broker = broker(json!({ "on_unknown_key": "ignore", "on_malformed": "ignore" }));
    broker
        .present(&with_header(r#"{"alg":"ES256"}"#))
        .ignored(Reason::NoKey);
    broker
        .present(&with_header(r#"{"alg":"ES256","kid":"k"}"#))
        .ignored(Reason::UnknownKeyId);
    broker
        .present(&hs256("another secret", HS256_HEADER, "{}"))
        .denied(Reason::BadSignature);
    broker
        .present(&token(&json!({ "exp": 1 })))
        .denied(Reason::Expired);
}

#[test]
fn a_public_key_never_becomes_an_hmac_secret() {
    let pem = vector_text("keys/rsa2048.pub.pem");
    let broker = Broker::new(&json!({ "public_key": pem }));
    broker
        .present(&hs256(&pem, HS256_HEADER, "{}"))
        .denied(Reason::NoKey);
    broker
        .present(&signed(RS256, "rsa2048", None, &json!({ "exp": NOW + 1 })))
        .allowed();
}

#[test]
fn two_verifiers_in_one_process_do_not_meet() {
    let (one, two) = (
        broker(json!({})),
        Broker::new(&json!({ "secret": "x".repeat(32) })),
    );
    let token = token(&json!({ "exp": NOW + 1 }));
    two.set_time(NOW + 100);
    one.present(&token).allowed();
    two.present(&token).denied(Reason::BadSignature);
    let lines = |broker: &Broker| broker.log_since_start().len();
    assert_eq!((lines(&one), lines(&two)), (1, 1));
}

#[test]
fn threads_share_a_verifier() {
    let broker = broker(json!({}));
    let (good, bad) = (
        token(&json!({ "exp": NOW + 1 })),
        token(&json!({ "exp": NOW })),
    );
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..500 {
                    broker.present(&good).allowed();
                    broker.present(&bad).denied(Reason::Expired);
                }
            });
        }
    });
}
