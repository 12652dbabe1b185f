//! Placeholders and conditions about the client in the operator's rules.

use super::{admit, rule, rule_with, sending, with_rules};
use crate::harness::session::PUBLISH;
use crate::harness::{Connect, token};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use jwt_auth::Reason;
use serde_json::{Value, json};

#[test]
fn placeholders_are_filled_for_each_client() {
    let broker = with_rules(&json!([
        rule("deny", "d/%c"),
        rule("allow", "d/+"),
        rule(
            "allow",
            "u/${username}/${client_attrs.site}/${claims.lists.l}"
        ),
        rule("allow", "%%u/${$}{clientid}/%c"),
    ]));
    let text = token(&json!({"client_attrs": {"site": "north"}, "lists": {"l": ["a", 1]}}));
    let session = broker.admit(sending(Some("c7"), Some("u7"), &text));
    for (topic, expected) in [
        ("d/c7", Deny),
        ("d/c8", Allow),
        ("u/u7/north/a", Allow),
        ("u/u7/north/1", Allow),
        ("u/u7/north/2", NoMatch),
        ("u/u8/north/a", NoMatch),
        ("%u/${clientid}/c7", Allow),
    ] {
        assert_eq!(session.may(PUBLISH, topic), expected, "{topic}");
    }
}

#[test]
fn a_ban_that_cannot_be_kept_to_refuses_the_client() {
    let broker = with_rules(&json!([
        rule("allow", "a/%u"),
        rule_with("deny", "d/%c", &json!({"ipaddr": "10.0.0.0/8"})),
    ]));
    let text = token(&json!({}));
    let from = |client_id, address: &'static str| Connect {
        peer_address: Some(address.as_bytes()),
        ..sending(client_id, None, &text)
    };
    broker.connect(from(Some("c1"), "10.1.1.1")).allowed();
    broker.connect(from(Some("a/b"), "192.0.2.1")).allowed();
    for bad in [None, Some("a/b"), Some("+"), Some("x\0")] {
        broker.connect(from(bad, "10.1.1.1")).denied(Reason::BadAcl);
        // An unknown address must not lift the ban.
        broker.connect(from(bad, "")).denied(Reason::BadAcl);
    }
    let (_, line) = broker.log().pop().unwrap();
    assert!(
        line.starts_with("refused: bad_acl (`acl[1]`: a deny rule with a placeholder for what"),
        "{line}"
    );
    let session = broker.admit(from(Some("c1"), "10.1.1.1"));
    assert_eq!(session.may(PUBLISH, "d/c1"), Deny);
    assert_eq!(session.may(PUBLISH, "a/"), NoMatch);
}

#[test]
fn each_condition_about_the_client_decides() {
    for (member, value) in [
        ("clientid", json!("c1")),
        ("username", json!("u1")),
        ("clientid_re", json!("^c[0-9]$")),
        ("username_re", json!("1")),
        ("ipaddr", json!("192.0.2.0/24")),
    ] {
        let members = json!({ member: value });
        let broker = with_rules(&json!([
            rule_with("deny", "d", &members),
            rule_with("allow", "a", &members),
        ]));
        let text = token(&json!({}));
        let client = |id, name, address: &'static str| Connect {
            peer_address: (!address.is_empty()).then_some(address.as_bytes()),
            ..sending(id, name, &text)
        };
        let is_met = broker.admit(client(Some("c1"), Some("u1"), "192.0.2.9"));
        let is_not = broker.admit(client(Some("x"), Some("y"), "198.51.100.9"));
        let unknown = broker.admit(client(None, None, ""));
        assert_eq!(is_met.may(PUBLISH, "d"), Deny, "{member}");
        assert_eq!(is_met.may(PUBLISH, "a"), Allow, "{member}");
        assert_eq!(is_not.may(PUBLISH, "d"), NoMatch, "{member}");
        assert_eq!(is_not.may(PUBLISH, "a"), NoMatch, "{member}");
        let expected = if member == "ipaddr" { Deny } else { NoMatch };
        assert_eq!(unknown.may(PUBLISH, "d"), expected, "{member}");
        assert_eq!(unknown.may(PUBLISH, "a"), NoMatch, "{member}");
    }
}

#[test]
fn patterns_are_not_limited_but_what_clients_send_is() {
    let pattern =
        |n: usize| json!({"clientid_re": format!("^(x{{1,1024}}|client-{n}-[a-z]{{1,500}})$")});
    let mut rules: Vec<Value> = (0..40)
        .map(|n| rule_with("allow", &format!("t/{n}"), &pattern(n)))
        .collect();
    rules.push(rule_with("deny", "long", &pattern(0)));
    rules.push(rule_with(
        "allow",
        "letters",
        &json!({"username_re": r"^(?iu:Ä)$"}),
    ));
    let broker = with_rules(&json!(rules));
    let text = token(&json!({"acl": [rule_with("allow", "own", &json!({"clientid_re": "x"}))]}));
    let session = broker.admit(sending(Some("client-39-abc"), Some("ä"), &text));
    assert_eq!(session.may(PUBLISH, "t/39"), Allow);
    assert_eq!(session.may(PUBLISH, "t/38"), NoMatch);
    assert_eq!(session.may(PUBLISH, "letters"), Allow);
    let id = "x".repeat(1_024);
    let session = broker.admit(sending(Some(&id), None, &text));
    assert_eq!(session.may(PUBLISH, "t/7"), Allow);
    assert_eq!(session.may(PUBLISH, "long"), Deny);
    let id = "y".repeat(1_025);
    let session = broker.admit(sending(Some(&id), None, &text));
    assert_eq!(session.may(PUBLISH, "t/7"), NoMatch);
    assert_eq!(session.may(PUBLISH, "long"), Deny);
}

