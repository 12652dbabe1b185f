//! Random ACL claims, against a reference that is as simple as it can be: it writes out all topics.
//!
//! There is one filter for every way to put three levels together, and one topic for every way to put
//! four together, with a level (`z`, `$z` in front) that is in no filter. What one filter has in common
//! with another, or lacks, shows in these topics: a topic of more levels, or with other names,
//! is to both filters like one of them. The empty topic is among them, for `/#` and `+` stand for it too,
//! although nobody can publish to it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::harness::session::{Ask, PUBLISH, RECEIVE, SUBSCRIBE, Session};
use crate::harness::{Broker, broker, token};
use jwt_auth::Permission::{self, Allow, Deny, NoMatch};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// Whether a topic is one that a filter stands for (MQTT 5 section 4.7).
fn matches(filter: &str, topic: &str) -> bool {
    fn levels(filter: &[&str], topic: &[&str]) -> bool {
        match (filter, topic) {
            (["#"], _) | ([], []) => true,
            (["+", filter @ ..], [_, topic @ ..]) => levels(filter, topic),
            ([name, filter @ ..], [level, topic @ ..]) => name == level && levels(filter, topic),
            _ => false,
        }
    }
    let (filter, topic): (Vec<_>, Vec<_>) =
        (filter.split('/').collect(), topic.split('/').collect());
    let hidden = topic[0].starts_with('$') && ["+", "#"].contains(&filter[0]);
    !hidden && levels(&filter, &topic)
}

/// All topics of `depth` levels.
fn topics(first: &[&str], further: &[&str], depth: usize) -> Vec<String> {
    if depth == 1 {
        return first.iter().map(|&level| level.to_owned()).collect();
    }
    let shorter = topics(first, further, depth - 1);
    let longer = |topic: &String| {
        further
            .iter()
            .map(move |level| format!("{topic}/{level}"))
            .collect::<Vec<_>>()
    };
    shorter.iter().flat_map(longer).collect()
}

static TOPICS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let (first, further) = (["a", "b", "", "$x", "z", "$z"], ["a", "b", "", "$x", "z"]);
    (1..=4)
        .flat_map(|depth| topics(&first, &further, depth))
        .collect()
});

/// The topics that can be published to, with their numbers.
fn names() -> impl Iterator<Item = (usize, &'static String)> {
    let all = TOPICS.iter().enumerate();
    all.filter(|(_, topic)| !topic.is_empty())
}

/// A filter, with the topics that it stands for.
#[derive(Debug)]
struct Filter {
    text: String,
    topics: BTreeSet<usize>,
}

static FILTERS: LazyLock<Vec<Filter>> = LazyLock::new(|| {
    let levels = ["a", "b", "", "$x", "+"];
    let mut texts: Vec<String> = (1..=3)
        .flat_map(|depth| topics(&levels, &levels, depth))
        .collect();
    let open = (1..=2).flat_map(|depth| topics(&levels, &levels, depth));
    let open: Vec<_> = open.map(|filter| format!("{filter}/#")).collect();
    texts.extend(open);
    texts.push("#".to_owned());
    texts.retain(|filter| !filter.is_empty());
    let stands_for = |filter: &str| {
        let all = TOPICS.iter().enumerate();
        all.filter_map(|(n, topic)| matches(filter, topic).then_some(n))
            .collect()
    };
    let filter = |text: String| Filter {
        topics: stands_for(&text),
        text,
    };
    texts.into_iter().map(filter).collect()
});

impl Filter {
    fn covers(&self, other: &Self) -> bool {
        other.topics.is_subset(&self.topics)
    }

    fn overlaps(&self, other: &Self) -> bool {
        !other.topics.is_disjoint(&self.topics)
    }
}

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

/// A topic of a rule.
#[derive(Debug, Clone)]
struct Topic {
    filter: &'static Filter,
    exact: bool,
}

#[derive(Debug, Clone)]
struct Rule {
    allows: bool,
    action: &'static str,
    topics: Vec<Topic>,
    qos: Option<Vec<u8>>,
    retain: Option<bool>,
}

impl Rule {
    fn json(&self) -> Value {
        let text = |topic: &Topic| {
            let eq = if topic.exact { "eq " } else { "" };
            format!("{eq}{}", topic.filter.text)
        };
        json!({
            "permission": if self.allows { "allow" } else { "deny" },
            "action": self.action,
            "topics": self.topics.iter().map(text).collect::<Vec<_>>(),
            "qos": self.qos,
            "retain": self.retain,
        })
    }

    fn is_for(&self, action: &str) -> bool {
        self.action == action || self.action == "all"
    }

    fn has_qos(&self, qos: u8) -> bool {
        self.qos.as_ref().is_none_or(|list| list.contains(&qos))
    }

    fn publishes(&self, ask: Ask, n: usize) -> bool {
        let matches = |topic: &Topic| {
            if topic.exact {
                topic.filter.text == TOPICS[n]
            } else {
                topic.filter.topics.contains(&n)
            }
        };
        self.is_for("pub")
            && self.has_qos(ask.qos)
            && self.retain.is_none_or(|retain| retain == (ask.retain == 1))
            && self.topics.iter().any(matches)
    }

    fn receives(&self, n: usize) -> bool {
        let qos = match &self.qos {
            None => true,
            Some(list) if self.allows => !list.is_empty(),
            Some(list) => [0, 1, 2].iter().all(|qos| list.contains(qos)),
        };
        self.is_for("sub")
            && qos
            && self
                .topics
                .iter()
                .any(|topic| topic.filter.topics.contains(&n))
    }

    fn subscribes(&self, ask: Ask, requested: &Filter) -> bool {
        let fits = |topic: &Topic| match topic {
            topic if topic.exact => topic.filter.text == requested.text,
            topic if self.allows => topic.filter.covers(requested),
            topic => topic.filter.overlaps(requested),
        };
        self.is_for("sub") && self.has_qos(ask.qos) && self.topics.iter().any(fits)
    }
}

/// What the first rule says for which this holds.
fn first(rules: &[Rule], otherwise: Permission, holds: impl Fn(&Rule) -> bool) -> Permission {
    match rules.iter().find(|rule| holds(rule)) {
        Some(rule) if rule.allows => Allow,
        Some(_) => Deny,
        None => otherwise,
    }
}

fn any_topic() -> impl Strategy<Value = Topic> {
    let exact = prop::bool::weighted(0.2);
    let filter = 0..FILTERS.len();
    (filter, exact).prop_map(|(n, exact)| Topic {
        filter: &FILTERS[n],
        exact,
    })
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let qos = prop::option::weighted(0.3, prop::collection::vec(0..3_u8, 0..4));
    let retain = prop::option::weighted(0.3, any::<bool>());
    (
        any::<bool>(),
        select(vec!["pub", "sub", "all"]),
        prop::collection::vec(any_topic(), 0..4),
        qos,
        retain,
    )
        .prop_map(|(allows, action, topics, qos, retain)| Rule {
            allows,
            action,
            topics,
            qos,
            retain,
        })
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
