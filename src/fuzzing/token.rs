//! Bytes where a token is expected.

use std::sync::LazyLock;

use serde_json::json;

use super::compact::{self, Compact};
use super::{SECRET, assert_is_explained, client, verifier};
use crate::acl::{Action, Qos, Request};
use crate::refusal::Reason;
use crate::verifier::Verifier;

/// The secrets of the keys that have a `kid`, which is their first letter.
const NAMED: [&[u8]; 2] = [
    b"a: 89abcdef0123456789abcdef012345",
    b"b: cdef0123456789abcdef0123456789",
];

/// A verifier with a key for each algorithm, and secrets with and without a `kid`.
static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| verifier(&options()));

/// One that looks at the type of a token too.
static TYPED: LazyLock<Verifier> = LazyLock::new(|| {
    let mut options = options();
    options["token_type"] = json!(["JWT", "application/at+jwt"]);
    verifier(&options)
});

/// One that chooses keys by who connects. The key of the client's name is the only one to be tried, and not one
/// with the `kid` of a token, nor one without any.
static BY_CLIENT: LazyLock<Verifier> = LazyLock::new(|| {
    let [a, b] = NAMED.map(|secret| jwk(kid(secret), secret));
    verifier(&json!({
        "secret": std::str::from_utf8(NAMED[0]).unwrap(),
        "jwks": { "keys": [a, b, jwk("c1", SECRET)] },
        "kid_from": "client_id",
        "cache_capacity": 64,
        "max_token_size": LONGEST,
    }))
});

/// What types are taken for these.
const TYPES: [&str; 4] = ["jwt", "application/jwt", "at+jwt", "application/at+jwt"];

fn options() -> serde_json::Value {
    let pem = [
        include_str!("../../tests/vectors/keys/rsa2048.pub.pem"),
        include_str!("../../tests/vectors/keys/p256.pub.pem"),
        include_str!("../../tests/vectors/keys/p384.pub.pem"),
        include_str!("../../tests/vectors/keys/p521.pub.pem"),
        include_str!("../../tests/vectors/keys/ed25519.pub.pem"),
        include_str!("../../tests/vectors/keys/ml-dsa-44.pub.pem"),
        include_str!("../../tests/vectors/keys/ml-dsa-65.pub.pem"),
        include_str!("../../tests/vectors/keys/ml-dsa-87.pub.pem"),
    ];
    json!({
        "secret": std::str::from_utf8(SECRET).unwrap(),
        "public_key": pem.concat(),
        "jwks": { "keys": NAMED.map(|secret| jwk(kid(secret), secret)) },
        "cache_capacity": 64,
        "max_token_size": LONGEST,
    })
}

const LONGEST: usize = 65_536;

fn jwk(kid: &str, secret: &[u8]) -> serde_json::Value {
    let k = String::from_utf8(compact::encode(secret)).unwrap();
    json!({ "kty": "oct", "kid": kid, "k": k })
}

fn kid(secret: &[u8]) -> &str {
    std::str::from_utf8(&secret[..1]).unwrap()
}

/// Takes the bytes for a token as they are, for what is signed of a token, and, up to their first line break, for
/// the header of one and the rest for its claims.
pub fn token(bytes: &[u8]) {
    judge(bytes);
    let last = bytes.iter().rposition(|byte| *byte == b'.');
    let signing_inputs = [Some(bytes), last.map(|last| &bytes[..last])];
    for signing_input in signing_inputs.into_iter().flatten() {
        judge(&compact::sign(signing_input.to_vec(), "HS256", SECRET));
    }
    if let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
        let (header, payload) = (&bytes[..end], &bytes[end + 1..]);
        for secret in [SECRET, NAMED[0]] {
            judge(&compact::signed(header, payload, secret));
        }
    }
}

/// Compares what the library says of a token with what a second reading does.
fn judge(token: &[u8]) {
    judge_by(&BY_CLIENT, token, expected(token, Some(SECRET)));
    let reason = judge_by(&VERIFIER, token, expected(token, None));
    let by_type = if has_form(reason) && !is_typed(token) {
        Reason::WrongTokenType
    } else {
        reason
    };
    assert_eq!(TYPED.check(&client(token)).unwrap().reason(), by_type);
}

