//! JSON Web Key Sets, and which of several keys is tried.

use crate::harness::{
    Broker, HS256_HEADER, SECRET, Scratch, accepts, base64url, hs256, jwk, signed, valid_claims,
    vector_text, vectors,
};
use jsonwebtoken::Algorithm::{self, ES256, ES384, EdDSA, PS512, RS256, RS512};
use jwt_auth::Reason;
use serde_json::{Value, json};

fn with(mut jwk: Value, members: Value) -> Value {
    let Value::Object(members) = members else {
        panic!("members are an object")
    };
    jwk.as_object_mut().unwrap().extend(members);
    jwk
}

fn set(keys: &[Value]) -> Value {
    json!({ "jwks": { "keys": keys } })
}

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
        let token = hs256(SECRET, HS256_HEADER, valid_claims().to_string());
        Broker::new(&config).present(&token).allowed();
    }
}

#[test]
fn keys_of_sets_expect_the_raw_format_and_signature_format_overrules() {
    let tokens = vectors("tokens.json");
    let token = |name: &str| {
        let vector = tokens.iter().find(|vector| vector["name"] == name).unwrap();
        vector["token"].as_str().unwrap()
    };
    let mut config = set(&[jwk(ES256, "p256")]);
    let broker = Broker::new(&config);
    broker.present(token("ES256 raw")).allowed();
    broker
        .present(token("ES256 der"))
        .denied(Reason::SignatureFormat);
    config["signature_format"] = "der".into();
    let broker = Broker::new(&config);
    broker.present(token("ES256 der")).allowed();
    broker
        .present(token("ES256 raw"))
        .denied(Reason::SignatureFormat);
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
#[expect(clippy::too_many_lines, reason = "a table")]
fn an_unusable_key_is_skipped_with_a_warning_and_the_others_serve() {
    let good = jwk(EdDSA, "ed25519");
    let rsa = || jwk(RS256, "rsa2048");
    let ec = || jwk(ES256, "p256");
    let type_problem = "its `kty` and `crv` are not RSA, EC with P-256, P-384 or P-521, OKP with \
                        Ed25519, or oct, or a member is missing";
    let exponent_problem = "an RSA key whose exponent is even, below 3, or too long";
    for (bad, problem) in [
        (json!(7), "not an object"),
        (json!({}), type_problem),
        (json!({ "kty": "AKP" }), type_problem),
        (
            json!({ "kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA" }),
            type_problem,
        ),
        (
            json!({ "kty": "OKP", "crv": "X25519", "x": "AA" }),
            type_problem,
        ),
        (json!({ "kty": "RSA", "n": "AQAB" }), type_problem),
        (
            with(rsa(), json!({ "use": "enc" })),
            "its `use` is not \"sig\"",
        ),
        (
            with(rsa(), json!({ "use": 7 })),
            "its member `use`: expected a string",
        ),
        (
            with(rsa(), json!({ "key_ops": ["sign"] })),
            "its `key_ops` lack \"verify\"",
        ),
        (
            with(rsa(), json!({ "key_ops": [] })),
            "its `key_ops` lack \"verify\"",
        ),
        (
            with(rsa(), json!({ "key_ops": "verify" })),
            "its member `key_ops`: expected a list",
        ),
        (
            with(rsa(), json!({ "kid": 7 })),
            "its member `kid`: expected a string",
        ),
        (
            with(rsa(), json!({ "kid": null })),
            "its member `kid`: expected a string",
        ),
        (
            with(rsa(), json!({ "alg": "ES256" })),
            "its `alg` ES256 does not fit its type",
        ),
        (
            with(rsa(), json!({ "alg": "HS256" })),
            "its `alg` HS256 does not fit its type",
        ),
        (
            with(rsa(), json!({ "alg": "none" })),
            "its `alg` is not a supported signature algorithm",
        ),
        (
            with(rsa(), json!({ "alg": null })),
            "its `alg` is not a supported signature algorithm",
        ),
        (
            with(rsa(), json!({ "n": "AQAB" })),
            "an RSA key of 17 bits; 2048 to 8192 bits are accepted",
        ),
        (
            with(rsa(), json!({ "n": "" })),
            "an RSA key of 0 bits; 2048 to 8192 bits are accepted",
        ),
        (
            with(rsa(), json!({ "n": "A+/=" })),
            "its `n` is not base64url",
        ),
        (with(rsa(), json!({ "e": "" })), exponent_problem),
        (with(rsa(), json!({ "e": "AQ" })), exponent_problem),
        (with(rsa(), json!({ "e": "Ag" })), exponent_problem),
        (with(rsa(), json!({ "e": "AQAAAAAB" })), exponent_problem),
        (
            with(ec(), json!({ "crv": "P-384" })),
            "its `x` or `y` has not the length of its curve",
        ),
        (
            with(ec(), json!({ "y": base64url([1; 32]) })),
            "the numbers do not make a key",
        ),
        (
            json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAA" }),
            "an Ed25519 key that is not 32 bytes long",
        ),
        (json!({ "kty": "oct", "k": "" }), "the secret is empty"),
        (
            json!({ "kty": "oct", "k": "hunter2=" }),
            "its `k` is not base64url",
        ),
    ] {
        let broker = Broker::new(&set(&[bad.clone(), good.clone()]));
        broker
            .present(&signed(EdDSA, "ed25519", None, &valid_claims()))
            .allowed();
        assert_eq!(
            broker.warnings(),
            [format!("`jwks` key 1 is skipped: {problem}")],
            "{bad}"
        );

        let error = Broker::refused(&set(&[bad]));
        assert_eq!(error, "`jwks`: no usable key in the set");
    }
}

#[test]
fn what_is_no_key_set_is_refused() {
    let expected = "expected a JSON Web Key Set: an object with a list `keys`";
    for bad in [
        json!({}),
        json!([]),
        json!("text"),
        json!({ "keys": {} }),
        jwk(RS256, "rsa2048"),
    ] {
        assert_eq!(
            Broker::refused(&json!({ "jwks": bad })),
            format!("`jwks`: {expected}")
        );
    }
    let file = Scratch::new("no-set.json", "{\"keys\": hunter2}");
    let error = Broker::refused(&json!({ "jwks_file": file.0 }));
    assert_eq!(error, "`jwks_file`: not valid JSON at line 1 column 10");
    let file = Scratch::new("not-utf8.json", b"\xff\xfe");
    assert_eq!(
        Broker::refused(&json!({ "jwks_file": file.0 })),
        "`jwks_file`: the file is not UTF-8"
    );
    let error = Broker::refused(&json!({ "jwks": { "keys": [] } }));
    assert_eq!(error, "`jwks`: no usable key in the set");
}

#[test]
fn leading_zeros_of_an_rsa_modulus_are_forgiven() {
    let mut key = jwk(RS256, "rsa2048");
    let n = format!("AAAA{}", key["n"].as_str().unwrap());
    key["n"] = n.into();
    accepts(&set(&[key]), RS256, "rsa2048");
}

fn kid(kid: &str, algorithm: Algorithm, key: &str) -> Value {
    with(jwk(algorithm, key), json!({ "kid": kid }))
}

#[test]
fn a_kid_that_names_keys_selects_exactly_those() {
    let broker = Broker::new(&set(&[
        kid("a", RS256, "rsa2048"),
        kid("b", RS256, "rsa2048-other"),
        kid("shared", EdDSA, "ed25519"),
        kid("shared", EdDSA, "ed25519-other"),
    ]));
    broker
        .present(&signed(RS256, "rsa2048", Some("a"), &valid_claims()))
        .allowed();
    broker
        .present(&signed(RS256, "rsa2048-other", Some("b"), &valid_claims()))
        .allowed();
    broker
        .present(&signed(RS256, "rsa2048", Some("b"), &valid_claims()))
        .denied(Reason::BadSignature);
    broker
        .present(&signed(EdDSA, "ed25519", Some("shared"), &valid_claims()))
        .allowed();
    broker
        .present(&signed(
            EdDSA,
            "ed25519-other",
            Some("shared"),
            &valid_claims(),
        ))
        .allowed();
}

#[test]
fn a_kid_whose_keys_cannot_serve_the_algorithm_is_no_key() {
    let keys = [kid("a", RS256, "rsa2048"), jwk(EdDSA, "ed25519")];
    let broker = Broker::new(&set(&keys));
    broker
        .present(&signed(EdDSA, "ed25519", Some("a"), &valid_claims()))
        .denied(Reason::NoKey);
    let (_, line) = broker.log().pop().unwrap();
    assert!(
        line.starts_with("refused: no_key (alg EdDSA, kid `a`): "),
        "{line}"
    );
}

#[test]
fn a_kid_that_nobody_has_leaves_the_keys_without_one() {
    let keys = [kid("a", RS256, "rsa2048"), jwk(EdDSA, "ed25519")];
    let broker = Broker::new(&set(&keys));
    broker
        .present(&signed(EdDSA, "ed25519", Some("x"), &valid_claims()))
        .allowed();
    broker
        .present(&signed(EdDSA, "ed25519-other", Some("x"), &valid_claims()))
        .denied(Reason::BadSignature);
    broker
        .present(&signed(RS256, "rsa2048", Some("x"), &valid_claims()))
        .denied(Reason::UnknownKeyId);
    let (level, line) = broker.log().pop().unwrap();
    assert_eq!((level, line.contains("(kid `x`)")), (3, true), "{line}");
}

#[test]
fn without_a_kid_every_key_of_the_right_type_is_tried() {
    let broker = Broker::new(&set(&[
        kid("a", RS256, "rsa2048"),
        kid("b", RS256, "rsa2048-other"),
    ]));
    broker
        .present(&signed(RS256, "rsa2048-other", None, &valid_claims()))
        .allowed();
    broker
        .present(&signed(EdDSA, "ed25519", None, &valid_claims()))
        .denied(Reason::NoKey);
}

#[test]
fn a_plain_secret_serves_any_kid() {
    let broker = Broker::new(&json!({ "secret": SECRET }));
    let header = r#"{"alg":"HS256","kid":"anything"}"#;
    broker
        .present(&hs256(SECRET, header, valid_claims().to_string()))
        .allowed();
    broker
        .present(&signed(RS256, "rsa2048", Some("k"), &valid_claims()))
        .denied(Reason::UnknownKeyId);
    broker
        .present(&signed(RS256, "rsa2048", None, &valid_claims()))
        .denied(Reason::NoKey);
}

#[test]
fn sources_may_be_combined() {
    let config = json!({
        "secret": SECRET,
        "public_key": vector_text("keys/rsa2048.pub.pem"),
        "jwks": { "keys": [kid("e", EdDSA, "ed25519")] },
    });
    accepts(&config, RS256, "rsa2048");
    accepts(&config, EdDSA, "ed25519");
    let broker = Broker::new(&config);
    broker
        .present(&hs256(SECRET, HS256_HEADER, valid_claims().to_string()))
        .allowed();
    let (_, line) = broker.log().remove(0);
    assert_eq!(line, "ready with 3 key(s)");
}

#[test]
fn a_configuration_without_a_key_is_refused() {
    assert_eq!(
        Broker::refused(&json!({ "leeway": 5 })),
        "the configuration: no key is configured; give at least one of `secret`, `secret_file`, \
         `public_key`, `jwks`, `jwks_file`, `endpoint`"
    );
}
