//! From [`Claims`] and a client to what that client is granted.

use std::sync::Arc;

use crate::acl::{self, Acl, Subject, Workspace};
use crate::client::Client;
use crate::client::template::Template;
use crate::json::tape::{Object, Read, Value};
use crate::refusal::Refusal;
use crate::token::claims::{Claims, Names, Place};

/// What the claims must say about a client, and what follows from them.
#[derive(Debug)]
pub(crate) struct Policy {
    /// The custom verification fields, in the order of the configuration.
    verify_claims: Vec<(Wanted, Expectation)>,
    /// The claim that holds the topic permissions.
    acl_claim: Wanted,
    /// The claims that are looked for.
    pub(crate) names: Names,
}

/// A claim that the configuration names.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    place: Place,
    /// The name, if it has a dot: it leads to a nested member where no claim is called so.
    path: Option<Box<str>>,
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
    pub(crate) attributes: Option<Object<'d>>,
    /// Topic permissions, if there are any and they are to be kept.
    pub(crate) acl: Option<Acl>,
}

impl Policy {
    pub(crate) fn new(verify_claims: Vec<Expectation>, acl_claim_name: &str) -> Self {
        let mut names = Names::new();
        let mut wanted = |name: &str| Wanted {
            place: names.add(name),
            path: name.contains('.').then(|| name.into()),
        };
        Self {
            acl_claim: wanted(acl_claim_name),
            verify_claims: verify_claims
                .into_iter()
                .map(|expectation| (wanted(&expectation.claim), expectation))
                .collect(),
            names,
        }
    }

    /// Whether what is known of a token by the other policy holds for this one as well.
    pub(crate) fn reads_as(&self, other: &Self) -> bool {
        self.names == other.names && self.acl_claim == other.acl_claim
    }

    /// `keep`: the client's session is wanted, not the decision alone.
    pub(crate) fn admit<'d>(
        &self,
        claims: &Claims<'d>,
        client: &Client<'_>,
        keep: bool,
        workspace: &mut Workspace,
    ) -> Result<Admission<'d>, Refusal> {
        for (wanted, expectation) in &self.verify_claims {
            expectation.check(wanted.find(claims), client)?;
        }
        let attributes = claims.client_attrs().and_then(Value::as_object);
        let acl = if keep || !claims.acl_suits_all.get() {
            self.acl(claims, &Subject { client, attributes }, keep, workspace)?
        } else {
            None
        };
        Ok(Admission {
            superuser: claims.is_superuser().is_some_and(is_true),
            attributes,
            acl,
        })
    }
}

impl Wanted {
    /// The claim of this name; failing that, the member that a dotted name leads to.
    fn find<'d>(&self, claims: &Claims<'d>) -> Option<Value<'d>> {
        if let Some(claim) = claims.get(self.place) {
            return Some(claim);
        }
        let (first, rest) = self.path.as_deref()?.split_once('.')?;
        rest.split('.')
            .try_fold(claims.members()?.get(first)?, |outer, name| {
                outer.as_object()?.get(name)
            })
    }
}

impl Policy {
    /// The topic permissions, if there are any and they are to be kept.
    fn acl(
        &self,
        claims: &Claims<'_>,
        subject: &Subject<'_>,
        keep: bool,
        workspace: &mut Workspace,
    ) -> Result<Option<Acl>, Refusal> {
        let Some(claim) = self.acl_claim.find(claims) else {
            return Ok(None);
        };
        let reading = acl::read(claim, subject, keep, workspace)?;
        if reading.suits_all {
            claims.acl_suits_all.set();
        }
        Ok(reading.acl)
    }
}

impl Expectation {
    fn check(&self, claim: Option<Value<'_>>, client: &Client<'_>) -> Result<(), Refusal> {
        match claim {
            None => Err(Refusal::MissingClaim(Arc::clone(&self.claim))),
            Some(found) if self.value.matches(found, client) => Ok(()),
            Some(_) => Err(Refusal::ClaimMismatch(Arc::clone(&self.claim))),
        }
    }
}

impl ExpectedValue {
    fn matches(&self, found: Value<'_>, client: &Client<'_>) -> bool {
        if let Self::Text(template) = self {
            return match (found.as_bytes(), found.as_array()) {
                (Some(text), _) => template.matches(&text, client),
                // As `aud` (RFC 7519 section 4.1.3): a list of strings holds every value it names.
                (None, Some(elements)) => {
                    elements.iter().all(|element| element.as_bytes().is_some())
                        && elements
                            .iter()
                            .filter_map(Value::as_bytes)
                            .any(|text| template.matches(&text, client))
                }
                (None, None) => false,
            };
        }
        match (self, found.read()) {
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
