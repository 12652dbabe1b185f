//! The topic permissions of one client.

use std::fmt;
use std::sync::Arc;

use super::filters::Filters;
use super::request::{Permission, Request};

/// The rules for one client: the operator's, and those of its token.
#[derive(Debug)]
pub(crate) struct Acl {
    /// The rules of the token, and those of the operator that depend on the client.
    pub(super) own: Filters,
    pub(super) operator: Option<Arc<SharedRules>>,
    /// None: the token has no ACL claim.
    pub(super) claim: Option<Form>,
}

/// What the operator's rules are for every client of an issuer.
#[derive(Debug)]
pub(super) struct SharedRules {
    /// Those that do not depend on the client.
    pub(super) filters: Filters,
    /// The paths of all rules, in their order.
    pub(super) names: Box<[Arc<str>]>,
}

/// The form of an ACL claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// What no rule allows is denied.
    Map,
    List,
}

/// Whether a client may do what it asks for.
pub(crate) enum Answer<'a> {
    /// By this rule; none: the token makes a superuser.
    Allow(Option<u32>),
    /// There is no rule for this client, and its token has no topic permissions.
    NobodySays,
    /// There are rules, and none of them is about the request.
    NoRule,
    Deny(Denial<'a>),
}

/// Whose a rule is, and which.
#[derive(Clone, Copy)]
pub(crate) enum RuleName<'a> {
    /// Its path in the configuration.
    Operator(&'a str),
    /// Its number in the claim, counted from 1.
    Token(u32),
    /// The lists of the map form.
    Lists,
}

impl fmt::Display for RuleName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator(path) => write!(f, "`{path}`"),
            Self::Token(number) => write!(f, "rule {number} of the token"),
            Self::Lists => f.write_str("the lists of the token"),
        }
    }
}

/// Why a client may not.
#[derive(Clone, Copy)]
pub(crate) enum Denial<'a> {
    /// MQTT permits nobody such a request.
    NoTopic,
    Expired,
    Revoked,
    /// This rule says so.
    Rule(RuleName<'a>),
    /// The lists of the map form do not have it.
    NotListed,
}

impl SharedRules {
    /// How many rules there are.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.names.len()).unwrap_or(u32::MAX)
    }
}

impl Answer<'_> {
    pub(crate) fn permission(&self) -> Permission {
        match self {
            Self::Allow(_) => Permission::Allow,
            Self::NobodySays | Self::NoRule => Permission::NoMatch,
            Self::Deny(_) => Permission::Deny,
        }
    }
}

impl Acl {
    /// What the first rule that matches says. `topic` is [`Request::topic`].
    ///
    /// What is asked for may be a filter, which stands for many topics: it is allowed by a rule for
    /// all of them, and denied by a rule for any.
    pub(crate) fn answer(&self, request: &Request<'_>, topic: &str) -> Answer<'_> {
        let own = first_of(&self.own, request, topic);
        let (allowed_by, denied_by) = match &self.operator {
            None => own,
            Some(operator) => first_of_both(own, &operator.filters, request, topic),
        };
        match (allowed_by, denied_by) {
            (Some(allow), Some(deny)) if deny < allow => {
                Answer::Deny(Denial::Rule(self.rule(deny)))
            }
            (Some(allow), _) => Answer::Allow(Some(allow)),
            (None, Some(deny)) => Answer::Deny(Denial::Rule(self.rule(deny))),
            (None, None) if self.claim == Some(Form::Map) => Answer::Deny(Denial::NotListed),
            (None, None) => Answer::NoRule,
        }
    }

    /// Whose rule this number has. Those of the operator come first.
    pub(crate) fn rule(&self, number: u32) -> RuleName<'_> {
        let operator = self.operator.as_deref();
        let names = operator.map_or(&[][..], |operator| &operator.names);
        match names.get((number as usize).saturating_sub(1)) {
            Some(name) => RuleName::Operator(name),
            None if self.claim == Some(Form::Map) => RuleName::Lists,
            None => RuleName::Token(number.saturating_sub(operator.map_or(0, SharedRules::count))),
        }
    }

    /// Whether some of it is granted by the token, and ends with it.
    pub(crate) fn has_claim(&self) -> bool {
        self.claim.is_some()
    }
}

/// The first rules that allow and deny.
#[inline]
fn first_of(filters: &Filters, request: &Request<'_>, topic: &str) -> (Option<u32>, Option<u32>) {
    let allowed_by = filters.first_that_allows(request, topic);
    (allowed_by, filters.first_that_denies(request, topic))
}

/// The first of those that were found and those among other filters. It is not inlined, so that it costs
/// nothing where all filters are the client's own.
#[inline(never)]
fn first_of_both(
    found: (Option<u32>, Option<u32>),
    filters: &Filters,
    request: &Request<'_>,
    topic: &str,
) -> (Option<u32>, Option<u32>) {
    let others = first_of(filters, request, topic);
    let first = |one: Option<u32>, other: Option<u32>| one.into_iter().chain(other).min();
    (first(found.0, others.0), first(found.1, others.1))
}
