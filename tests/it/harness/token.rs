//! Tokens, signed by `jsonwebtoken` and not by the library.

use serde_json::{Value, json};

use super::{NOW, SECRET, vector_text};

/// Base64url without padding.
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// An HS256 token of exactly these header and payload texts, signed by `jsonwebtoken`.
pub fn hs256(secret: &str, header: &str, payload: impl AsRef<[u8]>) -> String {
    sign(
        &format!("{}.{}", base64url(header), base64url(payload)),
        secret,
    )
}

/// Adds the HS256 signature to whatever stands before the last dot.
pub fn sign(signing_input: &str, secret: &str) -> String {
    let key = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes());
    let signature = jsonwebtoken::crypto::sign(
        signing_input.as_bytes(),
        &key,
        jsonwebtoken::Algorithm::HS256,
    );
    format!("{signing_input}.{}", signature.unwrap())
}

/// A token signed by `jsonwebtoken` with one of the key files.
pub fn signed(
    algorithm: jsonwebtoken::Algorithm,
    key: &str,
    kid: Option<&str>,
    claims: &Value,
) -> String {
    let mut header = jsonwebtoken::Header::new(algorithm);
    header.kid = kid.map(str::to_owned);
    signed_under(&header, key, claims)
}

/// The same under a whole header.
pub fn signed_under(header: &jsonwebtoken::Header, key: &str, claims: &Value) -> String {
    jsonwebtoken::encode(header, claims, &private_key(header.alg, key)).unwrap()
}

/// The public JSON Web Key that belongs to one of the key files, made by `jsonwebtoken`.
pub fn jwk(algorithm: jsonwebtoken::Algorithm, key: &str) -> Value {
    let private = private_key(algorithm, key);
    let mut jwk = serde_json::to_value(
        jsonwebtoken::jwk::Jwk::from_encoding_key(&private, algorithm).unwrap(),
    )
    .unwrap();
    jwk.as_object_mut().unwrap().remove("alg");
    jwk
}

/// The same with a `kid`.
pub fn named_jwk(algorithm: jsonwebtoken::Algorithm, key: &str, kid: &str) -> Value {
    let mut jwk = jwk(algorithm, key);
    jwk["kid"] = kid.into();
    jwk
}

fn private_key(algorithm: jsonwebtoken::Algorithm, key: &str) -> jsonwebtoken::EncodingKey {
    use jsonwebtoken::{Algorithm, EncodingKey};
    let pem = vector_text(&format!("keys/{key}.key.pem"));
    match algorithm {
        Algorithm::ES256 | Algorithm::ES384 => EncodingKey::from_ec_pem(pem.as_bytes()),
        Algorithm::EdDSA => EncodingKey::from_ed_pem(pem.as_bytes()),
        _ => EncodingKey::from_rsa_pem(pem.as_bytes()),
    }
    .unwrap()
}

/// The header that most tokens have.
pub const HS256_HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// A token with these claims, signed with the secret.
pub fn token(claims: &Value) -> String {
    hs256(SECRET, HS256_HEADER, claims.to_string())
}

/// A token with this header and no claims, signed with the secret.
pub fn with_header(header: &str) -> String {
    hs256(SECRET, header, "{}")
}

/// A token with this payload, signed with the secret.
pub fn with_payload(payload: impl AsRef<[u8]>) -> String {
    hs256(SECRET, HS256_HEADER, payload)
}

/// Claims in date.
pub fn valid_claims() -> Value {
    json!({ "exp": NOW + 60 })
}
