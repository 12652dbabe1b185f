//! Which keys an endpoint has, and what is decided before and after they come.

use jsonwebtoken::Algorithm::{ES256, ES384, EdDSA, RS256};
use jwt_auth::{LogLevel, Reason};
use serde_json::json;

use super::{broker, failures, token, wait_for_failure, wait_for_keys};
use crate::harness::server::{Reply, Server, until};
use crate::harness::{
    Broker, HS256_HEADER, SECRET, base64url, hs256, jwk, named_jwk, signed, valid_claims,
};

#[test]
fn the_keys_of_an_endpoint_verify_tokens() {
    let server =
        Server::http(|_| Reply::keys(&[named_jwk(ES256, "p256", "a"), jwk(RS256, "rsa2048")]));
    let broker = broker(&server.url("/keys"));
    wait_for_keys(&broker);
    broker.present(&token(ES256, "p256", "a")).allowed();
    broker
        .present(&signed(ES256, "p256", None, &valid_claims()))
        .allowed();
    broker
        .present(&signed(RS256, "rsa2048", None, &valid_claims()))
        .allowed();
    broker
        .present(&token(RS256, "rsa2048", "a"))
        .denied(Reason::NoKey);
    broker
        .present(&token(ES384, "p384", "b"))
        .denied(Reason::UnknownKeyId);
    broker.present(&token(RS256, "rsa2048", "b")).allowed();
    let told = (
        LogLevel::Info as i32,
        "`endpoint`: key set fetched: 2 usable key(s)".to_owned(),
    );
    assert!(broker.log().contains(&told), "{:?}", broker.log());
    assert_eq!(broker.warnings(), [""; 0]);
}

#[test]
fn until_the_first_set_has_come_keys_are_unavailable_and_never_ignored() {
    let server = Server::http(|_| Reply::Hang);
    let broker = Broker::new(&json!({
        "endpoint": server.url("/"),
        "on_unknown_key": "ignore",
        "on_malformed": "ignore",
    }));
    for token in [
        token(ES256, "p256", "a"),
        signed(RS256, "rsa2048", None, &valid_claims()),
        signed(EdDSA, "ed25519", None, &valid_claims()),
    ] {
        broker.present(&token).denied(Reason::KeysUnavailable);
    }
    let secret = hs256(SECRET, HS256_HEADER, valid_claims().to_string());
    broker.present(&secret).ignored(Reason::NoKey);
    let refused = "refused: keys_unavailable: client `c1`, user `u1`, token ";
    assert!(
        broker
            .log()
            .iter()
            .any(|(_, line)| line.starts_with(refused))
    );
}

#[test]
fn a_key_of_the_configuration_that_fits_does_not_wait_for_the_endpoint() {
    let server = Server::http(|_| Reply::Hang);
    let broker = Broker::new(&json!({
        "endpoint": server.url("/"),
        "secret": SECRET,
        "jwks": { "keys": [named_jwk(ES256, "p256", "a"), jwk(RS256, "rsa2048")] },
    }));
    let secret = hs256(SECRET, HS256_HEADER, valid_claims().to_string());
    broker.present(&secret).allowed();
    broker.present(&token(ES256, "p256", "a")).allowed();
    // With a kid that nobody has, the key without one is tried.
    broker.present(&token(RS256, "rsa2048", "b")).allowed();
    broker
        .present(&token(ES256, "p256", "b"))
        .denied(Reason::KeysUnavailable);
    broker
        .present(&token(EdDSA, "ed25519", "a"))
        .denied(Reason::KeysUnavailable);
    broker
        .present(&token(EdDSA, "ed25519", "b"))
        .denied(Reason::KeysUnavailable);
}

#[test]
fn keys_of_the_configuration_and_of_the_endpoint_share_a_kid() {
    let server = Server::http(|_| {
        Reply::keys(&[
            named_jwk(ES384, "p384", "a"),
            named_jwk(EdDSA, "ed25519", "b"),
        ])
    });
    let broker = Broker::new(&json!({
        "endpoint": server.url("/"),
        "jwks": { "keys": [named_jwk(ES256, "p256", "a")] },
    }));
    wait_for_keys(&broker);
    broker.present(&token(ES256, "p256", "a")).allowed();
    broker.present(&token(ES384, "p384", "a")).allowed();
    broker.present(&token(EdDSA, "ed25519", "b")).allowed();
    broker
        .present(&token(EdDSA, "ed25519", "a"))
        .denied(Reason::NoKey);
}

