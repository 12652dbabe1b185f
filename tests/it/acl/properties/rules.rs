//! The rules of the reference, and any of them.

use crate::harness::session::Ask;
use jwt_auth::Permission::{self, Allow, Deny};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::filters::{FILTERS, Filter, TOPICS};

/// A topic of a rule.
#[derive(Debug, Clone)]
pub(super) struct Topic {
    pub(super) filter: &'static Filter,
    pub(super) exact: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) allows: bool,
    pub(super) action: &'static str,
    pub(super) topics: Vec<Topic>,
    pub(super) qos: Option<Vec<u8>>,
    pub(super) retain: Option<bool>,
}

impl Rule {
    pub(super) fn json(&self) -> Value {
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

    pub(super) fn publishes(&self, ask: Ask, n: usize) -> bool {
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

    pub(super) fn receives(&self, n: usize) -> bool {
        let qos = match &self.qos {
            None => true,
            Some(list) if self.allows => !list.is_empty(),
            Some(list) => [0, 1, 2].iter().all(|qos| list.contains(qos)),
        };
        let matches = |topic: &Topic| match topic {
            topic if topic.exact && !self.allows => topic.filter.text == TOPICS[n],
            topic => topic.filter.topics.contains(&n),
        };
        self.is_for("sub") && qos && self.topics.iter().any(matches)
    }

    pub(super) fn subscribes(&self, ask: Ask, requested: &Filter) -> bool {
        let fits = |topic: &Topic| match topic {
            topic if topic.exact => topic.filter.text == requested.text,
            topic if self.allows => topic.filter.covers(requested),
            topic => topic.filter.overlaps(requested),
        };
        self.is_for("sub") && self.has_qos(ask.qos) && self.topics.iter().any(fits)
    }
}

/// What the first rule says for which this holds.
pub(super) fn first(
    rules: &[Rule],
    otherwise: Permission,
    holds: impl Fn(&Rule) -> bool,
) -> Permission {
    match rules.iter().find(|rule| holds(rule)) {
        Some(rule) if rule.allows => Allow,
        Some(_) => Deny,
        None => otherwise,
    }
}

pub(super) fn any_topic() -> impl Strategy<Value = Topic> {
    let exact = prop::bool::weighted(0.2);
    let filter = 0..FILTERS.len();
    (filter, exact).prop_map(|(n, exact)| Topic {
        filter: &FILTERS[n],
        exact,
    })
}

pub(super) fn any_rule() -> impl Strategy<Value = Rule> {
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
