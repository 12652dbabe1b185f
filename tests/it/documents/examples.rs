//! Every example in JSON is tried: configurations, key sets, lists of revocations, and claims.

use std::collections::BTreeMap;

use jsonwebtoken::Algorithm::{ES256, RS256};
use jwt_auth::Reason;
use serde_json::{Value, json};

use super::{documents, fenced, read};
use crate::harness::authority::Authority;
use crate::harness::{
    Broker, Connect, HS256_HEADER, SECRET, Scratch, base64url, broker, certificate, hs256,
    json_file, jwk, valid_claims, with_payload,
};

/// What an example is, by its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Claims,
    Configuration,
    KeySet,
    Revocations,
}

fn kind(example: &Value) -> Kind {
    let has = |name: &str| example.get(name).is_some();
    let schema: Value = serde_json::from_str(&read("include/jwt_auth.schema.json")).unwrap();
    let options = schema["properties"].as_object().unwrap();
    if has("keys") {
        Kind::KeySet
    } else if has("not_before") {
        Kind::Revocations
    } else if options.keys().any(|option| option != "acl" && has(option)) {
        // `acl` alone is the claim of that name.
        Kind::Configuration
    } else {
        Kind::Claims
    }
}

/// All examples of the documents, with their kinds.
fn examples() -> Vec<(Kind, String, Value)> {
    let blocks = documents().into_iter().flat_map(|document| {
        let text = read(&document);
        let blocks = fenced(&text).filter(|block| block.language == "json");
        let texts: Vec<_> = blocks.map(|block| (document.clone(), block.text)).collect();
        texts
    });
    blocks
        .map(|(document, text)| {
            let value = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{document}: {error}: {text}"));
            (kind(&value), text, value)
        })
        .collect()
}

/// Accepts a configuration, with files that are here and an endpoint that nobody serves.
#[track_caller]
fn accepts(configuration: &Value) {
    let keys = [(RS256, "rsa2048"), (ES256, "p256")];
    let key_set = json!({ "keys": keys.map(|(algorithm, key)| jwk(algorithm, key)) });
    let files = [
        ("secret_file", Scratch::new("example_secret", SECRET)),
        ("jwks_file", json_file("example_key_set", &key_set)),
        ("bearer_token_file", Scratch::new("example_token", "x")),
        (
            "public_key",
            Scratch::new(
                "example_pem",
                crate::harness::vector_text("keys/p256.pub.pem"),
            ),
        ),
    ];
    let authority = Authority::new();
    let localize = |part: &mut Value| {
        for (option, file) in &files {
            if let Some(path) = part.get_mut(*option) {
                *path = file.0.to_str().unwrap().into();
            }
        }
        if let Some(path) = part.pointer_mut("/ssl/cacertfile") {
            *path = authority.path().into();
        }
        for option in ["endpoint", "issuer"] {
            let url = part.get_mut(option);
            if let Some((url, scheme, rest)) = url.and_then(|url| {
                let (scheme, rest) = url.as_str()?.split_once("://")?;
                let rest = rest.split_once('/').map_or("", |(_, path)| path).to_owned();
                let scheme = scheme.to_owned();
                Some((url, scheme, rest))
            }) {
                *url = format!("{scheme}://127.0.0.1:9/{rest}").into();
            }
        }
    };
    let mut configuration = configuration.clone();
    localize(&mut configuration);
    let issuers = configuration
        .get_mut("issuers")
        .and_then(Value::as_array_mut);
    issuers.into_iter().flatten().for_each(localize);
    Broker::new(&configuration);
}

#[test]
#[cfg_attr(not(feature = "endpoint"), ignore = "it has an endpoint")]
fn every_example_is_accepted() {
    let mut counts = BTreeMap::new();
    for (kind, text, example) in examples() {
        *counts.entry(kind).or_insert(0) += 1;
        match kind {
            Kind::Claims => {
                // The example of a bound token is about this certificate.
                let (token, certificate) = (with_payload(text), certificate("ed25519"));
                let client = Connect {
                    password: Some(token.as_bytes()),
                    peer_certificate: Some(&certificate),
                    ..Connect::default()
                };
                broker(json!({})).connect(client).allowed();
            }
            Kind::Configuration => accepts(&example),
            Kind::KeySet => accepts(&json!({ "jwks": example })),
            Kind::Revocations => {
                let file = json_file("example_revocations", &example);
                broker(json!({ "revocations_file": file.0 }));
            }
        }
    }
    let expected = [
        (Kind::Claims, 3),
        (Kind::Configuration, 25),
        (Kind::KeySet, 1),
        (Kind::Revocations, 1),
    ];
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), expected);
}

/// The steps of docs/operating.md, with its key set and its configuration.
#[test]
fn a_secret_is_rotated_as_the_documents_say() {
    let of = |kind: Kind, option: &str| {
        let found = examples().into_iter().find(|(found, _, example)| {
            *found == kind && example.get(option).is_some() && example.get("algorithms").is_none()
        });
        found.unwrap().2
    };
    let set = of(Kind::KeySet, "keys");
    let mut both = of(Kind::Configuration, "secret_file");
    let (old, new) = (SECRET, "new secret of at least thirty-two bytes");
    assert_eq!(set["keys"][0]["k"], base64url(new));
    let header = json!({ "alg": "HS256", "kid": set["keys"][0]["kid"] }).to_string();
    let token = |secret: &str, header: &str| hs256(secret, header, valid_claims().to_string());

    let secret_file = Scratch::new("rotation_secret", old);
    let key_set = json_file("rotation_key_set", &set);
    let broker = Broker::new(&json!({ "secret_file": secret_file.0 }));
    let before = broker.admit_with(&token(old, HS256_HEADER));

    both["secret_file"] = json!(secret_file.0);
    both["jwks_file"] = json!(key_set.0);
    assert_eq!(both.as_object().unwrap().len(), 2);
    broker.reloaded(&both);
    before.recheck().allowed();
    broker.present(&token(old, HS256_HEADER)).allowed();
    broker.present(&token(new, HS256_HEADER)).allowed();
    broker.present(&token(new, &header)).allowed();
    broker
        .present(&token(old, &header))
        .denied(Reason::BadSignature);

    // The same secret in another option is the same key.
    let mut moved = set.clone();
    let old_key = json!({ "kty": "oct", "kid": "2026-a", "k": base64url(old) });
    moved["keys"].as_array_mut().unwrap().push(old_key);
    broker.reloaded(&json!({ "jwks": moved }));
    before.recheck().allowed();

    broker.reloaded(&json!({ "jwks_file": key_set.0 }));
    before.recheck().denied(Reason::NoKey);
    broker
        .present(&token(old, HS256_HEADER))
        .denied(Reason::BadSignature);
    broker.present(&token(new, &header)).allowed();
}
