//! Signatures: the vectors of the RFCs, tokens of an independent signer, and what must be refused.

use crate::harness::{
    Broker, HS256_HEADER, base64url, hs256, jwk, vector_path, vector_text, vector_token, vectors,
};
use jwt_auth::Reason;
use serde_json::{Value, json};

/// Before the RFC 7515 examples expire, in March 2011.
const BEFORE_RFC_EXPIRY: i64 = 1_300_819_379;

fn text<'v>(vector: &'v Value, member: &str) -> &'v str {
    vector[member].as_str().unwrap()
}

/// A broker that trusts the key a vector was signed with.
fn broker_for(vector: &Value, signature_format: &str) -> Broker {
    Broker::new(&match vector["secret"].as_str() {
        Some(secret) => json!({ "secret": secret, "signature_format": signature_format }),
        None => public_key(text(vector, "key"), signature_format),
    })
}

fn public_key(name: &str, signature_format: &str) -> Value {
    let path = vector_path(&format!("keys/{name}.pub.pem"));
    json!({ "public_key": path, "signature_format": signature_format })
}

#[test]
fn the_rfc_examples_verify_and_only_claims_are_accepted() {
    let mut seen = 0;
    for vector in vectors("rfc.json") {
        let (name, token) = (text(&vector, "name"), text(&vector, "token"));
        if vector["jwk"].is_null() {
            let broker = Broker::new(&json!({ "secret": "any" }));
            broker.present(token).denied(Reason::UnsupportedAlgorithm);
            continue;
        }
        let broker = Broker::new(&json!({ "jwks": { "keys": [vector["jwk"]] } }));
        broker.set_time(BEFORE_RFC_EXPIRY);
        let answer = broker.present(token);
        if vector["payload_is_claims"] == true {
            answer.allowed();
            assert_eq!(
                answer.claims.as_deref(),
                Some(text(&vector, "payload").as_bytes()),
                "{name}"
            );
        } else {
            // The signature is good; the text it signs is no claims.
            answer.denied(Reason::MalformedClaims);
        }
        let (head, signature) = token.rsplit_once('.').unwrap();
        let header = head.split_once('.').unwrap().0;
        let tampered = format!("{header}.{}.{signature}", base64url("{}"));
        broker.present(&tampered).denied(Reason::BadSignature);
        seen += 1;
    }
    assert_eq!(seen, 9);
}

#[test]
fn tokens_of_an_independent_signer_are_accepted_in_their_format_and_in_auto() {
    let tokens = vectors("tokens.json");
    assert_eq!(tokens.len(), 35);
    for vector in &tokens {
        let format = vector["format"].as_str().unwrap_or("der");
        for format in [format, "auto"] {
            broker_for(vector, format)
                .present(text(vector, "token"))
                .allowed();
        }
    }
}

#[test]
fn only_ecdsa_signatures_have_a_format() {
    for vector in vectors("tokens.json")
        .iter()
        .filter(|vector| vector["format"].is_null())
    {
        for format in ["der", "raw", "auto"] {
            broker_for(vector, format)
                .present(text(vector, "token"))
                .allowed();
        }
    }
}

#[test]
fn a_key_verifies_its_own_tokens_and_no_others() {
    const KEYS: [(&str, &[&str]); 8] = [
        ("rsa2048", &["RS", "PS"]),
        ("rsa2048-other", &["RS", "PS"]),
        ("p256", &["ES256"]),
        ("p256-other", &["ES256"]),
        ("p384", &["ES384"]),
        ("p521", &["ES512"]),
        ("ed25519", &["EdDSA"]),
        ("ed25519-other", &["EdDSA"]),
    ];
    let tokens = vectors("tokens.json");
    for (key, algorithms) in KEYS {
        let broker = Broker::new(&public_key(key, "auto"));
        for vector in &tokens {
            let answer = broker.present(text(vector, "token"));
            let fits = algorithms
                .iter()
                .any(|name| text(vector, "alg").starts_with(name));
            match (fits, vector["key"] == key) {
                (true, true) => answer.allowed(),
                (true, false) => answer.denied(Reason::BadSignature),
                (false, _) => answer.denied(Reason::NoKey),
            };
        }
    }
}

