//! Rules of the top level, of an issuer and of a token. Some depend on the client, and some have
//! `${claims.NAME}` in their topics.

use super::filters::FILTERS;
use super::rules::{Rule, Topic, any_rule};
use super::{any_ask, compare};
use crate::harness::{Broker, SECRET, token};
use jwt_auth::Permission::{Deny, NoMatch};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

const ISSUER: &str = "https://id.example";

/// A rule, and for whom it is.
#[derive(Debug, Clone)]
struct Source {
    rule: Rule,
    /// Members that are met, or not: see [`CONDITIONS`].
    conditions: Vec<usize>,
    has_claims: bool,
}

/// Conditions with what they decide: for any rule, or for one that denies.
const CONDITIONS: [(&str, bool, bool); 10] = [
    (r#"{"clientid": "c1"}"#, true, true),
    (r#"{"username": "another"}"#, false, false),
    (r#"{"clientid_re": "[0-9]$"}"#, true, true),
    (r#"{"username_re": "^x"}"#, false, false),
    (r#"{"ipaddr": "10.0.0.0/8"}"#, false, true),
    (r#"{"claims": {"role": {"has": "one"}}}"#, true, true),
    (r#"{"claims": {"role": {"has": "three"}}}"#, false, false),
    (
        r#"{"claims": {"role": {"has": "one"}, "kind": ["x", "y"]}}"#,
        true,
        true,
    ),
    (r#"{"claims": {"absent": {"exists": true}}}"#, false, false),
    (
        r#"{"claims": {"role": {"matches": "[a-z]+"}, "kind": 7}}"#,
        false,
        false,
    ),
];

/// The claims of the token.
fn claims(acl: &Value) -> Value {
    json!({ "iss": ISSUER, "acl": acl, "role": ["one", "two"], "kind": "x", "lists": { "ab": ["a", "b"] } })
}

impl Source {
    fn json(&self) -> Value {
        let mut rule = self.rule.json();
        if self.has_claims {
            for topic in rule["topics"].as_array_mut().unwrap() {
                if let Some((before, after)) = split(topic.as_str().unwrap()) {
                    *topic = json!(format!("{before}${{claims.lists.ab}}{after}"));
                }
            }
        }
        for condition in &self.conditions {
            let members: Value = serde_json::from_str(CONDITIONS[*condition].0).unwrap();
            for (name, value) in members.as_object().unwrap() {
                rule[name] = value.clone();
            }
        }
        rule
    }

    /// The rule for this client; none: it is left out.
    fn rule(&self) -> Option<Rule> {
        let decides = |condition: &usize| {
            let (_, for_any, for_deny) = CONDITIONS[*condition];
            if self.rule.allows { for_any } else { for_deny }
        };
        if !self.conditions.iter().all(decides) {
            return None;
        }
        let mut rule = self.rule.clone();
        if self.has_claims {
            let multiplied = |topic: &Topic| match split(&topic.filter.text) {
                Some((before, after)) if !topic.exact => ["a", "b"]
                    .map(|level| {
                        let text = format!("{before}{level}{after}");
                        let filter = FILTERS.iter().find(|filter| filter.text == text).unwrap();
                        Topic {
                            filter,
                            exact: false,
                        }
                    })
                    .to_vec(),
                _ => vec![topic.clone()],
            };
            rule.topics = rule.topics.iter().flat_map(multiplied).collect();
        }
        Some(rule)
    }
}

/// What stands before and after the first level that is `a`, of a filter that is not `eq`.
fn split(filter: &str) -> Option<(&str, &str)> {
    if filter.starts_with("eq ") {
        return None;
    }
    let mut start = 0;
    for level in filter.split('/') {
        if level == "a" {
            return Some((&filter[..start], &filter[start + 1..]));
        }
        start += level.len() + 1;
    }
    None
}

/// Each member is there once.
fn any_source(conditions: Vec<usize>) -> impl Strategy<Value = Source> {
    let conditions = prop::option::weighted(0.5, select(conditions));
    (any_rule(), conditions, any::<bool>()).prop_map(|(mut rule, condition, has_claims)| {
        // No quality of service at all is an error in the operator's rules.
        rule.qos = rule.qos.filter(|qos| !qos.is_empty());
        Source {
            rule,
            conditions: condition.into_iter().collect(),
            has_claims,
        }
    })
}

fn json_of(sources: &[Source]) -> Value {
    sources.iter().map(Source::json).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn three_lists_answer_as_if_they_were_one(
        top in prop::collection::vec(any_source((0..10).collect()), 0..8),
        issuer in prop::collection::vec(any_source((0..10).collect()), 0..8),
        own in prop::option::of(prop::collection::vec(any_source((0..5).collect()), 0..8)),
        is_map in any::<bool>(),
        ask in any_ask(),
    ) {
        let broker = Broker::new(&json!({
            "secret": SECRET,
            "acl": json_of(&top),
            "issuers": [{ "issuer": ISSUER, "secret": SECRET, "acl": json_of(&issuer) }],
        }));
        let mut own = own.unwrap_or_default();
        let mut otherwise = NoMatch;
        let mut acl = json_of(&own);
        if is_map {
            // What a map can say.
            otherwise = Deny;
            let topics: Vec<Value> = own
                .iter()
                .flat_map(|source| source.json()["topics"].as_array().unwrap().clone())
                .collect();
            acl = json!({ "all": topics });
            for source in &mut own {
                source.conditions.clear();
                let rule = &mut source.rule;
                (rule.allows, rule.action, rule.qos, rule.retain) = (true, "all", None, None);
            }
        }
        let rules: Vec<Rule> = [&top, &issuer, &own]
            .into_iter()
            .flatten()
            .filter_map(Source::rule)
            .collect();
        let session = broker.admit_with(&token(&claims(&acl)));
        compare(&session, &rules, otherwise, ask);
    }
}
