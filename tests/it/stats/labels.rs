//! Labels are texts of the configuration, cut and escaped.

use crate::harness::{Broker, NOW, SECRET, base64url, hs256};
use serde_json::{Value, json};

fn present(broker: &Broker, iss: &str, kid: &str) {
    let header = json!({ "alg": "HS256", "kid": kid });
    let claims = json!({ "iss": iss, "exp": NOW + 60 });
    broker
        .present(&hs256(SECRET, &header.to_string(), claims.to_string()))
        .allowed();
}

fn set(kids: &[&str]) -> Value {
    let keys = kids
        .iter()
        .map(|kid| json!({ "kty": "oct", "kid": kid, "k": base64url(SECRET) }));
    json!({ "keys": keys.collect::<Vec<_>>() })
}

#[test]
fn labels_are_escaped() {
    let (iss, kid) = ("https://a.example/\"\\\n", "k\0\r\u{e9}}");
    let broker = Broker::new(&json!({ "issuers": [{ "issuer": iss, "jwks": set(&[kid]) }] }));
    present(&broker, iss, kid);
    let expected = "issuer=\"https://a.example/\\\"\\\\\\n\",kid=\"k\u{fffd}\r\u{e9}}\"";
    assert_eq!(
        broker.stats().of("jwt_auth_key_checks_total"),
        [(expected, 1)]
    );
}

#[test]
fn what_is_equal_after_128_characters_is_one_series() {
    let long = "\u{e9}".repeat(128);
    let [a, b] = ["a", "b"].map(|end| format!("{long}{end}"));
    let listed = |iss: &str| json!({ "issuer": iss, "jwks": set(&[&a, &b]) });
    let broker = Broker::new(&json!({ "issuers": [listed(&a), listed(&b)] }));
    for (iss, kid) in [(&a, &a), (&a, &b), (&b, &a), (&b, &b), (&b, &b)] {
        present(&broker, iss, kid);
    }
    let stats = broker.stats();
    let labels = format!("issuer=\"{long}\",kid=\"{long}\"");
    assert_eq!(
        stats.of("jwt_auth_key_checks_total"),
        [(labels.as_str(), 5)]
    );
    let labels = format!("issuer=\"{long}\",source=\"jwks\"");
    assert_eq!(stats.of("jwt_auth_keys"), [(labels.as_str(), 4)]);
}
