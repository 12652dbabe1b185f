//! What an accepted token grants one client, for as long as it is connected.

use crate::acl::{Acl, Permission, Request};
use crate::json::tape::Object;
use crate::policy::{Admission, Terms};
use crate::revocations::Issued;
use crate::token::{Remembered, Verified};

/// What an accepted token grants one client. It does not change.
#[derive(Debug)]
pub struct Grant {
    /// The claims, and the key that verified the token. Sessions of one token share them.
    pub(crate) remembered: Remembered,
    attributes: Attributes,
    /// What the ACL claim says; none: there is none.
    acl: Option<Box<Acl>>,
    terms: Terms,
    /// What a revocation can name of the token.
    pub(crate) issued: Issued<'static>,
}

impl AsRef<Terms> for Grant {
    fn as_ref(&self) -> &Terms {
        &self.terms
    }
}

impl Grant {
    /// Keeps what a client is granted, and the token by which it is.
    pub(crate) fn new(admission: Admission<'_>, verified: &Verified<'_>) -> Self {
        Self {
            remembered: verified.remember(),
            attributes: admission
                .attributes
                .map(Attributes::read)
                .unwrap_or_default(),
            acl: admission.acl,
            terms: admission.terms,
            issued: admission.claims.issued().into_owned(),
        }
    }

    /// The claims: the token's payload, byte for byte as signed.
    #[must_use]
    pub fn claims(&self) -> &[u8] {
        self.remembered.text()
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

/// `client_attrs`: what a token tells the broker to remember of a client (EMQX 5.7). Names and values, in
/// the order of the token.
#[derive(Debug, Default)]
struct Attributes(Box<[(Box<str>, Box<str>)]>);

impl Attributes {
    /// Reads the claim. Strings, numbers and booleans are taken as text, and anything else is left
    /// out.
    fn read(claim: Object<'_>) -> Self {
        let members = claim.iter().filter_map(|(name, value)| {
            let (name, text) = (std::str::from_utf8(&name).ok()?, value.to_text()?);
            Some((name.into(), text.as_ref().into()))
        });
        Self(members.collect())
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_ref()))
    }
}
