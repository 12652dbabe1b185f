//! What an accepted token grants one client, for as long as it is connected.

use std::sync::Arc;

use crate::acl::{Acl, Permission, Request};
use crate::attributes::Attributes;
use crate::keys::KeyIdentity;
use crate::revocations::Issue;

/// What an accepted token grants one client. It does not change.
#[derive(Debug)]
pub struct Grant {
    pub(crate) claims: Box<[u8]>,
    pub(crate) attributes: Attributes,
    pub(crate) superuser: bool,
    /// What the ACL claim says; none: there is none.
    pub(crate) acl: Option<Box<Acl>>,
    /// The first second at which the token has expired; none: it never does.
    pub(crate) token_expires_at: Option<i64>,
    /// The client may stay after that, without what the ACL claim granted.
    pub(crate) outlives_token: bool,
    /// The key that verified the token.
    pub(crate) key: Arc<KeyIdentity>,
    /// What a revocation can name of the token.
    pub(crate) issue: Issue,
}

impl Grant {
    /// The claims: the token's payload, byte for byte as signed.
    #[must_use]
    pub fn claims(&self) -> &[u8] {
        &self.claims
    }

    /// The token's `is_superuser`: the client may use every topic.
    #[must_use]
    pub fn superuser(&self) -> bool {
        self.superuser
    }

    /// The Unix second at which to end the session: the first at which the token has expired,
    /// `leeway` included. None: the session need not end.
    #[must_use]
    pub fn expires_at(&self) -> Option<i64> {
        self.token_expires_at.filter(|_| !self.outlives_token)
    }

    /// The names and values of the token's `client_attrs`, in its order.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter()
    }

    /// Whether the session is over at this time.
    pub(crate) fn has_expired(&self, now: i64) -> bool {
        self.expires_at().is_some_and(|end| now >= end)
    }

    /// Whether the client may do this now.
    pub(crate) fn permission(&self, request: &Request<'_>, now: i64) -> Permission {
        let Some(topic) = request.topic() else {
            return Permission::Deny;
        };
        if self.has_expired(now) {
            return Permission::Deny;
        }
        match &self.acl {
            _ if self.superuser => Permission::Allow,
            None => Permission::NoMatch,
            Some(_) if self.token_expires_at.is_some_and(|end| now >= end) => Permission::Deny,
            Some(acl) => acl.permission(request, topic),
        }
    }
}
