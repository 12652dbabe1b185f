//! JSON Web Key Sets.

use crate::harness::{
    Broker, SECRET, Scratch, accepts, base64url, jwk, named_jwk, signed, token, valid_claims,
    vector_text, vector_token, vectors,
};
use jsonwebtoken::Algorithm::{ES256, ES384, EdDSA, PS512, RS256, RS512};
use jwt_auth::Reason;
use serde_json::json;

use super::{set, with};

#[test]
fn a_key_set_holds_keys_of_every_type() {
    let oct = json!({ "kty": "oct", "k": base64url(SECRET) });
    let keys = [
        jwk(RS256, "rsa2048"),
        jwk(ES256, "p256"),
        jwk(ES384, "p384"),
        jwk(EdDSA, "ed25519"),
        oct,
    ];
    let file = Scratch::new("jwks.json", json!({ "keys": keys }).to_string());
    for config in [set(&keys), json!({ "jwks_file": file.0 })] {
        accepts(&config, RS256, "rsa2048");
        accepts(&config, PS512, "rsa2048");
        accepts(&config, ES256, "p256");
        accepts(&config, ES384, "p384");
        accepts(&config, EdDSA, "ed25519");
        let token = token(&valid_claims());
        Broker::new(&config).present(&token).allowed();
    }
}

#[test]
fn keys_of_sets_expect_the_raw_format_and_signature_format_overrules() {
    let [raw, der] = ["ES256 raw", "ES256 der"].map(vector_token);
    let mut config = set(&[jwk(ES256, "p256")]);
    let broker = Broker::new(&config);
    broker.present(&raw).allowed();
    broker.present(&der).denied(Reason::SignatureFormat);
    config["signature_format"] = "der".into();
    let broker = Broker::new(&config);
    broker.present(&der).allowed();
    broker.present(&raw).denied(Reason::SignatureFormat);
}

#[test]
fn alg_use_and_key_ops_bind_a_key() {
    let rsa = || jwk(RS256, "rsa2048");
    let bound = Broker::new(&set(&[with(rsa(), json!({ "alg": "RS256" }))]));
    bound
        .present(&signed(RS256, "rsa2048", None, &valid_claims()))
        .allowed();
    bound
        .present(&signed(RS512, "rsa2048", None, &valid_claims()))
        .denied(Reason::NoKey);
    accepts(
        &set(&[with(rsa(), json!({ "use": "sig" }))]),
        RS256,
        "rsa2048",
    );
    accepts(
        &set(&[with(rsa(), json!({ "key_ops": ["verify"] }))]),
        RS256,
        "rsa2048",
    );
    accepts(
        &set(&[with(rsa(), json!({ "key_ops": ["sign", "verify"] }))]),
        RS256,
        "rsa2048",
    );
}

#[test]
fn es512_binds_a_key_as_well() {
    let es512 = vectors("rfc.json")
        .into_iter()
        .find(|vector| vector["name"] == "RFC 7520 4.3")
        .unwrap();
    let jwk = with(es512["jwk"].clone(), json!({ "alg": "ES512" }));
    let broker = Broker::new(&set(&[jwk]));
    // The signature is good, and the signed text is no claims.
    broker
        .present(es512["token"].as_str().unwrap())
        .denied(Reason::MalformedClaims);
}

#[test]
fn certificates_in_a_key_are_ignored_whatever_they_are() {
    let key = with(
        jwk(RS256, "rsa2048"),
        json!({ "x5c": 7, "x5t": ["x"], "x5u": {}, "new": null }),
    );
    accepts(&set(&[key]), RS256, "rsa2048");
}

#[test]
fn a_private_key_in_a_set_is_used_for_its_public_part_with_a_warning() {
    let broker = Broker::new(&set(&[with(jwk(EdDSA, "ed25519"), json!({ "d": "x" }))]));
    broker
        .present(&signed(EdDSA, "ed25519", None, &valid_claims()))
        .allowed();
    let warning = "`jwks` key 1 holds a private key; only its public part is needed and used";
    assert_eq!(broker.warnings(), [warning]);
}

