//! JSON Web Keys as issuers write them.

use crate::harness::{Broker, SECRET, accepts, base64url, jwk, token, valid_claims};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm::{ES256, ES384, EdDSA, RS256};
use serde_json::{Value, json};

use super::{set, with};

fn bytes(jwk: &Value, member: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD
        .decode(jwk[member].as_str().unwrap())
        .unwrap()
}

#[test]
fn a_member_that_is_null_is_absent() {
    let nulls = json!({
        "kid": null, "alg": null, "use": null, "key_ops": null, "d": null, "p": null, "x5c": null, "k": null,
    });
    for (algorithm, key) in [(RS256, "rsa2048"), (ES256, "p256"), (EdDSA, "ed25519")] {
        let config = set(&[with(jwk(algorithm, key), nulls.clone())]);
        accepts(&config, algorithm, key);
        assert_eq!(Broker::new(&config).warnings(), [""; 0]);
    }
}

#[test]
fn padding_and_the_standard_alphabet_are_forgiven_in_every_binary_member() {
    let oct = json!({ "kty": "oct", "k": base64url(SECRET) });
    for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE] {
        let written = |jwk: &Value| {
            let mut jwk = jwk.clone();
            for member in ["n", "e", "x", "y", "k"] {
                if jwk[member].is_string() {
                    jwk[member] = engine.encode(bytes(&jwk, member)).into();
                }
            }
            jwk
        };
        for (algorithm, key) in [
            (RS256, "rsa2048"),
            (ES256, "p256"),
            (ES384, "p384"),
            (EdDSA, "ed25519"),
        ] {
            accepts(&set(&[written(&jwk(algorithm, key))]), algorithm, key);
        }
        Broker::new(&set(&[written(&oct)]))
            .present(&token(&valid_claims()))
            .allowed();
    }
    // A modulus that is spelled in another way in each alphabet.
    let n = STANDARD.encode(bytes(&jwk(RS256, "rsa2048"), "n"));
    assert!(n.contains('+') && n.contains('/'));
}

#[test]
fn zeros_in_front_of_a_coordinate_are_stripped() {
    let key = jwk(ES256, "p256");
    for member in ["x", "y"] {
        let full = bytes(&key, member);
        assert_eq!(full.len(), 32);
        for zeros in [1, 2, 30] {
            let longer = [vec![0; zeros], full.clone()].concat();
            let config = set(&[with(key.clone(), json!({ member: base64url(longer) }))]);
            accepts(&config, ES256, "p256");
        }
    }
}

#[test]
fn a_coordinate_without_its_leading_zero_is_that_number() {
    // A coordinate of P-521 has seven bits that are always zero.
    let vector = crate::harness::vectors("rfc.json")
        .into_iter()
        .find(|vector| vector["name"] == "RFC 7520 4.3")
        .unwrap();
    let mut key = vector["jwk"].clone();
    let mut shortened = 0;
    for member in ["x", "y"] {
        let full = bytes(&key, member);
        let digits: Vec<u8> = full.iter().copied().skip_while(|byte| *byte == 0).collect();
        shortened += full.len() - digits.len();
        key[member] = base64url(digits).into();
    }
    assert!(shortened > 0);
    // The signature is good, and the signed text is no claims.
    Broker::new(&set(&[key]))
        .present(vector["token"].as_str().unwrap())
        .denied(jwt_auth::Reason::MalformedClaims);
}

#[test]
fn an_ed25519_key_is_neither_padded_nor_stripped() {
    let key = jwk(EdDSA, "ed25519");
    let x = bytes(&key, "x");
    for x in [[&[0], x.as_slice()].concat(), x[1..].to_vec()] {
        let bad = with(key.clone(), json!({ "x": base64url(x) }));
        let broker = Broker::new(&set(&[bad, jwk(RS256, "rsa2048")]));
        assert_eq!(
            broker.warnings(),
            ["`jwks` key 1 is skipped: an Ed25519 key that is not 32 bytes long"]
        );
    }
}

#[test]
fn a_key_of_spiffe_is_for_signatures() {
    let key = with(jwk(ES256, "p256"), json!({ "use": "jwt-svid" }));
    accepts(&set(&[key]), ES256, "p256");
}

#[test]
fn ed25519_and_eddsa_bind_a_key_alike() {
    for name in ["EdDSA", "Ed25519"] {
        let mut config = set(&[with(jwk(EdDSA, "ed25519"), json!({ "alg": name }))]);
        accepts(&config, EdDSA, "ed25519");
        for allowed in ["EdDSA", "Ed25519"] {
            config["algorithms"] = json!([allowed]);
            accepts(&config, EdDSA, "ed25519");
        }
    }
}
