//! Which token meets which key: EMQX's table of confused algorithms and keys.

use crate::harness::{Broker, base64url, hs256, signed, vector_path, vector_text, vector_token};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use jwt_auth::Decision::Deny;
use jwt_auth::Reason::{
    BadSignature, MalformedToken, NoKey, SignatureFormat, UnsupportedAlgorithm,
};
use serde_json::json;

const SECRET: &str = "a secret of more than 32 bytes, in plain text";

/// A broker with one of the public key files.
fn with_key(file: &str) -> Broker {
    Broker::new(&json!({"public_key": vector_path(&format!("keys/{file}.pub.pem"))}))
}

/// A token whose header names one algorithm, and which is signed by another.
fn labelled(alg: &str, algorithm: Algorithm, key: &EncodingKey) -> String {
    let header = base64url(format!(r#"{{"alg":"{alg}"}}"#));
    let input = format!("{header}.{}", base64url("{}"));
    let signature = crypto::sign(input.as_bytes(), key, algorithm).unwrap();
    format!("{input}.{signature}")
}

/// `none` (any spelling, with or without signature).
#[test]
fn an_unsecured_token_is_refused_by_every_key_in_every_spelling() {
    let mut brokers = vec![Broker::new(&json!({"secret": SECRET}))];
    brokers.extend(["rsa2048", "p256", "p384", "p521", "ed25519"].map(with_key));
    for broker in brokers {
        for none in ["none", "None", "NONE", "nOnE", ""] {
            let token = hs256(SECRET, &format!(r#"{{"alg":"{none}"}}"#), "{}");
            let unsigned = token.trim_end_matches(|digit| digit != '.');
            broker.present(&token).denied(UnsupportedAlgorithm);
            broker.present(unsigned).denied(UnsupportedAlgorithm);
            broker
                .present(unsigned.trim_end_matches('.'))
                .denied(MalformedToken);
        }
    }
}

/// Whatever a forger may take for the secret of a verifier with this public key.
fn forgeries(file: &str) -> Vec<String> {
    let text = vector_text(&format!("keys/{file}"));
    let der = pem::parse(&text).unwrap().into_contents();
    let secrets = [text.as_bytes(), text.trim_end().as_bytes(), &der];
    let sign = |secret| {
        let key = EncodingKey::from_secret(secret);
        [
            labelled("HS256", Algorithm::HS256, &key),
            labelled("HS512", Algorithm::HS512, &key),
        ]
    };
    secrets.into_iter().flat_map(sign).collect()
}

const PUBLIC: [&str; 7] = [
    "rsa2048.pub.pem",
    "rsa2048.pkcs1.pem",
    "rsa2048.crt.pem",
    "p256.pub.pem",
    "p256.crt.pem",
    "p521.pub.pem",
    "ed25519.pub.pem",
];

/// HS256 signed with the public PEM text, where only the public key is configured.
#[test]
fn a_public_key_is_no_secret() {
    for file in PUBLIC {
        let broker = Broker::new(&json!({"public_key": vector_path(&format!("keys/{file}"))}));
        for token in forgeries(file) {
            // Differs from EMQX 5 and 6 (legacy), which ignore: a forgery is refused.
            broker.present(&token).is_so(file, Deny, NoKey);
        }
    }
}

/// The same, where a secret is configured too.
#[test]
fn a_public_key_beside_a_secret_is_no_secret_either() {
    for file in PUBLIC {
        let path = vector_path(&format!("keys/{file}"));
        let broker = Broker::new(&json!({"secret": SECRET, "public_key": path}));
        for token in forgeries(file) {
            broker.present(&token).is_so(file, Deny, BadSignature);
        }
    }
}

/// RS256, where only a secret is configured.
#[test]
fn a_secret_verifies_no_token_of_an_rsa_key() {
    let broker = Broker::new(&json!({"secret": SECRET}));
    // Differs from EMQX 5 and 6 (legacy), which ignore: no key of that kind is a refusal.
    broker
        .present(&signed(Algorithm::RS256, "rsa2048", None, &json!({})))
        .denied(NoKey);
}

/// PS256, PS384, PS512.
#[test]
fn an_rsa_key_verifies_pss() {
    let broker = with_key("rsa2048");
    // Differs from 4.2, which knows no PSS.
    for algorithm in [Algorithm::PS256, Algorithm::PS384, Algorithm::PS512] {
        broker
            .present(&signed(algorithm, "rsa2048", None, &json!({})))
            .allowed();
    }
}

/// ES256 as r and s, and in DER.
#[test]
fn an_ecdsa_signature_verifies_in_the_configured_form_and_is_told_apart_in_the_other() {
    let key = vector_path("keys/p256.pub.pem");
    let (raw, der) = (vector_token("ES256 raw"), vector_token("ES256 der"));
    for (config, good, other) in [
        // Differs from EMQX since 4.3, which takes r and s only: DER is the default of the module.
        (json!({"public_key": key}), &der, &raw),
        (
            json!({"public_key": key, "signature_format": "der"}),
            &der,
            &raw,
        ),
        (
            json!({"public_key": key, "signature_format": "raw"}),
            &raw,
            &der,
        ),
    ] {
        let broker = Broker::new(&config);
        broker.present(good).allowed();
        broker.present(other).denied(SignatureFormat);
    }
    let broker = Broker::new(&json!({"public_key": key, "signature_format": "auto"}));
    broker.present(&raw).allowed();
    broker.present(&der).allowed();
}

/// ES512 with a P-256 key, and the other wrong curves.
#[test]
fn an_ecdsa_algorithm_means_one_curve() {
    let pem = vector_text("keys/p256.key.pem");
    let p256 = EncodingKey::from_ec_pem(pem.as_bytes()).unwrap();
    for format in ["der", "raw", "auto"] {
        let broker = Broker::new(&json!({
            "public_key": vector_path("keys/p256.pub.pem"), "signature_format": format,
        }));
        for alg in ["ES384", "ES512"] {
            // Differs from 4.2, which admits it.
            broker
                .present(&labelled(alg, Algorithm::ES256, &p256))
                .denied(NoKey);
        }
        broker.present(&vector_token("ES512 raw")).denied(NoKey);
        broker.present(&vector_token("ES512 der")).denied(NoKey);
    }
}

/// `EdDSA`, and alg `Ed25519`.
#[test]
fn an_ed25519_key_verifies_eddsa_by_both_of_its_names_and_no_other() {
    let broker = with_key("ed25519");
    let pem = vector_text("keys/ed25519.key.pem");
    let key = EncodingKey::from_ed_pem(pem.as_bytes()).unwrap();
    broker
        .present(&labelled("EdDSA", Algorithm::EdDSA, &key))
        .allowed();
    broker
        .present(&labelled("Ed25519", Algorithm::EdDSA, &key))
        .allowed();
    for name in ["ed25519", "Ed448", "EDDSA", "Ed25519ph"] {
        broker
            .present(&labelled(name, Algorithm::EdDSA, &key))
            .denied(UnsupportedAlgorithm);
    }
}

/// ES256K.
#[test]
fn secp256k1_is_neither_a_key_nor_an_algorithm() {
    let path = vector_path("keys/secp256k1.pub.pem");
    let error = Broker::refused(&json!({"public_key": path}));
    assert!(error.starts_with("`public_key`: "), "{error}");

    let pem = vector_text("keys/p256.key.pem");
    let p256 = EncodingKey::from_ec_pem(pem.as_bytes()).unwrap();
    let token = labelled("ES256K", Algorithm::ES256, &p256);
    with_key("p256")
        .present(&token)
        .denied(UnsupportedAlgorithm);
}
