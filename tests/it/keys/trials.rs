//! How many keys a token is tried with.

use std::time::{Duration, Instant};

use crate::harness::{Broker, Connect, base64url, hs256, valid_claims};
use aws_lc_rs::signature::{ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use jwt_auth::Reason;
use serde_json::{Value, json};

use super::{set, with};

const WITHOUT_KID: &str = r#"{"alg":"HS256"}"#;

fn secret(number: usize) -> String {
    format!("an HMAC secret of {number:014}")
}

/// A key for HS256 whose secret is that of the number.
fn oct(number: usize, members: Value) -> Value {
    let jwk = json!({ "kty": "oct", "alg": "HS256", "k": base64url(secret(number)) });
    with(jwk, members)
}

/// So many keys, each with these members.
fn octs(count: usize, members: &Value) -> Vec<Value> {
    (0..count)
        .map(|number| oct(number, members.clone()))
        .collect()
}

/// A token with this header, signed with the secret of the number.
fn token(number: usize, header: &str) -> String {
    hs256(&secret(number), header, valid_claims().to_string())
}

fn with_max(max: usize, keys: &[Value]) -> Value {
    with(set(keys), json!({ "max_key_trials": max }))
}

#[test]
fn as_many_keys_as_max_key_trials_are_tried_and_one_more_is_ambiguous() {
    let unknown_kid = r#"{"alg":"HS256","kid":"x"}"#;
    let shared_kid = r#"{"alg":"HS256","kid":"shared"}"#;
    for (members, header, detail) in [
        (json!({}), WITHOUT_KID, "(alg HS256)"),
        (json!({}), unknown_kid, "(alg HS256, kid `x`)"),
        (
            json!({ "kid": "shared" }),
            shared_kid,
            "(alg HS256, kid `shared`)",
        ),
        (json!({ "kid": "shared" }), WITHOUT_KID, "(alg HS256)"),
    ] {
        for max in [1, 8, 64] {
            let last = token(max - 1, header);
            let broker = Broker::new(&with_max(max, &octs(max, &members)));
            broker.present(&last).allowed();
            broker
                .present(&token(max, header))
                .denied(Reason::BadSignature);

            let broker = Broker::new(&with_max(max, &octs(max + 1, &members)));
            for good in [last, token(0, header)] {
                broker.present(&good).denied(Reason::AmbiguousKey);
                let (_, line) = broker.log().pop().unwrap();
                let start =
                    format!("refused: ambiguous_key {detail}: client `c1`, user `u1`, token ");
                assert!(line.starts_with(&start), "{line}");
            }
        }
    }
}

#[test]
fn eight_keys_are_tried_by_default() {
    let present = |count| {
        let broker = Broker::new(&set(&octs(count, &json!({}))));
        broker.present(&token(0, WITHOUT_KID))
    };
    present(8).allowed();
    present(9).denied(Reason::AmbiguousKey);
}

#[test]
fn only_keys_that_fit_the_token_count() {
    let mut keys = octs(8, &json!({}));
    keys.push(oct(8, json!({ "alg": "HS512" })));
    keys.push(oct(9, json!({ "kid": "named" })));
    let broker = Broker::new(&set(&keys));
    let named = r#"{"alg":"HS256","kid":"named"}"#;
    broker.present(&token(9, named)).allowed();
    // The ninth key for HS256 has a name, which a token without one may mean.
    broker
        .present(&token(0, WITHOUT_KID))
        .denied(Reason::AmbiguousKey);
    // One that names no key does not mean it.
    broker
        .present(&token(7, r#"{"alg":"HS256","kid":"x"}"#))
        .allowed();
}

#[test]
fn a_remembered_token_that_has_become_ambiguous_is_refused_as_well() {
    let token = token(0, WITHOUT_KID);
    let (few, many) = (octs(2, &json!({})), octs(3, &json!({})));
    let broker = Broker::new(&with_max(2, &few));
    for _ in 0..3 {
        broker.present(&token).allowed();
    }
    let session = broker.admit_with(&token);
    for config in [with_max(2, &many), with_max(1, &few)] {
        broker.reloaded(&config);
        broker.present(&token).denied(Reason::AmbiguousKey);
        // The key of a session is known.
        session.recheck().allowed();
    }
    broker.reloaded(&with_max(3, &many));
    broker.present(&token).allowed();
}

#[test]
fn an_ambiguous_key_is_never_left_to_the_next_authenticator() {
    let options =
        json!({ "on_unknown_key": "ignore", "on_malformed": "ignore", "on_missing": "ignore" });
    let broker = Broker::new(&with(with_max(1, &octs(2, &json!({}))), options));
    let token = token(0, WITHOUT_KID);
    broker.present(&token).denied(Reason::AmbiguousKey);
    let result = broker.decide(Connect {
        password: Some(token.as_bytes()),
        ..Connect::default()
    });
    assert_eq!((result.decision, result.reason), (0, 22));
    // The form of a token comes before its key.
    broker
        .present(&format!("{token}!"))
        .ignored(Reason::MalformedToken);
}

#[test]
fn keys_that_make_tokens_ambiguous_draw_a_warning() {
    let warnings = |keys: &[Value]| Broker::new(&with_max(2, keys)).warnings();
    let named = json!({ "kid": "a" });
    assert_eq!(warnings(&octs(2, &json!({}))), [""; 0]);
    assert_eq!(warnings(&octs(2, &named)), [""; 0]);
    assert_eq!(
        warnings(
            &[
                octs(3, &json!({})),
                octs(4, &named),
                octs(2, &json!({"kid": "b"}))
            ]
            .concat()
        ),
        [
            "`max_key_trials`: 3 keys for HS256 have no `kid`, and a token that names none of the \
             others is tried with 2 at most, so it is refused; give each key a `kid` that its tokens \
             name, or raise the option",
            "`max_key_trials`: 4 keys for HS256 have the `kid` `a`, and a token is tried with 2 at \
             most, so one that names them is refused; give each key a `kid` of its own, or raise the \
             option",
        ]
    );
    // Keys of different algorithms are no alternatives.
    let different = ["HS256", "HS384", "HS512"].map(|alg| oct(0, json!({ "alg": alg })));
    assert_eq!(warnings(&different), [""; 0]);
}

#[test]
fn a_forged_token_among_a_thousand_keys_costs_no_verification() {
    let key = EcdsaKeyPair::generate(&ECDSA_P521_SHA512_FIXED_SIGNING).unwrap();
    let (x, y) = key.public_key().as_ref()[1..].split_at(66);
    let jwk = |kid: usize| json!({"kty": "EC", "crv": "P-521", "x": base64url(x), "y": base64url(y), "kid": kid.to_string()});
    let keys: Vec<Value> = (0..1_000).map(jwk).collect();
    let broker = Broker::new(&set(&keys));
    let claims = base64url(valid_claims().to_string());
    let header = base64url(r#"{"alg":"ES512"}"#);
    let forged = format!("{header}.{claims}.{}", base64url([7; 132]));
    let start = Instant::now();
    for _ in 0..10 {
        broker.present(&forged).denied(Reason::AmbiguousKey);
    }
    // A verification takes a third of a millisecond, so trying all would take 3 seconds.
    assert!(start.elapsed() < Duration::from_secs(1));
}
