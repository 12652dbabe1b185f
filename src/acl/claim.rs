//! From the operator's rules and the ACL claim, in either of EMQX's forms, to an [`Acl`] for one client.

use std::borrow::Cow;
use std::sync::Arc;

use super::Defect;
use super::about::About;
use super::conditions::{Actions, Conditions, QosSet};
use super::fill::{self, Fill, Shape, UNFILLED_BAN, Unusable};
use super::filters::{Collector, Filters, Target};
use super::invalid::InvalidFilters;
use super::multiply::{self, Template};
use super::operator::OperatorRules;
use super::pattern::Patterns;
use super::permissions::{Acl, Form, SharedRules};
use super::request::Permission;
use super::rule::{self, Rule};
use super::values::Bearer;
use super::who::Decider;
use crate::client::template::{Piece, Pieces};
use crate::host::quote::quoted;
use crate::json::tape::{Array, Node, Object, Value};
use crate::json::{self, Json};
use crate::refusal::Refusal;

/// What a check is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// The decision alone: an ACL claim must be well-formed, and is not kept.
    Decision,
    /// A session, which keeps the topic permissions.
    Session,
}

/// Well-formed topic permissions.
pub(crate) struct Reading {
    /// The topic permissions, if there are any and a session is needed.
    pub(crate) acl: Option<Box<Acl>>,
    /// The claim is well-formed for every client: no placeholder was filled in for this one.
    pub(crate) valid_for_all: bool,
    /// It has topics that never match, for whichever client: [`Buffers::invalid`] has them.
    pub(crate) has_invalid_filters: bool,
}

/// Where filters are collected.
#[derive(Default)]
pub(crate) struct Buffers {
    /// A topic whose placeholders are filled in.
    text: String,
    /// The tape of a claim that is JSON written as a text.
    nodes: Vec<Node>,
    filters: Collector,
    invalid: InvalidFilters,
}

impl Buffers {
    /// The topics that never match, of the claim that was read last.
    pub(crate) fn invalid(&self) -> &InvalidFilters {
        &self.invalid
    }

    /// How many bytes they take.
    pub(crate) fn size(&self) -> usize {
        // They are allocated, so the sum is that of parts of the memory.
        let nodes = (self.nodes.capacity()).wrapping_mul(size_of::<Node>());
        [nodes, self.filters.size()]
            .into_iter()
            .fold(self.text.capacity(), usize::wrapping_add)
    }
}

/// Reads the ACL claim of a bearer.
///
/// # Errors
///
/// The claim is malformed: which rule, and why.
pub(crate) fn read(
    claim: Option<Value<'_>>,
    bearer: &Bearer<'_>,
    need: Need,
    buffers: &mut Buffers,
) -> Result<Reading, Refusal> {
    let (reader, nodes) = AclReader::new(bearer, need, buffers);
    reader.finish(claim, nodes, None, need)
}

/// Reads the operator's rules, and the ACL claim of a bearer. `applies` decides the conditions on claims of a rule with
/// this permission.
///
/// # Errors
///
/// As for [`read`]; or a rule of the operator that denies something cannot be kept to for this bearer.
#[inline(never)]
pub(crate) fn read_all<C>(
    operator: &OperatorRules<C>,
    applies: impl Fn(&C, Permission) -> bool,
    claim: Option<Value<'_>>,
    bearer: &Bearer<'_>,
    need: Need,
    buffers: &mut Buffers,
) -> Result<Reading, Refusal> {
    let (mut reader, nodes) = AclReader::new(bearer, need, buffers);
    operator.add(applies, &mut reader.fill, reader.filters)?;
    reader.fill.start_claim();
    reader.filters.start_count();
    reader.before = operator.shared().count();
    reader.finish(claim, nodes, Some(operator.shared()), need)
}

struct AclReader<'a> {
    fill: Fill<'a>,
    patterns: Patterns,
    filters: &'a mut Collector,
    /// How many rules come before those of the claim.
    before: u32,
    invalid: &'a mut InvalidFilters,
}

