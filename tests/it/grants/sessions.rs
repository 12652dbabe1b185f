//! What an accepted client keeps: its attributes, its end, and whether it would still be accepted.

use crate::harness::session::{PUBLISH, RECEIVE, SUBSCRIBE, Session};
use crate::harness::{
    Broker, NOW, SECRET, base64url, broker, jwk, key_path, signed, token, with_payload,
};
use base64::Engine;
use jsonwebtoken::Algorithm;
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use jwt_auth::{Decision, Reason};
use serde_json::{Value, json};

/// The attributes of a client with this claim, a JSON text.
#[track_caller]
fn attributes(claim: &str) -> Vec<(String, String)> {
    let broker = broker(json!({}));
    let token = with_payload(format!(r#"{{"client_attrs":{claim}}}"#));
    broker.admit_with(&token).attributes()
}

fn texts(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(text).collect()
}

#[test]
fn strings_numbers_and_booleans_are_attributes_in_the_order_of_the_token() {
    let claim = r#"{"z":"text","a":"","n":7,"m":-7,"u":18446744073709551615,"f":1.5,"t":true,"b":false,"é":"ü/+#"}"#;
    assert_eq!(
        attributes(claim),
        texts(&[
            ("z", "text"),
            ("a", ""),
            ("n", "7"),
            ("m", "-7"),
            ("u", "18446744073709551615"),
            ("f", "1.5"),
            ("t", "true"),
            ("b", "false"),
            ("\u{e9}", "\u{fc}/+#"),
        ])
    );
}

#[test]
fn attributes_of_other_types_are_left_out() {
    let claim = r#"{"a":null,"b":"kept","c":["x"],"d":{"e":"x"},"f":1}"#;
    assert_eq!(attributes(claim), texts(&[("b", "kept"), ("f", "1")]));
}

#[test]
fn attributes_that_are_no_object_are_none() {
    for claim in [
        "null",
        "\"x\"",
        "1",
        "true",
        "[]",
        r#"["a"]"#,
        r#"[{"a":"b"}]"#,
        "{}",
    ] {
        assert_eq!(attributes(claim), [], "{claim}");
    }
    let broker = broker(json!({}));
    assert_eq!(broker.admit_with(&token(&json!({}))).attributes(), []);
}

/// Clients of each kind whose tokens expire at `NOW`, with what they may until then.
fn expiring() -> [(Value, jwt_auth::Permission); 4] {
    [
        (json!({"exp": NOW}), NoMatch),
        (json!({"exp": NOW, "acl": {"all": ["t"]}}), Allow),
        (json!({"exp": NOW, "is_superuser": true}), Allow),
        (json!({"exp": NOW, "is_superuser": true, "acl": {}}), Allow),
    ]
}

/// A session of a token that is still good.
fn before_now<'b>(broker: &'b Broker, claims: &Value) -> Session<'b> {
    broker.set_time(NOW - 1_000);
    broker.admit_with(&token(claims))
}

#[test]
fn a_session_ends_at_the_second_of_its_token_leeway_included() {
    for leeway in [0, 30] {
        let broker = broker(json!({ "leeway": leeway }));
        for (claims, permission) in expiring() {
            let session = before_now(&broker, &claims);
            broker.set_time(NOW + leeway - 1);
            let answer = session.recheck();
            answer.allowed();
            assert_eq!(answer.result.expires_at, NOW + leeway);
            for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
                assert_eq!(session.may(ask, "t"), permission, "{claims}");
            }
            for now in [NOW + leeway, NOW + leeway + 1, i64::MAX] {
                broker.set_time(now);
                let answer = session.recheck();
                answer.denied(Reason::Expired);
                assert_eq!((answer.result.expires_at, answer.result.superuser), (0, 0));
                for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
                    assert_eq!(session.may(ask, "t"), Deny, "{claims}");
                }
            }
            // The clock counts, not what was answered before.
            broker.set_time(NOW + leeway - 1);
            assert_eq!(session.may(PUBLISH, "t"), permission, "{claims}");
        }
    }
}

