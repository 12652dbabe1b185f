//! JSON Web Keys and sets of them (RFC 7517).

use base64_simd::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters,
    KeyOperations, PublicKeyUse,
};
use serde::Deserialize;

use super::ecdsa::Curve;
use super::index::KeyIndex;
use super::key::Key;
use super::signature_format::SignatureFormat;
use super::{misplaced, secret};
use crate::algorithm::Algorithm;
use crate::host::log::{Log, LogLevel};
use crate::host::quote::quoted;
use crate::json::{Json, Object};
use crate::remote::limits::{LARGEST_KEY_SET, MOST_KEYS};
use crate::remote::{Content, Words};

/// The members that say what a key is for, beside `alg`.
const COMMON: [&str; 3] = ["kid", "use", "key_ops"];

/// The members that are a public key. All others are ignored, `x5c`, `x5t` and `x5u` among them: a key's
/// own numbers are the key.
const NUMBERS: [&str; 6] = ["kty", "n", "e", "crv", "x", "y"];

const UNKNOWN_TYPE: &str = "its `kty` and `crv` are not RSA, EC with P-256, P-384 or P-521, OKP with \
                            Ed25519, or oct, or a member is missing";

/// The member that makes an RSA, EC or OKP key private.
const PRIVATE: &str = "d";

/// Reads a set key by key: an unusable one is skipped with a warning, and one good key must remain.
pub(crate) fn read_set(option: &str, set: Json<'_>, log: &Log) -> Result<Vec<Key>, String> {
    read(option, elements(set)?, log, |name, jwk| key(name, jwk, log))
}

impl Content for KeyIndex {
    const WORDS: Words = Words {
        singular: "key set",
        plural: "the keys",
        none_held: "no keys are held, and tokens that need them are refused",
    };
    const ACCEPT: &'static str = "application/jwk-set+json, application/json";
    const LARGEST: u64 = LARGEST_KEY_SET;

    fn read(body: &[u8], option: &str, log: &Log) -> Result<Self, String> {
        let no_set = |problem: &str| format!("the answer is no JSON Web Key Set: {problem}");
        let text = std::str::from_utf8(body).map_err(|_| no_set("not UTF-8"))?;
        let json = Json::parse(text).map_err(|error| no_set(&error.to_string()))?;
        let keys = read_fetched_set(json, option, log).map_err(|problem| no_set(&problem))?;
        Ok(Self::new(keys))
    }

    fn summary(&self) -> String {
        format!("{} usable key(s)", self.len())
    }
}

/// Reads a set that came from an endpoint: as [`read_set`], without secrets. What a server tells
/// everybody who asks is none.
fn read_fetched_set(set: Json<'_>, option: &str, log: &Log) -> Result<Vec<Key>, String> {
    let elements = elements(set)?;
    if elements.len() > MOST_KEYS {
        return Err(format!("more than {MOST_KEYS} keys"));
    }
    read(option, elements, log, |name, jwk| {
        let is_secret = matches!(&jwk, Json::Object(members)
            if members.get("kty").and_then(Json::as_str) == Some("oct"));
        if is_secret {
            return Err("a secret is not taken from an endpoint".to_owned());
        }
        key(name, jwk, log).map(Key::fetched)
    })
}

