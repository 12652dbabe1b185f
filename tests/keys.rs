//! Where keys come from, which are refused, and which of several is tried.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that panics fails, and that is all"
)]

mod harness;

use std::fs;
use std::path::PathBuf;

use harness::{
    Broker, HS256_HEADER, NOW, base64url, hs256, jwk, signed, vector_path, vector_text, vectors,
};
use jsonwebtoken::Algorithm::{self, ES256, ES384, EdDSA, HS256, PS512, RS256, RS512};
use jwt_auth::Reason;
use serde_json::{Value, json};

const SECRET: &str = "an HMAC secret of 32 characters!";

fn claims() -> Value {
    json!({ "exp": NOW + 60 })
}

/// A file that goes when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&path, content).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[track_caller]
fn accepts(config: &Value, algorithm: Algorithm, key: &str) {
    Broker::new(config)
        .present(&signed(algorithm, key, None, &claims()))
        .allowed();
}

fn key_path(name: &str) -> PathBuf {
    vector_path(&format!("keys/{name}"))
}

// public_key

#[test]
fn a_public_key_may_be_spki_pkcs1_or_a_certificate_of_any_version() {
    for file in [
        "rsa2048.pub.pem",
        "rsa2048.pkcs1.pem",
        "rsa2048.crt.pem",
        "rsa2048.v1.crt.pem",
    ] {
        accepts(&json!({ "public_key": key_path(file) }), RS256, "rsa2048");
    }
    for file in ["ed25519.pub.pem", "ed25519.crt.pem"] {
        accepts(&json!({ "public_key": key_path(file) }), EdDSA, "ed25519");
    }
    for file in ["p256.pub.pem", "p256.crt.pem"] {
        let config = json!({ "public_key": key_path(file), "signature_format": "raw" });
        accepts(&config, ES256, "p256");
    }
}

#[test]
fn a_public_key_may_be_given_as_text_and_under_its_older_name() {
    let text = vector_text("keys/rsa2048.pub.pem");
    accepts(&json!({ "public_key": text }), PS512, "rsa2048");
    accepts(
        &json!({ "public_key": text.replace('\n', "\r\n") }),
        PS512,
        "rsa2048",
    );
    accepts(&json!({ "pubkey": text }), RS512, "rsa2048");
    accepts(
        &json!({ "pubkey": key_path("rsa2048.pub.pem") }),
        RS512,
        "rsa2048",
    );
}

#[test]
fn every_block_of_a_file_is_a_key() {
    let config = json!({ "public_key": key_path("two.pub.pem"), "signature_format": "raw" });
    accepts(&config, RS256, "rsa2048");
    accepts(&config, ES256, "p256");
}

#[test]
fn rsa_keys_of_2048_to_8192_bits_are_accepted() {
    for key in ["rsa2048", "rsa3072", "rsa4096", "rsa8192"] {
        let path = key_path(&format!("{key}.pub.pem"));
        let tokens = vectors("tokens.json");
        let token = tokens.iter().find(|token| token["key"] == key).unwrap();
        Broker::new(&json!({ "public_key": path }))
            .present(token["token"].as_str().unwrap())
            .allowed();
    }
}

#[track_caller]
fn public_key_refused(value: impl Into<Value>, problem: &str) {
    let value: Value = value.into();
    let error = Broker::refused(&json!({ "public_key": value }));
    assert_eq!(error, format!("`public_key`: {problem}"));
}

#[test]
fn a_key_that_is_no_good_is_refused_with_the_cause() {
    for (file, problem) in [
        (
            "rsa1024.pub.pem",
            "an RSA key of 1024 bits; 2048 to 8192 bits are accepted",
        ),
        (
            "rsa16384.pub.pem",
            "an RSA key of 16384 bits; 2048 to 8192 bits are accepted",
        ),
        (
            "rsa2048-e1.pub.pem",
            "an RSA key whose exponent is even, below 3, or too long",
        ),
        (
            "rsa2048-even.pub.pem",
            "an RSA key whose exponent is even, below 3, or too long",
        ),
        (
            "secp256k1.pub.pem",
            "a key on curve 1.3.132.0.10; P-256, P-384 and P-521 are supported",
        ),
        (
            "x25519.pub.pem",
            "a key of type id-X25519; rsaEncryption, elliptic curves and Ed25519 are supported",
        ),
        (
            "ed448.pub.pem",
            "a key of type id-Ed448; rsaEncryption, elliptic curves and Ed25519 are supported",
        ),
    ] {
        public_key_refused(
            vector_text(&format!("keys/{file}")),
            &format!("block 1: {problem}"),
        );
    }
}

