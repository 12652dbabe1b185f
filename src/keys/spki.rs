//! Public keys in DER: SPKI, PKCS#1, and the keys of X.509 certificates.

use pkcs1::{RsaPssParams, RsaPublicKeyRef};
use x509_cert::Certificate;
use x509_cert::der::asn1::{Any, AnyRef, ObjectIdentifier};
use x509_cert::der::oid::db::DB;
use x509_cert::der::oid::db::fips204::{ID_ML_DSA_44, ID_ML_DSA_65, ID_ML_DSA_87};
use x509_cert::der::oid::db::rfc5912::{
    ID_EC_PUBLIC_KEY, ID_MGF_1, ID_RSASSA_PSS, ID_SHA_256, ID_SHA_384, ID_SHA_512, RSA_ENCRYPTION,
    SECP_256_R_1, SECP_384_R_1, SECP_521_R_1,
};
use x509_cert::der::oid::db::rfc8410::ID_ED_25519;
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::pkix::BasicConstraints;
use x509_cert::spki::SubjectPublicKeyInfoRef;

use super::der::Der;
use super::ecdsa::Curve;
use super::key::Key;
use super::signature_format::SignatureFormat;
use crate::algorithm::Algorithm;
use crate::host::log::{Log, LogLevel};

pub(super) const PRIVATE_KEY: &str = "holds a private key; only the public key belongs here, and the private \
                                      one should be replaced if others could read it";

/// What RFC 7518 section 3.5 makes of each hash: an algorithm, and the length of its salt in bytes.
const PSS: [(ObjectIdentifier, Algorithm, u8); 3] = [
    (ID_SHA_256, Algorithm::PS256, 32),
    (ID_SHA_384, Algorithm::PS384, 48),
    (ID_SHA_512, Algorithm::PS512, 64),
];

/// Reads a structure of this kind. The log warns of the certificate of an authority.
pub(super) fn key(name: String, kind: Der, der: &[u8], log: &Log) -> Result<Key, String> {
    match kind {
        Der::PublicKey => {
            let spki = SubjectPublicKeyInfoRef::from_der(der)
                .map_err(|_| "not a SubjectPublicKeyInfo".to_owned())?;
            from_spki(name, &spki)
        }
        Der::RsaPublicKey => from_pkcs1(name, der),
        Der::Certificate => {
            let defect = |_| "not an X.509 certificate".to_owned();
            let certificate = Certificate::from_der(der).map_err(defect)?;
            if is_authority(&certificate) {
                warn_of_authority(&name, log);
            }
            let spki = certificate.tbs_certificate().subject_public_key_info();
            let spki = spki.to_der().map_err(defect)?;
            let spki = SubjectPublicKeyInfoRef::from_der(&spki).map_err(defect)?;
            from_spki(name, &spki)
        }
        Der::PrivateKey => Err(PRIVATE_KEY.to_owned()),
    }
}

/// Whether it may sign other certificates (RFC 5280 section 4.2.1.9).
fn is_authority(certificate: &Certificate) -> bool {
    let constraints = (certificate.tbs_certificate()).get_extension::<BasicConstraints>();
    matches!(
        constraints,
        Ok(Some((_, BasicConstraints { ca: true, .. })))
    )
}

/// Chains of certificates are not followed, and who configures an authority may expect that.
fn warn_of_authority(name: &str, log: &Log) {
    log.write(LogLevel::Warn, || {
        format!(
            "{name}: the certificate of an authority, with whose own key tokens can be signed, and with no key \
             that it has certified; give the certificate of who signs the tokens, unless this is it"
        )
    });
}

/// A `SubjectPublicKeyInfo` (RFC 5280 section 4.1): RSA, RSASSA-PSS (RFC 4055), an elliptic curve (RFC 5480),
/// Ed25519 (RFC 8410) or ML-DSA (RFC 9881).
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
        ID_RSASSA_PSS => {
            let algorithms = pss_algorithms(spki.algorithm.parameters)?;
            let mut key = from_pkcs1(name, bits)?;
            let _ = key.bind(&algorithms);
            Ok(key)
        }
        ID_ED_25519 => Key::from_ed25519(name, None, bits),
        ID_ML_DSA_44 => Key::from_ml_dsa(name, None, Algorithm::MlDsa44, bits),
        ID_ML_DSA_65 => Key::from_ml_dsa(name, None, Algorithm::MlDsa65, bits),
        ID_ML_DSA_87 => Key::from_ml_dsa(name, None, Algorithm::MlDsa87, bits),
        other => Err(format!(
            "a key of type {}; rsaEncryption, RSASSA-PSS, elliptic curves, Ed25519 and ML-DSA are supported",
            name_of(&other)
        )),
    }
}

/// What a key for RSASSA-PSS alone serves. Parameters bind it to one hash, and say how long a salt is at least
/// (RFC 4055 section 1.2); a token's salt is as long as the hash.
fn pss_algorithms(parameters: Option<AnyRef<'_>>) -> Result<Vec<Algorithm>, String> {
    let Some(parameters) = parameters else {
        return Ok(PSS.map(|(_, algorithm, _)| algorithm).to_vec());
    };
    let unusable =
        || "an RSASSA-PSS key whose parameters are not those of PS256, PS384 or PS512".to_owned();
    let parameters = parameters
        .decode_as::<RsaPssParams<Any>>()
        .map_err(|_| unusable())?;
    let mask_hash = parameters.mask_gen.parameters.map(|hash| hash.oid);
    if parameters.mask_gen.oid != ID_MGF_1 || mask_hash != Some(parameters.hash.oid) {
        return Err(unusable());
    }
    let (_, algorithm, salt_len) = PSS
        .into_iter()
        .find(|(hash, ..)| *hash == parameters.hash.oid)
        .ok_or_else(unusable)?;
    if parameters.salt_len > salt_len {
        return Err(format!(
            "an RSASSA-PSS key that demands a salt of {} bytes at least, which no token has: the salt of \
             {algorithm} has {salt_len}",
            parameters.salt_len
        ));
    }
    Ok(vec![algorithm])
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