#[test]
fn what_is_no_key_set_is_refused() {
    let expected = "expected a JSON Web Key Set: an object with a list `keys`";
    for bad in [json!({}), json!(7), json!("text"), json!({ "keys": {} })] {
        assert_eq!(
            Broker::refused(&json!({ "jwks": bad })),
            format!("`jwks`: {expected}")
        );
    }
    let file = Scratch::new("no-set.json", "{\"keys\": hunter2}");
    let error = Broker::refused(&json!({ "jwks_file": file.0 }));
    assert_eq!(
        error,
        "`jwks_file`: not valid JSON at line 1 column 10: a value without quotation marks that is no number, \
         true, false or null"
    );
    let file = Scratch::new("not-utf8.json", b"\xff\xfe");
    assert_eq!(
        Broker::refused(&json!({ "jwks_file": file.0 })),
        "`jwks_file`: the file is not UTF-8"
    );
    let error = Broker::refused(&json!({ "jwks": { "keys": [] } }));
    assert_eq!(error, "`jwks`: no usable key in the set");
}

#[test]
fn what_people_take_for_a_key_set_is_named_with_what_to_write() {
    let pem = vector_text("keys/rsa2048.crt.pem");
    for (found, problem) in [
        (
            jwk(RS256, "rsa2048"),
            "a single JSON Web Key; write {\"keys\": [KEY]}",
        ),
        (
            json!([jwk(RS256, "rsa2048")]),
            "a list; write {\"keys\": LIST}",
        ),
        (
            json!({ "2b0c9e": pem, "f1a6d3": pem }),
            "a map from kid to certificate; Google's key set is at \
             `https://www.googleapis.com/oauth2/v3/certs`",
        ),
        (
            json!({ "issuer": "https://id.example", "jwks_uri": "https://id.example/keys" }),
            "a discovery document; the URL of the key set is its `jwks_uri`, and belongs in `endpoint`",
        ),
        (json!(pem), "PEM, which belongs in `public_key`"),
    ] {
        let text = found
            .as_str()
            .map_or_else(|| found.to_string(), str::to_owned);
        let file = Scratch::new("taken-for-a-set.json", text);
        for (option, value) in [("jwks", found), ("jwks_file", json!(file.0))] {
            assert_eq!(
                Broker::refused(&json!({ option: value })),
                format!("`{option}`: expected a JSON Web Key Set; this is {problem}")
            );
        }
    }
}

#[test]
fn a_byte_order_mark_before_a_file_of_keys_is_passed_over() {
    let text = set(&[jwk(RS256, "rsa2048")])["jwks"].to_string();
    let file = Scratch::new("marked.json", format!("\u{feff}{text}"));
    accepts(&json!({ "jwks_file": file.0 }), RS256, "rsa2048");
}

#[test]
fn leading_zeros_of_an_rsa_modulus_are_forgiven() {
    let mut key = jwk(RS256, "rsa2048");
    let n = format!("AAAA{}", key["n"].as_str().unwrap());
    key["n"] = n.into();
    accepts(&set(&[key]), RS256, "rsa2048");
}

#[test]
fn sources_may_be_combined() {
    let config = json!({
        "secret": SECRET,
        "public_key": vector_text("keys/rsa2048.pub.pem"),
        "jwks": { "keys": [named_jwk(EdDSA, "ed25519", "e")] },
    });
    accepts(&config, RS256, "rsa2048");
    accepts(&config, EdDSA, "ed25519");
    let broker = Broker::new(&config);
    broker.present(&token(&valid_claims())).allowed();
    let line = (3, "ready with 3 key(s)".to_owned());
    assert!(broker.log().contains(&line), "{:?}", broker.log());
}

#[test]
fn a_configuration_without_a_key_is_refused() {
    assert_eq!(
        Broker::refused(&json!({ "leeway": 5 })),
        "the configuration: no key is configured; give at least one of `secret`, `secret_file`, \
         `public_key`, `jwks`, `jwks_file`, `endpoint`, `issuers`"
    );
}
