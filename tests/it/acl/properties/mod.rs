//! Random ACL claims, against a reference that is as simple as it can be: it writes out all topics.
//!
//! There is one filter for every way to put three levels together, and one topic for every way to
//! put four together, with a level (`z`, `$z` in front) that is in no filter. What one filter has
//! in common with another, or lacks, shows in these topics: a topic of more levels, or with other
//! names, is to both filters like one of them. The empty topic is not among them: MQTT forbids it
//! (MQTT 5 section 4.7.3), so `/#` and `+` have no topic in common.

mod filters;
mod rules;
mod sources;

use std::sync::LazyLock;

use crate::harness::session::{Ask, PUBLISH, RECEIVE, SUBSCRIBE, Session};
use crate::harness::{Broker, broker, token};
use jwt_auth::Permission::{self, Allow, Deny, NoMatch};
use proptest::prelude::*;
use serde_json::{Value, json};

use filters::{FILTERS, TOPICS, names};
use rules::{Rule, Topic, any_rule, any_topic, first};

static BROKER: LazyLock<Broker> = LazyLock::new(|| broker(json!({})));

fn session(acl: &Value) -> Session<'static> {
    BROKER.admit_with(&token(&json!({ "acl": acl })))
}

#[test]
fn each_filter_allows_the_filters_it_covers_and_denies_those_it_overlaps() {
    for rule in FILTERS.iter() {
        let acl =
            |permission| json!([{"permission": permission, "action": "all", "topic": rule.text}]);
        let (allow, deny) = (session(&acl("allow")), session(&acl("deny")));
        for requested in FILTERS.iter() {
            let case = format!("{} asked for {}", rule.text, requested.text);
            let expected = if rule.covers(requested) {
                Allow
            } else {
                NoMatch
            };
            assert_eq!(allow.may(SUBSCRIBE, &requested.text), expected, "{case}");
            let expected = if rule.overlaps(requested) {
                Deny
            } else {
                NoMatch
            };
            assert_eq!(deny.may(SUBSCRIBE, &requested.text), expected, "{case}");
        }
    }
}

#[test]
fn each_filter_matches_the_topics_it_stands_for() {
    for rule in FILTERS.iter() {
        let session =
            session(&json!([{"permission": "allow", "action": "all", "topic": rule.text}]));
        for (n, topic) in names() {
            let expected = if rule.topics.contains(&n) {
                Allow
            } else {
                NoMatch
            };
            for ask in [PUBLISH, RECEIVE] {
                assert_eq!(
                    session.may(ask, topic),
                    expected,
                    "{} asked for {topic}",
                    rule.text
                );
            }
        }
    }
}

fn any_ask() -> impl Strategy<Value = (u8, u8)> {
    (0..3_u8, 0..2_u8)
}

/// Asks for everything, and compares.
fn compare(session: &Session<'_>, rules: &[Rule], otherwise: Permission, (qos, retain): (u8, u8)) {
    let with = |ask| Ask { qos, retain, ..ask };
    for requested in FILTERS.iter() {
        let ask = with(SUBSCRIBE);
        let expected = first(rules, otherwise, |rule| rule.subscribes(ask, requested));
        let found = session.may(ask, &requested.text);
        assert_eq!(found, expected, "{ask:?} to {}", requested.text);
    }
    for (n, topic) in names() {
        let ask = with(PUBLISH);
        let expected = first(rules, otherwise, |rule| rule.publishes(ask, n));
        assert_eq!(session.may(ask, topic), expected, "{ask:?} to {topic}");
        let expected = first(rules, otherwise, |rule| rule.receives(n));
        assert_eq!(
            session.may(with(RECEIVE), topic),
            expected,
            "delivery of {topic}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_list_of_rules_answers_as_if_it_were_read_from_the_top(
        rules in prop::collection::vec(any_rule(), 0..8),
        ask in any_ask(),
    ) {
        let acl: Value = rules.iter().map(Rule::json).collect();
        compare(&session(&acl), &rules, NoMatch, ask);
    }

    #[test]
    fn many_rules_answer_as_if_they_were_read_from_the_top(
        rules in prop::collection::vec(any_rule(), 20..60),
        ask in any_ask(),
    ) {
        let acl: Value = rules.iter().map(Rule::json).collect();
        compare(&session(&acl), &rules, NoMatch, ask);
    }

    #[test]
    fn a_map_allows_what_it_lists_and_denies_the_rest(
        lists in prop::collection::vec(prop::collection::vec(any_topic(), 0..5), 3),
        ask in any_ask(),
    ) {
        let rule = |(action, topics): (&'static str, &Vec<Topic>)| Rule {
            allows: true, action, topics: topics.clone(), qos: None, retain: None,
        };
        let rules: Vec<Rule> = ["pub", "sub", "all"].into_iter().zip(&lists).map(rule).collect();
        let list = |rule: &Rule| (rule.action.to_owned(), rule.json()["topics"].clone());
        let acl: serde_json::Map<String, Value> = rules.iter().map(list).collect();
        compare(&session(&acl.into()), &rules, Deny, ask);
    }

    /// For rules without `eq` and `qos`, of which one settles at SUBSCRIBE what is delivered.
    #[test]
    fn a_granted_subscription_delivers_nothing_that_is_not_granted(
        mut rules in prop::collection::vec(any_rule(), 1..8),
        ask in any_ask(),
    ) {
        for rule in &mut rules {
            rule.qos = None;
            rule.topics.retain(|topic| !topic.exact);
        }
        let session = session(&rules.iter().map(Rule::json).collect());
        for requested in FILTERS.iter() {
            let (qos, retain) = ask;
            let subscribe = Ask { qos, retain, ..SUBSCRIBE };
            if session.may(subscribe, &requested.text) != Allow {
                continue;
            }
            for (n, _) in names().filter(|(n, _)| requested.topics.contains(n)) {
                let granted = rules.iter().find(|rule| rule.receives(n));
                prop_assert!(granted.is_some_and(|rule| rule.allows), "{} brings {}", requested.text, TOPICS[n]);
                prop_assert_eq!(session.may(RECEIVE, &TOPICS[n]), Allow);
            }
        }
    }
}