#[test]
fn a_private_key_is_refused_with_words_of_its_own() {
    let problem = "holds a private key; only the public key belongs here, and the private one \
                   should be replaced if others could read it";
    for key in ["rsa2048", "p256", "ed25519"] {
        let private = vector_text(&format!("keys/{key}.key.pem"));
        public_key_refused(private.clone(), problem);
        public_key_refused(vector_text("keys/p256.pub.pem") + &private, problem);
    }
}

#[test]
fn what_is_no_pem_is_refused_without_being_quoted() {
    public_key_refused(
        "",
        "neither PEM text nor a file's path: the file cannot be read: No such file or directory (os error 2)",
    );
    public_key_refused(
        "hunter2",
        "neither PEM text nor a file's path: the file cannot be read: No such file or directory (os error 2)",
    );
    public_key_refused(
        "/",
        "neither PEM text nor a file's path: not a regular file",
    );
    public_key_refused(
        "/dev/zero",
        "neither PEM text nor a file's path: not a regular file",
    );
    public_key_refused("-----BEGIN PUBLIC KEY-----\nhunter2", "not valid PEM");
    let cut = vector_text("keys/two.pub.pem").replace("-----END PUBLIC KEY-----\n", "");
    public_key_refused(cut, "not valid PEM");
    let empty = Scratch::new("empty.pem", "");
    public_key_refused(empty.0.to_str().unwrap(), "no PEM block found");
    let large = Scratch::new("large.pem", vec![b'x'; (1 << 20) + 1]);
    public_key_refused(
        large.0.to_str().unwrap(),
        "neither PEM text nor a file's path: the file is larger than 1048576 bytes",
    );
    let block = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
    public_key_refused(block("PUBLIC KEY"), "block 1: not a SubjectPublicKeyInfo");
    public_key_refused(block("RSA PUBLIC KEY"), "block 1: not an RSA public key");
    public_key_refused(block("CERTIFICATE"), "block 1: not an X.509 certificate");
    public_key_refused(
        block("EC PARAMETERS"),
        "block 1: neither a public key nor a certificate",
    );
    let second = vector_text("keys/p256.pub.pem") + &block("PUBLIC KEY");
    public_key_refused(second, "block 2: not a SubjectPublicKeyInfo");
}

// secret

#[test]
fn a_secret_may_be_text_base64_or_a_file() {
    let token = hs256(SECRET, HS256_HEADER, claims().to_string());
    let base64 = "YW4gSE1BQyBzZWNyZXQgb2YgMzIgY2hhcmFjdGVycyE=";
    let plain = Scratch::new("secret.txt", format!("{SECRET}\n"));
    let encoded = Scratch::new("secret.b64", format!("{base64}\n"));
    for config in [
        json!({ "secret": SECRET }),
        json!({ "secret": base64, "secret_base64_encoded": true }),
        json!({ "secret_file": plain.0 }),
        json!({ "secret_file": encoded.0, "secret_base64_encoded": true }),
    ] {
        let broker = Broker::new(&config);
        broker.present(&token).allowed();
        assert_eq!(broker.warnings(), [""; 0]);
    }
}

#[test]
fn one_final_newline_of_a_secret_file_is_dropped_and_no_more() {
    for (end, left) in [
        ("", ""),
        ("\n", ""),
        ("\r\n", ""),
        ("\n\n", "\n"),
        (" \n", " "),
    ] {
        let file = Scratch::new("newlines.txt", format!("{SECRET}{end}"));
        let broker = Broker::new(&json!({ "secret_file": file.0 }));
        let token = hs256(
            &format!("{SECRET}{left}"),
            HS256_HEADER,
            claims().to_string(),
        );
        broker.present(&token).allowed();
    }
}

