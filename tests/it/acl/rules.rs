//! What the members of a rule do: each of them changes a decision.

use crate::harness::session::{Ask, PUBLISH, RECEIVE, SUBSCRIBE, may};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use serde_json::{Value, json};

use super::{allow, deny};

const RETAINED: Ask = Ask {
    retain: 1,
    ..PUBLISH
};

fn with_qos(qos: u8, ask: Ask) -> Ask {
    Ask { qos, ..ask }
}

/// Whether a rule with these members denies what is asked for of the topic `t`.
#[track_caller]
fn denies(members: &Value, ask: Ask) -> bool {
    match may(&json!([deny(members)]), ask, "t") {
        Deny => true,
        NoMatch => false,
        Allow => panic!("nothing is allowed"),
    }
}

#[test]
fn permission_says_what_a_match_means() {
    assert_eq!(may(&json!([allow(&json!({}))]), PUBLISH, "t"), Allow);
    assert_eq!(may(&json!([deny(&json!({}))]), PUBLISH, "t"), Deny);
}

#[test]
fn an_action_has_two_spellings_and_all_is_both() {
    for (action, asks) in [
        ("pub", [true, false, false]),
        ("publish", [true, false, false]),
        ("sub", [false, true, true]),
        ("subscribe", [false, true, true]),
        ("all", [true, true, true]),
    ] {
        let found =
            [PUBLISH, SUBSCRIBE, RECEIVE].map(|ask| denies(&json!({"action": action}), ask));
        assert_eq!(found, asks, "{action}: publish, subscribe, receive");
    }
}

#[test]
fn topic_and_topics_say_where_a_rule_applies() {
    assert!(!denies(&json!({"topic": "other"}), PUBLISH));
    let topics = |topics| json!({"topic": null, "topics": topics});
    assert!(denies(&topics(json!(["other", "t"])), PUBLISH));
    assert!(denies(&topics(json!(["t", "t"])), PUBLISH));
    assert!(!denies(&topics(json!(["other", "another"])), PUBLISH));
    assert!(!denies(&topics(json!([])), PUBLISH));
    assert!(denies(&json!({"topic": "t", "topics": null}), PUBLISH));
}

#[test]
fn qos_is_compared_in_all_its_spellings() {
    for (qos, expected) in [
        (json!(0), [true, false, false]),
        (json!(1), [false, true, false]),
        (json!(2), [false, false, true]),
        (json!("0"), [true, false, false]),
        (json!("2"), [false, false, true]),
        (json!("0,2"), [true, false, true]),
        (json!("2,1,0"), [true, true, true]),
        (json!([1]), [false, true, false]),
        (json!([0, 2]), [true, false, true]),
        (json!(["0", "1"]), [true, true, false]),
        (json!([0, "2"]), [true, false, true]),
        (json!([1, 1]), [false, true, false]),
        (json!([]), [false, false, false]),
        (json!([0, 1, 2]), [true, true, true]),
        (json!(null), [true, true, true]),
    ] {
        for action in [PUBLISH, SUBSCRIBE] {
            let ask = |number| denies(&json!({ "qos": qos }), with_qos(number, action));
            assert_eq!([0, 1, 2].map(ask), expected, "{qos}, {action:?}");
        }
    }
}

#[test]
fn the_qos_of_a_delivery_is_not_compared_again() {
    let receive = |rule: Value, qos| may(&json!([rule]), with_qos(qos, RECEIVE), "t");
    for qos in [0, 1, 2] {
        // Whoever was allowed to subscribe with one is sent messages with any, ...
        assert_eq!(receive(allow(&json!({"qos": 1})), qos), Allow);
        // ... and whoever was denied one has subscribed with another.
        assert_eq!(receive(deny(&json!({"qos": 1})), qos), NoMatch);
        assert_eq!(receive(deny(&json!({"qos": [0, 1]})), qos), NoMatch);
        assert_eq!(receive(deny(&json!({"qos": null})), qos), Deny);
        // A rule that never matches has let nobody subscribe.
        assert_eq!(receive(allow(&json!({"qos": []})), qos), NoMatch);
    }
}

#[test]
fn retain_is_compared_in_all_its_spellings() {
    for (retain, expected) in [
        (json!(true), [false, true]),
        (json!("true"), [false, true]),
        (json!(1), [false, true]),
        (json!("1"), [false, true]),
        (json!(false), [true, false]),
        (json!("false"), [true, false]),
        (json!(0), [true, false]),
        (json!("0"), [true, false]),
        (json!("all"), [true, true]),
        (json!(null), [true, true]),
    ] {
        let found = [PUBLISH, RETAINED].map(|ask| denies(&json!({ "retain": retain }), ask));
        assert_eq!(found, expected, "{retain}: not retained, retained");
    }
}

#[test]
fn retain_is_no_matter_of_subscriptions_and_deliveries() {
    for ask in [SUBSCRIBE, RECEIVE] {
        for flag in [0, 1] {
            let ask = Ask {
                retain: flag,
                ..ask
            };
            for retain in [true, false] {
                assert!(denies(&json!({ "retain": retain }), ask), "{ask:?}");
                let rule = allow(&json!({ "retain": retain, "action": "sub" }));
                assert_eq!(may(&json!([rule]), ask, "t"), Allow, "{ask:?}");
            }
        }
    }
}

#[test]
fn the_first_rule_that_matches_decides_and_none_leaves_it_to_the_broker() {
    let acl = json!([
        {"permission": "allow", "action": "pub", "topic": "a/b"},
        {"permission": "deny", "action": "pub", "topic": "a/#"},
        {"permission": "allow", "action": "pub", "topics": ["#", "a/c"]},
        {"permission": "deny", "action": "pub", "topic": "x"},
    ]);
    for (topic, expected) in [
        ("a/b", Allow),
        ("a/c", Deny),
        ("a", Deny),
        ("x", Allow),
        ("$x", NoMatch),
    ] {
        assert_eq!(may(&acl, PUBLISH, topic), expected, "{topic}");
    }
    assert_eq!(may(&acl, SUBSCRIBE, "x"), NoMatch);
    assert_eq!(may(&json!([]), PUBLISH, "x"), NoMatch);
}
