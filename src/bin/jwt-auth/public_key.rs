//! Public keys and certificates, as JSON Web Keys (RFC 7517, RFC 7518, RFC 8037, RFC 9964).

use base64_simd::URL_SAFE_NO_PAD;
use jwt_auth::Algorithm;
use pkcs1::RsaPublicKeyRef;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use x509_cert::Certificate;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::oid::db::fips204::{ID_ML_DSA_44, ID_ML_DSA_65, ID_ML_DSA_87};
use x509_cert::der::oid::db::rfc5912::{
    ID_EC_PUBLIC_KEY, RSA_ENCRYPTION, SECP_256_R_1, SECP_384_R_1, SECP_521_R_1,
};
use x509_cert::der::oid::db::rfc8410::ID_ED_25519;
use x509_cert::der::{Decode, Encode};
use x509_cert::spki::SubjectPublicKeyInfoRef;

use crate::{input, lint};

/// A JSON Web Key.
pub(crate) type Jwk = Map<String, Value>;

/// The certificate of a file, in DER.
pub(crate) fn certificate(content: &[u8]) -> Result<Vec<u8>, String> {
    let blocks = pem::parse_many(content).unwrap_or_default();
    let in_pem = blocks.iter().find(|block| block.tag() == "CERTIFICATE");
    let der = in_pem.map_or(content, |block| block.contents());
    match Certificate::from_der(der) {
        Ok(_) => Ok(der.to_vec()),
        Err(_) => Err("not an X.509 certificate in PEM or DER".to_owned()),
    }
}

/// The public keys of a file: PEM of any number of blocks, or DER.
pub(crate) fn read(content: &[u8]) -> Result<Vec<Jwk>, String> {
    if !input::is_pem(content) {
        return Ok(vec![from_der(content)?]);
    }
    let blocks = pem::parse_many(content).map_err(|_| "not valid PEM".to_owned())?;
    if blocks
        .iter()
        .any(|block| block.tag().contains("PRIVATE KEY"))
    {
        let problem = "holds a private key; only the public key belongs into a JWK Set";
        return Err(problem.to_owned());
    }
    let keys = blocks.iter().filter(|block| block.tag() != "EC PARAMETERS");
    let keys: Vec<_> = keys
        .map(|block| from_der(block.contents()))
        .collect::<Result<_, _>>()?;
    if keys.is_empty() {
        return Err("holds no key".to_owned());
    }
    Ok(keys)
}

/// The key of a `SubjectPublicKeyInfo`, a certificate, or an `RSAPublicKey`.
pub(crate) fn from_der(der: &[u8]) -> Result<Jwk, String> {
    if let Ok(spki) = SubjectPublicKeyInfoRef::from_der(der) {
        return from_spki(&spki);
    }
    if let Ok(certificate) = Certificate::from_der(der) {
        let spki = certificate
            .tbs_certificate()
            .subject_public_key_info()
            .to_der();
        let spki = spki.map_err(|_| "a certificate without a key".to_owned())?;
        return from_der(&spki);
    }
    from_pkcs1(der).map_err(|_| "neither a public key nor a certificate, in PEM or DER".to_owned())
}

fn from_spki(spki: &SubjectPublicKeyInfoRef<'_>) -> Result<Jwk, String> {
    let bits = spki.subject_public_key.as_bytes().unwrap_or_default();
    match spki.algorithm.oid {
        RSA_ENCRYPTION => from_pkcs1(bits),
        ID_EC_PUBLIC_KEY => {
            let curve = spki
                .algorithm
                .parameters
                .and_then(|curve| curve.decode_as().ok());
            from_point(curve, bits)
        }
        ID_ED_25519 => Ok(members(
            json!({"crv": "Ed25519", "kty": "OKP", "x": encoded(bits)}),
        )),
        ID_ML_DSA_44 => Ok(from_ml_dsa(Algorithm::MlDsa44, bits)),
        ID_ML_DSA_65 => Ok(from_ml_dsa(Algorithm::MlDsa65, bits)),
        ID_ML_DSA_87 => Ok(from_ml_dsa(Algorithm::MlDsa87, bits)),
        other => Err(format!(
            "a key of type {other}; RSA, P-256, P-384, P-521, Ed25519 and ML-DSA are supported"
        )),
    }
}