#[test]
fn a_token_has_its_limits_for_itself() {
    // 60 KiB of values are filled in for the operator's rules, and 60 KiB for the token's.
    let topics: Vec<String> = (0..60).map(|n| format!("{n}/%c")).collect();
    let own = json!({"permission": "allow", "action": "all", "topics": topics});
    let broker = with_rules(&json!([own]));
    let text = token(&json!({"acl": [own]}));
    let id = "x".repeat(1_024);
    broker.connect(sending(Some(&id), None, &text)).allowed();
    // Their topics are not counted towards the token's megabyte either.
    let long = |from: usize| -> Vec<String> {
        (from..from + 10)
            .map(|n| format!("{n}{}", "x".repeat(60_000)))
            .collect()
    };
    let rule = |topics: &[String], client_id: &str| json!({"permission": "allow", "action": "all", "topics": topics, "clientid": client_id});
    let broker = crate::harness::broker(json!({
        "acl": [rule(&long(10), "c1"), rule(&long(20), "c1")], "max_token_size": 1 << 20,
    }));
    let text = token(&json!({"acl": [rule(&long(30), "c1")]}));
    broker.connect(sending(Some("c1"), None, &text)).allowed();
    let names: Vec<String> = (0..128).map(|n| format!("${{claims.n{n}}}")).collect();
    let rule =
        |topics: &[String]| json!({"permission": "allow", "action": "all", "topics": topics});
    let broker = with_rules(&json!([
        rule(&names),
        rule(&["x/${claims.other}".to_owned()])
    ]));
    let text = token(&json!({"acl": [rule(&names)]}));
    broker.connect(sending(Some("c"), None, &text)).allowed();
}

#[test]
fn each_rule_has_its_limits_for_itself_and_one_that_allows_refuses_nobody() {
    let many = |permission: &str| -> Value {
        (0..1_000)
            .map(|n| rule(permission, &format!("{n}/${{claims.l}}")))
            .collect()
    };
    let lines: Vec<String> = (0..20).map(|n| format!("a-line-of-{n:05}")).collect();
    let claims = json!({ "l": lines });
    for (permission, expected) in [("allow", Allow), ("deny", Deny)] {
        let broker = with_rules(&many(permission));
        let session = admit(&broker, &claims);
        assert_eq!(session.may(PUBLISH, "999/a-line-of-00019"), expected);
    }
    // 64 values of 1,024 bytes are 64 KiB, and anything beside them is too much.
    let values: Vec<String> = (0..64).map(|n| format!("{n:01024}")).collect();
    let claims = token(&json!({ "l": values }));
    let with =
        |rules: Value| crate::harness::broker(json!({ "acl": rules, "max_token_size": 1 << 20 }));
    for (topic, first, is_too_much) in [
        ("${claims.l}", values[0].clone(), false),
        ("%c/${claims.l}", format!("c1/{}", values[0]), true),
    ] {
        let broker = with(json!([rule("allow", topic), rule("allow", "after/%c")]));
        let session = broker.admit_with(&claims);
        assert_eq!(session.may(PUBLISH, "after/c1"), Allow);
        assert_eq!(session.may(PUBLISH, &*first), Allow);
        let broker = with(json!([rule("deny", topic)]));
        let answer = broker.present(&claims);
        if is_too_much {
            answer.denied(Reason::BadAcl);
        } else {
            answer.allowed();
        }
    }
}

#[test]
fn a_ban_with_a_missing_value_beside_an_empty_list_is_not_lost() {
    let broker = with_rules(&json!([rule("deny", "t/${claims.none}/${claims.bad}")]));
    let admits = |claims: Value| broker.present(&token(&claims));
    admits(json!({ "none": [], "bad": "good" })).allowed();
    admits(json!({ "none": [] })).denied(Reason::BadAcl);
    admits(json!({ "none": [], "bad": ["good", "a/b"] })).denied(Reason::BadAcl);
    let broker = with_rules(&json!([rule("allow", "t/${claims.none}/${claims.bad}")]));
    broker.present(&token(&json!({ "none": [] }))).allowed();
}

#[test]
fn a_rule_of_more_than_64_filters_is_lost_or_refuses_the_client() {
    let broker = with_rules(&json!([
        {"permission": "allow", "action": "all", "topics": ["a/${claims.l}", "plain", "p/%c"]},
    ]));
    let denying = with_rules(&json!([rule("deny", "a/${claims.l}")]));
    let list = |count: usize| -> Value { (0..count).map(|n| json!(format!("m{n}"))).collect() };
    for (count, expected) in [(64, Allow), (65, NoMatch)] {
        let text = token(&json!({"l": list(count)}));
        let session = broker.admit_with(&text);
        assert_eq!(session.may(PUBLISH, "a/m0"), expected);
        assert_eq!(session.may(PUBLISH, "plain"), Allow);
        assert_eq!(session.may(PUBLISH, "p/c1"), Allow);
        let answer = denying.present(&text);
        if count == 64 {
            answer.allowed();
        } else {
            answer.denied(Reason::BadAcl);
        }
    }
}
