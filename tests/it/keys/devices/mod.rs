//! A key for each device: who connects names the key, whatever the token says.

#[cfg(feature = "endpoint")]
mod endpoint;
mod limits;
mod property;
mod sessions;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use jsonwebtoken::Algorithm::ES256;
use jwt_auth::Reason;
use serde_json::{Value, json};

use super::{set, with};
use crate::harness::{Answer, Broker, Connect, base64url, named_jwk, signed, valid_claims};

/// The private key of a device.
fn key(number: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[number; 32]).unwrap()
}

/// The public key of a device, with these members.
fn jwk(number: u8, members: Value) -> Value {
    let x = base64url(key(number).public_key());
    with(json!({ "kty": "OKP", "crv": "Ed25519", "x": x }), members)
}

/// The public key of a device, with this name.
fn of(name: &str, number: u8) -> Value {
    jwk(number, json!({ "kid": name }))
}

/// A token with these claims, signed by the key of the number.
fn token_of(claims: &Value, number: u8, kid: Option<&str>) -> String {
    let mut header = json!({ "alg": "EdDSA" });
    if let Some(kid) = kid {
        header["kid"] = kid.into();
    }
    let input = format!(
        "{}.{}",
        base64url(header.to_string()),
        base64url(claims.to_string())
    );
    let signature = key(number).sign(input.as_bytes());
    format!("{input}.{}", base64url(signature))
}

fn token(number: u8) -> String {
    token_of(&valid_claims(), number, None)
}

fn by(kid_from: &str, keys: &[Value]) -> Value {
    with(set(keys), json!({ "kid_from": kid_from }))
}

/// A client of this name, as `kid_from` reads it, presents a token. Its other name is not its own.
#[track_caller]
fn present_as(broker: &Broker, kid_from: &str, name: Option<&[u8]>, token: &str) -> Answer {
    let client = Connect {
        password: Some(token.as_bytes()),
        ..Connect::default()
    };
    let other = Some(&b"d2"[..]);
    broker.connect(match kid_from {
        "client_id" => Connect {
            client_id: name,
            username: other,
            ..client
        },
        _ => Connect {
            client_id: other,
            username: name,
            ..client
        },
    })
}

const BOTH: [&str; 2] = ["client_id", "username"];

#[test]
fn a_device_cannot_sign_as_another_with_any_kid_at_first_sight_or_from_the_cache() {
    for kid_from in BOTH {
        let broker = Broker::new(&by(kid_from, &[of("d1", 1), of("d3", 3)]));
        for kid in [None, Some("d1"), Some("d3"), Some("x"), Some("")] {
            let token = token_of(&valid_claims(), 1, kid);
            for _ in 0..3 {
                present_as(&broker, kid_from, Some(b"d3"), &token).denied(Reason::BadSignature);
                present_as(&broker, kid_from, Some(b"d2"), &token).denied(Reason::UnknownKeyId);
                present_as(&broker, kid_from, Some(b"d1"), &token).allowed();
            }
        }
    }
}

#[test]
fn the_same_holds_for_secrets() {
    let oct =
        |name: &str, secret: &str| json!({ "kty": "oct", "kid": name, "k": base64url(secret) });
    let secrets = [
        "the secret of the device d1 .....",
        "the secret of the device d3 .....",
    ];
    let keys = [oct("d1", secrets[0]), oct("d3", secrets[1])];
    let broker = Broker::new(&by("client_id", &keys));
    let header = r#"{"alg":"HS256","kid":"d3"}"#;
    let token = crate::harness::hs256(secrets[0], header, valid_claims().to_string());
    for _ in 0..4 {
        present_as(&broker, "client_id", Some(b"d1"), &token).allowed();
        present_as(&broker, "client_id", Some(b"d3"), &token).denied(Reason::BadSignature);
    }
}

#[test]
fn a_client_without_a_name_has_no_key() {
    let nameless = jwk(1, json!({}));
    for kid_from in BOTH {
        let keys = [of("", 1), of("\u{fffd}", 1), nameless.clone()];
        let broker = Broker::new(&by(kid_from, &keys));
        for name in [
            None,
            Some(&b""[..]),
            Some(b"\xff"),
            Some(b"d1"),
            Some(b"d1\0"),
        ] {
            for kid in [None, Some(""), Some("d1")] {
                let token = token_of(&valid_claims(), 1, kid);
                present_as(&broker, kid_from, name, &token).denied(Reason::UnknownKeyId);
            }
        }
        present_as(&broker, kid_from, Some("\u{fffd}".as_bytes()), &token(1)).allowed();
        let told = (
            3,
            "`kid_from`: 2 key(s) have no `kid`, and serve nobody".to_owned(),
        );
        assert!(broker.log().contains(&told), "{:?}", broker.log());
    }
}

