//! From the ACL claim, in either of EMQX's forms, to an [`Acl`] for one client.

use super::Defect;
use super::conditions::{Actions, Conditions, QosSet};
use super::fill::{Fill, Unusable};
use super::filters::{Collector, Filters};
use super::pattern::Patterns;
use super::permissions::Acl;
use super::request::Permission;
use super::rule::{self, Rule};
use super::values::Bearer;
use crate::json::tape::{Array, Object, Value};
use crate::refusal::Refusal;

/// What a check is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// The decision alone: an ACL claim must be well-formed, and is not kept.
    Decision,
    /// A session, which keeps the topic permissions.
    Session,
}

/// A well-formed ACL claim.
pub(crate) struct Reading {
    /// The topic permissions, if a session is needed.
    pub(crate) acl: Option<Box<Acl>>,
    /// It is well-formed for every client: no placeholder was filled in for this one.
    pub(crate) valid_for_all: bool,
}

/// Where a claim's filters are collected.
#[derive(Default)]
pub(crate) struct Buffers {
    /// A topic whose placeholders are filled in.
    text: String,
    allow: Collector,
    deny: Collector,
}

impl Buffers {
    /// How many bytes they take.
    pub(crate) fn size(&self) -> usize {
        [self.allow.size(), self.deny.size()]
            .into_iter()
            .fold(self.text.capacity(), usize::saturating_add)
    }
}

/// Reads the ACL claim of a bearer.
///
/// # Errors
///
/// The claim is malformed: which rule, and why.
pub(crate) fn read(
    claim: Value<'_>,
    bearer: &Bearer<'_>,
    need: Need,
    buffers: &mut Buffers,
) -> Result<Reading, Refusal> {
    let Buffers { text, allow, deny } = buffers;
    let keep = need == Need::Session;
    allow.start(keep);
    deny.start(keep);
    let mut reader = AclReader {
        fill: Fill::new(bearer, text),
        patterns: Patterns::default(),
        allow,
        deny,
    };
    let read = match (claim.as_object(), claim.as_array()) {
        (Some(lists), _) => reader.read_map(lists).map_err(|defect| (None, defect)),
        (_, Some(rules)) => reader.read_list(rules),
        _ => Err((None, "neither an object nor a list")),
    };
    let otherwise = read.map_err(|(rule, defect)| Refusal::BadAcl { rule, defect })?;
    Ok(Reading {
        valid_for_all: !reader.fill.was_needed(),
        acl: keep.then(|| {
            Box::new(Acl {
                allow: Filters::sorted(reader.allow),
                deny: Filters::sorted(reader.deny),
                otherwise,
            })
        }),
    })
}

struct AclReader<'a> {
    fill: Fill<'a>,
    patterns: Patterns,
    allow: &'a mut Collector,
    deny: &'a mut Collector,
}

impl AclReader<'_> {
    /// Reads the map form, of EMQX 4.3: the topics that are allowed; all others are denied.
    fn read_map(&mut self, lists: Object<'_>) -> Result<Permission, Defect> {
        for (name, topics) in lists.iter() {
            let actions = match name.as_ref() {
                b"pub" => Actions::Publish,
                b"sub" => Actions::Subscribe,
                b"all" => Actions::All,
                _ => continue,
            };
            let conditions = Conditions::new(Permission::Allow, actions, QosSet::ALL, None);
            for topic in rule::list(topics)?.iter() {
                let topic = rule::topic(topic)?;
                match self.fill.filter(&topic, true) {
                    Ok(filter) => self.allow.add(0, conditions, filter)?,
                    Err(Unusable::Invalid | Unusable::NoValue) => {}
                    Err(Unusable::Defect(defect)) => return Err(defect),
                }
            }
        }
        Ok(Permission::Deny)
    }

    /// Reads the list form, of EMQX 5.5: rules, of which the first that matches decides.
    fn read_list(&mut self, rules: Array<'_>) -> Result<Permission, (Option<u32>, Defect)> {
        for (number, rule) in (1..).zip(rules.iter()) {
            let read = Rule::read(rule, self.fill.values(), &mut self.patterns)
                .and_then(|rule| self.add_rule(number, &rule));
            read.map_err(|defect| (Some(number), defect))?;
        }
        Ok(Permission::NoMatch)
    }

    fn add_rule(&mut self, number: u32, rule: &Rule<'_>) -> Result<(), Defect> {
        let denies = rule.permission == Permission::Deny;
        for topic in rule.topics() {
            let topic = rule::topic(topic)?;
            match self.fill.filter(&topic, rule.is_about_client) {
                Err(Unusable::Invalid) => return Err("a topic that is no valid filter"),
                Err(Unusable::Defect(defect)) => return Err(defect),
                // A rule about other clients must be well-formed too, and is left out.
                _ if !rule.is_about_client => {}
                Ok(filter) => {
                    let rules = if denies {
                        &mut *self.deny
                    } else {
                        &mut *self.allow
                    };
                    rules.add(number, rule.conditions, filter)?;
                }
                Err(Unusable::NoValue) if denies => {
                    return Err(
                        "a deny rule with a placeholder for what the client did not send, \
                                or what is too long or cannot be part of a level",
                    );
                }
                Err(Unusable::NoValue) => {}
            }
        }
        Ok(())
    }
}
