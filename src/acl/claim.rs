//! From the ACL claim, in either of EMQX's forms, to an [`Acl`] for one client.

use std::borrow::Cow;

use super::conditions::{Actions, Conditions, QosSet};
use super::filters::{Collector, Filter, Filters};
use super::permissions::Acl;
use super::request::Permission;
use super::rule::{self, Rule};
use super::{Defect, topic};
use crate::client::Client;
use crate::client::template::{self, Placeholder, Unfilled};
use crate::json::tape::{Array, Object, Value};
use crate::refusal::Refusal;

/// For whom a claim is read.
pub(crate) struct Subject<'a> {
    pub(crate) client: &'a Client<'a>,
    /// The claim `client_attrs`.
    pub(crate) attributes: Option<Object<'a>>,
}

/// What came of reading a claim.
pub(crate) struct Reading {
    /// None: it is well-formed, and not to be kept.
    pub(crate) acl: Option<Acl>,
    /// It is well-formed for every client: nothing of this one was filled in.
    pub(crate) suits_all: bool,
}

/// What comes and goes while a claim is read.
#[derive(Default)]
pub(crate) struct Workspace {
    /// Where placeholders are filled in.
    text: String,
    allow: Collector,
    deny: Collector,
}

impl Workspace {
    /// How many bytes it takes.
    pub(crate) fn size(&self) -> usize {
        [self.allow.size(), self.deny.size()]
            .into_iter()
            .fold(self.text.capacity(), usize::saturating_add)
    }
}

/// Reads the claim.
pub(crate) fn read(
    claim: Value<'_>,
    subject: &Subject<'_>,
    keep: bool,
    workspace: &mut Workspace,
) -> Result<Reading, Refusal> {
    let Workspace { text, allow, deny } = workspace;
    allow.start(keep);
    deny.start(keep);
    let mut reader = Reader {
        fitting: Fitting {
            subject,
            text,
            is_needed: false,
        },
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
        suits_all: !reader.fitting.is_needed,
        acl: keep.then(|| Acl {
            allow: Filters::sorted(reader.allow),
            deny: Filters::sorted(reader.deny),
            otherwise,
        }),
    })
}

struct Reader<'a> {
    fitting: Fitting<'a>,
    allow: &'a mut Collector,
    deny: &'a mut Collector,
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
                match self.fitting.filter(&topic) {
                    Ok(filter) => self.allow.add(0, conditions, filter)?,
                    Err(Unfit::Invalid | Unfit::NoValue) => {}
                    Err(Unfit::Defect(defect)) => return Err(defect),
                }
            }
        }
        Ok(Permission::Deny)
    }

    /// The form of EMQX 5.5: rules, of which the first that matches decides.
    fn read_list(&mut self, rules: Array<'_>) -> Result<Permission, (Option<u32>, Defect)> {
        for (number, rule) in (1..).zip(rules.iter()) {
            let read = Rule::read(rule, self.fitting.subject.client)
                .and_then(|rule| self.add_rule(number, &rule));
            read.map_err(|defect| (Some(number), defect))?;
        }
        Ok(Permission::NoMatch)
    }

    fn add_rule(&mut self, number: u32, rule: &Rule<'_>) -> Result<(), Defect> {
        let denies = rule.permission == Permission::Deny;
        for topic in rule.topics() {
            let topic = rule::topic(topic)?;
            match self.fitting.filter(&topic) {
                Err(Unfit::Invalid) => return Err("a topic that is no valid filter"),
                Err(Unfit::Defect(defect)) => return Err(defect),
                // From here on it is known to be well-formed.
                _ if !rule.is_about_client => {}
                Ok(filter) => {
                    let rules = if denies {
                        &mut *self.deny
                    } else {
                        &mut *self.allow
                    };
                    rules.add(number, rule.conditions, filter)?;
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
}

/// Makes topics of a rule fit a client.
struct Fitting<'a> {
    subject: &'a Subject<'a>,
    /// Where placeholders are filled in.
    text: &'a mut String,
    /// A topic was met that may have placeholders.
    is_needed: bool,
}

impl Fitting<'_> {
    /// What a topic is for the client.
    #[inline]
    fn filter<'t>(&'t mut self, topic: &'t [u8]) -> Result<Filter<'t>, Unfit> {
        let literal = topic.strip_prefix(b"eq ");
        let text = literal.unwrap_or(topic);
        let exact = literal.is_some();
        if topic::is_filter_without(text, template::marks) || (exact && topic::is_filter(text)) {
            Ok(Filter { text, exact })
        } else if exact {
            Err(Unfit::Invalid)
        } else {
            self.fill(topic)
        }
    }

    fn fill(&mut self, topic: &[u8]) -> Result<Filter<'_>, Unfit> {
        self.is_needed = true;
        let topic = std::str::from_utf8(topic).map_err(|_| Unfit::Invalid)?;
        let filled = &mut *self.text;
        // A value fills no level by itself that has a wildcard beside it, and does not turn a topic
        // into one that begins with $: what holds for a plain value must hold for this one.
        match template::fill(topic, topic::LONGEST, |_| Some(Cow::Borrowed("x")), filled) {
            Ok(()) if topic::is_filter(filled.as_bytes()) => {}
            Err(Unfilled::Unknown) => return Err(Unfit::Defect("a placeholder that is not known")),
            _ => return Err(Unfit::Invalid),
        }
        let is_system = filled.starts_with('$');
        template::fill(topic, topic::LONGEST, |it| value(it, self.subject), filled)
            .map_err(|_| Unfit::NoValue)?;
        if !topic::is_filter(filled.as_bytes()) || filled.starts_with('$') != is_system {
            return Err(Unfit::NoValue);
        }
        Ok(Filter {
            text: filled.as_bytes(),
            exact: false,
        })
    }
}

/// What stands for a placeholder, if it can be part of a level.
fn value<'s>(placeholder: Placeholder<'_>, subject: &Subject<'s>) -> Option<Cow<'s, str>> {
    let text = |field: Option<&'s [u8]>| std::str::from_utf8(field?).ok().map(Cow::Borrowed);
    match placeholder {
        Placeholder::Username => text(subject.client.username),
        Placeholder::ClientId => text(subject.client.client_id),
        Placeholder::Attribute(name) => subject.attributes?.get(name)?.to_text(),
    }
    .filter(|value| !value.contains(['/', '+', '#', '\0']))
}
