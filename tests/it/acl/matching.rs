//! How a filter is matched, covered, and overlapped; and what a call with wrong arguments says.

use crate::harness::session::{Ask, PUBLISH, RECEIVE, SUBSCRIBE, may};
use crate::harness::{broker, token};
use jwt_auth::Permission::{self, Allow, Deny, NoMatch};
use jwt_auth::ffi::jwt_auth_status::{BadArgument, NullArgument, Ok};
use serde_json::{Value, json};

/// What one rule says that is about subscriptions.
#[track_caller]
fn subscribes(permission: &str, filter: &str, requested: &str) -> Permission {
    let rule: Value = json!({"permission": permission, "action": "sub", "topic": filter});
    may(&json!([rule]), SUBSCRIBE, requested)
}

#[test]
fn levels_are_compared_byte_by_byte_and_may_be_empty() {
    for (filter, topic, expected) in [
        ("a/#", "a", Allow),
        ("a/#", "a/", Allow),
        ("a/#", "a/b/c", Allow),
        ("a/#", "ab", Deny),
        ("a/#", "b", Deny),
        ("/#", "/", Allow),
        ("/#", "a", Deny),
        ("a/b/#", "a", Deny),
        ("+/#", "a", Allow),
        ("+/#", "/", Allow),
        ("a/+/#", "a", Deny),
        ("a/+/#", "a/", Allow),
        ("+", "a", Allow),
        ("+", "/", Deny),
        ("+/+", "/", Allow),
        ("+/+", "a", Deny),
        ("/+", "/", Allow),
        ("+/", "/", Allow),
        ("a//b", "a//b", Allow),
        ("a//b", "a/b", Deny),
        ("a/+/b", "a//b", Allow),
        ("a", "a/", Deny),
        ("a/", "a", Deny),
        ("a", "/a", Deny),
        ("A/b", "a/b", Deny),
        ("a/b", "a/B", Deny),
        ("\u{e9}", "e\u{301}", Deny),
        ("+/b/#", "a/b", Allow),
        ("+/b/#", "a/c", Deny),
        ("a", "a ", Deny),
    ] {
        for ask in [PUBLISH, RECEIVE, SUBSCRIBE] {
            let acl = json!({"all": [filter]});
            assert_eq!(
                may(&acl, ask, topic),
                expected,
                "{filter}: {topic}, {ask:?}"
            );
        }
    }
}

#[test]
fn a_subscription_is_allowed_by_a_rule_for_all_of_its_topics() {
    for (filter, requested, expected) in [
        ("#", "#", Allow),
        ("#", "+/#", Allow),
        ("+/#", "#", Allow),
        ("#", "a/+/#", Allow),
        ("+", "+", Allow),
        ("+", "#", NoMatch),
        ("+", "+/#", NoMatch),
        ("a/+", "a/+", Allow),
        ("a/+", "a/b", Allow),
        ("a/+", "a/#", NoMatch),
        ("a/+", "+/+", NoMatch),
        ("a/+", "+/b", NoMatch),
        ("a/#", "a/#", Allow),
        ("a/#", "a/+", Allow),
        ("a/#", "a/+/#", Allow),
        ("a/+/#", "a/#", NoMatch),
        ("a/+/#", "a/+", Allow),
        ("a/b/#", "a/+/#", NoMatch),
        ("+/b", "a/b", Allow),
        ("+/b", "+/b", Allow),
        ("+/b", "+/+", NoMatch),
        ("a", "a/#", NoMatch),
        ("a/b", "a/+", NoMatch),
        ("a/+/c", "a/#", NoMatch),
        ("+/+/#", "#", NoMatch),
        ("+/+/#", "+/a/#", Allow),
        // All topics of `/#` have two levels or more: there is no empty one.
        ("/+/#", "/#", Allow),
        ("/#", "/+/#", Allow),
        ("+/+/#", "/#", Allow),
        ("//#", "/#", NoMatch),
        ("/+/+/#", "/#", NoMatch),
        ("/+", "/#", NoMatch),
        ("+", "/#", NoMatch),
        ("/#", "+/#", NoMatch),
    ] {
        let found = subscribes("allow", filter, requested);
        assert_eq!(found, expected, "{filter}: {requested}");
    }
}

