//! The tokens that each key has verified, and the keys that there are.

use crate::harness::server::{Reply, Server, until};
use crate::harness::{
    Broker, Connect, NOW, SECRET, Scratch, base64url, hs256, named_jwk, signed, token, valid_claims,
};
use jsonwebtoken::Algorithm::{EdDSA, RS256};
use jwt_auth::Reason;
use serde_json::{Value, json};

fn oct(kid: &str) -> Value {
    json!({ "kty": "oct", "kid": kid, "k": base64url(secret(kid)) })
}

fn secret(kid: &str) -> String {
    format!("the secret of {kid}, which has 32 bytes and more")
}

fn token_of(kid: &str, claims: &Value) -> String {
    let header = json!({ "alg": "HS256", "kid": kid });
    hs256(&secret(kid), &header.to_string(), claims.to_string())
}

#[test]
fn a_key_counts_the_tokens_that_it_has_verified_whatever_becomes_of_them() {
    let broker = Broker::new(&json!({
        "secret": SECRET,
        "jwks": { "keys": [named_jwk(EdDSA, "ed25519", "k1"), oct("k2")] },
    }));
    let by_k1 = signed(EdDSA, "ed25519", Some("k1"), &valid_claims());
    // At first sight, and remembered.
    for _ in 0..3 {
        broker.present(&by_k1).allowed();
    }
    let late = json!({ "exp": NOW });
    broker
        .present(&token_of("k2", &late))
        .denied(Reason::Expired);
    broker
        .present(&token_of("k2", &json!([])))
        .denied(Reason::MalformedClaims);
    broker.present(&token(&valid_claims())).allowed();
    // Its signature is nobody's.
    let forged = hs256(
        "somebody's secret, of 32 bytes or more",
        r#"{"alg":"HS256","kid":"k2"}"#,
        "{}",
    );
    broker.present(&forged).denied(Reason::BadSignature);
    broker
        .present(&token_of("k3", &valid_claims()))
        .denied(Reason::BadSignature);
    assert_eq!(
        broker.stats().of("jwt_auth_key_checks_total"),
        [
            (r#"issuer="",kid="""#, 1),
            (r#"issuer="",kid="k1""#, 3),
            (r#"issuer="",kid="k2""#, 2),
        ]
    );
}

#[test]
fn a_key_of_an_issuer_counts_for_it_and_goes_on_after_a_reload() {
    let keys = json!({ "keys": [named_jwk(EdDSA, "ed25519", "k")] });
    let listed = json!({ "issuers": [{ "issuer": "a", "jwks": keys }] });
    let broker = Broker::new(&listed);
    let by_a = signed(
        EdDSA,
        "ed25519",
        Some("k"),
        &json!({ "iss": "a", "exp": NOW + 60 }),
    );
    broker.present(&by_a).allowed();
    broker.present(&by_a).allowed();
    broker.reloaded(&listed).present(&by_a).allowed();
    // The token is remembered, and its key is now the top level's.
    let top = json!({ "jwks": keys });
    broker.reloaded(&top).present(&by_a).allowed();
    broker.present(&by_a).allowed();
    broker.reloaded(&listed).present(&by_a).allowed();
    let found = broker.stats();
    assert_eq!(
        found.of("jwt_auth_key_checks_total"),
        [(r#"issuer="",kid="k""#, 2), (r#"issuer="a",kid="k""#, 4),]
    );
    assert_eq!(found.value("jwt_auth_cache_misses_total"), 1);
}

#[test]
fn after_a_thousand_keys_the_others_are_counted_together() {
    let kids: Vec<_> = (0..1_003).map(|n| format!("d{n:04}")).collect();
    let set = json!({ "keys": kids.iter().map(|kid| oct(kid)).collect::<Vec<_>>() });
    let file = Scratch::new("devices.json", set.to_string());
    let broker = Broker::new(&json!({ "jwks_file": file.0, "kid_from": "client_id" }));
    for kid in kids.iter().chain([&kids[0]]) {
        let token = hs256(
            &secret(kid),
            r#"{"alg":"HS256"}"#,
            valid_claims().to_string(),
        );
        let device = Connect {
            client_id: Some(kid.as_bytes()),
            password: Some(token.as_bytes()),
            ..Connect::default()
        };
        broker.connect(device).allowed();
    }
    let found = broker.stats();
    let series = found.of("jwt_auth_key_checks_total");
    assert_eq!(series.len(), 1_001);
    assert!(series.contains(&(r#"issuer="",kid="d0000""#, 2)));
    assert!(series.contains(&(r#"issuer="",kid="d0999""#, 1)));
    assert!(series.contains(&(r#"issuer="",kid="other""#, 3)));
}

#[test]
fn no_client_can_make_a_series() {
    let broker = Broker::new(&json!({
        "jwks": { "keys": [oct("k")] },
        "issuers": [{ "issuer": "a", "secret": SECRET }],
    }));
    let shape = |broker: &Broker| {
        let text = broker.stats_text();
        let names = text.lines().filter(|line| !line.starts_with('#'));
        names
            .map(|line| line.rsplit_once(' ').unwrap().0.to_owned())
            .collect::<Vec<_>>()
    };
    let before = shape(&broker);
    for n in 0..50 {
        let header = json!({ "alg": "HS256", "kid": format!("made up {n}") });
        let claims = json!({ "iss": format!("made up {n}"), "exp": NOW + 60 });
        let forged = hs256("no secret of ours", &header.to_string(), claims.to_string());
        broker.present(&forged).denied(Reason::UnknownKeyId);
    }
    assert_eq!(shape(&broker), before);
}

#[test]
#[cfg_attr(not(feature = "endpoint"), ignore = "it has an endpoint")]
fn keys_are_told_by_issuer_and_option() {
    let server = Server::http(|_| Reply::keys(&[named_jwk(EdDSA, "ed25519", "e")]));
    let set = json!({ "keys": [oct("k1"), oct("k2")] });
    let file = Scratch::new("set.json", set.to_string());
    let secret_file = Scratch::new("secret", SECRET);
    let pem = crate::harness::vector_text("keys/rsa2048.pub.pem");
    let broker = Broker::new(&json!({
        "secret": SECRET, "public_key": pem, "jwks": set, "endpoint": server.url("/"),
        "issuers": [
            { "issuer": "a", "secret_file": secret_file.0, "jwks_file": file.0 },
            { "issuer": "b", "pubkey": pem },
        ],
    }));
    until("the keys", || {
        broker
            .stats()
            .value(r#"jwt_auth_keys{issuer="",source="endpoint"}"#)
            == 1
    });
    assert_eq!(
        broker.stats().of("jwt_auth_keys"),
        [
            (r#"issuer="",source="endpoint""#, 1),
            (r#"issuer="",source="jwks""#, 2),
            (r#"issuer="",source="public_key""#, 1),
            (r#"issuer="",source="secret""#, 1),
            (r#"issuer="a",source="jwks_file""#, 2),
            (r#"issuer="a",source="secret_file""#, 1),
            (r#"issuer="b",source="public_key""#, 1),
        ]
    );
    broker.reloaded(&json!({ "public_key": pem }));
    let top = [(r#"issuer="",source="public_key""#, 1)];
    assert_eq!(broker.stats().of("jwt_auth_keys"), top);
    broker
        .present(&signed(RS256, "rsa2048", None, &valid_claims()))
        .allowed();
}
