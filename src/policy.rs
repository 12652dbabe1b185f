//! From [`Claims`] and a client to what that client is granted.

use std::sync::Arc;

use crate::acl::{self, Acl, Subject};
use crate::claims::Claims;
use crate::client::Client;
use crate::json::flat::{Object, Read, Value};
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
    Bool(bool),
    /// A number without fraction or exponent.
    Integer(i128),
    /// Any other number.
    Float(f64),
}

/// What the claims grant this client, as far as it is needed.
pub(crate) struct Admission<'d> {
    pub(crate) superuser: bool,
    pub(crate) issue: Issue<'d>,
    pub(crate) attributes: Option<Object<'d>>,
    /// Topic permissions, if there are any and they are to be kept.
    pub(crate) acl: Option<Acl>,
}

impl Policy {
    /// `keep`: the client's session is wanted, not the decision alone. `text` is for what comes and
    /// goes meanwhile.
    pub(crate) fn admit<'d>(
        &self,
        claims: &Claims<'d>,
        client: &Client<'_>,
        keep: bool,
        text: &mut String,
    ) -> Result<Admission<'d>, Refusal> {
        for expectation in &self.verify_claims {
            expectation.check(claims.members, client)?;
        }
        let attributes = match claims.client_attrs.map(Value::read) {
            Some(Read::Object(attributes)) => Some(attributes),
            _ => None,
        };
        let acl = match find(claims.members, &self.acl_claim_name) {
            Some(claim) => acl::read(claim, &Subject { client, attributes }, keep, text)?,
            None => None,
        };
        Ok(Admission {
            superuser: claims.is_superuser.is_some_and(is_true),
            issue: Issue {
                id: claims.jti.and_then(Value::to_text),
                subject: claims.sub.and_then(Value::to_text),
                at: claims.issued_at,
            },
            attributes,
            acl,
        })
    }
}

impl Expectation {
    fn check(&self, claims: Object<'_>, client: &Client<'_>) -> Result<(), Refusal> {
        match find(claims, &self.claim) {
            None => Err(Refusal::MissingClaim(Arc::clone(&self.claim))),
            Some(found) if self.value.matches(found, client) => Ok(()),
            Some(_) => Err(Refusal::ClaimMismatch(Arc::clone(&self.claim))),
        }
    }
}

/// The claim of this name; failing that, the member that a dotted name leads to.
fn find<'d>(claims: Object<'d>, name: &str) -> Option<Value<'d>> {
    if let Some(claim) = claims.get(name) {
        return Some(claim);
    }
    let (first, rest) = name.split_once('.')?;
    rest.split('.')
        .try_fold(claims.get(first)?, |outer, name| match outer.read() {
            Read::Object(members) => members.get(name),
            _ => None,
        })
}

impl ExpectedValue {
    fn matches(&self, found: Value<'_>, client: &Client<'_>) -> bool {
        match (self, found.read()) {
            (Self::Text(template), Read::String(text)) => template.matches(&text, client),
            // As `aud` (RFC 7519 section 4.1.3): a list of strings holds every value it names.
            (Self::Text(template), Read::Array(elements)) => {
                elements.iter().all(|element| element.as_str().is_some())
                    && elements
                        .iter()
                        .filter_map(Value::as_str)
                        .any(|text| template.matches(&text, client))
            }
            (Self::Bool(expected), Read::Bool(found)) => *expected == found,
            (Self::Integer(expected), Read::Number(found)) => found.integer() == Some(*expected),
            #[expect(clippy::float_cmp, reason = "what is written is compared")]
            (Self::Float(expected), Read::Number(found)) => {
                found.integer().is_none() && found.float() == *expected
            }
            _ => false,
        }
    }
}

/// The spellings of true that EMQX takes for `is_superuser`.
fn is_true(value: Value<'_>) -> bool {
    match value.read() {
        Read::Bool(value) => value,
        Read::Number(number) => number.integer().is_some_and(|number| number >= 1),
        Read::String(text) => text == "true" || text == "1",
        _ => false,
    }
}