fn elements(set: Json<'_>) -> Result<Vec<Json<'_>>, String> {
    let keys = match set {
        Json::Object(mut members) => members.remove("keys"),
        _ => None,
    };
    match keys {
        Some(Json::Array(elements)) => Ok(elements),
        _ => Err("expected a JSON Web Key Set: an object with a list `keys`".to_owned()),
    }
}

fn read<'j>(
    option: &str,
    elements: Vec<Json<'j>>,
    log: &Log,
    key: impl Fn(String, Json<'j>) -> Result<Key, String>,
) -> Result<Vec<Key>, String> {
    let mut keys = Vec::new();
    for (element, number) in elements.into_iter().zip(1_usize..) {
        let name = format!("`{option}` key {number}");
        match key(name.clone(), element) {
            Ok(key) => keys.push(key),
            Err(problem) => log.write(LogLevel::Warn, || format!("{name} is skipped: {problem}")),
        }
    }
    if keys.is_empty() {
        return Err("no usable key in the set".to_owned());
    }
    Ok(keys)
}

fn key(name: String, jwk: Json<'_>, log: &Log) -> Result<Key, String> {
    let Json::Object(mut members) = jwk else {
        return Err("not an object".to_owned());
    };
    if members.get(PRIVATE).is_some() {
        log.write(LogLevel::Warn, || {
            format!("{name} holds a private key; only its public part is needed and used")
        });
    }
    let bound_to = algorithm(&members)?;
    let common: CommonParameters = decode(members.take(&COMMON))?;
    if common
        .public_key_use
        .is_some_and(|public_key_use| public_key_use != PublicKeyUse::Signature)
    {
        return Err("its `use` is not \"sig\"".to_owned());
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
        Some("RSA" | "EC" | "OKP") => public_key(name, kid, &mut members),
        _ => Err(UNKNOWN_TYPE.to_owned()),
    }?;
    match bound_to {
        Some(algorithm) if !key.bind(&[algorithm]) => {
            Err(format!("its `alg` {algorithm} does not fit its type"))
        }
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
    let text = text.ok_or_else(|| UNKNOWN_TYPE.to_owned())?;
    let decoded = secret::from_base64url(text).ok_or_else(|| not_base64url("k"))?;
    if let Some(found) = misplaced::recognise(&decoded) {
        return Err(format!("its `k` {found}"));
    }
    secret::key(name, kid, &decoded, log)
}

fn public_key(name: String, kid: Option<String>, members: &mut Object<'_>) -> Result<Key, String> {
    match decode(members.take(&NUMBERS))? {
        AlgorithmParameters::RSA(rsa) => {
            Key::from_rsa(name, kid, &number(&rsa.n, "n")?, &number(&rsa.e, "e")?)
        }
        AlgorithmParameters::EllipticCurve(ec) => {
            let (curve, point) = point(&ec)?;
            Key::from_point(name, kid, curve, &point, SignatureFormat::Raw)
        }
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            Key::from_ed25519(name, kid, &number(&pair.x, "x")?)
        }
        _ => Err(UNKNOWN_TYPE.to_owned()),
    }
}

/// The one algorithm that the key's `alg` binds it to. `jsonwebtoken` would not know ES512.
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

fn decode<'a, T: Deserialize<'a>>(members: Object<'a>) -> Result<T, String> {
    serde_path_to_error::deserialize(Json::Object(members)).map_err(|error| {
        format!(
            "its member {}: {}",
            quoted(&error.path().to_string()),
            error.inner()
        )
    })
}

/// The uncompressed point of SEC 1 section 2.3.3, from coordinates of full length (RFC 7518
/// section 6.2.1.2).
fn point(ec: &EllipticCurveKeyParameters) -> Result<(Curve, Vec<u8>), String> {
    let curve = match ec.curve {
        EllipticCurve::P256 => Curve::P256,
        EllipticCurve::P384 => Curve::P384,
        EllipticCurve::P521 => Curve::P521,
        _ => return Err("its `crv` is not P-256, P-384 or P-521".to_owned()),
    };
    let (x, y) = (number(&ec.x, "x")?, number(&ec.y, "y")?);
    if [x.len(), y.len()] != [curve.coordinate_len(); 2] {
        return Err("its `x` or `y` has not the length of its curve".to_owned());
    }
    Ok((curve, [&[4], x.as_slice(), y.as_slice()].concat()))
}

fn number(text: &str, member: &str) -> Result<Vec<u8>, String> {
    let decoded = URL_SAFE_NO_PAD.decode_to_vec(text);
    decoded.map_err(|_| not_base64url(member))
}

fn not_base64url(member: &str) -> String {
    format!("its `{member}` is not base64url")
}
