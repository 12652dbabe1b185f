//! Placeholders in the topics of an ACL claim.

use crate::harness::session::{PUBLISH, SUBSCRIBE};
use crate::harness::{Answer, Broker, Connect, broker, token};
use jwt_auth::Permission::{self, Allow, Deny, NoMatch};
use jwt_auth::Reason;
use serde_json::{Value, json};

/// A rule with this topic.
fn rule(permission: &str, topic: &str) -> Value {
    json!([{"permission": permission, "action": "all", "topic": topic}])
}

struct Client {
    broker: Broker,
    username: Option<Vec<u8>>,
    attributes: Value,
}

/// A client with this user name.
fn named(username: impl Into<Vec<u8>>) -> Client {
    Client {
        broker: broker(json!({})),
        username: Some(username.into()),
        attributes: json!({}),
    }
}

/// A client with the user name `u1` and these attributes.
fn with_attributes(attributes: Value) -> Client {
    Client {
        attributes,
        ..named("u1")
    }
}

impl Client {
    fn token(&self, acl: &Value) -> String {
        token(&json!({"acl": acl, "client_attrs": self.attributes}))
    }

    fn connect<'c>(&'c self, token: &'c str) -> Connect<'c> {
        Connect {
            username: self.username.as_deref(),
            password: Some(token.as_bytes()),
            ..Connect::default()
        }
    }

    #[track_caller]
    fn publishes(&self, acl: &Value, topic: impl AsRef<[u8]>) -> Permission {
        let token = self.token(acl);
        self.broker.admit(self.connect(&token)).may(PUBLISH, topic)
    }

    fn presents(&self, acl: &Value) -> Answer {
        self.broker.connect(self.connect(&self.token(acl)))
    }

    /// A rule with this topic is about this one.
    #[track_caller]
    fn fills(&self, topic: &str, filled: &str) {
        assert_eq!(
            self.publishes(&rule("allow", topic), filled),
            Allow,
            "{topic}"
        );
        assert_eq!(
            self.publishes(&rule("deny", topic), filled),
            Deny,
            "{topic}"
        );
        assert_eq!(
            self.publishes(&json!({"pub": [topic]}), filled),
            Allow,
            "{topic}"
        );
        assert_eq!(
            self.publishes(&rule("allow", topic), "x/y/z/other"),
            NoMatch,
            "{topic}"
        );
    }

    /// To allow a topic is to allow none of these; to deny it refuses the client.
    #[track_caller]
    fn cannot_fill(&self, topic: &str, candidates: &[&str]) {
        for candidate in candidates {
            assert_eq!(
                self.publishes(&rule("allow", topic), candidate),
                NoMatch,
                "{topic}"
            );
            assert_eq!(
                self.publishes(&json!({"pub": [topic]}), candidate),
                Deny,
                "{topic}"
            );
        }
        self.presents(&rule("deny", topic)).denied(Reason::BadAcl);
        let (_, line) = self.broker.log().pop().unwrap();
        assert!(line.starts_with("refused: bad_acl (rule 1: "), "{line}");
    }
}

#[test]
fn placeholders_stand_for_what_the_client_sent() {
    let client = named("alice");
    for (topic, filled) in [
        ("%u", "alice"),
        ("%c", "c1"),
        ("${username}", "alice"),
        ("${clientid}", "c1"),
        ("t/%u/%c", "t/alice/c1"),
        ("t/x-%u-y/z", "t/x-alice-y/z"),
        ("${username}${clientid}%u", "alicec1alice"),
        ("$%u", "$alice"),
        ("/${username}/", "/alice/"),
    ] {
        client.fills(topic, filled);
    }
    let wild = rule("allow", "${username}/+/#");
    assert_eq!(client.publishes(&wild, "alice/b/c/d"), Allow);
    assert_eq!(client.publishes(&wild, "bob/b/c/d"), NoMatch);
}

#[test]
fn escapes_and_lone_marks_are_literal() {
    let client = named("alice");
    for (topic, filled) in [
        ("%%u", "%u"),
        ("%%%u", "%alice"),
        ("100%%/x", "100%/x"),
        ("100%/x", "100%/x"),
        ("${$}{username}", "${username}"),
        ("a/${$}", "a/$"),
        ("a$/{username}", "a$/{username}"),
        ("%x/%U", "%x/%U"),
    ] {
        client.fills(topic, filled);
    }
}

#[test]
fn client_attributes_stand_in_topics() {
    let client =
        with_attributes(json!({"group": "red", "n": 17, "on": true, "a.b": "dotted", "x": 1.5}));
    for (topic, filled) in [
        ("${client_attrs.group}/t", "red/t"),
        ("t/g-${client_attrs.group}", "t/g-red"),
        ("t/${client_attrs.n}", "t/17"),
        ("t/${client_attrs.on}", "t/true"),
        ("t/${client_attrs.x}", "t/1.5"),
        ("t/${client_attrs.a.b}", "t/dotted"),
    ] {
        client.fills(topic, filled);
    }
}

#[test]
fn any_other_placeholder_is_a_defect_in_both_forms() {
    for topic in [
        "${foo}",
        "a/${peerhost}/b",
        "${zone}",
        "${}",
        "${Username}",
        "${ username}",
        "${client_attrs}",
        "${client_attrs.}",
        "${username}/${cert_common_name}",
    ] {
        for acl in [
            rule("allow", topic),
            rule("deny", topic),
            json!({"all": ["t", topic]}),
        ] {
            named("u1").presents(&acl).denied(Reason::BadAcl);
        }
    }
}