fn from_pkcs1(der: &[u8]) -> Result<Jwk, String> {
    let key = RsaPublicKeyRef::from_der(der).map_err(|_| "not an RSA public key".to_owned())?;
    Ok(members(json!({
        "e": encoded(key.public_exponent.as_bytes()),
        "kty": "RSA",
        "n": encoded(key.modulus.as_bytes()),
    })))
}

/// An uncompressed point (SEC 1 section 2.3.3).
fn from_point(curve: Option<ObjectIdentifier>, bits: &[u8]) -> Result<Jwk, String> {
    let (name, len) = match curve {
        Some(SECP_256_R_1) => ("P-256", 32),
        Some(SECP_384_R_1) => ("P-384", 48),
        Some(SECP_521_R_1) => ("P-521", 66),
        _ => return Err("a curve other than P-256, P-384 and P-521".to_owned()),
    };
    let coordinates = bits
        .strip_prefix(&[4])
        .and_then(|bits| bits.split_at_checked(len));
    match coordinates.filter(|(_, y)| y.len() == len) {
        Some((x, y)) => Ok(members(
            json!({"crv": name, "kty": "EC", "x": encoded(x), "y": encoded(y)}),
        )),
        None => Err("a point that is not written as two whole coordinates".to_owned()),
    }
}

fn from_ml_dsa(algorithm: Algorithm, bits: &[u8]) -> Jwk {
    members(json!({"alg": algorithm.name(), "kty": "AKP", "pub": encoded(bits)}))
}

/// A secret as a key of type oct.
pub(crate) fn from_secret(secret: &[u8]) -> Jwk {
    members(json!({"k": encoded(secret), "kty": "oct"}))
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode_to_string(bytes)
}

fn members(value: Value) -> Jwk {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// The thumbprint of RFC 7638 with SHA-256. Up to here a key has the members that it is made of, and no
/// others, in the order of their names.
fn thumbprint(key: &Jwk) -> String {
    encoded(&Sha256::digest(Value::Object(key.clone()).to_string()))
}

/// Gives a key its name, by default its thumbprint, and says what it is for.
pub(crate) fn publish(
    mut key: Jwk,
    kid: Option<&str>,
    algorithm: Option<Algorithm>,
) -> Result<Jwk, String> {
    let kid = kid.map_or_else(|| thumbprint(&key), str::to_owned);
    key.insert("kid".to_owned(), kid.into());
    key.insert("use".to_owned(), "sig".into());
    if let Some(algorithm) = algorithm.or_else(|| usual_algorithm(&key)) {
        key.insert("alg".to_owned(), algorithm.name().into());
    }
    // What the library would not take must not be published.
    let config = json!({"jwks": {"keys": [&key]}}).to_string();
    let (error, warnings) = lint::findings(&config);
    let skipped = warnings
        .into_iter()
        .find(|warning| warning.contains(" is skipped: "));
    match (skipped, error) {
        (None, None) => Ok(key),
        (Some(problem), _) | (None, Some(problem)) => {
            let reason = problem
                .split_once(" is skipped: ")
                .map(|(_, reason)| reason.to_owned());
            Err(reason.unwrap_or(problem))
        }
    }
}

/// The one algorithm that a key serves, if it is one.
fn usual_algorithm(key: &Jwk) -> Option<Algorithm> {
    match key.get("crv")?.as_str()? {
        "P-256" => Some(Algorithm::ES256),
        "P-384" => Some(Algorithm::ES384),
        "P-521" => Some(Algorithm::ES512),
        "Ed25519" => Some(Algorithm::EdDSA),
        _ => None,
    }
}

/// The text of a set of these keys.
pub(crate) fn set(keys: &[Jwk]) -> String {
    format!("{:#}\n", json!({ "keys": keys }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_is_that_of_rfc_7638() {
        // Section 3.1 of the RFC.
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXj\
                 BZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSq\
                 zs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINH\
                 aQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let key = members(json!({"e": "AQAB", "kty": "RSA", "n": n}));
        assert_eq!(
            thumbprint(&key),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
    }
}
