//! `${claims.NAME}` in the topics of an ACL claim.

use crate::harness::session::{PUBLISH, SUBSCRIBE, Session};
use crate::harness::{Answer, Broker, Connect, broker, token};
use jwt_auth::Permission::{self, Allow, Deny, NoMatch};
use jwt_auth::Reason;
use serde_json::{Value, json};

/// A client whose token has these claims.
struct Client {
    broker: Broker,
    claims: Value,
}

fn with(claims: Value) -> Client {
    Client {
        broker: broker(json!({"max_token_size": 1 << 20})),
        claims,
    }
}

impl Client {
    fn token(&self, acl: &Value) -> String {
        let mut claims = self.claims.clone();
        claims["acl"] = acl.clone();
        token(&claims)
    }

    #[track_caller]
    fn session(&self, acl: &Value) -> Session<'_> {
        self.broker.admit_with(&self.token(acl))
    }

    #[track_caller]
    fn publishes(&self, acl: &Value, topic: &str) -> Permission {
        self.session(acl).may(PUBLISH, topic)
    }

    fn presents(&self, acl: &Value) -> Answer {
        let token = self.token(acl);
        self.broker.connect(Connect {
            password: Some(token.as_bytes()),
            ..Connect::default()
        })
    }

    /// A rule with this topic is about these, and no other of those that are given.
    #[track_caller]
    fn stands_for(&self, topic: &str, topics: &[&str], others: &[&str]) {
        for (permission, answer) in [("allow", Allow), ("deny", Deny)] {
            let session = self.session(&rule(permission, &json!([topic])));
            for matched in topics {
                assert_eq!(session.may(PUBLISH, matched), answer, "{topic}: {matched}");
            }
            for other in others {
                assert_eq!(session.may(PUBLISH, other), NoMatch, "{topic}: {other}");
            }
        }
        let session = self.session(&json!({"all": [topic]}));
        for matched in topics {
            assert_eq!(session.may(PUBLISH, matched), Allow, "{topic}: {matched}");
        }
        for other in others {
            assert_eq!(session.may(PUBLISH, other), Deny, "{topic}: {other}");
        }
    }

    /// An allow rule with this topic matches nothing, not even this, but its other topics stay; a
    /// deny rule is malformed.
    #[track_caller]
    fn is_lost(&self, topic: &str, otherwise: &str) {
        let allow = self.session(&rule("allow", &json!([topic, "plain"])));
        assert_eq!(allow.may(PUBLISH, otherwise), NoMatch, "{topic}");
        assert_eq!(allow.may(PUBLISH, "plain"), Allow, "{topic}");
        let map = self.session(&json!({"all": [topic, "plain"]}));
        assert_eq!(map.may(PUBLISH, otherwise), Deny, "{topic}");
        assert_eq!(map.may(PUBLISH, "plain"), Allow, "{topic}");
        self.presents(&rule("deny", &json!([topic, "plain"])))
            .denied(Reason::BadAcl);
    }
}

fn rule(permission: &str, topics: &Value) -> Value {
    json!([{"permission": permission, "action": "all", "topics": topics}])
}

/// So many texts.
fn list(count: usize) -> Value {
    (0..count).map(|n| json!(format!("m{n}"))).collect()
}

#[test]
fn a_text_a_number_and_a_boolean_are_parts_of_a_level() {
    let client = with(json!({"site": "north", "floor": 3.50, "open": true, "empty": ""}));
    client.stands_for("a/${claims.site}/b", &["a/north/b"], &["a/b", "a//b"]);
    client.stands_for("a/x-${claims.floor}-y", &["a/x-3.5-y"], &["a/x-3-y"]);
    client.stands_for("${claims.open}/#", &["true", "true/a"], &["false"]);
    client.stands_for("a/${claims.empty}/b", &["a//b"], &["a/b"]);
    let twice = "${claims.site}/%c/${claims.site}";
    client.stands_for(twice, &["north/c1/north"], &["north/c1"]);
}

#[test]
fn a_name_with_dots_leads_as_one_in_the_configuration_does() {
    let client = with(json!({
        "a": {"b": {"c": "deep"}, "b.c": "longer"},
        "x.y": "literal", "x": {"y": "nested"},
        "kubernetes.io": {"namespace": "ns"},
    }));
    client.stands_for("${claims.a.b.c}", &["longer"], &["deep"]);
    client.stands_for("${claims.x.y}", &["literal"], &["nested"]);
    client.stands_for("${claims.kubernetes.io.namespace}", &["ns"], &["x"]);
    client.is_lost("${claims.a.b}", "deep");
    client.is_lost("${claims.a.c}", "deep");
}

