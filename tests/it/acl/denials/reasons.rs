//! Why a topic is denied.

use super::{end, lines, said};
use crate::harness::session::{PUBLISH, SUBSCRIBE};
use crate::harness::{NOW, SECRET, broker, json_file, token};
use jwt_auth::Permission::{Allow, Deny};
use serde_json::json;

#[test]
fn a_denial_names_the_rule_that_says_so() {
    let rules = json!({"acl": [
        {"permission": "allow", "action": "all", "topic": "a"},
        {"permission": "deny", "action": "pub", "topics": ["x", "b"]},
        {"permission": "deny", "action": "sub", "topic": "c", "clientid": "c2"},
        {"permission": "deny", "action": "sub", "topics": ["b/#", "c/+"]},
        {"permission": "deny", "action": "all", "topic": "#"},
    ]});
    for (ask, topic, expected) in [
        (PUBLISH, "b", "publish to `b`: by rule 2 of the token"),
        (PUBLISH, "c", "publish to `c`: by rule 5 of the token"),
        (SUBSCRIBE, "b", "subscribe to `b`: by rule 4 of the token"),
        (SUBSCRIBE, "c", "subscribe to `c`: by rule 5 of the token"),
        (
            SUBSCRIBE,
            "+/x",
            "subscribe to `+/x`: by rule 4 of the token",
        ),
        (
            SUBSCRIBE,
            "$share/g/c/d",
            "subscribe to `$share/g/c/d`: by rule 4 of the token",
        ),
    ] {
        assert_eq!(said(&rules, ask, topic), expected);
    }
    let text = json!({ "acl": rules["acl"].to_string() });
    let expected = "publish to `b`: by rule 2 of the token";
    assert_eq!(said(&text, PUBLISH, "b"), expected);
}

#[test]
fn a_denial_names_the_rule_of_the_operator_by_its_path() {
    let deny = |topic: &str| json!({"permission": "deny", "action": "all", "topic": topic});
    let only_for = |role: &str, topic: &str| {
        let mut rule = deny(topic);
        rule["claims"] = json!({ "role": role });
        rule
    };
    let broker = broker(json!({
        "acl": [deny("a"), only_for("guest", "b"), only_for("host", "c")],
        "issuers": [
            { "issuer": "plant", "secret": SECRET, "acl": [deny("d"), deny("e/${clientid}")] },
        ],
    }));
    let acl = json!([deny("f"), deny("g"), deny("#")]);
    let [plant, unlisted] =
        ["plant", "office"].map(|iss| token(&json!({ "iss": iss, "role": "guest", "acl": acl })));
    for (token, topic, rule) in [
        (&plant, "a", "`acl[0]`"),
        (&plant, "b", "`acl[1]`"),
        (&plant, "c", "rule 3 of the token"),
        (&plant, "d", "`issuers[0].acl[0]`"),
        (&plant, "e/c1", "`issuers[0].acl[1]`"),
        (&plant, "f", "rule 1 of the token"),
        (&unlisted, "a", "`acl[0]`"),
        (&unlisted, "d", "rule 3 of the token"),
        (&unlisted, "g", "rule 2 of the token"),
    ] {
        let session = broker.admit_with(token);
        assert_eq!(session.may(PUBLISH, topic), Deny);
        let expected = format!(
            "denied: publish to `{topic}`: by {rule}{}",
            end("`c1`", token)
        );
        assert_eq!(lines(&broker, 4), [expected]);
    }
}

#[test]
fn a_denial_names_the_lists_in_which_the_topic_is_not() {
    let map = json!({"acl": {"pub": ["a"], "sub": ["b/+"]}});
    for (ask, topic, expected) in [
        (
            PUBLISH,
            "b/x",
            "publish to `b/x`: nothing in `pub` or `all` allows it",
        ),
        (
            SUBSCRIBE,
            "b/#",
            "subscribe to `b/#`: nothing in `sub` or `all` allows it",
        ),
    ] {
        assert_eq!(said(&map, ask, topic), expected);
    }
}

#[test]
fn a_denial_for_everybody_is_said_to_be_one() {
    for claims in [
        json!({}),
        json!({"acl": {"all": ["#"]}}),
        json!({"is_superuser": true}),
    ] {
        for (ask, topic, expected) in [
            (PUBLISH, "a/#", "publish to `a/#`: MQTT does not permit it"),
            (PUBLISH, "", "publish to ``: MQTT does not permit it"),
            (
                SUBSCRIBE,
                "a#",
                "subscribe to `a#`: MQTT does not permit it",
            ),
        ] {
            assert_eq!(said(&claims, ask, topic), expected);
        }
    }
}

#[test]
fn a_denial_after_the_end_of_a_token_says_so() {
    let revocations = json_file("denials", &json!({"jti": []}));
    for outlives in [true, false] {
        let broker = broker(json!({
            "disconnect_after_expire": !outlives, "revocations_file": revocations.0,
        }));
        let claims = json!({"exp": NOW + 1, "jti": "x", "acl": {"all": ["a"]}});
        let token = token(&claims);
        let session = broker.admit_with(&token);
        assert_eq!(session.may(PUBLISH, "a"), Allow);
        broker.set_time(NOW + 1);
        assert_eq!(session.may(PUBLISH, "a"), Deny);
        let end = end("`c1`", &token);
        let expected = format!("denied: publish to `a`: the token has expired{end}");
        assert_eq!(lines(&broker, 4), [expected]);

        revocations.write(json!({"jti": ["x"]}).to_string());
        let config = json!({
            "secret": SECRET, "revocations_file": revocations.0, "leeway": 60,
        });
        broker.reload(&config).unwrap();
        assert_eq!(session.may(PUBLISH, "b"), Deny);
        let expected = format!("denied: publish to `b`: the token is revoked{end}");
        assert_eq!(lines(&broker, 4)[1..], [expected]);
        revocations.write(json!({"jti": []}).to_string());
    }
}
