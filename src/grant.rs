//! What an accepted token grants one client, for as long as it is connected.

use crate::acl::{Acl, Permission, Request};
use crate::attributes::Attributes;
use crate::policy::Admission;
use crate::revocations::Issue;
use crate::token::claims::Claims;
use crate::token::signature::{Authentic, Kept};

/// What an accepted token grants one client. It does not change.
#[derive(Debug)]
pub struct Grant {
    /// The claims, and the key that verified the token. Sessions of one token share them.
    pub(crate) kept: Kept,
    pub(crate) attributes: Attributes,
    /// What the ACL claim says; none: there is none.
    pub(crate) acl: Option<Box<Acl>>,
    pub(crate) terms: Terms,
    /// What a revocation can name of the token.
    pub(crate) issue: Issue<'static>,
}

/// On which terms a client is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    pub(crate) superuser: bool,
    /// The first second at which the token has expired; none: it never does.
    pub(crate) token_expires_at: Option<i64>,
    /// The client may stay after that, without what the ACL claim granted.
    pub(crate) outlives_token: bool,
}

impl Terms {
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
}

impl AsRef<Terms> for Terms {
    fn as_ref(&self) -> &Terms {
        self
    }
}

impl AsRef<Terms> for Grant {
    fn as_ref(&self) -> &Terms {
        &self.terms
    }
}

/// What of an accepted client is wanted.
pub(crate) trait Wanted: Sized {
    /// Whether that is a whole session.
    const SESSION: bool;

    fn of(
        terms: Terms,
        admission: Admission<'_>,
        claims: &Claims<'_>,
        authentic: &Authentic<'_>,
    ) -> Self;

    /// What is kept of the token, if anything is.
    fn kept(&self) -> Option<&Kept>;
}

impl Wanted for Terms {
    const SESSION: bool = false;

    fn of(terms: Terms, _: Admission<'_>, _: &Claims<'_>, _: &Authentic<'_>) -> Self {
        terms
    }

    fn kept(&self) -> Option<&Kept> {
        None
    }
}

impl Wanted for Grant {
    const SESSION: bool = true;

    fn of(
        terms: Terms,
        admission: Admission<'_>,
        claims: &Claims<'_>,
        authentic: &Authentic<'_>,
    ) -> Self {
        Self {
            terms,
            kept: authentic.kept(),
            attributes: admission
                .attributes
                .map(Attributes::read)
                .unwrap_or_default(),
            acl: admission.acl.map(Box::new),
            issue: claims.issue().into_owned(),
        }
    }

    fn kept(&self) -> Option<&Kept> {
        Some(&self.kept)
    }
}

impl Grant {
    /// The claims: the token's payload, byte for byte as signed.
    #[must_use]
    pub fn claims(&self) -> &[u8] {
        self.kept.text()
    }

    /// On which terms the client was accepted.
    #[must_use]
    pub fn terms(&self) -> Terms {
        self.terms
    }

    /// The names and values of the token's `client_attrs`, in its order.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter()
    }

    /// Whether the session is over at this time.
    pub(crate) fn has_expired(&self, now: i64) -> bool {
        self.terms.expires_at().is_some_and(|end| now >= end)
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
            _ if self.terms.superuser => Permission::Allow,
            None => Permission::NoMatch,
            Some(_) if self.terms.token_expires_at.is_some_and(|end| now >= end) => {
                Permission::Deny
            }
            Some(acl) => acl.permission(request, topic),
        }
    }
}
