//! Public keys in PEM: which forms are read, and which keys are refused.

use crate::harness::{Broker, Scratch, accepts, key_path, vector_text, vectors};
use jsonwebtoken::Algorithm::{ES256, EdDSA, PS512, RS256, RS512};
use serde_json::{Value, json};

#[test]
fn a_public_key_may_be_spki_pkcs1_or_a_certificate_of_any_version() {
    for file in [
        "rsa2048.pub.pem",
        "rsa2048.pkcs1.pem",
        "rsa2048.crt.pem",
        "rsa2048.v1.crt.pem",
    ] {
        accepts(&json!({ "public_key": key_path(file) }), RS256, "rsa2048");
    }
    for file in ["ed25519.pub.pem", "ed25519.crt.pem"] {
        accepts(&json!({ "public_key": key_path(file) }), EdDSA, "ed25519");
    }
    for file in ["p256.pub.pem", "p256.crt.pem"] {
        let config = json!({ "public_key": key_path(file), "signature_format": "raw" });
        accepts(&config, ES256, "p256");
    }
}

#[test]
fn a_public_key_may_be_given_as_text_and_under_its_older_name() {
    let text = vector_text("keys/rsa2048.pub.pem");
    accepts(&json!({ "public_key": text }), PS512, "rsa2048");
    accepts(
        &json!({ "public_key": text.replace('\n', "\r\n") }),
        PS512,
        "rsa2048",
    );
    accepts(&json!({ "pubkey": text }), RS512, "rsa2048");
    accepts(
        &json!({ "pubkey": key_path("rsa2048.pub.pem") }),
        RS512,
        "rsa2048",
    );
}

#[test]
fn every_block_of_a_file_is_a_key() {
    let config = json!({ "public_key": key_path("two.pub.pem"), "signature_format": "raw" });
    accepts(&config, RS256, "rsa2048");
    accepts(&config, ES256, "p256");
}

#[test]
fn rsa_keys_of_2048_to_8192_bits_are_accepted() {
    for key in ["rsa2048", "rsa3072", "rsa4096", "rsa8192"] {
        let path = key_path(&format!("{key}.pub.pem"));
        let tokens = vectors("tokens.json");
        let token = tokens.iter().find(|token| token["key"] == key).unwrap();
        Broker::new(&json!({ "public_key": path }))
            .present(token["token"].as_str().unwrap())
            .allowed();
    }
}

#[track_caller]
fn public_key_refused(value: impl Into<Value>, problem: &str) {
    let value: Value = value.into();
    let error = Broker::refused(&json!({ "public_key": value }));
    assert_eq!(error, format!("`public_key`: {problem}"));
}

#[test]
fn a_key_that_is_no_good_is_refused_with_the_cause() {
    for (file, problem) in [
        (
            "rsa1024.pub.pem",
            "an RSA key of 1024 bits; 2048 to 8192 bits are accepted",
        ),
        (
            "rsa16384.pub.pem",
            "an RSA key of 16384 bits; 2048 to 8192 bits are accepted",
        ),
        (
            "rsa2048-e1.pub.pem",
            "an RSA key whose exponent is even, below 3, or too long",
        ),
        (
            "rsa2048-even.pub.pem",
            "an RSA key whose exponent is even, below 3, or too long",
        ),
        (
            "secp256k1.pub.pem",
            "a key on curve 1.3.132.0.10; P-256, P-384 and P-521 are supported",
        ),
        (
            "x25519.pub.pem",
            "a key of type id-X25519; rsaEncryption, RSASSA-PSS, elliptic curves, Ed25519 and ML-DSA are supported",
        ),
        (
            "ed448.pub.pem",
            "a key of type id-Ed448; rsaEncryption, RSASSA-PSS, elliptic curves, Ed25519 and ML-DSA are supported",
        ),
    ] {
        public_key_refused(
            vector_text(&format!("keys/{file}")),
            &format!("block 1: {problem}"),
        );
    }
}

#[test]
fn a_private_key_is_refused_with_words_of_its_own() {
    let problem = "holds a private key; only the public key belongs here, and the private one \
                   should be replaced if others could read it";
    for key in ["rsa2048", "p256", "ed25519"] {
        let private = vector_text(&format!("keys/{key}.key.pem"));
        public_key_refused(private.clone(), problem);
        public_key_refused(vector_text("keys/p256.pub.pem") + &private, problem);
    }
}

#[test]
fn what_is_no_pem_is_refused_without_being_quoted() {
    public_key_refused(
        "",
        "neither a public key nor the path of a file with one: the file cannot be read: No such file or directory (os error 2)",
    );
    public_key_refused(
        "hunter2",
        "neither a public key nor the path of a file with one: the file cannot be read: No such file or directory (os error 2)",
    );
    public_key_refused(
        "/",
        "neither a public key nor the path of a file with one: not a regular file: `/`",
    );
    public_key_refused(
        "/dev/zero",
        "neither a public key nor the path of a file with one: not a regular file: `/dev/zero`",
    );
    public_key_refused("-----BEGIN PUBLIC KEY-----\nhunter2", "not valid PEM");
    let cut = vector_text("keys/two.pub.pem").replace("-----END PUBLIC KEY-----\n", "");
    public_key_refused(cut, "not valid PEM");
    let empty = Scratch::new("empty.pem", "");
    public_key_refused(
        empty.0.to_str().unwrap(),
        "the file holds neither PEM nor a public key or certificate in DER or base64",
    );
    let large = Scratch::new("large.pem", vec![b'x'; (1 << 20) + 1]);
    let large = large.0.to_str().unwrap();
    public_key_refused(
        large,
        &format!(
            "neither a public key nor the path of a file with one: the file is larger than 1048576 bytes: `{large}`"
        ),
    );
    let block = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
    public_key_refused(block("PUBLIC KEY"), "block 1: not a SubjectPublicKeyInfo");
    public_key_refused(block("RSA PUBLIC KEY"), "block 1: not an RSA public key");
    public_key_refused(block("CERTIFICATE"), "block 1: not an X.509 certificate");
    public_key_refused(
        block("X509 CRL"),
        "block 1: neither a public key nor a certificate",
    );
    public_key_refused(
        block("EC PARAMETERS"),
        "holds the parameters of a key, and no key",
    );
    let second = vector_text("keys/p256.pub.pem") + &block("PUBLIC KEY");
    public_key_refused(second, "block 2: not a SubjectPublicKeyInfo");
}