#[test]
fn a_fraction_of_a_second_is_rounded_up() {
    let broker = broker(json!({}));
    let token = with_payload(format!(r#"{{"exp":{NOW}.5,"acl":{{"all":["t"]}}}}"#));
    broker.set_time(NOW - 1);
    let session = broker.admit_with(&token);
    broker.set_time(NOW);
    assert_eq!(session.recheck().allowed().result.expires_at, NOW + 1);
    assert_eq!(session.may(PUBLISH, "t"), Allow);
    broker.set_time(NOW + 1);
    session.recheck().denied(Reason::Expired);
    assert_eq!(session.may(PUBLISH, "t"), Deny);
}

#[test]
fn a_session_that_outlives_its_token_keeps_all_but_what_the_acl_claim_granted() {
    for leeway in [0, 30] {
        let broker = broker(json!({"disconnect_after_expire": false, "leeway": leeway}));
        for ((claims, before), after) in expiring().into_iter().zip([NoMatch, Deny, Allow, Allow]) {
            let session = before_now(&broker, &claims);
            let superuser = u8::from(claims["is_superuser"] == true);
            for (now, permission) in [
                (NOW + leeway - 1, before),
                (NOW + leeway, after),
                (i64::MAX, after),
            ] {
                broker.set_time(now);
                for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
                    assert_eq!(session.may(ask, "t"), permission, "{claims} at {now}");
                }
                let answer = session.recheck();
                answer.allowed();
                assert_eq!(answer.result.expires_at, 0, "{claims}");
                assert_eq!(answer.result.superuser, superuser, "{claims}");
                assert_eq!(session.may(PUBLISH, "a/#"), Deny, "{claims}");
            }
        }
        // Whoever knocks again is refused all the same.
        broker.set_time(NOW + leeway);
        broker
            .present(&token(&json!({ "exp": NOW })))
            .denied(Reason::Expired);
    }
}

#[test]
fn what_the_acl_claim_leaves_to_the_broker_ends_with_the_token_too() {
    let broker = broker(json!({"disconnect_after_expire": false}));
    let session = before_now(&broker, &json!({"exp": NOW, "acl": []}));
    assert_eq!(session.may(PUBLISH, "t"), NoMatch);
    broker.set_time(NOW);
    assert_eq!(session.may(PUBLISH, "t"), Deny);
}

#[test]
fn a_session_without_exp_does_not_end() {
    let broker = broker(json!({}));
    let session = broker.admit_with(&token(&json!({"acl": {"all": ["t"]}})));
    broker.set_time(i64::MAX);
    assert_eq!(session.recheck().allowed().result.expires_at, 0);
    assert_eq!(session.may(PUBLISH, "t"), Allow);
}

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

#[test]
fn a_session_outlives_its_broker() {
    let other = broker(json!({}));
    let first = broker(json!({}));
    let claims = json!({"exp": NOW + 60, "acl": {"pub": ["%u"]}, "client_attrs": {"a": "b"}});
    let session = first.admit_with(&token(&claims)).moved_to(&other);
    drop(first);
    assert_eq!(session.attributes(), texts(&[("a", "b")]));
    assert_eq!(session.may(PUBLISH, "u1"), Allow);
    assert_eq!(session.may(PUBLISH, "u2"), Deny);
    session.recheck().allowed();
    other.set_time(NOW + 60);
    session.recheck().denied(Reason::Expired);
}

#[test]
fn eight_threads_may_ask_about_one_session_at_once() {
    let broker = broker(json!({}));
    let rule = |n: usize| {
        let permission = if n.is_multiple_of(3) { "deny" } else { "allow" };
        json!({"permission": permission, "action": "all", "topic": format!("t/{n}/+")})
    };
    let rules: Vec<Value> = (0..100).map(rule).collect();
    let session = broker.admit_with(&token(&json!({"exp": NOW + 60, "acl": rules})));
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let session = &session;
            scope.spawn(move || {
                for n in 0..2_000 {
                    let n = (n * 7 + thread) % 120;
                    let expected = match n {
                        100.. => NoMatch,
                        _ if n % 3 == 0 => Deny,
                        _ => Allow,
                    };
                    for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
                        assert_eq!(session.may(ask, format!("t/{n}/x")), expected);
                    }
                    session.recheck().allowed();
                }
            });
        }
    });
}
