//! Keys and certificates: PEM, DER, JSON Web Keys, secrets in base64.

use std::sync::Arc;

use serde_json::Value;

use super::{compact, log};
use crate::algorithm::Algorithm;
use crate::json::Json;
use crate::keys::{Key, jwk, misplaced, public_key, secret};

/// Takes the bytes for each of them.
pub fn key_material(bytes: &[u8]) {
    if let Some(Ok(keys)) = public_key::from_bytes("public_key", bytes, &log()) {
        assert!(!keys.is_empty());
        // Who takes it for a secret is told so: everybody may know it.
        assert!(misplaced::recognise(bytes).is_some());
        for key in &keys {
            assert_is_public(key);
            try_to_verify(key);
        }
    }
    let text = std::str::from_utf8(bytes);
    if let Some(set) = text.ok().and_then(|text| Json::parse(text).ok())
        && let Ok(keys) = jwk::read_set("jwks", set, &log())
    {
        assert!(!keys.is_empty());
        for key in &keys {
            try_to_verify(key);
        }
        let plain = plain_set(text.unwrap_or_default());
        let plain = jwk::read_set("jwks", Json::parse(&plain).unwrap(), &log()).unwrap();
        let identities = |keys: &[Arc<Key>]| {
            keys.iter()
                .map(|key| key.identity.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(identities(&keys), identities(&plain));
    }
    assert_eq!(
        secret::from_base64(bytes).ok().as_deref(),
        base64(bytes).as_ref()
    );
    #[cfg(feature = "endpoint")]
    tls_files(bytes);
}

/// Takes the bytes for the files of `ssl`.
#[cfg(feature = "endpoint")]
fn tls_files(bytes: &[u8]) {
    use crate::remote::{Authorities, ClientCertificate, certificates};

    if let Ok(chain) = certificates(bytes) {
        let _ = ClientCertificate::from_pem(chain, [bytes, bytes]);
    }
    let _ = Authorities::from_pem(bytes);
}

/// The same set as RFC 7517 has it: without null, and with what is binary in base64url without padding.
fn plain_set(text: &str) -> String {
    let mut set: Value = serde_json::from_str(text).unwrap();
    let keys = set["keys"].as_array_mut().unwrap().iter_mut();
    for members in keys.filter_map(Value::as_object_mut) {
        members.retain(|_, value| !value.is_null());
        for (name, value) in members.iter_mut() {
            if let Value::String(text) = value
                && ["n", "e", "x", "y", "k", "pub"].contains(&name.as_str())
            {
                *text = text
                    .trim_end_matches('=')
                    .replace('+', "-")
                    .replace('/', "_");
            }
        }
    }
    set.to_string()
}

/// A second reading of base64 in the standard alphabet: on any lines, and padded or not.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let lines: Vec<u8> = text
        .split(|byte| b"\r\n".contains(byte))
        .flatten()
        .copied()
        .collect();
    let padding = lines.iter().rev().take_while(|byte| **byte == b'=').count();
    let digits = lines[..lines.len() - padding]
        .iter()
        .map(|byte| match byte {
            b'+' => b'-',
            b'/' => b'_',
            b'-' | b'_' => b'?',
            byte => *byte,
        });
    compact::decode(&digits.collect::<Vec<u8>>())
}

/// A public key verifies no HMAC: anybody could make one.
pub(super) fn assert_is_public(key: &Key) {
    for alg in ["HS256", "HS384", "HS512"] {
        assert!(!key.serves(Algorithm::from_name(alg).unwrap()));
    }
}

/// A key that was read can be used: it says yes or no.
pub(super) fn try_to_verify(key: &Key) {
    let names = [
        "HS256",
        "RS256",
        "PS512",
        "ES256",
        "ES384",
        "ES512",
        "EdDSA",
        "ML-DSA-44",
        "ML-DSA-87",
    ];
    for algorithm in names.map(|name| Algorithm::from_name(name).unwrap()) {
        for signature in [&[][..], &[0x5a; 64], &[0x5a; 256]] {
            let verified = key.verify(algorithm, b"input", signature, None);
            assert!(verified.is_err());
        }
    }
}