#[test]
fn a_good_signature_in_the_other_format_says_so_and_warns_once_for_each_key() {
    let tokens = vectors("tokens.json");
    for alg in ["ES256", "ES384", "ES512"] {
        for (configured, other) in [("der", "raw"), ("raw", "der")] {
            let named = format!("{alg} {other}");
            let vector = tokens
                .iter()
                .find(|vector| vector["name"] == named)
                .unwrap();
            let broker = broker_for(vector, configured);
            for _ in 0..3 {
                broker
                    .present(text(vector, "token"))
                    .denied(Reason::SignatureFormat);
            }
            let warnings = broker.warnings();
            assert_eq!(warnings.len(), 1, "{named}: {warnings:?}");
            assert!(warnings[0].contains("`public_key` block 1"), "{warnings:?}");
            assert!(warnings[0].contains("`signature_format`"), "{warnings:?}");
        }
    }
}

#[test]
fn the_other_format_is_told_before_a_bad_signature_in_every_order_of_keys() {
    let pem = |name: &str| vector_text(&format!("keys/{name}.pub.pem"));
    let other = pem("p256-other");
    let keys = [pem("p256"), other.clone(), other];
    for position in 0..keys.len() {
        let mut ordered = keys.clone();
        ordered.swap(0, position);
        let config = json!({ "public_key": ordered.concat(), "signature_format": "der" });
        let broker = Broker::new(&config);
        broker
            .present(&vector_token("ES256 raw"))
            .denied(Reason::SignatureFormat);
        broker.present(&vector_token("ES256 der")).allowed();
        let warnings = broker.warnings();
        let block = format!("`public_key` block {}: a token carries", position + 1);
        assert!(
            warnings.len() == 1 && warnings[0].starts_with(&block),
            "{warnings:?}"
        );
    }
}

#[test]
fn a_key_that_accepts_the_token_draws_no_warning_of_another_that_does_not() {
    let broker = Broker::new(&json!({
        "public_key": vector_text("keys/p256.pub.pem"),
        "jwks": { "keys": [jwk(jsonwebtoken::Algorithm::ES256, "p256")] },
    }));
    // The first key expects DER, the second raw signatures.
    broker.present(&vector_token("ES256 raw")).allowed();
    broker.present(&vector_token("ES256 der")).allowed();
    assert_eq!(broker.warnings(), [""; 0]);
}

#[test]
fn der_is_the_default_of_public_key_and_raw_of_key_sets() {
    let (der, raw) = (vector_token("ES256 der"), vector_token("ES256 raw"));
    let pem = Broker::new(&json!({ "public_key": vector_path("keys/p256.pub.pem") }));
    pem.present(&der).allowed();
    pem.present(&raw).denied(Reason::SignatureFormat);
}

#[test]
fn what_is_no_signature_of_the_key_is_refused() {
    let vectors = vectors("bad_signatures.json");
    assert_eq!(vectors.len(), 128);
    for vector in &vectors {
        let name = text(vector, "name");
        let format = vector["format"].as_str().unwrap_or("der");
        let other_format = name.ends_with("signature is raw") || name.ends_with("signature is DER");
        let reason = if other_format {
            Reason::SignatureFormat
        } else {
            Reason::BadSignature
        };
        let answer = broker_for(vector, format).present(text(vector, "token"));
        answer.is_so(name, jwt_auth::Decision::Deny, reason);
        if !other_format {
            let answer = broker_for(vector, "auto").present(text(vector, "token"));
            answer.is_so(name, jwt_auth::Decision::Deny, Reason::BadSignature);
        }
    }
}

#[test]
fn a_token_changed_in_any_one_place_is_never_accepted() {
    let payload = json!({ "sub": "device-1", "exp": 4_102_444_800_u64 }).to_string();
    let token = hs256("a secret of at least 32 characters", HS256_HEADER, payload);
    let broker = Broker::new(&json!({ "secret": "a secret of at least 32 characters" }));
    broker.present(&token).allowed();
    for index in 0..token.len() {
        for replacement in ["A", "B", "_", ".", "="] {
            if token[index..].starts_with(replacement) {
                continue;
            }
            let changed = format!("{}{replacement}{}", &token[..index], &token[index + 1..]);
            let result = broker.present(&changed).result;
            assert_ne!(
                result.decision,
                jwt_auth::Decision::Allow as i32,
                "{index} {replacement}"
            );
        }
        let shorter = broker.present(&token[..index]).result;
        assert_ne!(
            shorter.decision,
            jwt_auth::Decision::Allow as i32,
            "cut at {index}"
        );
    }
}
