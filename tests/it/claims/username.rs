//! Clients whose user name a claim says.

use jwt_auth::Permission::{Allow, Deny};
use jwt_auth::Reason::{self, Accepted, BadAcl, ClaimMismatch, MissingClaim};
use serde_json::{Value, json};

use crate::harness::session::{PUBLISH, Session};
use crate::harness::{Broker, Connect, SECRET, broker, named_jwk, signed, token, with_payload};

/// A broker whose clients have their names by the claim `name`.
fn named() -> Broker {
    broker(json!({ "username_claim": "name" }))
}

/// A client of this name that sends another one.
fn admit<'b>(broker: &'b Broker, name: &str, acl: &Value) -> Session<'b> {
    broker.admit_with(&token(&json!({ "name": name, "acl": acl })))
}

#[track_caller]
fn refused(broker: &Broker, claims: &str, reason: Reason, problem: &str) {
    let token = with_payload(claims);
    // The second time it is remembered.
    for _ in 0..3 {
        broker.present(&token).denied(reason);
        let line = broker.log().pop().unwrap().1;
        let expected = format!("refused: {problem}: client `c1`, user `u1`, token ");
        assert!(line.starts_with(&expected), "{claims}: {line}");
    }
}

#[test]
fn the_claim_must_be_there() {
    let broker = named();
    let problem = "missing_claim (claim `name`)";
    refused(&broker, "{}", MissingClaim, problem);
    refused(
        &broker,
        r#"{"username":"a","Name":"a"}"#,
        MissingClaim,
        problem,
    );
}

