//! `iss` chooses the issuer, and nothing else.

use crate::harness::{Broker, HS256_HEADER, SECRET, hs256};
use jwt_auth::Reason;
use serde_json::json;

use super::{
    OFFICE, OFFICE_SECRET, PLANT, PLANT_SECRET, secret_set, set, token, token_by, token_with_kid,
    two,
};

#[test]
fn a_key_verifies_only_the_tokens_of_its_issuer() {
    let broker = Broker::new(&two());
    for _ in 0..3 {
        broker.present(&token(PLANT, PLANT_SECRET)).allowed();
        broker.present(&token(OFFICE, OFFICE_SECRET)).allowed();
        for forged in [token(PLANT, OFFICE_SECRET), token(OFFICE, PLANT_SECRET)] {
            broker.present(&forged).denied(Reason::BadSignature);
        }
    }
}

#[test]
fn two_issuers_may_use_the_same_kid() {
    let broker = Broker::new(&json!({ "issuers": [
        { "issuer": PLANT, "jwks": set("ed25519", "1") },
        { "issuer": OFFICE, "jwks": set("ed25519-other", "1") },
    ] }));
    for _ in 0..3 {
        broker.present(&token_by(PLANT, "ed25519", "1")).allowed();
        broker
            .present(&token_by(OFFICE, "ed25519-other", "1"))
            .allowed();
        broker
            .present(&token_by(OFFICE, "ed25519", "1"))
            .denied(Reason::BadSignature);
        broker
            .present(&token_by(PLANT, "ed25519-other", "1"))
            .denied(Reason::BadSignature);
    }
}

#[test]
fn two_issuers_may_use_the_same_key() {
    let broker = Broker::new(&json!({ "issuers": [
        { "issuer": PLANT, "jwks": set("ed25519", "1"), "verify_claims": { "aud": "plant" } },
        { "issuer": OFFICE, "jwks": set("ed25519", "2") },
    ] }));
    for _ in 0..2 {
        broker.present(&token_by(OFFICE, "ed25519", "2")).allowed();
        broker
            .present(&token_by(PLANT, "ed25519", "1"))
            .denied(Reason::MissingClaim);
        // The key is known, but not by this name.
        broker
            .present(&token_by(PLANT, "ed25519", "2"))
            .denied(Reason::WrongIssuer);
    }
}

#[test]
fn whoever_is_not_listed_belongs_to_the_top_level() {
    let mut config = two();
    config["secret"] = SECRET.into();
    let broker = Broker::new(&config);
    let by = |secret, payload: &str| hs256(secret, HS256_HEADER, payload);
    for payload in [
        "{}",
        r#"{"iss":"https://id.example/realms/Plant"}"#,
        r#"{"iss":"https://id.example/realms/plant/"}"#,
        r#"{"iss":""}"#,
        r#"{"iss":["https://id.example/realms/plant"]}"#,
        r#"{"iss":7}"#,
        r#"{"iss":null}"#,
        r#"{"iss":{"iss":"https://id.example/realms/plant"}}"#,
        r#"{"sub":{"iss":"https://id.example/realms/plant"}}"#,
    ] {
        broker.present(&by(SECRET, payload)).allowed();
        broker
            .present(&by(PLANT_SECRET, payload))
            .denied(Reason::BadSignature);
    }
    // By the rules of JSON it is the same text.
    let escaped = r#"{"iss":"https:\/\/id.example\/realms\/pl\u0061nt"}"#;
    broker.present(&by(PLANT_SECRET, escaped)).allowed();
    broker
        .present(&by(SECRET, escaped))
        .denied(Reason::BadSignature);
}

#[test]
fn a_payload_that_is_no_object_belongs_to_the_top_level() {
    let mut config = two();
    config["secret"] = SECRET.into();
    let broker = Broker::new(&config);
    let plant = format!(r#""iss":"{PLANT}""#);
    for payload in [
        format!("[{{{plant}}}]"),
        format!("{{{plant},}}"),
        format!("{{{plant},{plant}}}"),
        format!("{{{plant}}} x"),
        format!(r#"{{{plant},"a":{{"b":1,"b":2}}}}"#),
        format!(r#"{{{plant},"exp":"soon"}}"#),
    ] {
        let is_date = payload.contains("soon");
        let chosen = if is_date { PLANT_SECRET } else { SECRET };
        let other = if is_date { SECRET } else { PLANT_SECRET };
        broker
            .present(&hs256(chosen, HS256_HEADER, &payload))
            .denied(Reason::MalformedClaims);
        broker
            .present(&hs256(other, HS256_HEADER, &payload))
            .denied(Reason::BadSignature);
    }
}

#[test]
fn without_keys_at_the_top_level_nobody_else_gets_in() {
    let broker = Broker::new(&two());
    broker
        .present(&token("https://other.example", SECRET))
        .denied(Reason::NoKey);
    broker
        .present(&token("https://other.example", PLANT_SECRET))
        .denied(Reason::NoKey);
    broker
        .present(&token_with_kid("https://other.example", SECRET, Some("1")))
        .denied(Reason::UnknownKeyId);
    let mut config = two();
    config["on_unknown_key"] = "ignore".into();
    let broker = Broker::new(&config);
    broker
        .present(&token("https://other.example", SECRET))
        .ignored(Reason::NoKey);
    broker
        .present(&token(PLANT, SECRET))
        .denied(Reason::BadSignature);
}

#[test]
fn the_number_of_keys_of_one_issuer_concerns_no_other() {
    let many: Vec<_> = (0..9)
        .map(|n| format!("secret {n} of the office, 32 bytes and more"))
        .collect();
    let keys: Vec<_> = many
        .iter()
        .map(|secret| secret_set(secret, "1")["keys"][0].clone())
        .collect();
    let broker = Broker::new(&json!({ "issuers": [
        { "issuer": PLANT, "jwks": secret_set(PLANT_SECRET, "1") },
        { "issuer": OFFICE, "jwks": { "keys": keys } },
    ] }));
    broker
        .present(&token_with_kid(PLANT, PLANT_SECRET, Some("1")))
        .allowed();
    broker.present(&token(PLANT, PLANT_SECRET)).allowed();
    broker
        .present(&token(OFFICE, &many[0]))
        .denied(Reason::AmbiguousKey);
    assert_eq!(broker.warnings().len(), 1, "{:?}", broker.warnings());
    assert!(broker.warnings()[0].contains("max_key_trials"));
}
