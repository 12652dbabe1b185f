//! Keys that are configured as an HMAC secret.

use crate::harness::{Broker, Scratch, base64url, jwk, vector_text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::Algorithm::{ES256, EdDSA, RS256};
use serde_json::{Value, json};

use super::set;

const PUBLIC: &str = "holds a public key, which belongs in `public_key`";
const CERTIFICATE: &str = "holds a certificate, which belongs in `public_key`";
const PRIVATE: &str = "holds a private key, which only the issuer needs; its public key belongs in \
                       `public_key`";
const PEM: &str = "holds a PEM block; a public key belongs in `public_key`";
const JWK: &str = "holds a JSON Web Key; a set of such keys belongs in `jwks` or `jwks_file`";
const JWKS: &str = "holds a JSON Web Key Set, which belongs in `jwks` or `jwks_file`";

const LIST: &str = "holds a list in JSON; a JSON Web Key Set belongs in `jwks` or `jwks_file`";
const OPENSSH: &str = "holds an OpenSSH key; a public key belongs in `public_key`";

/// The DER of a key file.
fn der(name: &str) -> Vec<u8> {
    let text = vector_text(&format!("keys/{name}.pem"));
    pem::parse(text).unwrap().into_contents()
}

/// The key in a `PrivateKeyInfo`: what begins so many bytes before these.
fn inner(name: &str, before: usize, start: &[u8]) -> Vec<u8> {
    let der = der(name);
    let at = der.windows(start.len()).rposition(|window| window == start);
    der[at.unwrap() - before..].to_vec()
}

/// Every kind of key in DER, and what is said of it.
fn in_der() -> Vec<(Vec<u8>, &'static str)> {
    let mut keys = vec![
        (der("rsa2048.pkcs1"), PUBLIC),
        // PKCS#1 and SEC 1: a SEQUENCE whose first member is the version.
        (
            inner("rsa2048.key", 4, &[2, 1, 0, 2, 0x82, 1, 1, 0]),
            PRIVATE,
        ),
        (inner("p256.key", 2, &[2, 1, 1, 4, 0x20]), PRIVATE),
    ];
    for name in [
        "rsa2048", "rsa8192", "p256", "p384", "p521", "ed25519", "ed448", "x25519",
    ] {
        keys.push((der(&format!("{name}.pub")), PUBLIC));
    }
    for name in ["rsa2048", "p256", "p384", "p521", "ed25519"] {
        keys.push((der(&format!("{name}.key")), PRIVATE));
    }
    for name in ["rsa2048", "rsa2048.v1", "p256", "ed25519"] {
        keys.push((der(&format!("{name}.crt")), CERTIFICATE));
    }
    keys
}

/// Every kind of key as text.
fn as_text() -> Vec<(String, &'static str)> {
    let oct = json!({ "kty": "oct", "k": base64url([7; 32]) });
    let mut keys = vec![(vector_text("keys/rsa2048.pub.pem"), PEM)];
    for jwk in [
        jwk(RS256, "rsa2048"),
        jwk(ES256, "p256"),
        jwk(EdDSA, "ed25519"),
        oct,
    ] {
        keys.push((jwk.to_string(), JWK));
        keys.push((set(&[jwk])["jwks"].to_string(), JWKS));
    }
    keys.push((format!("[{}]", jwk(RS256, "rsa2048")), LIST));
    keys.push((format!("ssh-rsa {} u@h", STANDARD.encode([0; 30])), OPENSSH));
    keys
}

/// A text in base64, in the ways in which it is written.
fn in_base64(bytes: &[u8]) -> [String; 4] {
    let text = STANDARD.encode(bytes);
    let lines: Vec<String> = text
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    let unpadded = text.trim_end_matches('=').to_owned();
    [text, unpadded, base64url(bytes), lines.join("\r\n") + "\n"]
}

/// This is refused as the secret, written in each way in which it can be.
#[track_caller]
fn refused(bytes: &[u8], problem: &str) {
    let file = |content: &[u8]| Scratch::new("misplaced.key", content);
    let said = |config: &Value, option: &str| {
        assert_eq!(Broker::refused(config), format!("`{option}`: {problem}"));
    };
    for content in [bytes, &[bytes, b"\n"].concat()] {
        let file = file(content);
        said(&json!({ "secret_file": file.0 }), "secret_file");
    }
    let texts = in_base64(bytes).into_iter();
    for text in texts.chain(String::from_utf8(bytes.to_vec())) {
        let file = file(text.as_bytes());
        for is_base64 in [false, true] {
            let with = |option: &str, value: Value| json!({ option: value, "secret_base64_encoded": is_base64 });
            said(&with("secret", json!(text)), "secret");
            said(&with("secret_file", json!(file.0)), "secret_file");
        }
    }
    let twice =
        json!({ "secret": STANDARD.encode(STANDARD.encode(bytes)), "secret_base64_encoded": true });
    said(&twice, "secret");
}

#[test]
fn a_key_in_der_is_no_secret() {
    for (der, problem) in in_der() {
        refused(&der, problem);
    }
}

#[test]
fn base64_of_a_key_is_no_secret_behind_a_byte_order_mark_or_in_quotes() {
    let key = STANDARD.encode(der("rsa2048.pub"));
    for text in [format!("\u{feff}{key}\n"), format!("\"{key}\",")] {
        let file = Scratch::new("misplaced.key", &text);
        for config in [json!({ "secret": text }), json!({ "secret_file": file.0 })] {
            let error = Broker::refused(&config);
            assert!(error.ends_with(PUBLIC), "{error}");
        }
    }
}

#[test]
fn pem_and_json_web_keys_are_no_secrets() {
    for (text, problem) in as_text() {
        refused(text.as_bytes(), problem);
        refused(format!("\u{feff} {text}\r\n").as_bytes(), problem);
    }
}

#[test]
fn an_oct_key_that_holds_another_key_is_skipped_with_a_warning() {
    let good = json!({ "kty": "oct", "k": base64url([7; 32]) });
    let keys = in_der().into_iter();
    let texts = as_text()
        .into_iter()
        .map(|(text, problem)| (text.into_bytes(), problem));
    for (bytes, problem) in keys.chain(texts) {
        for k in [base64url(&bytes), base64url(STANDARD.encode(&bytes))] {
            let bad = json!({ "kty": "oct", "k": k });
            let broker = Broker::new(&set(&[bad, good.clone()]));
            let warning = format!("`jwks` key 1 is skipped: its `k` {problem}");
            assert_eq!(broker.warnings(), [warning]);
        }
    }
}

#[test]
fn whoever_knows_the_public_key_signs_nothing() {
    // What Keycloak shows as "Public key".
    let shown = STANDARD.encode(der("rsa2048.pub"));
    let error = Broker::refused(&json!({ "secret": shown }));
    assert_eq!(error, format!("`secret`: {PUBLIC}"));
    assert!(!error.contains(&shown[..8]));
}