#[test]
fn what_was_not_sent_allows_nothing_and_cannot_be_denied() {
    let nobody = Client {
        username: None,
        ..named("")
    };
    nobody.cannot_fill("${username}", &["${username}", "undefined", "null"]);
    nobody.cannot_fill("x/%u", &["x/", "x/%u", "x/undefined", "x"]);
    nobody.cannot_fill("x/a%u/#", &["x/a", "x/a/b"]);
    let client = with_attributes(json!({"other": "x", "list": ["x"], "null": null, "object": {}}));
    for name in ["group", "Other", "list", "null", "object", "other.x"] {
        let topic = format!("t/${{client_attrs.{name}}}");
        client.cannot_fill(&topic, &["t/", "t/x", "t/undefined", "t/null", &topic]);
    }
    with_attributes(json!(["x"])).cannot_fill("${client_attrs.0}", &["x"]);
}

#[test]
fn a_value_is_never_more_than_a_part_of_one_level() {
    for value in ["+", "#", "a/b", "/", "a+", "#b", "a/#", "+/+", "a\0b"] {
        let others = [
            "x", "a", "a/b", "x/y", "b", "/", "a/x", "x/x/y", "t/a/b", "t/x", "t/a",
        ];
        for topic in ["${username}", "t/%u", "x%u", "%u/#", "t/a-%u"] {
            named(value).cannot_fill(topic, &others);
        }
        with_attributes(json!({ "v": value })).cannot_fill("t/${client_attrs.v}", &others);
    }
    named(*b"\xff").cannot_fill("t/%u", &["t/", "t/\u{fffd}"]);
}

#[test]
fn a_value_that_cannot_be_filled_in_harms_no_other_topic() {
    let acl = json!([
        {"permission": "allow", "action": "pub", "topics": ["t/%u", "t/%c"]},
        {"permission": "deny", "action": "pub", "topic": "t/#"},
    ]);
    assert_eq!(named("+").publishes(&acl, "t/c1"), Allow);
    assert_eq!(named("+").publishes(&acl, "t/x"), Deny);
    assert_eq!(
        named("+").publishes(&json!({"pub": ["%u", "t"]}), "t"),
        Allow
    );
}

#[test]
fn an_empty_value_is_an_empty_part() {
    let client = named("");
    client.fills("x/%u", "x/");
    client.fills("x/%u/y", "x//y");
    client.fills("x-${username}/y", "x-/y");
    // There is no empty topic.
    for topic in ["", "x", "/"] {
        let expected = if topic.is_empty() { Deny } else { NoMatch };
        assert_eq!(client.publishes(&rule("allow", "%u"), topic), expected);
        assert_eq!(client.publishes(&json!({"pub": ["%u"]}), topic), Deny);
    }
}

#[test]
fn a_value_beside_a_wildcard_makes_no_filter_not_even_an_empty_one() {
    for username in ["", "u1"] {
        for topic in ["+${username}", "${username}#", "a/%u+", "a/#%u", "#/%u"] {
            for permission in ["allow", "deny"] {
                let answer = named(username).presents(&rule(permission, topic));
                answer.denied(Reason::BadAcl);
            }
            let acl = json!({"all": [topic]});
            for candidate in ["a", "a/u1", "u1", "a/x", "x"] {
                let client = named(username);
                assert_eq!(client.publishes(&acl, candidate), Deny, "{topic}");
                let token = client.token(&acl);
                let session = client.broker.admit(client.connect(&token));
                assert_eq!(session.may(SUBSCRIBE, "+"), Deny, "{topic}");
                assert_eq!(session.may(SUBSCRIBE, "#"), Deny, "{topic}");
            }
        }
    }
}

#[test]
fn no_value_leads_out_to_the_topics_of_the_server() {
    for value in ["$SYS", "$SYS-x", "$"] {
        let levels = format!("{value}/x");
        named(value).cannot_fill("%u/#", &[&levels, value]);
        named(value).cannot_fill("%u/x", &[&levels]);
        // Further on, it is a part like any other.
        named(value).fills("t/%u", &format!("t/{value}"));
    }
    named("").cannot_fill("%u$SYS/x", &["$SYS/x"]);
    // What the rule itself leads there is there.
    named("SYS").fills("$%u/x", "$SYS/x");
}

#[test]
fn values_that_make_a_topic_too_long_fill_none() {
    let value = "x".repeat(1_023);
    let levels = |last: &str| "%u/".repeat(63) + last;
    let filled = format!("{value}/").repeat(63);
    // 65,535 bytes, and one more.
    let fits = levels("%u");
    named(value.clone()).fills(&fits, &format!("{filled}{value}"));
    named(value).cannot_fill(&levels("%ux"), &["x"]);
}

#[test]
fn a_deny_rule_about_another_client_needs_no_value_of_this_one() {
    let acl = json!([{"permission": "deny", "action": "all", "topic": "%u", "clientid": "other"}]);
    assert_eq!(named("+").publishes(&acl, "x"), NoMatch);
    // It must be well-formed nevertheless.
    let acl =
        json!([{"permission": "deny", "action": "all", "topic": "${foo}", "clientid": "other"}]);
    named("u1").presents(&acl).denied(Reason::BadAcl);
    let acl = json!([{"permission": "deny", "action": "all", "topic": "a#", "clientid": "other"}]);
    named("u1").presents(&acl).denied(Reason::BadAcl);
}

#[test]
fn what_a_client_sends_is_never_itself_a_template() {
    named("%c").fills("t/%u", "t/%c");
    named("${clientid}").fills("t/%u", "t/${clientid}");
    with_attributes(json!({"v": "%u"})).fills("t/${client_attrs.v}", "t/%u");
    named("eq ").fills("%ua", "eq a");
}