#[test]
fn an_odd_key_is_skipped_with_a_warning_and_never_breaks_the_others() {
    let oct = json!({ "kty": "oct", "kid": "s", "k": base64url(SECRET) });
    let mut encryption = named_jwk(RS256, "rsa2048", "e");
    encryption["use"] = "enc".into();
    let keys = [
        json!(7),
        oct,
        encryption,
        json!({ "kty": "LMS", "kid": "future" }),
        named_jwk(ES256, "p256", "a"),
    ];
    let server = Server::http(move |_| Reply::keys(&keys));
    let broker = broker(&server.url("/"));
    wait_for_keys(&broker);
    broker.present(&token(ES256, "p256", "a")).allowed();
    broker
        .present(&token(RS256, "rsa2048", "e"))
        .denied(Reason::UnknownKeyId);
    let secret = hs256(
        SECRET,
        r#"{"alg":"HS256","kid":"s"}"#,
        valid_claims().to_string(),
    );
    broker.present(&secret).denied(Reason::UnknownKeyId);
    let secret = hs256(SECRET, HS256_HEADER, valid_claims().to_string());
    broker.present(&secret).denied(Reason::NoKey);
    let warnings = broker.warnings();
    assert_eq!(warnings[0], "`endpoint` key 1 is skipped: not an object");
    assert_eq!(
        warnings[1],
        "`endpoint` key `s` is skipped: a secret is not taken from an endpoint"
    );
    assert_eq!(
        warnings[2],
        "`endpoint` key `e` is skipped: its `use` is not \"sig\""
    );
    assert!(
        warnings[3].starts_with("`endpoint` key `future` is skipped: its `kty` and `crv` are not")
    );
    assert_eq!(warnings.len(), 4);
}

#[test]
fn what_is_no_key_set_is_told_once_and_replaces_nothing() {
    for (body, cause) in [
        (
            &b"<html>"[..],
            "not valid JSON at line 1 column 1: a <, as in HTML or XML",
        ),
        (b"", "not valid JSON at line 1 column 0: there is nothing"),
        (b"\xff", "not UTF-8"),
        (
            b"[]",
            "expected a JSON Web Key Set; this is a list; write {\"keys\": LIST}",
        ),
        (
            b"{}",
            "expected a JSON Web Key Set: an object with a list `keys`",
        ),
        (
            b"-----BEGIN PUBLIC KEY-----",
            "expected a JSON Web Key Set; this is PEM, which belongs in `public_key`",
        ),
        (b"{\"keys\": []}", "no usable key in the set"),
        (
            b"{\"keys\": [], \"keys\": []}",
            "`keys` is given twice at line 1 column 24",
        ),
    ] {
        let server = Server::http(|_| Reply::keys(&[named_jwk(ES256, "p256", "a")]));
        let broker = Broker::new(&json!({
            "endpoint": server.url("/"),
            "refresh_interval": 1,
        }));
        wait_for_keys(&broker);
        server.set(move |_| Reply::body(body));
        let cause = format!("the answer is no JSON Web Key Set: {cause}");
        wait_for_failure(&broker, &cause);
        let seen = server.count();
        server.wait_for(seen + 1);
        broker.present(&token(ES256, "p256", "a")).allowed();
        assert_eq!(failures(&broker), [cause]);
    }
}

#[test]
fn a_set_has_up_to_a_thousand_keys() {
    let many = |count: usize| {
        let fill = (0..count).map(|number| named_jwk(ES256, "p256", &format!("k{number}")));
        fill.collect::<Vec<_>>()
    };
    let (most, more) = (many(1_000), many(1_001));
    let server = Server::http(move |_| Reply::keys(&most));
    let too_large = Server::http(move |_| Reply::keys(&more));
    let (broker, refusing) = (broker(&server.url("/")), super::broker(&too_large.url("/")));
    wait_for_keys(&broker);
    broker.present(&token(ES256, "p256", "k0")).allowed();
    broker.present(&token(ES256, "p256", "k999")).allowed();
    broker
        .present(&token(ES256, "p256", "k1000"))
        .denied(Reason::UnknownKeyId);
    wait_for_failure(
        &refusing,
        "the answer is no JSON Web Key Set: more than 1000 keys",
    );
    refusing
        .present(&token(ES256, "p256", "k0"))
        .denied(Reason::KeysUnavailable);
}

#[test]
fn ecdsa_signatures_are_raw_unless_the_configuration_says_otherwise() {
    let server = Server::http(|_| Reply::keys(&[named_jwk(ES256, "p256", "a")]));
    let broker = Broker::new(&json!({
        "endpoint": server.url("/"),
        "signature_format": "der",
    }));
    wait_for_keys(&broker);
    broker
        .present(&token(ES256, "p256", "a"))
        .denied(Reason::SignatureFormat);
}

#[test]
fn two_verifiers_in_a_process_do_not_meet() {
    let (a, b) = (
        Server::http(|_| Reply::keys(&[named_jwk(ES256, "p256", "k")])),
        Server::http(|_| Reply::keys(&[named_jwk(ES384, "p384", "k")])),
    );
    let (first, second) = (broker(&a.url("/")), broker(&b.url("/")));
    wait_for_keys(&first);
    wait_for_keys(&second);
    first.present(&token(ES256, "p256", "k")).allowed();
    first
        .present(&token(ES384, "p384", "k"))
        .denied(Reason::NoKey);
    second.present(&token(ES384, "p384", "k")).allowed();
    drop(first);
    second
        .present(&token(ES256, "p256", "k"))
        .denied(Reason::NoKey);
    second.present(&token(ES384, "p384", "k")).allowed();
    until("one request each", || (a.count(), b.count()) == (1, 1));
}
