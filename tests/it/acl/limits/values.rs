//! Values of placeholders.

use crate::harness::session::PUBLISH;
use crate::harness::{token, with_payload};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use serde_json::{Value, json};

use super::super::{allow, deny};
use super::{client, publishes, refused, roomy};

#[test]
fn a_value_of_up_to_1024_bytes_is_filled_in() {
    let broker = roomy();
    for (length, filled) in [(1_024, true), (1_025, false), (65_000, false)] {
        let value = "x".repeat(length);
        let topic = format!("t/{value}");
        for placeholder in [
            "%u",
            "%c",
            "${username}",
            "${clientid}",
            "${client_attrs.v}",
        ] {
            let claims = |acl: Value| json!({"acl": acl, "client_attrs": {"v": value}});
            let rule = json!({"topic": format!("t/{placeholder}")});
            let allows = token(&claims(json!([allow(&rule)])));
            let session = broker.admit(client(&value, &allows));
            let expected = if filled { Allow } else { NoMatch };
            assert_eq!(session.may(PUBLISH, &topic), expected, "{placeholder}");
            let map = token(&claims(json!({"all": [rule["topic"]]})));
            let session = broker.admit(client(&value, &map));
            let expected = if filled { Allow } else { Deny };
            assert_eq!(session.may(PUBLISH, &topic), expected, "{placeholder}");
            let denies = claims(json!([deny(&rule)]));
            if filled {
                let token = token(&denies);
                let session = broker.admit(client(&value, &token));
                assert_eq!(session.may(PUBLISH, &topic), Deny, "{placeholder}");
            } else {
                let defect = "what is too long or cannot be part of a level";
                refused(&broker, &denies, &value, defect);
            }
        }
    }
}

#[test]
fn no_more_than_64_kib_of_values_are_filled_in() {
    let broker = roomy();
    // 64 times 1,024 bytes, and one byte more.
    let value = "x".repeat(1_024);
    let topics: Vec<_> = (0..64).map(|number| format!("{number}/%u")).collect();
    let last = format!("63/{value}");
    for form in ["all", "list"] {
        let acl = |topics: &[String]| match form {
            "all" => json!({ "all": topics }),
            _ => json!([{"permission": "allow", "action": "all", "topics": topics}]),
        };
        assert_eq!(publishes(&broker, &acl(&topics), &value, &last), Allow);
        let more: Vec<_> = topics
            .iter()
            .cloned()
            .chain(["%%/${client_attrs.v}".to_owned()])
            .collect();
        let claims = json!({"acl": acl(&more), "client_attrs": {"v": "x"}});
        refused(
            &broker,
            &claims,
            &value,
            "more than 64 KiB of values for placeholders",
        );
        // An empty one takes no room.
        let claims = json!({"acl": acl(&more), "client_attrs": {"v": ""}});
        let token = token(&claims);
        assert_eq!(
            broker.admit(client(&value, &token)).may(PUBLISH, "%/"),
            Allow
        );
    }
    // What a rule about another client would take does not count.
    let others: Vec<_> = (0..100)
        .map(|number| allow(&json!({"topic": format!("{number}/%u"), "clientid": "other"})))
        .collect();
    assert_eq!(publishes(&broker, &json!(others), &value, &last), NoMatch);
}

#[test]
fn values_are_limited_where_they_make_no_filter_too() {
    let broker = roomy();
    // 64 KiB: a topic that is a byte longer than MQTT can carry.
    let value = "x".repeat(1_024);
    let rule = |topic: &str| allow(&json!({ "topic": topic }));
    let too_long = rule(&"%u".repeat(64));
    let acl = json!([too_long]);
    assert_eq!(publishes(&broker, &acl, &value, "t"), NoMatch);
    let claims = json!({"acl": [too_long, rule("%u")]});
    let defect = "rule 2: more than 64 KiB of values for placeholders";
    refused(&broker, &claims, &value, defect);
}

#[test]
fn attributes_are_found_among_many_and_by_names_with_escapes() {
    let broker = roomy();
    let mut attributes: Vec<_> = (0..500)
        .map(|number| format!(r#""n{}":"v{number}""#, number * 7_919 % 500))
        .collect();
    attributes.push(r#""\u0061\u00e9":"escaped","":"empty","list":[]"#.to_owned());
    let topics: Vec<_> = (0..500)
        .map(|number| format!("{number}/${{client_attrs.n{number}}}"))
        .collect();
    let topics = [
        topics,
        vec![
            "x/${client_attrs.a\u{e9}}".to_owned(),
            "y/${client_attrs.list}".to_owned(),
        ],
    ]
    .concat();
    let claims = format!(
        r#"{{"client_attrs":{{{}}},"acl":{}}}"#,
        attributes.join(","),
        json!({ "pub": topics })
    );
    let token = with_payload(claims);
    let session = broker.admit_with(&token);
    for number in 0..500 {
        let topic = format!("{}/v{number}", number * 7_919 % 500);
        assert_eq!(session.may(PUBLISH, topic), Allow);
    }
    assert_eq!(session.may(PUBLISH, "x/escaped"), Allow);
    assert_eq!(session.may(PUBLISH, "y/"), Deny);
}
