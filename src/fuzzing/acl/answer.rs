//! The naive reading of an ACL claim: what it says to a request, from its beginning.

use super::fill::{Topic, Who};
use super::no_answer::NoAnswer::{self, BadAcl, NotCompared};
use super::rule::{qos, retain, topics};
use crate::acl::{Action, Permission, Request};
use crate::fuzzing::filters;
use crate::fuzzing::json::{self, Value};

/// Who asks for what.
pub(super) struct Asking<'a> {
    pub(super) who: Who<'a>,
    pub(super) request: Request<'a>,
    pub(super) qos: usize,
}

/// What rules say, in their order: a permission, and whether it is about what is asked for.
type Rules<'c> = Vec<(Permission, Box<dyn Fn(&str) -> bool + 'c>)>;

impl Asking<'_> {
    /// The answer, by reading the claim from its beginning.
    pub(super) fn answer(&self, operator: &[Value], claim: &Value) -> Result<Permission, NoAnswer> {
        let first = self.ask_list(operator)?;
        let written_as_text = match claim {
            Value::Text(text) => json::read(text.as_bytes()),
            _ => None,
        };
        let (said, otherwise) = match written_as_text.as_ref().unwrap_or(claim) {
            Value::Object(lists) => (self.ask_map(lists)?, Permission::Deny),
            Value::List(rules) => (self.ask_list(rules)?, Permission::NoMatch),
            _ => return Err(BadAcl),
        };
        // The claim must be well-formed whatever is asked for.
        let Some(asked) = self.asked() else {
            return Ok(Permission::Deny);
        };
        for (permission, rule) in first.into_iter().chain(said) {
            if rule(asked) {
                return Ok(permission);
            }
        }
        Ok(otherwise)
    }

    /// The topic that is asked for, if MQTT permits it.
    fn asked(&self) -> Option<&str> {
        let topic = std::str::from_utf8(self.request.topic).ok()?;
        if self.request.action == Action::Subscribe {
            filters::without_share(topic).filter(|filter| filters::is_filter(filter))
        } else {
            filters::is_name(topic).then_some(topic)
        }
    }

    fn ask_map<'c>(&'c self, lists: &'c [(String, Value)]) -> Result<Rules<'c>, NoAnswer> {
        let mut rules: Rules<'c> = Vec::new();
        let is_known = |(name, _): &(String, _)| ["pub", "sub", "all"].contains(&&**name);
        if !lists.is_empty() && !lists.iter().any(is_known) {
            return Err(BadAcl);
        }
        for (name, topics) in lists {
            let is_for = match name.as_str() {
                "pub" => self.request.action == Action::Publish,
                "sub" => self.request.action != Action::Publish,
                "all" => true,
                _ => continue,
            };
            for topic in topics.list().ok_or(BadAcl)? {
                for topic in self.who.fill_all(&[topic.text().ok_or(BadAcl)?])? {
                    let applies = move |asked: &str| is_for && self.applies(true, &topic, asked);
                    rules.push((Permission::Allow, Box::new(applies)));
                }
            }
        }
        Ok(rules)
    }

    fn ask_list<'c>(&'c self, list: &'c [Value]) -> Result<Rules<'c>, NoAnswer> {
        let mut rules: Rules<'c> = Vec::new();
        for rule in list {
            let members = rule.members().ok_or(BadAcl)?;
            let known = [
                "permission",
                "action",
                "topic",
                "topics",
                "qos",
                "retain",
                "claims",
            ];
            if members.iter().any(|(name, _)| !known.contains(&&**name)) {
                return Err(NotCompared);
            }
        }
        for rule in list {
            let allows = match rule.get("permission").and_then(Value::text) {
                Some("allow") => true,
                Some("deny") => false,
                _ => return Err(BadAcl),
            };
            let qos = qos(rule.get("qos"))?;
            let is_for = match (
                rule.get("action").and_then(Value::text),
                self.request.action,
            ) {
                (Some("pub" | "publish"), action) => action == Action::Publish,
                (Some("sub" | "subscribe"), action) => action != Action::Publish,
                (Some("all"), _) => true,
                _ => return Err(BadAcl),
            };
            let retain = retain(rule.get("retain"))?;
            let holds = match self.request.action {
                Action::Publish => {
                    qos[self.qos] && retain.is_none_or(|retain| retain == self.request.retain)
                }
                Action::Subscribe => qos[self.qos],
                Action::Receive if allows => qos != [false; 3],
                Action::Receive => qos == [true; 3],
            };
            let texts: Result<Vec<&str>, _> = topics(rule)?
                .into_iter()
                .map(|topic| topic.text().ok_or(BadAcl))
                .collect();
            for topic in self.who.fill_all(&texts?)? {
                match &topic {
                    Topic::Invalid => return Err(BadAcl),
                    Topic::NoValue if !allows => return Err(BadAcl),
                    _ => {}
                }
                let applies =
                    move |asked: &str| is_for && holds && self.applies(allows, &topic, asked);
                let permission = if allows {
                    Permission::Allow
                } else {
                    Permission::Deny
                };
                rules.push((permission, Box::new(applies)));
            }
        }
        Ok(rules)
    }

    fn applies(&self, allows: bool, topic: &Topic, asked: &str) -> bool {
        match (topic, self.request.action) {
            (Topic::Invalid | Topic::NoValue, _) => false,
            // It was subscribed to by its own name, and brings what it matches.
            (Topic::Exact(filter), Action::Receive) if allows => filters::matches(filter, asked),
            (Topic::Exact(filter), _) => filter == asked,
            (Topic::Filter(filter), Action::Publish | Action::Receive) => {
                filters::matches(filter, asked)
            }
            (Topic::Filter(filter), Action::Subscribe) if allows => filters::covers(filter, asked),
            (Topic::Filter(filter), Action::Subscribe) => filters::overlap(filter, asked),
        }
    }
}
