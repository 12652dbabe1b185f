//! Random issuers, keys and tokens, against the rule said plainly.

use crate::harness::{Broker, NOW, base64url, hs256};
use jwt_auth::{Decision, Reason};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

/// One of few, so that they meet.
const ISSUERS: [&str; 3] = ["", "a", "b"];
const KIDS: [Option<&str>; 3] = [None, Some("k"), Some("l")];

/// A key: a secret's number and a `kid`.
type Key = (u8, usize);

fn secret(number: u8) -> String {
    format!("the secret number {number}, which is long enough")
}

fn key_set(keys: &[Key]) -> Value {
    let keys: Vec<_> = keys
        .iter()
        .map(|(number, kid)| json!({ "kty": "oct", "k": base64url(secret(*number)), "kid": KIDS[*kid] }))
        .map(|mut key| {
            if key["kid"].is_null() {
                key.as_object_mut().unwrap().remove("kid");
            }
            key
        })
        .collect();
    json!({ "keys": keys })
}

/// The top level, and two issuers.
fn config(keys: &[Vec<Key>; 3]) -> Value {
    let mut config = json!({ "issuers": [] });
    for (name, keys) in ISSUERS
        .iter()
        .zip(keys)
        .filter(|(_, keys)| !keys.is_empty())
    {
        if name.is_empty() {
            config["jwks"] = key_set(keys);
        } else {
            let issuer = json!({ "issuer": name, "jwks": key_set(keys) });
            config["issuers"].as_array_mut().unwrap().push(issuer);
        }
    }
    config
}

/// A token: the issuer's index, the secret's number, the `kid`.
fn token((issuer, number, kid): (usize, u8, usize)) -> String {
    let mut header = json!({ "alg": "HS256" });
    if let Some(kid) = KIDS[kid] {
        header["kid"] = kid.into();
    }
    let claims = json!({ "iss": ISSUERS[issuer], "exp": NOW + 60 });
    hs256(&secret(number), &header.to_string(), claims.to_string())
}

/// What becomes of a token, by design.
fn expected(keys: &[Vec<Key>; 3], (issuer, number, kid): (usize, u8, usize)) -> Reason {
    let chosen = match issuer {
        listed if !keys[listed].is_empty() => listed,
        _ => 0,
    };
    let with_kid = |keys: &[Key], kid: usize| -> Vec<u8> {
        let named = keys.iter().filter(|(_, own)| *own == kid);
        named.map(|(number, _)| *number).collect()
    };
    let own = &keys[chosen];
    let named = with_kid(own, kid);
    let candidates = match kid {
        0 => own.iter().map(|(number, _)| *number).collect(),
        _ if named.is_empty() => with_kid(own, 0),
        _ => named.clone(),
    };
    if candidates.contains(&number) {
        return Reason::Accepted;
    }
    let others = (0..3).filter(|other| *other != chosen);
    if kid != 0
        && named.is_empty()
        && others
            .into_iter()
            .any(|other| with_kid(&keys[other], kid).contains(&number))
    {
        return Reason::WrongIssuer;
    }
    match (candidates.is_empty(), kid) {
        (false, _) => Reason::BadSignature,
        (true, 0) => Reason::NoKey,
        (true, _) => Reason::UnknownKeyId,
    }
}

fn keys() -> impl Strategy<Value = [Vec<Key>; 3]> {
    let some = || vec((0..3_u8, 0..3_usize), 0..3);
    (some(), some(), some())
        .prop_map(|(top, a, b)| [top, a, b])
        .prop_filter("a key", |keys| keys.iter().any(|keys| !keys.is_empty()))
}

proptest! {
    #[test]
    fn a_token_is_judged_by_its_issuer_alone_before_and_after_a_reload(
        configurations in vec(keys(), 1..4),
        tokens in vec((0..3_usize, 0..3_u8, 0..3_usize), 1..8),
    ) {
        let broker = Broker::new(&config(&configurations[0]));
        for keys in &configurations {
            broker.reloaded(&config(keys));
            // Twice, so that HMACs are remembered.
            for token_of in tokens.iter().chain(&tokens) {
                let reason = expected(keys, *token_of);
                let decision = match reason {
                    Reason::Accepted => Decision::Allow,
                    _ => Decision::Deny,
                };
                broker
                    .present(&token(*token_of))
                    .is_so(&format!("{keys:?} {token_of:?}"), decision, reason);
            }
        }
    }
}