impl<'a> AclReader<'a> {
    /// A reader that collects in these buffers, and the buffer of a claim that is a text.
    #[inline]
    fn new(
        bearer: &'a Bearer<'a>,
        need: Need,
        buffers: &'a mut Buffers,
    ) -> (Self, &'a mut Vec<Node>) {
        let Buffers {
            text,
            nodes,
            filters,
            invalid,
        } = buffers;
        invalid.clear();
        filters.start(need == Need::Session);
        let reader = Self {
            fill: Fill::new(bearer, text),
            patterns: Patterns::default(),
            filters,
            before: 0,
            invalid,
        };
        (reader, nodes)
    }

    /// Reads the claim, if there is one, and puts all permissions together.
    fn finish(
        mut self,
        claim: Option<Value<'_>>,
        nodes: &mut Vec<Node>,
        operator: Option<&Arc<SharedRules>>,
        need: Need,
    ) -> Result<Reading, Refusal> {
        let form = match claim.map(|claim| (claim, claim.as_str())) {
            None => None,
            Some((claim, None)) => Some(self.read(claim)?),
            Some((_, Some(text))) => Some(self.read_text(&text, nodes)?),
        };
        let has_shared = operator.is_some_and(|operator| !operator.filters.is_empty());
        let is_said = form.is_some() || has_shared || !self.filters.is_empty();
        let acl = (need == Need::Session && is_said).then(|| {
            Box::new(Acl {
                own: Filters::sorted(self.filters),
                operator: operator.cloned(),
                claim: form,
            })
        });
        Ok(Reading {
            acl,
            valid_for_all: !self.fill.was_needed(),
            has_invalid_filters: !self.invalid.is_empty(),
        })
    }

    /// Reads a claim that is an object or a list.
    fn read(&mut self, claim: Value<'_>) -> Result<Form, Refusal> {
        match (claim.as_object(), claim.as_array()) {
            (Some(lists), _) => self.read_map(lists).map(|()| Form::Map),
            (_, Some(rules)) => self.read_list(rules).map(|()| Form::List),
            _ => Err(bad(None, "neither an object nor a list")),
        }
    }

    /// Reads a claim that is JSON written as a text, for issuers whose claims are texts only. It is read as
    /// strictly as the claims are.
    #[cold]
    fn read_text(&mut self, text: &str, nodes: &mut Vec<Node>) -> Result<Form, Refusal> {
        match json::scan(text.as_bytes(), nodes, |_, _, _| {}) {
            Ok(tape) => self.read(tape.outermost()),
            Err(defect) => {
                // The other reader says more about it.
                let error = Json::parse(text).err();
                let defect = error.map_or_else(|| defect.to_owned(), |error| error.to_string());
                Err(Refusal::BadAclForm(format!("a text: {defect}").into()))
            }
        }
    }

    /// Reads the map form, of EMQX 4.3: the topics that are allowed; all others are denied.
    fn read_map(&mut self, lists: Object<'_>) -> Result<(), Refusal> {
        let mut is_known = false;
        for (name, topics) in lists.iter() {
            let actions = match name.as_ref() {
                b"pub" => Actions::Publish,
                b"sub" => Actions::Subscribe,
                b"all" => Actions::All,
                _ => continue,
            };
            is_known = true;
            self.read_topics(topics, actions)
                .map_err(|defect| bad(None, defect))?;
        }
        if !is_known && let Some((name, _)) = lists.iter().next() {
            return Err(no_list(&name));
        }
        Ok(())
    }

    /// Reads a list of the map form.
    #[inline]
    fn read_topics(&mut self, topics: Value<'_>, actions: Actions) -> Result<(), Defect> {
        let permission = Permission::Allow;
        let rule = Target {
            number: self.before.saturating_add(1),
            permission,
            conditions: Conditions::new(permission, actions, QosSet::ALL, None),
        };
        for topic in rule::list(topics)?.iter() {
            let topic = rule::topic(topic)?;
            match self.fill.filter(&topic, true) {
                Ok(filter) => self.filters.add(rule, filter)?,
                Err(Unusable::Invalid) => self.invalid.add(actions, &topic),
                Err(Unusable::NoValue) => {}
                Err(Unusable::HasClaims) => self.multiply(rule, std::iter::once(topic))?,
                Err(Unusable::Defect(defect)) => return Err(defect),
            }
        }
        Ok(())
    }

