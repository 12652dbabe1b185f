//! The topic permissions of one client.

use std::sync::Arc;

use super::filters::Filters;
use super::request::{Permission, Request};

/// The rules for one client: the operator's, and those of its token.
#[derive(Debug)]
pub(crate) struct Acl {
    /// The rules of the token, and those of the operator that depend on the client.
    pub(super) own: Filters,
    /// The rules of the operator that are the same for all clients.
    pub(super) shared: Option<Arc<Filters>>,
    /// What holds where no rule does.
    pub(super) otherwise: Permission,
    /// The token has an ACL claim.
    pub(super) has_claim: bool,
}

impl Acl {
    /// What the first rule that matches says. `topic` is [`Request::topic`].
    ///
    /// What is asked for may be a filter, which stands for many topics: it is allowed by a rule for
    /// all of them, and denied by a rule for any.
    pub(crate) fn permission(&self, request: &Request<'_>, topic: &str) -> Permission {
        let own = first_of(&self.own, request, topic);
        let (allowed_by, denied_by) = match &self.shared {
            None => own,
            Some(shared) => first_of_both(own, shared, request, topic),
        };
        match (allowed_by, denied_by) {
            (Some(allowed_by), Some(denied_by)) if denied_by < allowed_by => Permission::Deny,
            (Some(_), _) => Permission::Allow,
            (None, Some(_)) => Permission::Deny,
            (None, None) => self.otherwise,
        }
    }

    /// Whether some of it is granted by the token, and ends with it.
    pub(crate) fn has_claim(&self) -> bool {
        self.has_claim
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
