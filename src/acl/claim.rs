//! From the ACL claim, in either of EMQX's forms, to an [`Acl`] for one client.

use std::borrow::Cow;

use super::conditions::{Actions, Conditions, QosSet};
use super::filters::Collector;
use super::rule::{Defect, Rule, strings};
use super::{Acl, Permission};
use crate::attributes::Attributes;
use crate::client::Client;
use crate::json::{Json, Object};
use crate::template::{Placeholder, Template};
use crate::topic;
use crate::verdict::Refusal;

/// For whom a claim is read.
pub(crate) struct Subject<'a> {
    pub(crate) client: &'a Client<'a>,
    pub(crate) attributes: &'a Attributes,
}

/// Reads the claim.
pub(crate) fn read(claim: &Json<'_>, subject: &Subject<'_>) -> Result<Acl, Refusal> {
    let mut reader = Reader {
        subject,
        allow: Collector::default(),
        deny: Collector::default(),
    };
    let read = match claim {
        Json::Object(lists) => reader.read_map(lists).map_err(|defect| (None, defect)),
        Json::Array(rules) => reader.read_list(rules),
        _ => Err((None, "neither an object nor a list")),
    };
    let otherwise = read.map_err(|(rule, defect)| Refusal::BadAcl { rule, defect })?;
    Ok(Acl {
        allow: reader.allow.sorted(),
        deny: reader.deny.sorted(),
        otherwise,
    })
}

struct Reader<'a> {
    subject: &'a Subject<'a>,
    allow: Collector,
    deny: Collector,
}

/// A topic of a rule, for one client.
struct Filter<'t> {
    text: Cow<'t, str>,
    /// It stands for itself alone.
    exact: bool,
}

/// Why a topic of a rule is no filter for a client.
enum Unfit {
    /// It is none for any client.
    Invalid,
    /// It has a placeholder whose value is absent, or would be more than a part of a level.
    NoValue,
    Defect(Defect),
}

impl Reader<'_> {
    /// The form of EMQX 4.3: the topics that are allowed, and no other.
    fn read_map(&mut self, lists: &Object<'_>) -> Result<Permission, Defect> {
        for (name, list) in lists.iter() {
            let actions = match name {
                "pub" => Actions::Publish,
                "sub" => Actions::Subscribe,
                "all" => Actions::All,
                _ => continue,
            };
            let conditions = Conditions::new(Permission::Allow, actions, QosSet::ALL, None);
            for topic in strings(list)? {
                match self.filter(topic?) {
                    Ok(filter) => self.allow.add(0, conditions, filter.exact, &filter.text)?,
                    Err(Unfit::Invalid | Unfit::NoValue) => {}
                    Err(Unfit::Defect(defect)) => return Err(defect),
                }
            }
        }
        Ok(Permission::Deny)
    }

    /// The form of EMQX 5.5: rules, of which the first that matches decides.
    fn read_list(&mut self, rules: &[Json<'_>]) -> Result<Permission, (Option<u32>, Defect)> {
        for (number, rule) in (1..).zip(rules) {
            let read =
                Rule::read(rule, self.subject.client).and_then(|rule| self.add_rule(number, &rule));
            read.map_err(|defect| (Some(number), defect))?;
        }
        Ok(Permission::NoMatch)
    }

    fn add_rule(&mut self, number: u32, rule: &Rule<'_>) -> Result<(), Defect> {
        let denies = rule.permission == Permission::Deny;
        for topic in &rule.topics {
            match self.filter(topic) {
                Err(Unfit::Invalid) => return Err("a topic that is no valid filter"),
                Err(Unfit::Defect(defect)) => return Err(defect),
                // From here on it is known to be well-formed.
                _ if !rule.is_about_client => {}
                Ok(filter) => {
                    let rules = if denies {
                        &mut self.deny
                    } else {
                        &mut self.allow
                    };
                    rules.add(number, rule.conditions, filter.exact, &filter.text)?;
                }
                Err(Unfit::NoValue) if denies => {
                    return Err(
                        "a deny rule with a placeholder for what the client did not send, \
                                or what cannot be part of a level",
                    );
                }
                Err(Unfit::NoValue) => {}
            }
        }
        Ok(())
    }

    fn filter<'t>(&self, topic: &'t str) -> Result<Filter<'t>, Unfit> {
        let literal = topic.strip_prefix("eq ");
        if literal.is_some() || !Template::is_needed(topic) {
            let text = literal.unwrap_or(topic);
            return if topic::is_filter(text) {
                Ok(Filter {
                    text: Cow::Borrowed(text),
                    exact: literal.is_some(),
                })
            } else {
                Err(Unfit::Invalid)
            };
        }
        let template = Template::for_topic(topic).map_err(Unfit::Defect)?;
        // A value fills no level by itself that has a wildcard beside it, and does not turn a topic
        // into one that begins with $: what holds for a plain value must hold for this one.
        let plain = template
            .fill(topic::LONGEST, |_| Some("x"))
            .unwrap_or_default();
        if !topic::is_filter(&plain) {
            return Err(Unfit::Invalid);
        }
        template
            .fill(topic::LONGEST, |placeholder| self.value(placeholder))
            .filter(|text| topic::is_filter(text))
            .filter(|text| text.starts_with('$') == plain.starts_with('$'))
            .map(|text| Filter {
                text: Cow::Owned(text),
                exact: false,
            })
            .ok_or(Unfit::NoValue)
    }

    /// What stands for a placeholder, if it can be part of a level.
    fn value(&self, placeholder: &Placeholder) -> Option<&str> {
        let Subject { client, attributes } = self.subject;
        let text = |field: Option<_>| std::str::from_utf8(field?).ok();
        match placeholder {
            Placeholder::Username => text(client.username),
            Placeholder::ClientId => text(client.client_id),
            Placeholder::Attribute(name) => attributes.get(name),
        }
        .filter(|value| !value.contains(['/', '+', '#', '\0']))
    }
}
