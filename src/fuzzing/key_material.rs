//! Keys and certificates: PEM, DER, JSON Web Keys, secrets in base64.

use super::log;
use crate::algorithm::Algorithm;
use crate::json::Json;
use crate::keys::{Key, jwk, misplaced, public_key, secret};
use crate::remote::{Authorities, ClientCertificate, certificates};

/// Takes the bytes for each of them.
pub fn key_material(bytes: &[u8]) {
    if let Some(Ok(keys)) = public_key::from_bytes("public_key", bytes) {
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
        keys.iter().for_each(try_to_verify);
    }
    if let Some(secret) = secret::from_base64(bytes) {
        // Three bytes for four characters, less what is padded.
        assert_eq!(bytes.len() % 4, 0);
        assert_eq!(secret.len().div_ceil(3), bytes.len() / 4);
    }
    if let Ok(chain) = certificates(bytes) {
        let _ = ClientCertificate::from_pem(chain, [bytes, bytes]);
    }
    let _ = Authorities::from_pem(bytes);
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
        "HS256", "RS256", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    ];
    for algorithm in names.map(|name| Algorithm::from_name(name).unwrap()) {
        for signature in [&[][..], &[0x5a; 64], &[0x5a; 256]] {
            let verified = key.verify(algorithm, b"input", signature, None);
            assert!(verified.is_err());
        }
    }
}
