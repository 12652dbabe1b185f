//! The topic permissions of one client.

use super::filters::Filters;
use super::request::{Permission, Request};

/// The rules of one token for one client.
#[derive(Debug)]
pub(crate) struct Acl {
    pub(super) allow: Filters,
    pub(super) deny: Filters,
    /// What holds where no rule does.
    pub(super) otherwise: Permission,
}

impl Acl {
    /// What the first rule that matches says. `topic` is [`Request::topic`].
    ///
    /// What is asked for may be a filter, which stands for many topics: it is allowed by a rule for
    /// all of them, and denied by a rule for any.
    pub(crate) fn permission(&self, request: &Request<'_>, topic: &str) -> Permission {
        let allowed_by = self.allow.first_that_covers(request, topic);
        let denied_by = self.deny.first_that_overlaps(request, topic);
        match (allowed_by, denied_by) {
            (Some(allowed_by), Some(denied_by)) if denied_by < allowed_by => Permission::Deny,
            (Some(_), _) => Permission::Allow,
            (None, Some(_)) => Permission::Deny,
            (None, None) => self.otherwise,
        }
    }
}
