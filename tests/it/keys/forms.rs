//! Public keys that are not PEM, and PEM that was copied.

use crate::harness::{Broker, Scratch, accepts, vector_text};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use jsonwebtoken::Algorithm::{ES256, EdDSA, PS256, RS256};
use jwt_auth::Reason;
use serde_json::{Value, json};

/// Keys and certificates of every kind, and a token's algorithm and key.
const FILES: [(&str, jsonwebtoken::Algorithm, &str); 6] = [
    ("rsa2048.pub", RS256, "rsa2048"),
    ("rsa2048.pkcs1", PS256, "rsa2048"),
    ("rsa2048.crt", RS256, "rsa2048"),
    ("p256.pub", ES256, "p256"),
    ("ed25519.pub", EdDSA, "ed25519"),
    ("ed25519.crt", EdDSA, "ed25519"),
];

fn text(name: &str) -> String {
    vector_text(&format!("keys/{name}.pem"))
}

fn der(name: &str) -> Vec<u8> {
    pem::parse(text(name)).unwrap().into_contents()
}

fn raw(value: impl Into<Value>) -> Value {
    json!({ "public_key": value.into(), "signature_format": "raw" })
}

/// In the option, and in a file that it names.
fn both(text: &str) -> (Value, Scratch) {
    (raw(text), Scratch::new("key.pub", text))
}

#[track_caller]
fn refused(content: &[u8], problem: &str) {
    let file = Scratch::new("no-key.pub", content);
    let error = Broker::refused(&json!({ "public_key": file.0 }));
    assert_eq!(error, format!("`public_key`: {problem}"));
    if let Ok(text) = str::from_utf8(content) {
        let error = Broker::refused(&json!({ "pubkey": text }));
        assert_eq!(error, format!("`pubkey`: {problem}"));
    }
}

#[test]
fn a_file_may_hold_der() {
    for (name, algorithm, key) in FILES {
        let file = Scratch::new("key.der", der(name));
        accepts(&raw(json!(file.0)), algorithm, key);
    }
}

#[test]
fn base64_of_a_key_or_certificate_is_taken_in_the_option_and_in_a_file() {
    for (name, algorithm, key) in FILES {
        let base64 = STANDARD.encode(der(name));
        let lines: Vec<String> = base64
            .as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        for text in [
            base64.clone(),
            STANDARD_NO_PAD.encode(der(name)),
            lines.join("\n") + "\n",
            lines.join("\r\n"),
            lines.join(r"\n"),
            format!("\u{feff} {base64}\n"),
        ] {
            let (config, file) = both(&text);
            accepts(&config, algorithm, key);
            accepts(&raw(json!(file.0)), algorithm, key);
        }
    }
}

#[test]
fn line_breaks_of_pem_may_be_written_out() {
    for (name, algorithm, key) in FILES {
        for line_break in [r"\n", r"\r\n"] {
            let (config, file) = both(&text(name).replace('\n', line_break));
            accepts(&config, algorithm, key);
            accepts(&raw(json!(file.0)), algorithm, key);
        }
    }
}

#[test]
fn a_byte_order_mark_and_parameters_in_front_of_pem_are_passed_over() {
    let parameters =
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    let key = text("p256.pub");
    for text in [
        format!("\u{feff}{key}"),
        format!("{parameters}{key}"),
        format!(" \n{key}"),
    ] {
        let (config, file) = both(&text);
        accepts(&config, ES256, "p256");
        accepts(&raw(json!(file.0)), ES256, "p256");
    }
    // Blocks are counted as they stand in the text.
    let broken = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    let config = json!({ "public_key": format!("{parameters}{broken}") });
    assert_eq!(
        Broker::refused(&config),
        "`public_key`: block 2: not a SubjectPublicKeyInfo"
    );
}

