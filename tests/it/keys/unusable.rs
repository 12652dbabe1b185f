//! Keys of a set that cannot be used.

use crate::harness::{Broker, base64url, jwk, signed, valid_claims};
use jsonwebtoken::Algorithm::{ES256, EdDSA, RS256};
use serde_json::json;

use super::{set, with};

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn an_unusable_key_is_skipped_with_a_warning_and_the_others_serve() {
    let good = jwk(EdDSA, "ed25519");
    let rsa = || jwk(RS256, "rsa2048");
    let ec = || jwk(ES256, "p256");
    let type_problem = "its `kty` and `crv` are not RSA, EC with P-256, P-384 or P-521, OKP with \
                        Ed25519, AKP, or oct, or a member is missing";
    let exponent_problem = "an RSA key whose exponent is even, below 3, or too long";
    for (bad, problem) in [
        (json!(7), "not an object"),
        (json!({}), type_problem),
        (json!({ "kty": "LMS" }), type_problem),
        (json!({ "kty": null, "n": "AQAB" }), type_problem),
        (
            json!({ "kty": "AKP", "pub": "AA" }),
            "an AKP key without `alg`, which it must have",
        ),
        (
            json!({ "kty": "AKP", "pub": "AA", "alg": null }),
            "an AKP key without `alg`, which it must have",
        ),
        (json!({ "kty": "AKP", "alg": "ML-DSA-44" }), type_problem),
        (
            json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": base64url([1; 1313]) }),
            "an ML-DSA-44 key that is not 1312 bytes long",
        ),
        (
            json!({ "kty": "AKP", "alg": "ML-DSA-65", "pub": base64url([1; 1312]) }),
            "an ML-DSA-65 key that is not 1952 bytes long",
        ),
        (
            json!({ "kty": "AKP", "alg": "ES256", "pub": base64url([1; 1312]) }),
            "its `alg` ES256 does not fit its type",
        ),
        (
            json!({ "kty": "AKP", "alg": "ML-DSA-44-ES256", "pub": base64url([1; 1312]) }),
            "its `alg` is not a supported signature algorithm",
        ),
        (
            with(rsa(), json!({ "alg": "ML-DSA-44" })),
            "its `alg` ML-DSA-44 does not fit its type",
        ),
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
            with(rsa(), json!({ "use": "x509-svid" })),
            "its `use` is not \"sig\"",
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
            with(rsa(), json!({ "n": "A+/=A" })),
            "its `n` is not base64url",
        ),
        (with(rsa(), json!({ "e": "" })), exponent_problem),
        (with(rsa(), json!({ "e": "AQ" })), exponent_problem),
        (with(rsa(), json!({ "e": "Ag" })), exponent_problem),
        (with(rsa(), json!({ "e": "AQAAAAAB" })), exponent_problem),
        (
            with(ec(), json!({ "crv": "P-384" })),
            "the numbers do not make a key",
        ),
        (
            with(ec(), json!({ "x": base64url([1; 33]) })),
            "its `x` is empty, or longer than its curve's numbers",
        ),
        (
            with(ec(), json!({ "y": "" })),
            "its `y` is empty, or longer than its curve's numbers",
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
fn a_key_that_is_skipped_is_named_by_its_kid() {
    let good = jwk(EdDSA, "ed25519");
    let long = "k".repeat(150);
    for (kid, named) in [
        ("plant", "`plant`"),
        ("a`b\nc", r"`a\`b\nc`"),
        (&*long, &*format!("`{}...`", &long[..128])),
        ("", "2"),
    ] {
        let bad = json!({ "kty": "RSA", "kid": kid, "use": "enc" });
        let broker = Broker::new(&set(&[good.clone(), bad]));
        let problem = "is skipped: its `use` is not \"sig\"";
        assert_eq!(broker.warnings(), [format!("`jwks` key {named} {problem}")]);
    }
}