#[test]
fn a_list_gives_a_filter_for_each_member() {
    let client = with(json!({
        "sites": ["north", 7, false],
        "none": [],
        "roles": {"names": ["a", "b"]},
    }));
    let sites = ["s/north/t", "s/7/t", "s/false/t"];
    client.stands_for("s/${claims.sites}/t", &sites, &["s/t", "s/x/t"]);
    client.stands_for("s/${claims.none}/t", &[], &["s//t", "s/t"]);
    client.stands_for("${claims.none}/${claims.sites}", &[], &["north", "/north"]);
    let all = ["a/north", "b/north", "a/7", "b/7", "a/false", "b/false"];
    let topic = "${claims.roles.names}/${claims.sites}";
    client.stands_for(topic, &all, &["a/a", "north/a", "a", "north"]);
    // One list has one value in a filter.
    client.stands_for(
        "${claims.sites}/${claims.sites}",
        &["north/north", "7/7"],
        &["north/7"],
    );
    let topic = "${claims.roles.names}/${claims.sites}/${claims.roles.names}";
    client.stands_for(topic, &["a/7/a", "b/north/b"], &["a/7/b", "b/7/a"]);
}

#[test]
fn each_filter_of_a_list_covers_and_overlaps_by_itself() {
    let client = with(json!({"sites": ["north", "south"]}));
    let allow = client.session(&rule("allow", &json!(["${claims.sites}/#"])));
    assert_eq!(allow.may(SUBSCRIBE, "south/+/a"), Allow);
    assert_eq!(allow.may(SUBSCRIBE, "+/a"), NoMatch);
    let deny = client.session(&rule("deny", &json!(["${claims.sites}/#"])));
    assert_eq!(deny.may(SUBSCRIBE, "+/a"), Deny);
    assert_eq!(deny.may(SUBSCRIBE, "east/+"), NoMatch);
}

#[test]
fn what_is_no_part_of_a_level_loses_its_filter() {
    for value in [
        json!(null),
        json!({}),
        json!("a/b"),
        json!("+"),
        json!("#"),
        json!("\0"),
        json!("x".repeat(1_025)),
        json!([["nested"]]),
    ] {
        with(json!({"v": value})).is_lost("t/${claims.v}", "t/a/b");
        with(json!({"v": [value]})).is_lost("t/${claims.v}", "t/a/b");
        // The other members stay in an allow rule.
        let client = with(json!({"v": ["good", value]}));
        client.is_lost("t/${claims.v}", "t/a/b");
        let acl = rule("allow", &json!(["t/${claims.v}"]));
        assert_eq!(client.publishes(&acl, "t/good"), Allow);
    }
    let client = with(json!({"system": ["$SYS", "own"], "long": "x".repeat(1_024)}));
    client.is_lost("${claims.system}/a", "$SYS/a");
    client.is_lost("${claims.absent}/a", "/a");
    client.stands_for("x${claims.system}", &["xown", "x$SYS"], &[]);
    let long = "x".repeat(1_024);
    client.stands_for("${claims.long}", &[&long], &[]);
}

#[test]
fn a_value_does_not_complete_a_wildcard() {
    let client = with(json!({"none": "", "list": ["", "x"]}));
    for topic in ["+${claims.none}", "a/#${claims.none}", "${claims.list}+"] {
        client
            .presents(&rule("allow", &json!([topic])))
            .denied(Reason::BadAcl);
        assert_eq!(client.publishes(&json!({"all": [topic]}), "a"), Deny);
    }
    client.is_lost("${claims.none}", "x");
}

#[test]
fn what_is_literal_is_left_alone() {
    let client = with(json!({"a": "x"}));
    client.stands_for("${$}{claims.a}", &["${claims.a}"], &["x"]);
    let literal = client.session(&rule("allow", &json!(["eq ${claims.a}", "eq b"])));
    assert_eq!(literal.may(PUBLISH, "${claims.a}"), Allow);
    assert_eq!(literal.may(PUBLISH, "x"), NoMatch);
    let both = client.session(&rule("deny", &json!(["eq ${claims.a}", "y/${claims.a}"])));
    assert_eq!(both.may(PUBLISH, "${claims.a}"), Deny);
    assert_eq!(both.may(PUBLISH, "y/x"), Deny);
}

#[test]
fn a_name_that_is_none_is_not_known() {
    let client = with(json!({"a": "x"}));
    for topic in ["${claims.}", "${claims}", "${claim.a}", "${claims.a"] {
        client
            .presents(&rule("allow", &json!([topic])))
            .denied(Reason::BadAcl);
    }
}