    /// Reads the list form, of EMQX 5.5: rules, of which the first that matches decides.
    fn read_list(&mut self, rules: Array<'_>) -> Result<(), Refusal> {
        for (number, rule) in (1..).zip(rules.iter()) {
            let mut who = Decider {
                about: About::This,
                values: self.fill.values(),
                patterns: &mut self.patterns,
            };
            let read = Rule::read(rule, &mut who);
            let about = who.about;
            read.and_then(|rule| self.add_rule(number, &rule, about))
                .map_err(|defect| bad(Some(number), defect))?;
        }
        Ok(())
    }

    fn add_rule(&mut self, number: u32, rule: &Rule<'_>, about: About) -> Result<(), Defect> {
        let denies = rule.permission == Permission::Deny;
        let is_about_client = about.holds(rule.permission);
        let target = Target {
            number: self.before.saturating_add(number),
            permission: rule.permission,
            conditions: rule.conditions,
        };
        let mut have_claims = false;
        for topic in rule.topics() {
            let topic = rule::topic(topic)?;
            match self.fill.filter(&topic, is_about_client) {
                Err(Unusable::Invalid) => return Err("a topic that is no valid filter"),
                Err(Unusable::Defect(defect)) => return Err(defect),
                // A rule about other clients must be well-formed too, and is left out.
                _ if !is_about_client => {}
                Ok(filter) => self.filters.add(target, filter)?,
                Err(Unusable::HasClaims) => have_claims = true,
                Err(Unusable::NoValue) if denies => {
                    return Err(UNFILLED_BAN);
                }
                Err(Unusable::NoValue) => {}
            }
        }
        if have_claims {
            self.multiply(target, rule.topics().filter_map(Value::as_bytes))?;
        }
        Ok(())
    }

    /// Adds the filters of those topics that have `${claims.NAME}`.
    #[cold]
    fn multiply<'t>(
        &mut self,
        rule: Target,
        topics: impl Iterator<Item = Cow<'t, [u8]>>,
    ) -> Result<(), Defect> {
        let mut buffer = String::new();
        let templates: Vec<_> = topics
            .filter_map(|topic| WrittenTemplate::new(topic, &mut buffer))
            .collect();
        multiply::add(rule, templates.iter(), &mut self.fill, self.filters)
    }
}

/// A topic with placeholders, as it is written.
struct WrittenTemplate<'t> {
    text: Cow<'t, [u8]>,
    shape: Shape,
}

impl<'t> WrittenTemplate<'t> {
    /// None: it is a filter as it is written.
    fn new(text: Cow<'t, [u8]>, buffer: &mut String) -> Option<Self> {
        if !matches!(fill::plain(&text), Ok(None)) {
            return None;
        }
        let shape = Shape::of(std::str::from_utf8(&text).ok()?, buffer).ok()?;
        Some(Self { text, shape })
    }
}

impl Template for WrittenTemplate<'_> {
    fn shape(&self) -> Shape {
        self.shape
    }

    fn pieces(&self) -> impl Iterator<Item = Option<Piece<'_>>> + Clone {
        Pieces(std::str::from_utf8(&self.text).unwrap_or_default())
    }
}

fn bad(rule: Option<u32>, defect: Defect) -> Refusal {
    Refusal::BadAcl { rule, defect }
}

/// What is wrong with an object that has no list of topics, but this member. It would deny everything.
#[cold]
fn no_list(name: &[u8]) -> Refusal {
    let name = String::from_utf8_lossy(name);
    let defect = format!("expected `pub`, `sub` or `all`; found {}", quoted(&name));
    Refusal::BadAclForm(defect.into())
}
