//! What there is to be faster than: the rules one by one, and both topics level by level.

use jwt_auth::{Action, Permission, Request};
use serde_json::Value;

use super::Asked;

/// The rules of a claim as they stand there; all of them are about every action.
pub(crate) struct Scan {
    rules: Vec<(Permission, String)>,
    otherwise: Permission,
}

impl Asked for Scan {
    fn new(acl: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (rules, otherwise) = if let Value::Array(rules) = acl {
            let permission = |rule: &Value| match rule["permission"].as_str() {
                Some("deny") => Permission::Deny,
                _ => Permission::Allow,
            };
            let read = |rule| (permission(rule), text(&rule["topic"]));
            (rules.iter().map(read).collect(), Permission::NoMatch)
        } else {
            let topics = acl["all"].as_array().unwrap();
            let read = |topic| (Permission::Allow, text(topic));
            (topics.iter().map(read).collect(), Permission::Deny)
        };
        Self { rules, otherwise }
    }

    fn may(&self, request: &Request<'_>) -> Permission {
        let topic = std::str::from_utf8(request.topic).unwrap();
        let matching = self.rules.iter().find(|(permission, filter)| {
            let any = request.action == Action::Subscribe && *permission == Permission::Deny;
            matches(filter, topic, any)
        });
        matching.map_or(self.otherwise, |(permission, _)| *permission)
    }
}

/// Whether a filter matches a topic. Where that is a filter too: all that it matches, or any of it.
fn matches(filter: &str, topic: &str, any: bool) -> bool {
    let (mut filter, mut topic) = (filter.split('/'), topic.split('/'));
    loop {
        match (filter.next(), topic.next()) {
            (Some("#"), _) | (None, None) => return true,
            (_, Some("#")) => return any,
            (Some(_), Some("+")) if any => {}
            (Some(own), Some(level)) if own == "+" || own == level => {}
            _ => return false,
        }
    }
}