#[test]
fn a_rule_becomes_up_to_64_filters() {
    let client = with(json!({
        "l64": list(64), "l65": list(65), "l8": list(8), "l9": list(9), "one": "m0",
    }));
    client.stands_for("${claims.l64}", &["m0", "m63"], &["m64"]);
    client.is_lost("${claims.l65}", "m0");
    let members = with(json!({"a": list(8), "b": list(8), "c": list(9)}));
    members.stands_for("${claims.a}/${claims.b}", &["m0/m0", "m7/m7"], &["m8/m0"]);
    members.is_lost("${claims.a}/${claims.c}", "m0/m0");
    // All topics of a rule count together, and single values as well.
    let fits = json!([
        "x/${claims.l8}/${claims.l8}",
        "y/${claims.l8}",
        "z/${claims.one}"
    ]);
    let session = client.session(&rule("deny", &fits));
    assert_eq!(session.may(PUBLISH, "z/m0"), Deny);
    for (topics, is_lost) in [
        (json!(["x/${claims.l64}"]), false),
        (json!(["x/${claims.l64}", "plain", "p/%c"]), false),
        (
            json!(["x/${claims.l64}", "y/${claims.one}", "plain", "p/%c"]),
            true,
        ),
        (json!(["x/${claims.l64}", "x/${claims.one}/#"]), true),
    ] {
        let expected = if is_lost { NoMatch } else { Allow };
        let allow = client.session(&rule("allow", &topics));
        assert_eq!(allow.may(PUBLISH, "x/m0"), expected, "{topics}");
        assert_eq!(allow.may(PUBLISH, "x/m63"), expected, "{topics}");
        if topics.as_array().unwrap().len() > 2 {
            assert_eq!(allow.may(PUBLISH, "plain"), Allow, "{topics}");
            assert_eq!(allow.may(PUBLISH, "p/c1"), Allow, "{topics}");
            assert_eq!(allow.may(PUBLISH, "y/m0"), NoMatch, "{topics}");
        }
        let denying = client.presents(&rule("deny", &topics));
        if is_lost {
            denying.denied(Reason::BadAcl);
        } else {
            denying.allowed();
        }
        // Each string of the map form counts by itself.
        let map = client.session(&json!({"all": topics}));
        assert_eq!(map.may(PUBLISH, "x/m63"), Allow, "{topics}");
    }
    // So do rules.
    let both = json!([
        rule("deny", &json!(["x/${claims.l64}"]))[0],
        rule("deny", &json!(["y/${claims.l64}"]))[0]
    ]);
    assert_eq!(client.publishes(&both, "y/m63"), Deny);
}

#[test]
fn a_rule_about_other_clients_is_well_formed_and_no_more() {
    let client = with(json!({"a": "x"}));
    let rule = |topic: &str| json!([{"permission": "deny", "action": "all", "topic": topic, "clientid": "another"}]);
    client.presents(&rule("${claims.absent}")).allowed();
    client
        .presents(&rule("${claims.absent}+"))
        .denied(Reason::BadAcl);
}

/// A name of so many parts.
fn name(parts: usize) -> String {
    vec!["n"; parts].join(".")
}

#[test]
fn names_have_up_to_32_dots_and_128_parts_together() {
    let client = with(json!({"x": "x"}));
    let topic = |name: String| json!(format!("t/${{claims.{name}}}"));
    client
        .presents(&rule("allow", &json!([topic(name(33))])))
        .allowed();
    client
        .presents(&rule("allow", &json!([topic(name(34))])))
        .denied(Reason::BadAcl);
    let names = |count: usize| -> Value { (0..count).map(|n| topic(format!("n{n}"))).collect() };
    for (parts, reason) in [(128, None), (129, Some(Reason::BadAcl))] {
        let first = rule("allow", &names(100));
        let all: Value = [&first[0], &rule("allow", &names(parts))[0]]
            .into_iter()
            .cloned()
            .collect();
        let answer = client.presents(&all);
        match reason {
            None => answer.allowed(),
            Some(reason) => answer.denied(reason),
        };
    }
}

#[test]
fn values_count_towards_the_64_kib_of_a_claim() {
    // 64 texts of 1,000 bytes, once and again.
    let texts: Value = (0..64).map(|n| json!(format!("{n:01000}"))).collect();
    let client = with(json!({"l": texts}));
    let rules = |count: usize| -> Value {
        (0..count)
            .map(|_| rule("allow", &json!(["t/${claims.l}"]))[0].clone())
            .collect()
    };
    client.presents(&rules(1)).allowed();
    client.presents(&rules(2)).denied(Reason::BadAcl);
    // A value counts as eight bytes at least, so that a short topic is not very many filters.
    let empty: Value = (0..64).map(|_| json!("")).collect();
    let client = with(json!({"l": empty}));
    client.presents(&rules(128)).allowed();
    client.presents(&rules(129)).denied(Reason::BadAcl);
    let map = |count: usize| json!({"pub": vec!["t/${claims.l}"; count]});
    client.presents(&map(128)).allowed();
    client.presents(&map(129)).denied(Reason::BadAcl);
}