#[test]
fn a_private_key_is_refused_in_every_form() {
    let problem = "holds a private key; only the public key belongs here, and the private one should be \
                   replaced if others could read it";
    for name in ["rsa2048", "p256", "ed25519"] {
        let name = format!("{name}.key");
        refused(&der(&name), problem);
        refused(STANDARD.encode(der(&name)).as_bytes(), problem);
        refused(text(&name).as_bytes(), problem);
        refused(text(&name).replace('\n', r"\n").as_bytes(), problem);
    }
}

#[test]
fn an_openssh_key_is_named_with_how_to_write_it() {
    let problem = "holds an OpenSSH key; `ssh-keygen -e -m PKCS8 -f FILE` writes it as PEM, which belongs here";
    for kind in [
        "ssh-ed25519",
        "ssh-rsa",
        "ecdsa-sha2-nistp256",
        "sk-ssh-ed25519@openssh.com",
    ] {
        refused(
            format!("{kind} AAAAC3NzaC1lZDI1NTE5 me@host\n").as_bytes(),
            problem,
        );
    }
    refused(b"---- BEGIN SSH2 PUBLIC KEY ----\nAAAAB3\n", problem);
    // A path is none.
    let error = Broker::refused(&json!({ "public_key": "ssh-keys/none.pem" }));
    assert!(error.contains("the file cannot be read"), "{error}");
}

#[test]
fn json_is_named_with_where_it_belongs() {
    let jwk = crate::harness::jwk(EdDSA, "ed25519");
    let certificates = json!({ "a": text("rsa2048.crt") });
    for (json, problem) in [
        (
            jwk.clone(),
            "holds a JSON Web Key; a set of such keys belongs in `jwks` or `jwks_file`",
        ),
        (
            json!({ "keys": [jwk] }),
            "holds a JSON Web Key Set, which belongs in `jwks` or `jwks_file`",
        ),
        (
            certificates,
            "holds JSON; a JSON Web Key Set belongs in `jwks` or `jwks_file`",
        ),
    ] {
        refused(json.to_string().as_bytes(), problem);
        refused(format!("\u{feff}\n{json:#}\n").as_bytes(), problem);
    }
}

fn pss(name: &str) -> Value {
    json!({ "public_key": text(&format!("rsa2048-pss{name}.pub")) })
}

#[test]
fn a_key_for_rsassa_pss_serves_nothing_else_and_only_the_hash_that_it_names() {
    for (name, served) in [
        ("", &["PS256", "PS384", "PS512"][..]),
        ("-sha256", &["PS256"]),
        ("-sha384", &["PS384"]),
        ("-sha512", &["PS512"]),
    ] {
        let broker = Broker::new(&pss(name));
        let tokens = crate::harness::vectors("tokens.json");
        let of_the_key = tokens.iter().filter(|token| token["key"] == "rsa2048");
        let mut seen = 0;
        for token in of_the_key {
            let answer = broker.present(token["token"].as_str().unwrap());
            if served.contains(&token["alg"].as_str().unwrap()) {
                answer.allowed();
                seen += 1;
            } else {
                answer.denied(Reason::NoKey);
            }
        }
        assert_eq!(seen, served.len(), "{name}");
    }
    let error = Broker::refused(&json!({
        "public_key": pss("-sha256")["public_key"], "algorithms": ["RS256"],
    }));
    assert_eq!(error, "`algorithms`: no configured key can verify RS256");
}

#[test]
fn a_key_for_rsassa_pss_that_no_token_can_satisfy_is_refused() {
    let unusable = "an RSASSA-PSS key whose parameters are not those of PS256, PS384 or PS512";
    let salt = "an RSASSA-PSS key that demands a salt of 33 bytes at least, which no token has: the salt of \
                PS256 has 32";
    for (name, problem) in [("-sha1", unusable), ("-mgf", unusable), ("-salt33", salt)] {
        let error = Broker::refused(&pss(name));
        assert_eq!(error, format!("`public_key`: block 1: {problem}"));
    }
}
