//! Whether a session would still be accepted, by the key of its token.

use crate::harness::session::PUBLISH;
use crate::harness::{Broker, NOW, SECRET, base64url, broker, jwk, key_path, signed, token};
use base64::Engine;
use jsonwebtoken::Algorithm;
use jwt_auth::Permission::Allow;
use jwt_auth::{Decision, Reason};
use serde_json::{Value, json};

#[test]
fn a_recheck_repeats_what_the_check_said() {
    let broker = broker(json!({}));
    for claims in [
        json!({}),
        json!({"exp": NOW + 60}),
        json!({"exp": NOW + 60, "is_superuser": true}),
        json!({"is_superuser": "1", "acl": []}),
    ] {
        let token = token(&claims);
        let (checked, rechecked) = (broker.present(&token), broker.admit_with(&token).recheck());
        rechecked.allowed();
        let of =
            |answer: &crate::harness::Answer| (answer.result.expires_at, answer.result.superuser);
        assert_eq!(of(&rechecked), of(&checked), "{claims}");
    }
}

/// A token, and configurations that have its key, and that have others.
struct Keys {
    name: &'static str,
    token: String,
    first: Value,
    same: Vec<Value>,
    others: Vec<Value>,
}

fn key_set(mut key: Value, kid: &str) -> Value {
    key["kid"] = json!(kid);
    json!({"jwks": {"keys": [key]}})
}

fn asymmetric(name: &'static str, algorithm: Algorithm, key: &str, other: &str) -> Keys {
    let pem = |name: &str| json!({"public_key": key_path(name)});
    let public = jwk(algorithm, key);
    let mut among_others = key_set(public.clone(), "third");
    among_others["secret"] = json!(SECRET);
    among_others["public_key"] = json!(key_path("rsa3072.pub.pem"));
    Keys {
        name,
        token: signed(
            algorithm,
            key,
            Some("first"),
            &json!({"acl": {"all": ["t"]}}),
        ),
        first: key_set(public.clone(), "first"),
        same: vec![
            key_set(public, "second"),
            pem(&format!("{key}.pub.pem")),
            pem(&format!("{key}.crt.pem")),
            among_others,
        ],
        others: vec![
            pem(&format!("{other}.pub.pem")),
            key_set(jwk(algorithm, other), "first"),
            json!({"secret": SECRET}),
        ],
    }
}

fn keys() -> [Keys; 4] {
    let oct = |secret: &str, kid| key_set(json!({"kty": "oct", "k": base64url(secret)}), kid);
    let other = "another secret of 32 characters!";
    let secret = Keys {
        name: "oct",
        token: token(&json!({"acl": {"all": ["t"]}})),
        first: json!({"secret": SECRET}),
        same: vec![
            oct(SECRET, "first"),
            json!({"secret": base64::engine::general_purpose::STANDARD.encode(SECRET), "secret_base64_encoded": true}),
        ],
        others: vec![
            json!({ "secret": other }),
            oct(other, "first"),
            json!({"secret": format!("{SECRET}x")}),
            json!({"public_key": key_path("rsa2048.pub.pem")}),
        ],
    };
    [
        asymmetric("RSA", Algorithm::RS256, "rsa2048", "rsa2048-other"),
        asymmetric("EC", Algorithm::ES256, "p256", "p256-other"),
        asymmetric("Ed25519", Algorithm::EdDSA, "ed25519", "ed25519-other"),
        secret,
    ]
}

#[test]
fn a_recheck_asks_for_the_key_by_its_material_whatever_its_name_and_form() {
    for Keys {
        name,
        token,
        first,
        same,
        others,
    } in keys()
    {
        let first = Broker::new(&first);
        let mut session = first.admit_with(&token);
        session.recheck().allowed();
        for config in same {
            let broker = Broker::new(&config);
            let moved = session.moved_to(&broker);
            moved
                .recheck()
                .is_so(name, Decision::Allow, Reason::Accepted);
            session = moved.moved_to(&first);
        }
        for config in others {
            let broker = Broker::new(&config);
            let moved = session.moved_to(&broker);
            moved.recheck().is_so(name, Decision::Deny, Reason::NoKey);
            // What it grants, it grants: to end it is the broker's part.
            assert_eq!(moved.may(PUBLISH, "t"), Allow);
            session = moved.moved_to(&first);
        }
        session.recheck().allowed();
    }
}

#[test]
fn a_session_is_never_left_to_others_when_its_key_is_gone() {
    let claims = json!({"exp": NOW + 60, "is_superuser": true});
    let first = broker(json!({}));
    let other = Broker::new(&json!({
        "public_key": key_path("rsa2048.pub.pem"),
        "on_missing": "ignore", "on_malformed": "ignore", "on_unknown_key": "ignore",
    }));
    other.present(&token(&claims)).ignored(Reason::NoKey);
    let session = first.admit_with(&token(&claims)).moved_to(&other);
    let answer = session.recheck();
    answer.denied(Reason::NoKey);
    assert_eq!((answer.result.expires_at, answer.result.superuser), (0, 0));
}
