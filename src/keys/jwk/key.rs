//! One JSON Web Key (RFC 7517 section 4), as issuers write them: a member that is null is absent, and what is
//! binary may be padded or in the standard alphabet.

use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters,
    KeyOperations, PublicKeyUse,
};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::algorithm::Algorithm;
use crate::host::log::{Log, LogLevel};
use crate::host::quote::quoted;
use crate::json::{Json, Object};
use crate::keys::ecdsa::Curve;
use crate::keys::key::Key;
use crate::keys::rsa::without_leading_zeros;
use crate::keys::signature_format::SignatureFormat;
use crate::keys::{base64, misplaced, secret};

/// The members that say what a key is for, beside `alg`.
const COMMON: [&str; 3] = ["kid", "use", "key_ops"];

/// The members that are a public key. All others are ignored, `x5c`, `x5t` and `x5u` among them: a key's
/// own numbers are the key.
const NUMBERS: [&str; 6] = ["kty", "n", "e", "crv", "x", "y"];

const UNKNOWN_TYPE: &str = "its `kty` and `crv` are not RSA, EC with P-256, P-384 or P-521, OKP with \
                            Ed25519, AKP, or oct, or a member is missing";

/// The members that make an RSA, EC or OKP key, or an AKP key, private.
const PRIVATE: [&str; 2] = ["d", "priv"];

/// What SPIFFE calls a key for signatures (JWT-SVID section 4).
const JWT_SVID: &str = "jwt-svid";

/// Reads a key, which messages call `name`.
pub(super) fn read(name: String, jwk: Json<'_>, log: &Log) -> Result<Key, String> {
    let Json::Object(mut members) = jwk else {
        return Err("not an object".to_owned());
    };
    members.drop_nulls();
    if PRIVATE.iter().any(|member| members.get(member).is_some()) {
        log.write(LogLevel::Warn, || {
            format!("{name} holds a private key; only its public part is needed and used")
        });
    }
    let bound_to = algorithm(&members)?;
    let common: CommonParameters = decode(members.take(&COMMON))?;
    match common.public_key_use {
        None | Some(PublicKeyUse::Signature) => {}
        Some(PublicKeyUse::Other(name)) if name == JWT_SVID => {}
        Some(_) => return Err("its `use` is not \"sig\"".to_owned()),
    }
    if common
        .key_operations
        .is_some_and(|ops| !ops.contains(&KeyOperations::Verify))
    {
        return Err("its `key_ops` lack \"verify\"".to_owned());
    }
    let kid = common.key_id;
    // Of another type, a key would be kept whole as `serde_json` values, which are not wiped.
    let mut key = match members.get("kty").and_then(Json::as_str) {
        Some("oct") => secret(name, kid, &members, log),
        Some("AKP") => ml_dsa(name, kid, bound_to, &members),
        Some("RSA" | "EC" | "OKP") => public_key(name, kid, &mut members),
        _ => Err(UNKNOWN_TYPE.to_owned()),
    }?;
    match bound_to {
        Some(algorithm) if !key.bind(&[algorithm]) => Err(unfit(algorithm)),
        _ => Ok(key),
    }
}

/// A secret (RFC 7518 section 6.4). Its text is decoded where it stands: a copy would have to be wiped.
fn secret(
    name: String,
    kid: Option<String>,
    members: &Object<'_>,
    log: &Log,
) -> Result<Key, String> {
    let text = members.get("k").and_then(Json::as_str);
    let decoded = binary(text.ok_or(UNKNOWN_TYPE)?, "k")?;
    if let Some(found) = misplaced::recognise(&decoded) {
        return Err(format!("its `k` {found}"));
    }
    secret::key(name, kid, &decoded, log)
}

/// An ML-DSA key (RFC 9964 section 4), whose `alg` is its parameter set.
fn ml_dsa(
    name: String,
    kid: Option<String>,
    algorithm: Option<Algorithm>,
    members: &Object<'_>,
) -> Result<Key, String> {
    let algorithm = algorithm.ok_or("an AKP key without `alg`, which it must have")?;
    if !algorithm.is_ml_dsa() {
        return Err(unfit(algorithm));
    }
    let text = members.get("pub").and_then(Json::as_str);
    let bytes = binary(text.ok_or(UNKNOWN_TYPE)?, "pub")?;
    Key::from_ml_dsa(name, kid, algorithm, &bytes)
}

fn public_key(name: String, kid: Option<String>, members: &mut Object<'_>) -> Result<Key, String> {
    match decode(members.take(&NUMBERS))? {
        AlgorithmParameters::RSA(rsa) => {
            Key::from_rsa(name, kid, &binary(&rsa.n, "n")?, &binary(&rsa.e, "e")?)
        }
        AlgorithmParameters::EllipticCurve(ec) => {
            let (curve, point) = point(&ec)?;
            Key::from_point(name, kid, curve, &point, SignatureFormat::Raw)
        }
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            Key::from_ed25519(name, kid, &binary(&pair.x, "x")?)
        }
        _ => Err(UNKNOWN_TYPE.to_owned()),
    }
}

/// The one algorithm that the key's `alg` binds it to. `jsonwebtoken` would not know all of them.
fn algorithm(members: &Object<'_>) -> Result<Option<Algorithm>, String> {
    match members.get("alg") {
        None => Ok(None),
        Some(name) => name
            .as_str()
            .and_then(Algorithm::from_name)
            .map(Some)
            .ok_or_else(|| "its `alg` is not a supported signature algorithm".to_owned()),
    }
}

fn unfit(algorithm: Algorithm) -> String {
    format!("its `alg` {algorithm} does not fit its type")
}

fn decode<'a, T: Deserialize<'a>>(members: Object<'a>) -> Result<T, String> {
    serde_path_to_error::deserialize(Json::Object(members)).map_err(|error| {
        format!(
            "its member {}: {}",
            quoted(&error.path().to_string()),
            error.inner()
        )
    })
}

/// The uncompressed point of SEC 1 section 2.3.3.
fn point(ec: &EllipticCurveKeyParameters) -> Result<(Curve, Vec<u8>), String> {
    let curve = match ec.curve {
        EllipticCurve::P256 => Curve::P256,
        EllipticCurve::P384 => Curve::P384,
        EllipticCurve::P521 => Curve::P521,
        _ => return Err("its `crv` is not P-256, P-384 or P-521".to_owned()),
    };
    let (x, y) = (
        coordinate(curve, &ec.x, "x")?,
        coordinate(curve, &ec.y, "y")?,
    );
    Ok((curve, [&[4], x.as_slice(), y.as_slice()].concat()))
}

/// A coordinate of full length (RFC 7518 section 6.2.1.2). Issuers that write numbers as Java's `BigInteger`
/// does leave zeros out in front, or write one more.
fn coordinate(curve: Curve, text: &str, member: &str) -> Result<Vec<u8>, String> {
    let number = binary(text, member)?;
    let digits = without_leading_zeros(&number);
    match curve.coordinate_len().checked_sub(digits.len()) {
        Some(missing) if !number.is_empty() => Ok([&vec![0; missing], digits].concat()),
        _ => Err(format!(
            "its `{member}` is empty, or longer than its curve's numbers"
        )),
    }
}

fn binary(text: &str, member: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    base64::of_member(text).ok_or_else(|| format!("its `{member}` is not base64url"))
}
