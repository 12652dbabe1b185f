//! Which checks are reached, and behind which nothing is.

use super::{detail, outcomes, says};
use crate::harness::{
    Broker, Connect, HS256_HEADER, broker, hs256, named_jwk, signed, token, valid_claims,
    with_header,
};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

#[test]
fn before_the_form_of_a_token_nothing_else_is_reached() {
    let broker = broker(json!({ "max_token_size": 1000, "verify_claims": { "a": 1 } }));
    let explained = broker.explain(Connect::default());
    assert_eq!(outcomes(&explained), "-..................");
    assert_eq!(explained["decision"], "ignore");
    assert!(detail(&explained, "token").contains("password"));
    let long = "x".repeat(1001);
    let explained = says(
        &broker,
        &long,
        "+-.................",
        ("size", "1001 bytes"),
    );
    assert_eq!(explained["token"], Value::Null);
    for (field, words) in [
        ("hunter2-hunter2", "not three segments"),
        ("e30.e30.e30", "alg is not a string"),
        ("Bearer e30.e30.e30", "`Bearer `"),
        (
            &format!("{}=", with_header(HS256_HEADER)),
            "the signature is not base64url",
        ),
    ] {
        let explained = says(&broker, field, "++-................", ("form", words));
        let nulls = ["token", "alg", "kid", "issuer", "expires_at"].map(|name| &explained[name]);
        assert_eq!(nulls, [&Value::Null; 5]);
    }
}

#[test]
fn behind_the_algorithm_the_key_and_the_signature_nothing_is_reached() {
    let rules = json!({ "algorithms": ["HS256"], "token_type": "JWT", "max_key_trials": 1 });
    let broker = broker(rules);
    let header = |header: &str| with_header(header);
    for (token, expected, told) in [
        (
            header(r#"{"alg":"none"}"#),
            "++++-.............",
            ("algorithm", "`none`"),
        ),
        (
            header(r#"{"alg":"HS512","crit":[]}"#),
            "++++-.............",
            ("algorithm", "HS512"),
        ),
        (
            header(r#"{"alg":"HS256","crit":[],"typ":"x"}"#),
            "+++++--+++++++++++",
            ("token_type", "`x`"),
        ),
        (
            header(r#"{"alg":"HS256"}"#),
            "++++++-+++++++++++",
            ("token_type", "no typ"),
        ),
        (
            hs256("another", HS256_HEADER, "{}"),
            "++++++++-.........",
            ("signature", "no key"),
        ),
    ] {
        let explained = says(&broker, &token, expected, told);
        assert_ne!(explained["alg"], Value::Null);
    }
    let key = named_jwk(Algorithm::EdDSA, "ed25519", "k1");
    let keys = Broker::new(&json!({ "jwks": { "keys": [key] } }));
    let of = |kid| signed(Algorithm::EdDSA, "ed25519", Some(kid), &valid_claims());
    says(&keys, &of("k2"), "+++++++-..........", ("key", "`k2`"));
    says(
        &keys,
        &token(&valid_claims()),
        "+++++++-..........",
        ("key", "HS256"),
    );
}
