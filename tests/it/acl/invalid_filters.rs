//! What the log says of topics in the map form that are no valid filters.

use crate::harness::session::{PUBLISH, SUBSCRIBE};
use crate::harness::{Broker, Connect, NOW, SECRET, broker, json_file, signed, token, vector_text};
use jwt_auth::Permission::{Allow, Deny};
use jwt_auth::Reason;
use serde_json::{Value, json};

/// The lines about such topics, with their levels.
fn told(broker: &Broker) -> Vec<(i32, String)> {
    let lines = broker.log().into_iter();
    lines
        .filter(|(_, line)| line.contains("never match"))
        .collect()
}

/// What is said of them in a token with this claim.
#[track_caller]
fn said(acl: &Value) -> String {
    let broker = broker(json!({}));
    broker.present(&token(&json!({ "acl": acl }))).allowed();
    let told = told(&broker);
    let [(3, line)] = &told[..] else {
        panic!("{acl}: {told:?}")
    };
    let line = line.strip_prefix("never match, as they are no valid filters: ");
    let (filters, of) = line.unwrap().rsplit_once(": client ").unwrap();
    assert!(of.starts_with("`c1`, token "), "{of}");
    filters.to_owned()
}

#[test]
fn a_topic_that_never_matches_is_told_with_its_list() {
    for (acl, expected) in [
        (json!({"pub": ["a#"]}), "`pub` `a#`"),
        (json!({"pub": ["a", "b", "#/c"], "sub": []}), "`pub` `#/c`"),
        (
            json!({"sub": ["a+"], "x": ["b+"], "all": ["", "eq c#"]}),
            "`sub` `a+`, `all` ``, `all` `eq c#`",
        ),
        (json!({"all": ["%u#"]}), "`all` `%u#`"),
        (json!({"all": ["a`b#\n"]}), r"`all` `a\`b#\n`"),
        (json!({"all": ["a\0"]}), r"`all` `a\0`"),
        (json!(r#"{"pub":["a#"]}"#), "`pub` `a#`"),
    ] {
        assert_eq!(said(&acl), expected, "{acl}");
    }
    let filter = |length: usize| "\u{e9}".repeat(length - 1) + "#";
    assert_eq!(
        said(&json!({"pub": [filter(48)]})),
        format!("`pub` `{}`", filter(48))
    );
    let cut = format!("`pub` `{}...`", "\u{e9}".repeat(48));
    assert_eq!(said(&json!({"pub": [filter(49)]})), cut);
    assert_eq!(said(&json!({"pub": [filter(4_000)]})), cut);
    let too_long = "x".repeat(65_536);
    let broker = broker(json!({"max_token_size": 1 << 20}));
    broker
        .present(&token(&json!({"acl": {"pub": [too_long]}})))
        .allowed();
    assert_eq!(told(&broker).len(), 1);
}

#[test]
fn four_topics_are_told_and_the_number_of_the_others() {
    let topics = |count| json!({"pub": vec!["#a"; count]});
    let four = "`pub` `#a`, `pub` `#a`, `pub` `#a`, `pub` `#a`";
    assert_eq!(said(&topics(4)), four);
    assert_eq!(said(&topics(5)), format!("{four} and 1 more"));
    assert_eq!(said(&topics(2_000)), format!("{four} and 1996 more"));
}

#[test]
fn topics_that_some_client_can_use_are_not_told() {
    let broker = broker(json!({}));
    let token = token(&json!({"acl": {
        "pub": ["a", "${client_attrs.none}", "%c/#"], "sub": ["$share/g/a", "eq %u"], "publish": ["a#"],
    }}));
    for client_id in [None, Some(&b"+"[..]), Some(b"c1")] {
        let password = Some(token.as_bytes());
        broker
            .connect(Connect {
                client_id,
                password,
                ..Connect::default()
            })
            .allowed();
    }
    assert_eq!(told(&broker), []);
}

#[test]
fn topics_are_told_once_for_a_token_that_is_remembered() {
    let public = vector_text("keys/rsa2048.pub.pem");
    let broker = broker(json!({ "public_key": public }));
    let claims = |name: &str| json!({"sub": name, "exp": NOW + 60, "acl": {"pub": ["a#", "b"]}});
    let rs256 = |name: &str| {
        signed(
            jsonwebtoken::Algorithm::RS256,
            "rsa2048",
            None,
            &claims(name),
        )
    };
    let tokens = [
        token(&claims("1")),
        token(&claims("2")),
        rs256("1"),
        rs256("2"),
    ];
    for (index, token) in tokens.iter().enumerate() {
        for client in ["c1", "c2", "c1", "c3"] {
            let client = Connect {
                client_id: Some(client.as_bytes()),
                password: Some(token.as_bytes()),
                ..Connect::default()
            };
            assert_eq!(broker.decide(client).reason, Reason::Accepted as i32);
            let session = broker.admit(client);
            assert_eq!(
                (session.may(PUBLISH, "b"), session.may(SUBSCRIBE, "b")),
                (Allow, Deny)
            );
            assert_eq!(told(&broker).len(), index + 1);
        }
    }
    let config = json!({ "secret": SECRET, "public_key": public, "leeway": 1 });
    broker.reload(&config).unwrap();
    for token in &tokens {
        broker.present(token).allowed();
    }
    assert_eq!(told(&broker).len(), tokens.len());
}

#[test]
fn topics_are_told_each_time_where_no_token_is_remembered() {
    let broker = broker(json!({ "cache_capacity": 0 }));
    let token = token(&json!({"acl": {"pub": ["a#"]}}));
    for times in 1..4 {
        broker.present(&token).allowed();
        assert_eq!(told(&broker).len(), times);
    }
    // What was found in one claim is not said of the next.
    let good = crate::harness::token(&json!({"acl": {"pub": ["a"]}}));
    let none = crate::harness::token(&json!({}));
    for token in [good, none] {
        broker.present(&token).allowed();
    }
    assert_eq!(told(&broker).len(), 3);
}

#[test]
fn topics_are_told_of_tokens_that_are_accepted() {
    let revoked = json_file("invalid-filters", &json!({ "jti": ["x"] }));
    let broker = broker(json!({
        "verify_claims": { "sub": "%u" }, "revocations_file": revoked.0,
    }));
    let acl = json!({"pub": ["a#"]});
    for (claims, reason) in [
        (json!({"sub": "u2", "acl": acl}), Reason::ClaimMismatch),
        (
            json!({"sub": "u1", "jti": "x", "acl": acl}),
            Reason::Revoked,
        ),
        (
            json!({"sub": "u1", "acl": {"pub": ["a#"], "sub": 1}}),
            Reason::BadAcl,
        ),
    ] {
        broker.present(&token(&claims)).denied(reason);
    }
    assert_eq!(told(&broker), []);
    let other = token(&json!({"sub": "u2", "acl": acl}));
    broker
        .connect(Connect {
            username: Some(b"u2"),
            password: Some(other.as_bytes()),
            ..Connect::default()
        })
        .allowed();
    assert_eq!(told(&broker).len(), 1);
}

#[test]
fn a_topic_that_tells_eight_bytes_of_a_secret_is_not_shown() {
    let broker = broker(json!({ "from": "username" }));
    let filters = ["a/12345678#", "a/1234567#", "b#"];
    let token = token(&json!({"acl": {"pub": filters}}));
    broker
        .connect(Connect {
            username: Some(token.as_bytes()),
            password: Some(b"-12345678-"),
            ..Connect::default()
        })
        .allowed();
    let [(3, line)] = &told(&broker)[..] else {
        panic!("{:?}", broker.log())
    };
    let expected = "never match, as they are no valid filters: \
                    `pub` not shown, `pub` `a/1234567#`, `pub` `b#`: client `c1`, token ";
    assert!(line.starts_with(expected), "{line}");
    // The header is known before the token is made.
    let broker = crate::harness::broker(json!({}));
    let header = token.split('.').next().unwrap();
    let own = crate::harness::token(&json!({"acl": {"pub": [format!("{header}/#/")]}}));
    broker.present(&own).allowed();
    let [(3, line)] = &told(&broker)[..] else {
        panic!("{:?}", broker.log())
    };
    assert!(line.contains("filters: `pub` not shown: client"), "{line}");
}