fn judge_by(verifier: &Verifier, token: &[u8], expected: Option<Reason>) -> Reason {
    let client = client(token);
    let verdict = verifier.check(&client).unwrap();
    let reason = verdict.reason();
    if let Some(expected) = expected {
        assert_eq!(reason, expected);
    } else {
        // The signature is no HMAC, or it is good: the claims decide.
        assert!(!is_of_form(reason), "{reason:?}");
    }
    // It may be remembered now, and must not be judged otherwise.
    assert_eq!(verifier.check(&client).unwrap().reason(), reason);
    assert_eq!(verifier.decide(&client).unwrap().reason(), reason);
    assert_is_explained(verifier, &client, reason);
    let Ok(grant) = verdict.outcome else {
        return reason;
    };
    assert_eq!(
        Compact::read(token).unwrap().payload,
        grant.claims(),
        "the claims are what was signed"
    );
    assert_eq!(verifier.recheck(&grant).unwrap().reason(), Reason::Accepted);
    let request = Request {
        action: Action::Subscribe,
        topic: token,
        qos: Qos::AtLeastOnce,
        retain: false,
    };
    verifier.authorize(&grant, &request).unwrap();
    reason
}

/// Whether a token that is refused for this reason, or accepted, has the form of one, and an `alg` that is known.
fn has_form(reason: Reason) -> bool {
    !is_of_form(reason) || [Reason::NoKey, Reason::UnknownKeyId].contains(&reason)
}

fn is_typed(token: &[u8]) -> bool {
    let read = Compact::read(token).unwrap();
    let typ = read.text("typ").map(str::to_ascii_lowercase);
    typ.is_some_and(|typ| TYPES.contains(&typ.as_str()))
}

/// Whether a reason is about the form of a token, or its `alg` and `kid`.
fn is_of_form(reason: Reason) -> bool {
    [
        Reason::MissingToken,
        Reason::TokenTooLarge,
        Reason::MalformedToken,
        Reason::UnsupportedAlgorithm,
        Reason::UnsupportedCriticalHeader,
        Reason::NoKey,
        Reason::UnknownKeyId,
    ]
    .contains(&reason)
}

/// Why the token is refused before its claims are looked at; none: it is not, or its signature is no HMAC. A client may
/// have a secret of its own, which is the one to be tried.
fn expected(token: &[u8], of_client: Option<&'static [u8]>) -> Option<Reason> {
    if token.len() > LONGEST {
        return Some(Reason::TokenTooLarge);
    }
    let Some(read) = Compact::read(token) else {
        return Some(Reason::MalformedToken);
    };
    let alg = read.text("alg").unwrap_or_default();
    let is_hmac = ["HS256", "HS384", "HS512"].contains(&alg);
    let is_other = [
        "RS256",
        "RS384",
        "RS512",
        "PS256",
        "PS384",
        "PS512",
        "ES256",
        "ES384",
        "ES512",
        "EdDSA",
        "Ed25519",
        "ML-DSA-44",
        "ML-DSA-65",
        "ML-DSA-87",
    ]
    .contains(&alg);
    if !is_hmac && !is_other {
        return Some(Reason::UnsupportedAlgorithm);
    }
    let is_plain = matches!(
        read.header.get("b64"),
        None | Some(super::json::Value::Bool(true))
    );
    if read.header.get("crit").is_some() || !is_plain {
        return Some(Reason::UnsupportedCriticalHeader);
    }
    let by_kid = || {
        let mut named = NAMED.into_iter();
        named.find(|secret| Some(kid(secret)) == read.text("kid"))
    };
    let named = of_client.or_else(by_kid);
    if is_other {
        return named.map(|_| Reason::NoKey);
    }
    let candidates = match (named, read.text("kid")) {
        (Some(secret), _) => vec![secret],
        (None, Some(_)) => vec![SECRET],
        (None, None) => vec![SECRET, NAMED[0], NAMED[1]],
    };
    let is_signed = candidates.into_iter().any(|secret| {
        compact::hmac(alg, secret, read.signing_input).as_ref() == Some(&read.signature)
    });
    (!is_signed).then_some(Reason::BadSignature)
}