#[test]
fn a_subscription_is_denied_by_a_rule_for_any_of_its_topics() {
    for (filter, requested, expected) in [
        ("s/#", "#", Deny),
        ("s/#", "+", Deny),
        ("s/#", "+/#", Deny),
        ("s/#", "+/x", Deny),
        ("s/#", "s/+/x", Deny),
        ("s/#", "s", Deny),
        ("s/#", "a/#", NoMatch),
        ("s/#", "/s", NoMatch),
        ("s/x", "s/#", Deny),
        ("s/x", "s/+", Deny),
        ("s/x", "+/+", Deny),
        ("s/x", "+", NoMatch),
        ("s/x", "+/x/#", Deny),
        ("s/x", "s/+/#", Deny),
        ("s/x", "s/x/#", Deny),
        ("s/x", "s/x/+", NoMatch),
        ("s/+/y", "s/x/+", Deny),
        ("s/+/y", "+/x/y", Deny),
        ("s/+/y", "s/x/z", NoMatch),
        ("s/+", "s/#", Deny),
        ("s/+", "s", NoMatch),
        ("s", "s/#", Deny),
        ("s", "s/+", NoMatch),
        ("+/x", "s/+", Deny),
        ("+", "s/#", Deny),
        // There is no empty topic, of which one level is left before `#`.
        ("/#", "+", NoMatch),
        ("+", "/#", NoMatch),
        ("/#", "#", Deny),
        ("/#", "+/#", Deny),
        ("+/#", "/#", Deny),
        ("/+", "/#", Deny),
        ("/", "/#", Deny),
        ("/#", "/", Deny),
        ("//#", "/+", Deny),
        ("//#", "+/", Deny),
        ("//#", "+", NoMatch),
        ("/#", "a/#", NoMatch),
        ("#", "$SYS/#", NoMatch),
        ("$SYS/x", "#", NoMatch),
        ("$SYS/x", "+/x", NoMatch),
        ("$SYS/x", "$SYS/+", Deny),
    ] {
        let found = subscribes("deny", filter, requested);
        assert_eq!(found, expected, "{filter}: {requested}");
    }
}

#[test]
fn nothing_forbidden_comes_through_a_wider_subscription() {
    let acl = json!([
        {"permission": "deny", "action": "sub", "topic": "s/#"},
        {"permission": "allow", "action": "sub", "topic": "#"},
    ]);
    for (filter, expected) in [
        ("#", Deny),
        ("+/#", Deny),
        ("+/x", Deny),
        ("s", Deny),
        ("a/#", Allow),
        ("a", Allow),
    ] {
        assert_eq!(may(&acl, SUBSCRIBE, filter), expected, "{filter}");
    }
}

#[test]
fn a_call_without_a_topic_is_no_question() {
    let broker = broker(json!({}));
    for claims in [
        json!({}),
        json!({"is_superuser": true}),
        json!({"acl": {"all": ["#"]}}),
    ] {
        let session = broker.admit_with(&token(&claims));
        for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
            assert_eq!(session.try_ask(ask, None), (NullArgument, 0));
            assert_eq!(session.try_ask(ask, Some(b"")), (Ok, 0));
        }
    }
}

#[test]
fn a_number_out_of_its_range_is_a_bad_argument_and_permits_nothing() {
    let broker = broker(json!({}));
    for claims in [
        json!({}),
        json!({"is_superuser": true}),
        json!({"acl": {"all": ["#"]}}),
    ] {
        let session = broker.admit_with(&token(&claims));
        for action in [0, 4, -1, i32::MIN, i32::MAX, 257] {
            let ask = Ask { action, ..PUBLISH };
            assert_eq!(
                session.try_ask(ask, Some(b"t")),
                (BadArgument, 0),
                "{ask:?}"
            );
        }
        for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
            for qos in [3, 128, 255] {
                let ask = Ask { qos, ..ask };
                assert_eq!(
                    session.try_ask(ask, Some(b"t")),
                    (BadArgument, 0),
                    "{ask:?}"
                );
            }
            for retain in [2, 255] {
                let ask = Ask { retain, ..ask };
                assert_eq!(
                    session.try_ask(ask, Some(b"t")),
                    (BadArgument, 0),
                    "{ask:?}"
                );
            }
        }
    }
}

