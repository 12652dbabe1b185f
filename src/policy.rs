//! From [`Claims`] and a client to what that client is granted.

use std::sync::Arc;

use crate::acl::{self, Acl};
use crate::attributes::Attributes;
use crate::claims::Claims;
use crate::client::Client;
use crate::json::{Json, Object};
use crate::revocations::Issue;
use crate::template::Template;
use crate::verdict::Refusal;

/// What the claims must say about a client, and what follows from them.
#[derive(Debug)]
pub(crate) struct Policy {
    /// The custom verification fields, in the order of the configuration.
    pub(crate) verify_claims: Vec<Expectation>,
    /// The claim that holds the topic permissions.
    pub(crate) acl_claim_name: String,
}

/// One custom verification field.
#[derive(Debug)]
pub(crate) struct Expectation {
    pub(crate) claim: Arc<str>,
    pub(crate) value: ExpectedValue,
}

/// What a claim must be. The type counts: 1 is neither "1" nor true.
#[derive(Debug)]
pub(crate) enum ExpectedValue {
    Text(Template),
    /// A number or a boolean.
    Exactly(Json<'static>),
}

/// What the claims grant this client.
pub(crate) struct Admission {
    pub(crate) attributes: Attributes,
    pub(crate) superuser: bool,
    pub(crate) acl: Option<Box<Acl>>,
    pub(crate) issue: Issue,
}

impl Policy {
    pub(crate) fn admit(
        &self,
        claims: &Claims<'_>,
        client: &Client<'_>,
    ) -> Result<Admission, Refusal> {
        for expectation in &self.verify_claims {
            expectation.check(&claims.members, client)?;
        }
        let claim = |name| find(&claims.members, name);
        let attributes = claim("client_attrs").map_or_else(Attributes::default, Attributes::read);
        let subject = acl::Subject {
            client,
            attributes: &attributes,
        };
        let acl = claim(&self.acl_claim_name)
            .map(|claim| acl::read(claim, &subject))
            .transpose()?;
        Ok(Admission {
            acl: acl.map(Box::new),
            issue: Issue {
                id: claim("jti").and_then(Json::to_text),
                subject: claim("sub").and_then(Json::to_text),
                at: claims.issued_at,
            },
            superuser: claim("is_superuser").is_some_and(is_true),
            attributes,
        })
    }
}

impl Expectation {
    fn check(&self, claims: &Object<'_>, client: &Client<'_>) -> Result<(), Refusal> {
        match find(claims, &self.claim) {
            None => Err(Refusal::MissingClaim(Arc::clone(&self.claim))),
            Some(found) if self.value.matches(found, client) => Ok(()),
            Some(_) => Err(Refusal::ClaimMismatch(Arc::clone(&self.claim))),
        }
    }
}

/// The claim of this name; failing that, the member that a dotted name leads to.
fn find<'c>(claims: &'c Object<'_>, name: &str) -> Option<&'c Json<'c>> {
    if let Some(claim) = claims.get(name) {
        return Some(claim);
    }
    let mut names = name.split('.');
    let first = claims.get(names.next()?)?;
    names.try_fold(first, |outer, name| match outer {
        Json::Object(members) => members.get(name),
        _ => None,
    })
}

impl ExpectedValue {
    fn matches(&self, found: &Json<'_>, client: &Client<'_>) -> bool {
        match (self, found) {
            (Self::Text(template), Json::String(text)) => template.matches(text, client),
            // As `aud` (RFC 7519 section 4.1.3): a list of strings holds every value it names.
            (Self::Text(template), Json::Array(elements)) => {
                elements.iter().all(|element| element.as_str().is_some())
                    && elements
                        .iter()
                        .filter_map(Json::as_str)
                        .any(|text| template.matches(text, client))
            }
            (Self::Text(_), _) => false,
            (Self::Exactly(expected), _) => expected == found,
        }
    }
}

/// The spellings of true that EMQX takes for `is_superuser`.
fn is_true(value: &Json<'_>) -> bool {
    match value {
        Json::Bool(value) => *value,
        Json::Integer(number) => *number >= 1,
        Json::String(text) => text == "true" || text == "1",
        _ => false,
    }
}
