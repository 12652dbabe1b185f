//! `claims`: conditions on the claims of a token, which make a rule hold for it.

use super::{admit, rule, rule_with, sending, with_rules};
use crate::harness::session::{PUBLISH, SUBSCRIBE};
use crate::harness::token;
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use serde_json::{Value, json};

/// A rule that holds for these claims.
fn only(permission: &str, topic: &str, claims: &Value) -> Value {
    rule_with(permission, topic, &json!({ "claims": claims }))
}

#[test]
fn roles_become_topics() {
    let has = |role: &str| json!({"realm_access.roles": {"has": role}});
    let broker = with_rules(&json!([
        only("deny", "plant/secret/#", &has("guest")),
        {"claims": has("operator"), "permission": "allow", "action": "subscribe", "topic": "plant/#"},
        only("allow", "plant/${claims.plant}/#", &has("engineer")),
    ]));
    let roles = |roles: Value| json!({"realm_access": {"roles": roles}, "plant": ["p1", "p2"]});
    let session = admit(&broker, &roles(json!(["offline_access", "operator"])));
    assert_eq!(session.may(SUBSCRIBE, "plant/#"), Allow);
    assert_eq!(session.may(SUBSCRIBE, "plant/secret/a"), Allow);
    assert_eq!(session.may(PUBLISH, "plant/p1/a"), NoMatch);
    let session = admit(&broker, &roles(json!(["guest", "operator"])));
    assert_eq!(session.may(SUBSCRIBE, "plant/#"), Deny);
    assert_eq!(session.may(SUBSCRIBE, "plant/p1/#"), Allow);
    let session = admit(&broker, &roles(json!(["engineer"])));
    assert_eq!(session.may(PUBLISH, "plant/p2/a"), Allow);
    assert_eq!(session.may(PUBLISH, "plant/p3/a"), NoMatch);
    assert_eq!(session.may(SUBSCRIBE, "plant/#"), NoMatch);
    for none in [
        json!([]),
        json!("operators"),
        json!(null),
        json!([1, "operator"]),
    ] {
        let session = admit(&broker, &roles(none));
        assert_eq!(session.may(SUBSCRIBE, "plant/#"), NoMatch);
    }
}

#[test]
fn all_conditions_must_be_met() {
    let claims = json!([
        {"name": "kind", "value": ["press", "mill"]},
        {"name": "level", "value": 3},
        {"name": "team", "value": {"matches": "t[0-9]+", "exists": true}},
    ]);
    for permission in ["allow", "deny"] {
        let expected = if permission == "allow" { Allow } else { Deny };
        let broker = with_rules(&json!([only(permission, "a", &claims)]));
        let good = json!({"kind": "mill", "level": 3, "team": "t7"});
        assert_eq!(admit(&broker, &good).may(PUBLISH, "a"), expected);
        for (name, value) in [
            ("kind", json!("saw")),
            ("level", json!("3")),
            ("team", json!("t7x")),
            ("team", json!(null)),
        ] {
            let mut bad = good.clone();
            bad[name] = value;
            assert_eq!(admit(&broker, &bad).may(PUBLISH, "a"), NoMatch, "{bad}");
        }
    }
}

#[test]
fn what_cannot_be_decided_lifts_no_ban_and_grants_nothing() {
    let claims = json!({"owner": "%u", "kind": "press"});
    let broker = with_rules(&json!([
        only("deny", "d", &claims),
        only("allow", "a", &claims),
    ]));
    let token = |claims: Value| token(&claims);
    for (claims, username, denied, allowed) in [
        (
            json!({"owner": "u1", "kind": "press"}),
            Some("u1"),
            Deny,
            Allow,
        ),
        (
            json!({"owner": "u2", "kind": "press"}),
            Some("u1"),
            NoMatch,
            NoMatch,
        ),
        (json!({"owner": "u1", "kind": "press"}), None, Deny, NoMatch),
        (json!({"owner": "", "kind": "press"}), None, Deny, NoMatch),
        // It is not met whatever the user name is.
        (
            json!({"owner": "u1", "kind": "mill"}),
            None,
            NoMatch,
            NoMatch,
        ),
        (json!({"kind": "press"}), None, Deny, NoMatch),
        (json!({"kind": "press"}), Some("u1"), NoMatch, NoMatch),
        (json!({"kind": "mill"}), None, NoMatch, NoMatch),
    ] {
        let text = token(claims.clone());
        let session = broker.admit(sending(Some("c1"), username, &text));
        assert_eq!(session.may(PUBLISH, "d"), denied, "{claims}");
        assert_eq!(session.may(PUBLISH, "a"), allowed, "{claims}");
    }
}

#[test]
fn a_rule_whose_conditions_are_not_met_is_left_out_with_its_placeholders() {
    let broker = with_rules(&json!([
        only("deny", "a/${claims.absent}", &json!({"kind": "press"})),
        rule("allow", "a/+"),
    ]));
    let session = admit(&broker, &json!({"kind": "mill"}));
    assert_eq!(session.may(PUBLISH, "a/b"), Allow);
    let session = admit(&broker, &json!({"kind": "press", "absent": "b"}));
    assert_eq!(session.may(PUBLISH, "a/b"), Deny);
    let answer = broker.present(&token(&json!({"kind": "press"})));
    answer.denied(jwt_auth::Reason::BadAcl);
    let lines = broker.log();
    let (_, line) = lines.last().unwrap();
    assert!(
        line.starts_with("refused: bad_acl (`acl[0]`: a deny rule with a claim that is absent"),
        "{line}"
    );
}

#[test]
fn a_session_of_no_rule_says_nothing() {
    let broker = with_rules(&json!([only("allow", "#", &json!({"kind": "press"}))]));
    assert_eq!(admit(&broker, &json!({})).may(PUBLISH, "a"), NoMatch);
    let session = admit(&broker, &json!({"acl": {"pub": ["b"]}}));
    assert_eq!(session.may(PUBLISH, "a"), Deny);
}
