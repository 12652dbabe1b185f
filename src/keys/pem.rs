//! Public keys in PEM (RFC 7468): SPKI, PKCS#1 and X.509 certificates, any number of blocks.

use pkcs1::RsaPublicKeyRef;
use x509_cert::Certificate;
use x509_cert::der::asn1::{AnyRef, ObjectIdentifier};
use x509_cert::der::oid::db::DB;
use x509_cert::der::oid::db::rfc5912::{
    ID_EC_PUBLIC_KEY, RSA_ENCRYPTION, SECP_256_R_1, SECP_384_R_1, SECP_521_R_1,
};
use x509_cert::der::oid::db::rfc8410::ID_ED_25519;
use x509_cert::der::{Decode, Encode};
use x509_cert::spki::SubjectPublicKeyInfoRef;

use super::ecdsa::Curve;
use super::key::Key;
use super::signature_format::SignatureFormat;

const PRIVATE_KEY: &str = "holds a private key; only the public key belongs here, and the private \
                           one should be replaced if others could read it";

/// Whether a text holds PEM rather than the path of a file with PEM.
pub(crate) fn is_pem(text: &[u8]) -> bool {
    beginnings(text) > 0
}

fn beginnings(text: &[u8]) -> usize {
    const BEGIN: &[u8] = b"-----BEGIN";
    text.windows(BEGIN.len())
        .filter(|window| *window == BEGIN)
        .count()
}

/// Reads every block of a PEM text; one that is no public key is an error.
pub(crate) fn read(option: &str, text: &[u8]) -> Result<Vec<Key>, String> {
    let blocks = ::pem::parse_many(text).map_err(|_| "not valid PEM".to_owned())?;
    // The parser passes over a block without an end, and no key is to be lost in silence.
    if blocks.len() != beginnings(text) {
        return Err("not valid PEM".to_owned());
    }
    if blocks.is_empty() {
        return Err("no PEM block found".to_owned());
    }
    if blocks
        .iter()
        .any(|block| block.tag().contains("PRIVATE KEY"))
    {
        return Err(PRIVATE_KEY.to_owned());
    }
    blocks
        .iter()
        .zip(1_usize..)
        .map(|(block, number)| {
            let name = format!("`{option}` block {number}");
            key(name, block).map_err(|problem| format!("block {number}: {problem}"))
        })
        .collect()
}

fn key(name: String, block: &::pem::Pem) -> Result<Key, String> {
    let der = block.contents();
    match block.tag() {
        "PUBLIC KEY" => {
            let spki = SubjectPublicKeyInfoRef::from_der(der)
                .map_err(|_| "not a SubjectPublicKeyInfo".to_owned())?;
            from_spki(name, &spki)
        }
        "RSA PUBLIC KEY" => from_pkcs1(name, der),
        "CERTIFICATE" => {
            let defect = |_| "not an X.509 certificate".to_owned();
            let certificate = Certificate::from_der(der).map_err(defect)?;
            let spki = certificate.tbs_certificate().subject_public_key_info();
            let spki = spki.to_der().map_err(defect)?;
            let spki = SubjectPublicKeyInfoRef::from_der(&spki).map_err(defect)?;
            from_spki(name, &spki)
        }
        _ => Err("neither a public key nor a certificate".to_owned()),
    }
}

/// A `SubjectPublicKeyInfo` (RFC 5280 section 4.1): RSA, an elliptic curve (RFC 5480) or Ed25519
/// (RFC 8410).
fn from_spki(name: String, spki: &SubjectPublicKeyInfoRef<'_>) -> Result<Key, String> {
    let bits = spki
        .subject_public_key
        .as_bytes()
        .ok_or_else(|| "a key that does not end at a byte".to_owned())?;
    match spki.algorithm.oid {
        RSA_ENCRYPTION => from_pkcs1(name, bits),
        ID_EC_PUBLIC_KEY => {
            let curve = curve(spki.algorithm.parameters)?;
            Key::from_point(name, None, curve, bits, SignatureFormat::Der)
        }
        ID_ED_25519 => Key::from_ed25519(name, None, bits),
        other => Err(format!(
            "a key of type {}; rsaEncryption, elliptic curves and Ed25519 are supported",
            name_of(&other)
        )),
    }
}

fn curve(parameters: Option<AnyRef<'_>>) -> Result<Curve, String> {
    let curve = parameters
        .and_then(|parameters| parameters.decode_as::<ObjectIdentifier>().ok())
        .ok_or_else(|| "an elliptic curve without a name".to_owned())?;
    match curve {
        SECP_256_R_1 => Ok(Curve::P256),
        SECP_384_R_1 => Ok(Curve::P384),
        SECP_521_R_1 => Ok(Curve::P521),
        other => Err(format!(
            "a key on curve {}; P-256, P-384 and P-521 are supported",
            name_of(&other)
        )),
    }
}

/// An `RSAPublicKey` (RFC 8017 appendix A.1.1).
fn from_pkcs1(name: String, der: &[u8]) -> Result<Key, String> {
    let key = RsaPublicKeyRef::from_der(der).map_err(|_| "not an RSA public key".to_owned())?;
    Key::from_rsa(
        name,
        None,
        key.modulus.as_bytes(),
        key.public_exponent.as_bytes(),
    )
}

/// The name of an object identifier, or its numbers.
fn name_of(oid: &ObjectIdentifier) -> String {
    match DB.by_oid(oid) {
        Some(name) => name.to_owned(),
        None => oid.to_string(),
    }
}
