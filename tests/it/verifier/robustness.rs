//! Whatever comes in, nobody gets in by it, nothing panics, and nothing secret comes out.

use crate::harness::session::{Ask, PUBLISH};
use crate::harness::{Broker, Connect, HS256_HEADER, SECRET, base64url, hs256, token, vector_text};
use jwt_auth::ffi::jwt_auth_status;
use jwt_auth::{Decision, Permission, Reason};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

fn broker() -> Broker {
    Broker::new(&json!({
        "secret": SECRET,
        "public_key": vector_text("keys/two.pub.pem"),
        "signature_format": "auto",
        "verify_claims": { "sub": "%u", "a.b": true },
    }))
}

/// Any JSON value, odd numbers and names included.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z%${}._]{0,6}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Any JSON value, with the words of an ACL claim in it.
fn any_acl() -> impl Strategy<Value = Value> {
    let words = vec![
        "permission",
        "allow",
        "deny",
        "action",
        "pub",
        "sub",
        "all",
        "topic",
        "topics",
        "qos",
        "retain",
        "ipaddr",
        "clientid",
        "username",
        "clientid_re",
        "a/#",
        "eq %u",
        "${",
        "${client_attrs.x}",
        "::/0",
        "",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-1..4_i64).prop_map(Value::from),
        select(words.clone()).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(select(words.clone()), inner, 0..6).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()
            }),
        ]
    })
}

fn option_name() -> impl Strategy<Value = String> {
    let schema: Value =
        serde_json::from_str(include_str!("../../../include/jwt_auth.schema.json")).unwrap();
    let names: Vec<String> = schema["properties"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    prop_oneof![prop::sample::select(names), "[a-z_]{0,10}"]
}

proptest! {
    #[test]
    fn random_bytes_are_refused(field: Vec<u8>) {
        let answer = broker().connect(Connect { password: Some(&field), ..Connect::default() });
        prop_assert_eq!(answer.status, jwt_auth_status::Ok);
        prop_assert_eq!(answer.result.decision, Decision::Deny as i32);
    }

    #[test]
    fn three_segments_of_anything_are_refused_without_the_key(
        header in any_json(),
        payload: Vec<u8>,
        signature: Vec<u8>,
        alg in prop::sample::select(vec!["HS256", "HS512", "RS256", "PS384", "ES256", "ES512", "EdDSA"]),
    ) {
        let broker = broker();
        let mut header = header;
        if let Some(members) = header.as_object_mut() {
            members.insert("alg".to_owned(), alg.into());
        }
        let token = [base64url(header.to_string()), base64url(payload), base64url(signature)].join(".");
        let answer = broker.present(&token);
        prop_assert_eq!(answer.status, jwt_auth_status::Ok);
        prop_assert_eq!(answer.result.decision, Decision::Deny as i32);
    }

    #[test]
    fn signed_claims_of_any_kind_are_decided(claims in any_json(), username: Option<Vec<u8>>) {
        let token = hs256(SECRET, HS256_HEADER, claims.to_string());
        let password = Some(token.as_bytes());
        let answer = broker().connect(Connect { client_id: None, username: username.as_deref(), password, peer_address: None, peer_certificate: None });
        prop_assert_eq!(answer.status, jwt_auth_status::Ok);
        // `a.b` is true in none of them but by a chance that does not come.
        prop_assert_eq!(answer.result.decision, Decision::Deny as i32);
    }

    #[test]
    fn any_claim_is_read_or_refused(acl in any_acl(), in_a_list: bool) {
        let acl = if in_a_list { json!([acl]) } else { acl };
        let answer = crate::harness::broker(json!({})).present(&token(&json!({ "acl": acl })));
        let accepted = (Decision::Allow as i32, Reason::Accepted as i32);
        let refused = (Decision::Deny as i32, Reason::BadAcl as i32);
        let found = (answer.result.decision, answer.result.reason);
        prop_assert!(found == accepted || found == refused, "{:?}", found);
    }

    #[test]
    fn anything_may_be_asked_for(topic: Vec<u8>, text in "[a+#/$\\x00é]{0,9}", action in 1..4_i32) {
        let broker = crate::harness::broker(json!({}));
        let acl = json!([{"permission": "deny", "action": "all", "topics": ["a/#", "+/$", "$/+"]}]);
        let session = broker.admit_with(&token(&json!({ "acl": acl })));
        for topic in [topic.as_slice(), text.as_bytes()] {
            let (status, permission) = session.try_ask(Ask { action, ..PUBLISH }, Some(topic));
            prop_assert_eq!(status, jwt_auth_status::Ok);
            prop_assert_ne!(permission, Permission::Allow as i32);
        }
    }

    #[test]
    fn any_configuration_is_accepted_or_refused_with_a_sentence(
        members in prop::collection::hash_map(option_name(), any_json(), 0..5),
    ) {
        let config = Value::Object(members.into_iter().collect()).to_string();
        if let Err(error) = Broker::from_text(config.as_bytes()) {
            prop_assert!(!error.is_empty());
            prop_assert!(!error.contains(char::is_control), "{}", error);
        }
    }

    #[test]
    fn any_text_is_accepted_or_refused_as_a_configuration(text: Vec<u8>) {
        prop_assert!(Broker::from_text(&text).is_err());
    }
}

#[test]
fn no_value_of_a_configuration_comes_back_in_its_error() {
    // Each option in turn is given this as its value, wherever a value can stand.
    let canary = "s3cr3t-canary";
    let schema: Value =
        serde_json::from_str(include_str!("../../../include/jwt_auth.schema.json")).unwrap();
    for name in schema["properties"].as_object().unwrap().keys() {
        for value in [
            json!(canary),
            json!([canary]),
            json!([[canary]]),
            json!({ "keys": canary }),
            json!({ "keys": [canary, { "kty": canary, "k": canary, "alg": canary, "use": canary }] }),
            json!([{ "name": [canary], "value": canary }]),
            json!({ "claim": [canary] }),
            json!({ "claim": format!("${{{canary}}}") }),
        ] {
            let config = json!({ name: value, "leeway": if name == "leeway" { json!(canary) } else { json!(-1) } });
            let error = Broker::refused(&config);
            assert!(!error.contains(canary), "{name}: {error}");
        }
    }
}
