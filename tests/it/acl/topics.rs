//! What may be asked for: topics and filters as MQTT has them, whatever the rules say.

use crate::harness::session::{Ask, PUBLISH, RECEIVE, SUBSCRIBE, Session, may};
use crate::harness::{Broker, broker, token};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use serde_json::{Value, json};

fn session<'b>(broker: &'b Broker, claims: &Value) -> Session<'b> {
    broker.admit_with(&token(claims))
}

/// The claims of clients that may do much: by rules, as superusers, and where the broker decides.
fn mighty() -> [Value; 5] {
    let allow = |topics| json!([{"permission": "allow", "action": "all", "topics": topics}]);
    [
        json!({"acl": {"all": ["#", "$SYS/#", "$share/#", "$queue/#"]}}),
        json!({"acl": allow(["#", "$SYS/#", "$share/#", "$queue/#"])}),
        json!({"is_superuser": true}),
        json!({"is_superuser": true, "acl": {}}),
        json!({}),
    ]
}

/// Nobody may ask for these.
#[track_caller]
fn nobody_may(ask: Ask, topics: &[&[u8]]) {
    let broker = broker(json!({}));
    for claims in mighty() {
        let session = session(&broker, &claims);
        for topic in topics {
            let start = String::from_utf8_lossy(&topic[..topic.len().min(40)]);
            assert_eq!(session.may(ask, topic), Deny, "{claims}: {start}");
        }
    }
}

/// What is good is good for all of them.
#[track_caller]
fn everybody_may(ask: Ask, topics: &[&[u8]]) {
    let broker = broker(json!({}));
    for claims in mighty() {
        let session = session(&broker, &claims);
        for topic in topics {
            let start = String::from_utf8_lossy(&topic[..topic.len().min(40)]);
            let expected = if claims == json!({}) { NoMatch } else { Allow };
            assert_eq!(session.may(ask, topic), expected, "{claims}: {start}");
        }
    }
}

#[test]
fn nothing_is_published_to_or_delivered_of_what_is_no_topic_name() {
    let long = "x".repeat(65_536);
    for ask in [PUBLISH, RECEIVE] {
        nobody_may(
            ask,
            &[
                b"",
                b"#",
                b"+",
                b"a/#",
                b"a/+/b",
                b"a#",
                b"a+b",
                b"$share/g/#",
                b"\0",
                b"a\0b",
                b"\xff",
                b"a/\xc3",
                b"\xed\xa0\x80",
                b"\xc0\xaf",
                b"\xf4\x90\x80\x80",
                long.as_bytes(),
            ],
        );
        everybody_may(
            ask,
            &[
                b"a",
                b"/",
                b"//",
                b"a/",
                b"/a",
                b" ",
                b"a b",
                "\u{e9}/\u{feff}\u{10ffff}".as_bytes(),
                &long.as_bytes()[1..],
                b"$SYS/x",
                b"$share/g/a",
                b"$share",
                b"$share//a",
                b"$queue/a",
            ],
        );
    }
}

#[test]
fn nothing_is_subscribed_to_that_is_no_filter() {
    let long = "x".repeat(65_536);
    nobody_may(
        SUBSCRIBE,
        &[
            b"",
            b"a#",
            b"#/a",
            b"a/#/b",
            b"##",
            b"a/##",
            b"+a",
            b"a+/b",
            b"++",
            b"+#",
            b"#+",
            b"a\0",
            b"\xff",
            b"+/\xff",
            b"\xed\xa0\x80",
            long.as_bytes(),
        ],
    );
    everybody_may(
        SUBSCRIBE,
        &[
            b"a",
            b"#",
            b"+",
            b"+/+",
            b"+/#",
            b"a/+/b/#",
            b"/",
            b"/#",
            b"//+",
            b" ",
            b"$SYS/#",
            b"$SYS/+",
            &long.as_bytes()[1..],
        ],
    );
}

#[test]
fn a_malformed_shared_subscription_is_denied() {
    nobody_may(
        SUBSCRIBE,
        &[
            b"$share",
            b"$share/",
            b"$share/g",
            b"$share/g/",
            b"$share//a",
            b"$share//",
            b"$share/+/a",
            b"$share/#/a",
            b"$share/#",
            b"$share/g+/a",
            b"$share/g#/a",
            b"$share/g/a#",
            b"$share/g/#/a",
            b"$queue/",
            b"$queue/a#",
            b"$queue/#/a",
            b"$share/g/\xff",
            b"$share/\xff/a",
            b"$share/g\0/a",
        ],
    );
}

#[test]
fn the_length_that_mqtt_can_carry_counts_the_prefix_of_a_shared_subscription() {
    let filter = "x".repeat(65_526);
    everybody_may(SUBSCRIBE, &[format!("$share/g/{filter}").as_bytes()]);
    nobody_may(SUBSCRIBE, &[format!("$share/g/{filter}x").as_bytes()]);
}