#[test]
fn a_secret_that_is_no_secret_is_refused() {
    let newline = Scratch::new("newline.txt", "\n");
    let pem = vector_text("keys/rsa2048.pub.pem");
    for (config, error) in [
        (json!({ "secret": "" }), "`secret`: the secret is empty"),
        (
            json!({ "secret_file": newline.0 }),
            "`secret_file`: the secret is empty",
        ),
        (
            json!({ "secret": "emqxsecret", "secret_base64_encoded": true }),
            "`secret`: not base64 in the standard alphabet with padding, though \
             `secret_base64_encoded` is on",
        ),
        (
            json!({ "secret": "aGk", "secret_base64_encoded": true }),
            "`secret`: not base64 in the standard alphabet with padding, though \
             `secret_base64_encoded` is on",
        ),
        (
            json!({ "secret": "x", "secret_file": newline.0 }),
            "`secret_file`: `secret` is given as well; one is enough",
        ),
        (
            json!({ "public_key": pem, "secret_base64_encoded": true }),
            "`secret_base64_encoded`: there is no `secret`",
        ),
        (
            json!({ "secret": pem }),
            "`secret`: holds a PEM block; a public key belongs in `public_key`",
        ),
    ] {
        assert_eq!(Broker::refused(&config), error);
    }
}

#[test]
fn a_weak_secret_is_accepted_with_a_warning_that_does_not_quote_it() {
    let warnings = |secret: &str| Broker::new(&json!({ "secret": secret })).warnings();
    let short = "`secret`: a secret of 31 bytes can be guessed; use at least 32 random bytes";
    assert_eq!(warnings(&SECRET[..31]), [short]);
    assert_eq!(warnings(SECRET), [""; 0]);
    assert_eq!(
        warnings("emqxsecret"),
        [
            "`secret`: this is the well-known sample secret; anybody can sign with it",
            "`secret`: a secret of 10 bytes can be guessed; use at least 32 random bytes",
        ]
    );
}

// jwks and jwks_file

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
        let token = hs256(SECRET, HS256_HEADER, claims().to_string());
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
        .present(&signed(RS256, "rsa2048", None, &claims()))
        .allowed();
    bound
        .present(&signed(RS512, "rsa2048", None, &claims()))
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
        .present(&signed(EdDSA, "ed25519", None, &claims()))
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
            .present(&signed(EdDSA, "ed25519", None, &claims()))
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

// kid

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
        .present(&signed(RS256, "rsa2048", Some("a"), &claims()))
        .allowed();
    broker
        .present(&signed(RS256, "rsa2048-other", Some("b"), &claims()))
        .allowed();
    broker
        .present(&signed(RS256, "rsa2048", Some("b"), &claims()))
        .denied(Reason::BadSignature);
    broker
        .present(&signed(EdDSA, "ed25519", Some("shared"), &claims()))
        .allowed();
    broker
        .present(&signed(EdDSA, "ed25519-other", Some("shared"), &claims()))
        .allowed();
}

#[test]
fn a_kid_whose_keys_cannot_serve_the_algorithm_is_no_key() {
    let keys = [kid("a", RS256, "rsa2048"), jwk(EdDSA, "ed25519")];
    let broker = Broker::new(&set(&keys));
    broker
        .present(&signed(EdDSA, "ed25519", Some("a"), &claims()))
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
        .present(&signed(EdDSA, "ed25519", Some("x"), &claims()))
        .allowed();
    broker
        .present(&signed(EdDSA, "ed25519-other", Some("x"), &claims()))
        .denied(Reason::BadSignature);
    broker
        .present(&signed(RS256, "rsa2048", Some("x"), &claims()))
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
        .present(&signed(RS256, "rsa2048-other", None, &claims()))
        .allowed();
    broker
        .present(&signed(EdDSA, "ed25519", None, &claims()))
        .denied(Reason::NoKey);
}

#[test]
fn a_plain_secret_serves_any_kid() {
    let broker = Broker::new(&json!({ "secret": SECRET }));
    let header = r#"{"alg":"HS256","kid":"anything"}"#;
    broker
        .present(&hs256(SECRET, header, claims().to_string()))
        .allowed();
    broker
        .present(&signed(RS256, "rsa2048", Some("k"), &claims()))
        .denied(Reason::UnknownKeyId);
    broker
        .present(&signed(RS256, "rsa2048", None, &claims()))
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
        .present(&hs256(SECRET, HS256_HEADER, claims().to_string()))
        .allowed();
    let (_, line) = broker.log().remove(0);
    assert_eq!(line, "ready with 3 key(s)");
    assert_ne!(HS256, RS256);
}

#[test]
fn a_configuration_without_a_key_is_refused() {
    assert_eq!(
        Broker::refused(&json!({ "leeway": 5 })),
        "the configuration: no key is configured; give at least one of `secret`, `secret_file`, \
         `public_key`, `jwks`, `jwks_file`"
    );
}
