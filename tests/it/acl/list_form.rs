//! The list form of the ACL claim: what is wrong with a rule that is none.

use crate::harness::session::{PUBLISH, may};
use crate::harness::{broker, token};
use jwt_auth::Permission::{Allow, Deny};
use jwt_auth::Reason;
use serde_json::{Value, json};

use super::bad_acl;

/// A rule that is good but for this member.
#[track_caller]
fn bad_member(name: &str, value: &Value) {
    for permission in ["allow", "deny"] {
        let good = json!({"permission": permission, "action": "sub", "topic": "t"});
        let mut bad = good.clone();
        bad[name] = value.clone();
        bad_acl(&json!([bad]), "rule 1: ");
        bad_acl(&json!([good, good, bad]), "rule 3: ");
    }
}

#[test]
fn a_list_holds_nothing_but_rules() {
    for rule in [
        json!(null),
        json!("CANARY"),
        json!(1),
        json!(true),
        json!([]),
        json!({}),
    ] {
        bad_acl(&json!([rule]), "rule 1: ");
    }
}

#[test]
fn permission_action_and_a_topic_are_needed() {
    let good = json!({"permission": "allow", "action": "pub", "topic": "t"});
    for name in ["permission", "action", "topic"] {
        let mut rule = good.clone();
        rule.as_object_mut().unwrap().remove(name);
        bad_acl(&json!([rule]), "rule 1: ");
        bad_member(name, &json!(null));
        bad_member(name, &json!(1));
        bad_member(name, &json!(["allow"]));
    }
    for permission in ["", "Allow", "DENY", "allow ", "CANARY"] {
        bad_member("permission", &json!(permission));
    }
    for action in [
        "", "PUB", "Publish", "pubsub", "receive", "pub,sub", "CANARY",
    ] {
        bad_member("action", &json!(action));
    }
}

#[test]
fn a_topic_is_a_valid_filter_and_not_given_twice() {
    for topic in [
        "",
        "#/a",
        "a#",
        "a/+b",
        "++",
        "a/#/",
        "a\0",
        "eq ",
        "eq a#",
        "eq #/CANARY",
    ] {
        bad_member("topic", &json!(topic));
        for permission in ["allow", "deny"] {
            let topics = json!({"permission": permission, "action": "all", "topics": ["t", topic]});
            bad_acl(&json!([topics]), "rule 1: ");
        }
    }
    bad_member("topics", &json!(["t"]));
    bad_member("topics", &json!([]));
    bad_member("topics", &json!("t"));
    for topics in [
        json!("t"),
        json!({}),
        json!(1),
        json!(true),
        json!([1]),
        json!(["t", null]),
        json!([["t"]]),
    ] {
        let rule = json!({"permission": "allow", "action": "all", "topics": topics});
        bad_acl(&json!([rule]), "rule 1: ");
    }
    let none = json!({"permission": "allow", "action": "all", "topic": null, "topics": null});
    bad_acl(&json!([none]), "rule 1: ");
}

#[test]
fn a_topic_is_no_longer_than_mqtt_can_carry() {
    let broker = broker(json!({"max_token_size": 200_000}));
    let present = |topic: String| {
        let rule = json!({"permission": "allow", "action": "pub", "topic": topic});
        broker.present(&token(&json!({ "acl": [rule] })))
    };
    present("x".repeat(65_535)).allowed();
    present("x".repeat(65_536)).denied(Reason::BadAcl);
}

#[test]
fn a_condition_that_is_not_understood_is_never_dropped() {
    for qos in [
        json!(3),
        json!(-1),
        json!(1.0),
        json!(true),
        json!("3"),
        json!(""),
        json!("CANARY"),
        json!("0;1"),
        json!("0,"),
        json!([3]),
        json!([null]),
        json!([1.0]),
        json!([true]),
        json!([[0]]),
        json!({}),
        json!(256),
    ] {
        bad_member("qos", &qos);
    }
    for retain in [
        json!(2),
        json!(-1),
        json!(1.0),
        json!("yes"),
        json!("True"),
        json!(""),
        json!("CANARY"),
        json!([]),
        json!({}),
    ] {
        bad_member("retain", &retain);
    }
    for name in ["clientid", "username"] {
        for value in [json!(null), json!(1), json!(true), json!(["c1"]), json!({})] {
            bad_member(name, &value);
        }
    }
    for name in ["clientid_re", "username_re"] {
        // The last three would take much memory, or stack.
        for value in [
            json!(null),
            json!(1),
            json!(["c1"]),
            json!(""),
            json!("("),
            json!("[CANARY"),
            json!(r"(a)\1"),
            json!("(?=CANARY)"),
            json!("(?:a{1000}){1000}"),
            json!("(?:(?:a{100}){100}){100}"),
            json!(nested(17)),
        ] {
            bad_member(name, &value);
        }
    }
    for ipaddr in [
        json!(null),
        json!(1),
        json!(["192.0.2.7"]),
        json!(""),
        json!("CANARY"),
        json!("192.0.2.0/33"),
        json!("192.0.2.0/"),
        json!("192.0.2.0/-1"),
        json!("192.0.2/24"),
        json!("192.0.2.256"),
        json!("2001:db8::/129"),
        json!("192.0.2.0/24 "),
        json!("192.0.2.0/255.255.255.0"),
    ] {
        bad_member("ipaddr", &ipaddr);
    }
}

#[test]
fn a_member_that_cannot_be_checked_refuses_the_client() {
    for name in [
        "zone",
        "zone_re",
        "listener",
        "listener_re",
        "CANARY",
        "Topic",
        "QoS",
        "ip",
        "",
        "who",
        "comment",
    ] {
        for value in [json!("default"), json!(null)] {
            bad_member(name, &value);
        }
    }
}

#[test]
fn a_pattern_that_is_slow_elsewhere_is_a_good_one() {
    let rule =
        json!({"permission": "deny", "action": "pub", "topic": "t", "clientid_re": "^(c+)+1$"});
    assert_eq!(may(&json!([rule]), PUBLISH, "t"), Deny);
}

#[test]
fn the_first_defect_is_the_one_that_is_told_of() {
    let good = json!({"permission": "allow", "action": "pub", "topic": "t"});
    bad_acl(&json!([good, 1, good, {}]), "rule 2: ");
    // Also when a rule before it would have decided.
    let everything = json!({"permission": "allow", "action": "all", "topic": "#"});
    bad_acl(&json!([everything, {"permission": "deny"}]), "rule 2: ");
}

/// A pattern of so many groups within groups, in which each group and each choice is a level.
fn nested(groups: usize) -> String {
    format!("{}c{}", "(b|".repeat(groups), ")".repeat(groups))
}

#[test]
fn a_pattern_may_be_nested_32_levels_deep() {
    let rule = json!({
        "permission": "allow", "action": "all", "topic": "t", "clientid_re": nested(16),
    });
    assert_eq!(may(&json!([rule]), PUBLISH, "t"), Allow);
}