#[test]
fn a_shared_subscription_is_decided_by_the_filter_behind_its_group() {
    let broker = broker(json!({}));
    let session = session(&broker, &json!({"acl": {"sub": ["a/#", "/b"]}}));
    for (filter, expected) in [
        ("$share/g/a", Allow),
        ("$share/g/a/+", Allow),
        ("$share/another group/a/#", Allow),
        ("$share/g//b", Allow),
        ("$share/g/b", Deny),
        ("$share/a/x", Deny),
        ("$share/g/#", Deny),
        ("$queue/a/b", Allow),
        ("$queue//b", Allow),
        ("$queue/b", Deny),
        ("$queue/#", Deny),
        // Once only, and only as it is written.
        ("$share/g/$share/g/a", Deny),
        ("$share/g/$queue/a", Deny),
        ("$queue/$share/g/a", Deny),
        ("$queue/$queue/a", Deny),
        ("$SHARE/g/a", Deny),
        ("$shared/g/a", Deny),
        ("$queues/a", Deny),
        ("x/$share/g/a", Deny),
    ] {
        assert_eq!(session.may(SUBSCRIBE, filter), expected, "{filter}");
    }
}

#[test]
fn a_prefix_given_twice_is_a_topic_the_second_time() {
    let acl = json!({"sub": ["$share/h/a", "$queue/b"]});
    for (filter, expected) in [
        ("$share/g/$share/h/a", Allow),
        ("$queue/$share/h/a", Allow),
        ("$share/g/$queue/b", Allow),
        ("$share/h/a", Deny),
        ("$queue/b", Deny),
    ] {
        assert_eq!(may(&acl, SUBSCRIBE, filter), expected, "{filter}");
    }
}

#[test]
fn a_prefix_is_stripped_for_subscriptions_only() {
    let acl = json!({"all": ["a"]});
    for ask in [PUBLISH, RECEIVE] {
        assert_eq!(may(&acl, ask, "$share/g/a"), Deny);
        assert_eq!(may(&acl, ask, "$queue/a"), Deny);
        assert_eq!(
            may(&json!({"all": ["$share/g/a"]}), ask, "$share/g/a"),
            Allow
        );
    }
}

#[test]
fn a_rule_that_denies_counts_for_shared_subscriptions() {
    let acl = json!([
        {"permission": "deny", "action": "sub", "topic": "s/#"},
        {"permission": "allow", "action": "sub", "topic": "#"},
    ]);
    for (filter, expected) in [
        ("$share/g/s/x", Deny),
        ("$queue/s", Deny),
        ("$share/g/#", Deny),
        ("$share/g/a", Allow),
    ] {
        assert_eq!(may(&acl, SUBSCRIBE, filter), expected, "{filter}");
    }
}

#[test]
fn a_leading_wildcard_never_reaches_the_topics_of_the_server() {
    for (filter, topic, expected) in [
        ("#", "$SYS", Deny),
        ("#", "$SYS/x", Deny),
        ("+", "$SYS", Deny),
        ("+/x", "$SYS/x", Deny),
        ("+/#", "$SYS/x", Deny),
        ("$SYS/#", "$SYS/x", Allow),
        ("$SYS/#", "$SYS", Allow),
        ("$SYS/+", "$SYS/$x", Allow),
        ("#", "a/$x", Allow),
        ("a/+", "a/$x", Allow),
        ("+/$x", "a/$x", Allow),
        ("/#", "/$SYS", Allow),
    ] {
        for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
            assert_eq!(
                may(&json!({"all": [filter]}), ask, topic),
                expected,
                "{filter}: {topic}"
            );
            let deny = json!([{"permission": "deny", "action": "all", "topic": filter}]);
            let found = may(&deny, ask, topic) == Deny;
            assert_eq!(found, expected == Allow, "deny {filter}: {topic}");
        }
    }
    for filter in ["$SYS/#", "$SYS/+", "$share/g/$SYS/#", "$+", "$SYS/+/#"] {
        assert_eq!(
            may(&json!({"sub": ["#", "+/#", "+/+"]}), SUBSCRIBE, filter),
            Deny,
            "{filter}"
        );
    }
    // `#` has nothing of them, so a rule that denies them does not touch it.
    let acl = json!([
        {"permission": "deny", "action": "all", "topic": "$SYS/#"},
        {"permission": "allow", "action": "all", "topic": "#"},
    ]);
    assert_eq!(may(&acl, SUBSCRIBE, "#"), Allow);
    assert_eq!(may(&acl, SUBSCRIBE, "+/x"), Allow);
    assert_eq!(may(&acl, SUBSCRIBE, "$SYS/+"), Deny);
}