#[test]
fn a_length_without_data_is_a_bad_argument_and_permits_nothing() {
    let broker = broker(json!({}));
    let session = broker.admit_with(&token(&json!({"is_superuser": true})));
    for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
        assert_eq!(session.try_ask_of_nothing(ask, 1), (BadArgument, 0));
        assert_eq!(
            session.try_ask_of_nothing(ask, usize::MAX),
            (BadArgument, 0)
        );
    }
}

#[test]
fn eq_stands_for_the_literal_filter_alone() {
    for (filter, requested, expected) in [
        ("a/#", "a/#", Allow),
        ("a/#", "a/b", Deny),
        ("a/#", "a", Deny),
        ("a/#", "a/+", Deny),
        ("#", "#", Allow),
        ("#", "+/#", Deny),
        ("%u", "%u", Allow),
        ("%u", "u1", Deny),
        ("%%", "%%", Allow),
        ("%%", "%", Deny),
        ("${foo}", "${foo}", Allow),
        ("eq a", "eq a", Allow),
        ("eq a", "a", Deny),
        ("$SYS/#", "$SYS/#", Allow),
        ("a/#", "$share/g/a/#", Allow),
    ] {
        let acl = json!({"sub": [format!("eq {filter}")]});
        assert_eq!(
            may(&acl, SUBSCRIBE, requested),
            expected,
            "eq {filter}: {requested}"
        );
    }
}

#[test]
fn eq_lets_be_published_what_it_says_and_be_delivered_what_it_matches() {
    let acl = json!({"all": ["eq a/b", "eq c/+", "eq %u", "eq $SYS/#"]});
    for (topic, published, delivered) in [
        ("a/b", Allow, Allow),
        ("c/x", Deny, Allow),
        ("c/x/y", Deny, Deny),
        ("%u", Allow, Allow),
        ("u1", Deny, Deny),
        ("$SYS/x", Deny, Allow),
    ] {
        assert_eq!(may(&acl, PUBLISH, topic), published, "{topic}");
        assert_eq!(may(&acl, RECEIVE, topic), delivered, "{topic}");
    }
}

#[test]
fn a_rule_that_denies_eq_denies_that_filter_and_no_topic_that_it_matches() {
    let acl = json!([
        {"permission": "deny", "action": "sub", "topics": ["eq a/#", "eq c/d", "eq e/+"]},
        {"permission": "allow", "action": "sub", "topic": "#"},
    ]);
    for (filter, expected) in [
        ("a/#", Deny),
        ("a/b", Allow),
        ("a/+", Allow),
        ("#", Allow),
        ("$share/g/a/#", Deny),
    ] {
        assert_eq!(may(&acl, SUBSCRIBE, filter), expected, "{filter}");
    }
    for (topic, expected) in [
        ("a/b", Allow),
        ("b", Allow),
        ("c/d", Deny),
        ("c/d/e", Allow),
        ("e/f", Allow),
    ] {
        assert_eq!(may(&acl, RECEIVE, topic), expected, "{topic}");
    }
}

#[test]
fn who_may_not_subscribe_to_everything_is_sent_what_it_may_subscribe_to() {
    let acl = json!([
        {"permission": "deny", "action": "sub", "topic": "eq #"},
        {"permission": "allow", "action": "sub", "topic": "a/#"},
    ]);
    for (filter, expected) in [("#", Deny), ("a/#", Allow), ("a/b", Allow), ("b", NoMatch)] {
        assert_eq!(may(&acl, SUBSCRIBE, filter), expected, "{filter}");
    }
    for (topic, expected) in [("a/b", Allow), ("a", Allow), ("b", NoMatch)] {
        assert_eq!(may(&acl, RECEIVE, topic), expected, "{topic}");
    }
}