#[test]
fn the_claim_is_a_text_that_is_not_empty() {
    let broker = named();
    for (value, kind) in [
        ("null", "null"),
        ("true", "a boolean"),
        ("7", "a number"),
        (r#""""#, "a string"),
        (r#"["alice"]"#, "a list"),
        (r#"{"alice":1}"#, "an object"),
    ] {
        let problem = format!(
            "claim_mismatch (claim `name` is {kind}: a user name that is not empty is expected)"
        );
        let claims = format!(r#"{{"name":{value}}}"#);
        refused(&broker, &claims, ClaimMismatch, &problem);
    }
    for value in ["a", " ", "\0", "+/#", "%u", "\u{e9}"] {
        broker.present(&token(&json!({ "name": value }))).allowed();
    }
}

#[test]
fn the_user_name_comes_behind_the_certificate_and_before_the_topics() {
    let broker = broker(json!({ "username_claim": "name", "verify_claims": { "aud": "mqtt" } }));
    for (claims, reason) in [
        (json!({ "exp": 1, "acl": 1 }), Reason::Expired),
        (json!({ "aud": "x", "cnf": 1, "acl": 1 }), ClaimMismatch),
        (
            json!({ "aud": "mqtt", "cnf": 1, "acl": 1 }),
            Reason::CertificateMismatch,
        ),
        (json!({ "aud": "mqtt", "acl": 1 }), MissingClaim),
        (json!({ "aud": "mqtt", "name": 1, "acl": 1 }), ClaimMismatch),
        (json!({ "aud": "mqtt", "name": "a", "acl": 1 }), BadAcl),
        (json!({ "aud": "mqtt", "name": "a" }), Accepted),
    ] {
        let answer = broker.present(&token(&claims));
        assert_eq!(answer.result.reason, reason as i32, "{claims}");
    }
}

#[test]
fn placeholders_in_topics_stand_for_the_claim() {
    let broker = named();
    let acl = json!({ "pub": ["a/%u", "b/${username}/#", "c/x%u", "d/%c"] });
    let session = admit(&broker, "alice", &acl);
    for (topic, expected) in [
        ("a/alice", Allow),
        ("a/u1", Deny),
        ("a/%u", Deny),
        ("b/alice/t", Allow),
        ("b/u1/t", Deny),
        ("c/xalice", Allow),
        ("c/xu1", Deny),
        ("d/c1", Allow),
    ] {
        assert_eq!(session.may(PUBLISH, topic), expected, "{topic}");
    }
    // Also where the client sends no name.
    let token = token(&json!({ "name": "alice", "acl": acl }));
    let session = broker.admit(Connect {
        username: None,
        password: Some(token.as_bytes()),
        ..Connect::default()
    });
    assert_eq!(session.may(PUBLISH, "a/alice"), Allow);
}

#[test]
fn a_name_with_escapes_is_what_it_stands_for() {
    let broker = named();
    let token = with_payload(r#"{"name":"\u0061lic\u0065","acl":{"pub":["%u"]}}"#);
    for _ in 0..3 {
        let session = broker.admit_with(&token);
        assert_eq!(session.may(PUBLISH, "alice"), Allow);
    }
}

#[test]
fn a_name_that_is_more_than_a_part_of_a_level_fills_no_topic() {
    let broker = named();
    let long = "x".repeat(1_024);
    let topics = json!({ "pub": ["t/%u/x", "plain"] });
    let deny = json!([{ "permission": "deny", "action": "all", "topic": "t/%u/x" }]);
    for (name, is_part) in [
        ("alice", true),
        ("$x", true),
        (&*long, true),
        (&format!("{long}x"), false),
        ("a/b", false),
        ("+", false),
        ("a#", false),
        ("\0", false),
    ] {
        let session = admit(&broker, name, &topics);
        let topic = format!("t/{}/x", if is_part { name } else { "u1" });
        let expected = if is_part { Allow } else { Deny };
        assert_eq!(session.may(PUBLISH, topic), expected, "{name:?}");
        assert_eq!(session.may(PUBLISH, "plain"), Allow, "{name:?}");
        let token = token(&json!({ "name": name, "acl": deny }));
        let expected = if is_part { Accepted } else { BadAcl };
        // Without a session as well, and when the token is remembered.
        for _ in 0..3 {
            let client = Connect {
                password: Some(token.as_bytes()),
                ..Connect::default()
            };
            assert_eq!(broker.decide(client).reason, expected as i32, "{name:?}");
        }
    }
}

#[test]
fn rules_about_user_names_are_about_the_claim() {
    let broker = named();
    let rule = |member: &str, name: &str| json!([{ "permission": "allow", "action": "all", "topic": "t", member: name }]);
    for (member, name, expected) in [
        ("username", "alice", Allow),
        ("username", "u1", jwt_auth::Permission::NoMatch),
        ("username_re", "^al", Allow),
        ("username_re", "^u1$", jwt_auth::Permission::NoMatch),
    ] {
        let session = admit(&broker, "alice", &rule(member, name));
        assert_eq!(session.may(PUBLISH, "t"), expected, "{member} {name}");
    }
}

#[test]
fn verify_claims_is_compared_with_what_the_client_sent() {
    let broker = broker(json!({ "username_claim": "name", "verify_claims": { "sub": "%u" } }));
    let present = |claims| broker.present(&token(&claims));
    present(json!({ "name": "alice", "sub": "u1" })).allowed();
    present(json!({ "name": "alice", "sub": "alice" })).denied(ClaimMismatch);
}

#[test]
fn names_of_claims_may_be_dotted() {
    let broker = broker(json!({ "username_claim": "preferred.name" }));
    let acl = json!({ "pub": ["%u"] });
    for claims in [
        json!({ "preferred": { "name": "alice" }, "acl": acl }),
        json!({ "preferred.name": "alice", "preferred": 1, "acl": acl }),
    ] {
        let session = broker.admit_with(&token(&claims));
        assert_eq!(session.may(PUBLISH, "alice"), Allow);
    }
    broker
        .present(&token(&json!({ "preferred": { "nam": "a" } })))
        .denied(MissingClaim);
}

#[test]
fn a_token_that_is_remembered_needs_a_name_once_the_option_asks_for_one() {
    // The claim has a slot in both configurations, so what is remembered is taken over.
    let config = |options: Value| {
        let mut config = options;
        config["jwks"] =
            json!({ "keys": [named_jwk(jsonwebtoken::Algorithm::ES256, "p256", "k")] });
        config
    };
    let broker = Broker::new(&config(json!({})));
    let token = signed(
        jsonwebtoken::Algorithm::ES256,
        "p256",
        Some("k"),
        &json!({ "acl": { "pub": ["t"] } }),
    );
    let client = Connect {
        password: Some(token.as_bytes()),
        ..Connect::default()
    };
    for _ in 0..2 {
        assert_eq!(broker.decide(client).reason, Accepted as i32);
    }
    broker
        .reload(&config(json!({ "username_claim": "sub" })))
        .unwrap();
    for _ in 0..2 {
        assert_eq!(broker.decide(client).reason, MissingClaim as i32);
    }
    broker.reload(&config(json!({}))).unwrap();
    assert_eq!(broker.decide(client).reason, Accepted as i32);
}

#[test]
fn the_option_is_the_name_of_a_claim() {
    let refused =
        |value: Value| Broker::refused(&json!({ "secret": SECRET, "username_claim": value }));
    for (value, problem) in [
        (json!(""), "the name is empty"),
        (json!(".".repeat(33)), "the name has more than 32 dots"),
        (json!(null), "expected a string"),
        (json!(["name"]), "expected a string"),
    ] {
        assert_eq!(refused(value), format!("`username_claim`: {problem}"));
    }
    broker(json!({ "username_claim": ".".repeat(32) }));
}
