//! Which of several keys is tried.

use crate::harness::{Broker, SECRET, hs256, jwk, named_jwk, signed, valid_claims};
use jsonwebtoken::Algorithm::{EdDSA, RS256};
use jwt_auth::Reason;
use serde_json::json;

use super::set;

#[test]
fn a_kid_that_names_keys_selects_exactly_those() {
    let broker = Broker::new(&set(&[
        named_jwk(RS256, "rsa2048", "a"),
        named_jwk(RS256, "rsa2048-other", "b"),
        named_jwk(EdDSA, "ed25519", "shared"),
        named_jwk(EdDSA, "ed25519-other", "shared"),
    ]));
    broker
        .present(&signed(RS256, "rsa2048", Some("a"), &valid_claims()))
        .allowed();
    broker
        .present(&signed(RS256, "rsa2048-other", Some("b"), &valid_claims()))
        .allowed();
    broker
        .present(&signed(RS256, "rsa2048", Some("b"), &valid_claims()))
        .denied(Reason::BadSignature);
    broker
        .present(&signed(EdDSA, "ed25519", Some("shared"), &valid_claims()))
        .allowed();
    broker
        .present(&signed(
            EdDSA,
            "ed25519-other",
            Some("shared"),
            &valid_claims(),
        ))
        .allowed();
}

#[test]
fn a_kid_whose_keys_cannot_serve_the_algorithm_is_no_key() {
    let keys = [named_jwk(RS256, "rsa2048", "a"), jwk(EdDSA, "ed25519")];
    let broker = Broker::new(&set(&keys));
    broker
        .present(&signed(EdDSA, "ed25519", Some("a"), &valid_claims()))
        .denied(Reason::NoKey);
    let (_, line) = broker.log().pop().unwrap();
    assert!(
        line.starts_with("refused: no_key (alg EdDSA, kid `a`): "),
        "{line}"
    );
}

#[test]
fn a_kid_that_nobody_has_leaves_the_keys_without_one() {
    let keys = [named_jwk(RS256, "rsa2048", "a"), jwk(EdDSA, "ed25519")];
    let broker = Broker::new(&set(&keys));
    broker
        .present(&signed(EdDSA, "ed25519", Some("x"), &valid_claims()))
        .allowed();
    broker
        .present(&signed(EdDSA, "ed25519-other", Some("x"), &valid_claims()))
        .denied(Reason::BadSignature);
    broker
        .present(&signed(RS256, "rsa2048", Some("x"), &valid_claims()))
        .denied(Reason::UnknownKeyId);
    let (level, line) = broker.log().pop().unwrap();
    assert_eq!((level, line.contains("(kid `x`)")), (3, true), "{line}");
}

#[test]
fn without_a_kid_every_key_of_the_right_type_is_tried() {
    let broker = Broker::new(&set(&[
        named_jwk(RS256, "rsa2048", "a"),
        named_jwk(RS256, "rsa2048-other", "b"),
    ]));
    broker
        .present(&signed(RS256, "rsa2048-other", None, &valid_claims()))
        .allowed();
    broker
        .present(&signed(EdDSA, "ed25519", None, &valid_claims()))
        .denied(Reason::NoKey);
}

#[test]
fn a_plain_secret_serves_any_kid() {
    let broker = Broker::new(&json!({ "secret": SECRET }));
    let header = r#"{"alg":"HS256","kid":"anything"}"#;
    broker
        .present(&hs256(SECRET, header, valid_claims().to_string()))
        .allowed();
    broker
        .present(&signed(RS256, "rsa2048", Some("k"), &valid_claims()))
        .denied(Reason::UnknownKeyId);
    broker
        .present(&signed(RS256, "rsa2048", None, &valid_claims()))
        .denied(Reason::NoKey);
}
