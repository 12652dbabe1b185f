//! The configurations that users copy: each is shown in the documents, loaded, and used.

use jsonwebtoken::Algorithm::{ES256, RS256};
use jwt_auth::Reason;
use serde_json::{Value, json};

use super::{files, has_block, read};
use crate::harness::server::{Reply, Server, until};
use crate::harness::{
    Broker, HS256_HEADER, NOW, SECRET, Scratch, hs256, json_file, jwk, key_path, named_jwk, signed,
};

pub(super) const DIRECTORY: &str = "c_examples/configurations/";

/// Every configuration, in order; each has a test below.
pub(super) const ALL: [&str; 5] = [
    "beside_passwords.json",
    "devices.json",
    "hmac.json",
    "identity_provider.json",
    "pem_es256.json",
];

#[test]
fn every_configuration_is_shown_as_it_is() {
    let found = files();
    let found = found.iter().filter_map(|path| path.strip_prefix(DIRECTORY));
    assert_eq!(found.collect::<Vec<_>>(), ALL);
    for name in ALL {
        let block = format!("```json\n{}```\n", read(&format!("{DIRECTORY}{name}")));
        has_block("docs/configuration.md", name, &block);
    }
}

/// A broker with a configuration that finds `there` in the place of `shipped`.
#[track_caller]
fn broker(name: &str, shipped: &str, there: &str) -> Broker {
    let text = read(&format!("{DIRECTORY}{name}"));
    let (shipped, there) = (json!(shipped).to_string(), json!(there).to_string());
    assert!(text.contains(&shipped), "{name}: {shipped}");
    let text = text.replace(&shipped, &there);
    Broker::from_text(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A broker with a configuration of a secret, which is in a file.
fn broker_with_secret(name: &str) -> (Broker, Scratch) {
    let file = Scratch::new(&format!("documents_{name}_secret"), format!("{SECRET}\n"));
    let broker = broker(name, "/etc/jwt_auth/secret", file.0.to_str().unwrap());
    assert_eq!(broker.warnings(), [""; 0]);
    (broker, file)
}

/// A token of the secret with these claims.
fn token(claims: &Value) -> String {
    hs256(SECRET, HS256_HEADER, claims.to_string())
}

#[track_caller]
fn accepts_the_user_and_nobody_else(broker: &Broker) {
    let claims = json!({ "sub": "u1", "exp": NOW + 60 });
    broker.present(&token(&claims)).allowed();
    let forged = hs256(
        "another secret of 32 characters.",
        HS256_HEADER,
        claims.to_string(),
    );
    broker.present(&forged).denied(Reason::BadSignature);
    broker
        .present(&token(&json!({ "sub": "u2", "exp": NOW + 60 })))
        .denied(Reason::ClaimMismatch);
    broker
        .present(&token(&json!({ "sub": "u1", "exp": NOW })))
        .denied(Reason::Expired);
    broker
        .present(&token(&json!({ "sub": "u1" })))
        .denied(Reason::MissingClaim);
    broker
        .present(&signed(ES256, "p256", None, &claims))
        .denied(Reason::AlgorithmNotAllowed);
}

#[test]
fn hmac_admits_the_user_whom_its_token_names() {
    let (broker, _file) = broker_with_secret("hmac.json");
    accepts_the_user_and_nobody_else(&broker);
    broker.present("hunter2").denied(Reason::MalformedToken);
}

#[test]
fn beside_passwords_leaves_a_password_to_the_next_authenticator() {
    let (broker, _file) = broker_with_secret("beside_passwords.json");
    accepts_the_user_and_nobody_else(&broker);
    broker.present("hunter2").ignored(Reason::MalformedToken);
}

#[test]
fn devices_admits_the_device_whose_key_signed() {
    let keys =
        [("c1", "p256"), ("c2", "p256-other")].map(|(name, key)| named_jwk(ES256, key, name));
    let file = json_file("devices.json", &json!({ "keys": keys }));
    let shipped = "/etc/jwt_auth/devices.json";
    let broker = broker("devices.json", shipped, file.0.to_str().unwrap());
    let claims = json!({ "aud": "mqtt", "exp": NOW + 60 });
    for kid in [None, Some("c1"), Some("c2")] {
        broker
            .present(&signed(ES256, "p256", kid, &claims))
            .allowed();
        broker
            .present(&signed(ES256, "p256-other", kid, &claims))
            .denied(Reason::BadSignature);
    }
    broker
        .present(&signed(ES256, "p256", None, &json!({ "aud": "mqtt" })))
        .denied(Reason::MissingClaim);
    // It makes no superuser of itself.
    for (claim, value) in [
        ("is_superuser", json!(true)),
        ("acl", json!({ "all": ["#"] })),
        ("client_attrs", json!({})),
    ] {
        let mut more = claims.clone();
        more[claim] = value;
        broker
            .present(&signed(ES256, "p256", None, &more))
            .denied(Reason::ClaimMismatch);
    }
    assert_eq!(broker.warnings(), [""; 0]);
}

#[test]
fn pem_es256_admits_the_client_whom_its_token_names() {
    let key = key_path("p256.pub.pem");
    let broker = broker(
        "pem_es256.json",
        "/etc/jwt_auth/issuer.pem",
        key.to_str().unwrap(),
    );
    let claims = json!({ "aud": "mqtt", "client_id": "c1", "exp": NOW + 60 });
    broker
        .present(&signed(ES256, "p256", None, &claims))
        .allowed();
    broker
        .present(&signed(ES256, "p256-other", None, &claims))
        .denied(Reason::BadSignature);
    for (name, value) in [("aud", "web"), ("client_id", "c2")] {
        let mut claims = claims.clone();
        claims[name] = value.into();
        broker
            .present(&signed(ES256, "p256", None, &claims))
            .denied(Reason::ClaimMismatch);
    }
    broker.present("hunter2").denied(Reason::MalformedToken);
    assert_eq!(broker.warnings(), [""; 0]);
}

#[test]
#[cfg_attr(not(feature = "endpoint"), ignore = "it has an endpoint")]
fn identity_provider_admits_who_has_a_token_of_a_fetched_key() {
    let mut key = jwk(RS256, "rsa2048");
    key["kid"] = "2026-a".into();
    let server = Server::http(move |_| Reply::keys(std::slice::from_ref(&key)));
    let shipped = "https://id.example/.well-known/jwks.json";
    let broker = broker(
        "identity_provider.json",
        shipped,
        &server.url("/.well-known/jwks.json"),
    );
    let claims = json!({ "iss": "https://id.example", "aud": ["mqtt"], "exp": NOW - 29 });
    let token = |name: &str, value: &str| {
        let mut claims = claims.clone();
        claims[name] = value.into();
        signed(RS256, "rsa2048", Some("2026-a"), &claims)
    };
    let good = signed(RS256, "rsa2048", Some("2026-a"), &claims);
    until("keys", || {
        broker
            .log()
            .iter()
            .any(|(_, line)| line.contains("key set fetched"))
    });
    broker.present(&good).allowed();
    broker
        .present(&signed(RS256, "rsa2048", Some("2026-b"), &claims))
        .denied(Reason::UnknownKeyId);
    broker
        .present(&signed(RS256, "rsa3072", Some("2026-a"), &claims))
        .denied(Reason::BadSignature);
    for other in [token("iss", "https://other.example"), token("aud", "web")] {
        broker.present(&other).denied(Reason::ClaimMismatch);
    }
    broker.present("hunter2").denied(Reason::MalformedToken);
}