#[test]
fn a_client_without_a_key_may_be_left_to_the_next_authenticator() {
    let broker = Broker::new(&with(
        by("client_id", &[of("d1", 1)]),
        json!({ "on_unknown_key": "ignore" }),
    ));
    present_as(&broker, "client_id", Some(b"d2"), &token(1)).ignored(Reason::UnknownKeyId);
    present_as(&broker, "client_id", None, &token(1)).ignored(Reason::UnknownKeyId);
}

#[test]
fn a_key_of_another_type_is_no_key() {
    let broker = Broker::new(&by(
        "client_id",
        &[named_jwk(ES256, "p256", "d1"), of("d2", 2)],
    ));
    present_as(&broker, "client_id", Some(b"d1"), &token(2)).denied(Reason::NoKey);
    let es256 = signed(ES256, "p256", Some("d2"), &valid_claims());
    present_as(&broker, "client_id", Some(b"d1"), &es256).allowed();
    present_as(&broker, "client_id", Some(b"d2"), &es256).denied(Reason::NoKey);
}

#[test]
fn the_log_does_not_tell_by_the_name_what_it_would_not_tell_otherwise() {
    let broker = Broker::new(&by("client_id", &[of("d1", 1)]));
    let token = token(1);
    present_as(&broker, "client_id", Some(token.as_bytes()), &token).denied(Reason::UnknownKeyId);
    present_as(&broker, "client_id", Some(b"d7"), &token).denied(Reason::UnknownKeyId);
    let lines: Vec<_> = broker.log().into_iter().map(|(_, line)| line).collect();
    let [.., hidden, shown] = lines.as_slice() else {
        panic!("{lines:?}")
    };
    let refused = "refused: unknown_key_id (by `kid_from`, no key is this client's): client";
    assert!(
        hidden.starts_with(&format!("{refused} not shown, ")),
        "{hidden}"
    );
    assert!(shown.starts_with(&format!("{refused} `d7`, ")), "{shown}");
}

#[test]
fn the_kid_of_a_token_is_looked_at_no_further_than_for_its_type() {
    let broker = Broker::new(&by("client_id", &[of("d1", 1)]));
    let (_, rest) = token(1)
        .split_once('.')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let header = base64url(r#"{"alg":"EdDSA","kid":7}"#);
    present_as(
        &broker,
        "client_id",
        Some(b"d1"),
        &format!("{header}.{rest}"),
    )
    .denied(Reason::MalformedToken);
}

#[test]
fn a_device_may_have_as_many_keys_as_are_tried() {
    for (count, is_tried) in [(8, true), (9, false)] {
        let keys: Vec<_> = (1..=count).map(|number| of("d1", number)).collect();
        let broker = Broker::new(&by("client_id", &keys));
        assert_eq!(broker.warnings(), [""; 0]);
        for _ in 0..2 {
            for number in [1, count] {
                let answer = present_as(&broker, "client_id", Some(b"d1"), &token(number));
                if is_tried {
                    answer.allowed();
                } else {
                    answer.denied(Reason::AmbiguousKey);
                }
            }
        }
    }
}

#[test]
fn the_user_name_cannot_be_token_and_name_at_once() {
    let config = with(
        by("username", &[of("d1", 1)]),
        json!({ "from": "username" }),
    );
    assert_eq!(
        Broker::refused(&config),
        "`kid_from`: by `from`, the user name is the token, and no name of a key"
    );
    let client_id = with(
        by("client_id", &[of("c1", 1)]),
        json!({ "from": "username" }),
    );
    let token = token(1);
    let client = Connect {
        username: Some(token.as_bytes()),
        ..Connect::default()
    };
    Broker::new(&client_id).connect(client).allowed();
}

#[test]
fn with_issuers_the_name_chooses_among_the_keys_of_the_tokens_issuer() {
    let claims = |iss: &str| with(valid_claims(), json!({ "iss": iss }));
    let broker = Broker::new(&json!({
        "kid_from": "client_id",
        "issuers": [
            { "issuer": "a", "jwks": { "keys": [of("d1", 1)] } },
            { "issuer": "b", "jwks": { "keys": [of("d1", 3), of("d2", 2)] } },
        ],
    }));
    for _ in 0..2 {
        let present = |name: &[u8], iss, number| {
            let token = token_of(&claims(iss), number, Some("d2"));
            present_as(&broker, "client_id", Some(name), &token)
        };
        present(b"d1", "a", 1).allowed();
        present(b"d1", "b", 3).allowed();
        present(b"d1", "a", 3).denied(Reason::BadSignature);
        present(b"d2", "b", 2).allowed();
        // The issuer a has no key of this name, and the issuer b has the one that signed.
        present(b"d2", "a", 2).denied(Reason::WrongIssuer);
        present(b"d2", "a", 1).denied(Reason::UnknownKeyId);
        present(b"", "a", 2).denied(Reason::UnknownKeyId);
    }
}
