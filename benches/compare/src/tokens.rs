//! Tokens and keys, made by `jsonwebtoken`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::json;

pub const SECRET: &str = "0123456789abcdef0123456789abcdef";

pub fn key_file(algorithm: &str, keys: &str, kind: &str) -> String {
    let name = match algorithm {
        "ES256" => "p256",
        "ES384" => "p384",
        "EdDSA" => "ed25519",
        _ => "rsa2048",
    };
    let path = format!("{keys}/{name}.{kind}.pem");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn private_key(algorithm: &str, keys: &str) -> EncodingKey {
    if algorithm == "HS256" {
        return EncodingKey::from_secret(SECRET.as_bytes());
    }
    let pem = key_file(algorithm, keys, "key");
    match algorithm {
        "ES256" | "ES384" => EncodingKey::from_ec_pem(pem.as_bytes()),
        "EdDSA" => EncodingKey::from_ed_pem(pem.as_bytes()),
        _ => EncodingKey::from_rsa_pem(pem.as_bytes()),
    }
    .expect("a key")
}

pub fn jwk(algorithm: &str, keys: &str) -> String {
    let mut jwk = if algorithm == "HS256" {
        json!({"kty": "oct", "k": URL_SAFE_NO_PAD.encode(SECRET)})
    } else {
        let key = private_key(algorithm, keys);
        let algorithm = algorithm.parse().expect("an algorithm");
        let jwk = Jwk::from_encoding_key(&key, algorithm).expect("a key");
        serde_json::to_value(jwk).expect("JSON")
    };
    jwk["kid"] = "key-001".into();
    jwk.as_object_mut().expect("an object").remove("alg");
    jwk.to_string()
}

pub fn token(algorithm: &str, keys: &str, defect: &str, number: i32) -> String {
    let client = format!("d-{number:06}");
    let exp = if defect == "expired" {
        1_700_000_100_u64
    } else {
        4_102_444_800
    };
    let aud = if defect == "another audience" {
        "http"
    } else {
        "mqtt"
    };
    let claims = format!(
        r#"{{"sub":"{client}","clientid":"{client}","username":"alice","iat":1700000000,"exp":{exp},"aud":"{aud}","acl":{{"pub":["up/{client}/#","log/{client}/+"],"sub":["down/{client}/#","all/news/weather/+/#"]}}}}"#
    );
    let alg = if defect == "alg none" {
        "none"
    } else {
        algorithm
    };
    let header = format!(r#"{{"alg":"{alg}","typ":"JWT","kid":"key-001"}}"#);
    let input = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let key = private_key(algorithm, keys);
    let algorithm: Algorithm = algorithm.parse().expect("an algorithm");
    let sign = |input: &str| {
        jsonwebtoken::crypto::sign(input.as_bytes(), &key, algorithm).expect("a signature")
    };
    match defect {
        "no signature" | "alg none" => format!("{input}."),
        "another's signature" => format!("{input}.{}", sign(&format!("{input}x"))),
        _ => format!("{input}.{}", sign(&input)),
    }
}
