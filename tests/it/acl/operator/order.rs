//! The top level's rules come first, then the issuer's, then the token's.

use super::{admit, rule, rule_with, with_rules};
use crate::harness::session::{PUBLISH, RECEIVE, SUBSCRIBE};
use crate::harness::{Broker, NOW, SECRET, broker, token};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use jwt_auth::Reason;
use serde_json::{Value, json};

type Make<'m> = &'m dyn Fn(&str, &str) -> Value;

#[test]
fn the_first_rule_that_matches_decides_whoever_wrote_it() {
    let iss = "https://id.example";
    let plain = |permission: &str, topic: &str| rule(permission, topic);
    // The same rules hold for all clients, or depend on this one.
    let own =
        |permission: &str, topic: &str| rule_with(permission, topic, &json!({"clientid": "c1"}));
    let makers: [Make<'_>; 2] = [&plain, &own];
    for top in makers {
        for issuers in makers {
            let broker = Broker::new(&json!({
                "secret": SECRET,
                "acl": [top("deny", "a/b"), top("allow", "t")],
                "issuers": [{
                    "issuer": iss, "secret": SECRET,
                    "acl": [issuers("allow", "a/#"), issuers("deny", "t"), issuers("deny", "i")],
                }],
            }));
            let acl = json!([
                rule("allow", "i"),
                rule("deny", "a/c"),
                rule("allow", "a/b"),
                rule("allow", "x")
            ]);
            let session = admit(&broker, &json!({"iss": iss, "acl": acl}));
            for (topic, expected) in [
                ("a/b", Deny),
                ("a/c", Allow),
                ("t", Allow),
                ("i", Deny),
                ("x", Allow),
                ("y", NoMatch),
            ] {
                assert_eq!(session.may(PUBLISH, topic), expected, "{topic}");
                assert_eq!(session.may(RECEIVE, topic), expected, "{topic}");
                assert_eq!(session.may(SUBSCRIBE, topic), expected, "{topic}");
            }
            // An issuer that is not listed has the top level's rules only.
            let session = admit(&broker, &json!({"iss": "another", "acl": acl}));
            assert_eq!(session.may(PUBLISH, "a/b"), Deny);
            assert_eq!(session.may(PUBLISH, "a/c"), Deny);
            assert_eq!(session.may(PUBLISH, "i"), Allow);
        }
    }
}

#[test]
fn what_no_rule_says_is_for_the_broker_or_denied_by_a_map() {
    let broker = with_rules(&json!([rule("allow", "a")]));
    for (claims, otherwise) in [
        (json!({}), NoMatch),
        (json!({"acl": [rule("allow", "b")]}), NoMatch),
        (json!({"acl": {"pub": ["b"]}}), Deny),
        (json!({"acl": {}}), Deny),
    ] {
        let session = admit(&broker, &claims);
        assert_eq!(session.may(PUBLISH, "a"), Allow, "{claims}");
        assert_eq!(session.may(PUBLISH, "c"), otherwise, "{claims}");
    }
}

#[test]
fn a_token_lifts_no_ban_in_any_form() {
    for ban in [
        rule("deny", "secret/#"),
        rule_with("deny", "secret/#", &json!({"clientid": "c1"})),
        rule_with("deny", "secret/#", &json!({"claims": {"kind": "press"}})),
        rule("deny", "secret${claims.none}/#"),
        rule("deny", "secret/#"),
    ] {
        let broker = with_rules(&json!([ban]));
        for acl in [
            json!([
                rule("allow", "#"),
                rule("allow", "secret/a"),
                rule("allow", "eq secret/a")
            ]),
            json!({"all": ["#", "secret/a", "eq secret/a"], "pub": ["secret/a"], "sub": ["secret/a"]}),
        ] {
            let session = admit(&broker, &json!({"acl": acl, "kind": "press", "none": ""}));
            for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
                assert_eq!(session.may(ask, "secret/a"), Deny, "{ban}: {acl}");
                assert_eq!(session.may(ask, "other"), Allow, "{ban}: {acl}");
            }
            assert_eq!(session.may(SUBSCRIBE, "#"), Deny, "{ban}: {acl}");
            assert_eq!(session.may(SUBSCRIBE, "+/a"), Deny, "{ban}: {acl}");
        }
    }
}

#[test]
fn a_superuser_passes_all_rules() {
    let broker = with_rules(&json!([rule("deny", "#")]));
    let session = admit(&broker, &json!({"is_superuser": true}));
    assert_eq!(session.may(PUBLISH, "a"), Allow);
    let session = admit(&broker, &json!({"is_superuser": false}));
    assert_eq!(session.may(PUBLISH, "a"), Deny);
    // So it passes those as well that cannot be kept to for it.
    let broker = with_rules(&json!([rule("deny", "${claims.none}")]));
    broker.present(&token(&json!({}))).denied(Reason::BadAcl);
    let session = admit(&broker, &json!({"is_superuser": true}));
    assert_eq!(session.may(PUBLISH, "a"), Allow);
    let claims = json!({"is_superuser": true, "acl": 7});
    broker.present(&token(&claims)).denied(Reason::BadAcl);
}

#[test]
fn qos_and_retain_are_compared_as_in_a_claim() {
    let broker = with_rules(&json!([
        rule_with("deny", "a", &json!({"qos": "1,2"})),
        rule_with("deny", "a", &json!({"retain": 1, "action": "publish"})),
        rule("allow", "a"),
    ]));
    let session = admit(&broker, &json!({}));
    let with = |qos, retain| crate::harness::session::Ask {
        qos,
        retain,
        ..PUBLISH
    };
    assert_eq!(session.may(with(0, 0), "a"), Allow);
    assert_eq!(session.may(with(1, 0), "a"), Deny);
    assert_eq!(session.may(with(0, 1), "a"), Deny);
}

#[test]
fn a_session_keeps_the_rules_with_which_it_connected() {
    let broker = with_rules(&json!([rule("allow", "a")]));
    let before = admit(&broker, &json!({}));
    broker.reloaded(&json!({"secret": SECRET, "acl": [rule("deny", "a")]}));
    let after = admit(&broker, &json!({}));
    assert_eq!(before.may(PUBLISH, "a"), Allow);
    assert_eq!(after.may(PUBLISH, "a"), Deny);
    broker.reloaded(&json!({"secret": SECRET}));
    assert_eq!(after.may(PUBLISH, "a"), Deny);
    assert_eq!(admit(&broker, &json!({})).may(PUBLISH, "a"), NoMatch);
}

#[test]
fn a_remembered_token_is_compared_with_the_rules_of_each_client() {
    let broker = broker(json!({"acl": [rule("deny", "a/%u"), rule("allow", "a/+")]}));
    let token = token(&json!({"exp": NOW + 60, "acl": [rule("allow", "b")]}));
    for _ in 0..3 {
        let session = broker.admit(super::sending(Some("c"), Some("u1"), &token));
        assert_eq!(session.may(PUBLISH, "a/u1"), Deny);
        assert_eq!(session.may(PUBLISH, "a/u2"), Allow);
        let session = broker.admit(super::sending(Some("c"), Some("u2"), &token));
        assert_eq!(session.may(PUBLISH, "a/u2"), Deny);
        // Without a user name the ban cannot be kept to.
        let answer = broker.connect(super::sending(Some("c"), None, &token));
        answer.denied(jwt_auth::Reason::BadAcl);
        let decided = broker.decide(super::sending(Some("c"), None, &token));
        assert_eq!(decided.reason, jwt_auth::Reason::BadAcl as i32);
    }
}
