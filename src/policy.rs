//! From [`Claims`] and a client to an [`Admission`]: what the claims grant this client.

use crate::acl::{self, Acl, Bearer, Need};
use crate::certificate::CertificateBinding;
use crate::client::Client;
use crate::conditions::Expectation;
use crate::json::tape::{Object, Read, Value};
use crate::operator_rules::OperatorRules;
use crate::refusal::{Check, Refusal, Walk};
use crate::token::{ClaimPath, ClaimTable, Claims};
use crate::username::UsernameClaim;

/// What the claims must say about a client, and what follows from them.
#[derive(Debug)]
pub(crate) struct Policy {
    /// The custom verification fields, in the order of the configuration.
    verify_claims: Vec<(ClaimPath, Expectation)>,
    certificate_binding: CertificateBinding,
    /// The operator's topic permissions, which come before those of the token.
    operator: Option<OperatorRules>,
    /// The claim that says who the client is; none: the user name that it sends does.
    username_claim: Option<UsernameClaim>,
    /// The claim that makes superusers; none: no token makes one.
    superuser_claim: Option<ClaimPath>,
    /// The claim that holds the topic permissions.
    acl_claim: ClaimPath,
    /// A client may stay after its token has expired.
    outlives_token: bool,
}

/// Which claims have a meaning.
pub(crate) struct ClaimNames<'n> {
    /// That says who the client is, if one does.
    pub(crate) username: Option<&'n str>,
    /// That makes superusers, if one does.
    pub(crate) superuser: Option<&'n str>,
    /// That holds the topic permissions.
    pub(crate) acl: &'n str,
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
    /// The token's `is_superuser`, or what `superuser_claim_name` says: the client may use every topic.
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

/// What the claims grant one client.
pub(crate) struct Admission<'d> {
    pub(crate) claims: Claims<'d>,
    pub(crate) terms: Terms,
    pub(crate) attributes: Option<Object<'d>>,
    /// The user name by `username_claim`, a string, if that is set.
    pub(crate) username: Option<Value<'d>>,
    /// Topic permissions, if there are any and a session is needed.
    pub(crate) acl: Option<Box<Acl>>,
    /// The ACL claim has topics that never match, which the buffers have.
    pub(crate) has_invalid_filters: bool,
}

impl Policy {
    /// A policy whose claims get slots in `table`.
    pub(crate) fn new(
        verify_claims: impl Iterator<Item = Expectation>,
        certificate_binding: CertificateBinding,
        operator: Option<OperatorRules>,
        names: &ClaimNames<'_>,
        outlives_token: bool,
        table: &mut ClaimTable,
    ) -> Self {
        let username_claim = (names.username).map(|name| UsernameClaim::new(name, table));
        let mut path = |name: &str| ClaimPath::new(name, table);
        Self {
            superuser_claim: names.superuser.map(&mut path),
            acl_claim: path(names.acl),
            verify_claims: verify_claims
                .map(|expectation| (path(&expectation.claim), expectation))
                .collect(),
            certificate_binding,
            operator,
            username_claim,
            outlives_token,
        }
    }

    /// The custom verification fields: what each finds, and what it expects.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &(ClaimPath, Expectation)> {
        self.verify_claims.iter()
    }

    pub(crate) fn certificate_binding(&self) -> CertificateBinding {
        self.certificate_binding
    }

    pub(crate) fn username_claim(&self) -> Option<&UsernameClaim> {
        self.username_claim.as_ref()
    }

    /// Whether the token has topic permissions.
    pub(crate) fn has_acl_claim(&self, claims: &Claims<'_>) -> bool {
        self.acl_claim.find(claims).is_some()
    }

    /// Whether both take their topic permissions from the same claim, by the same table.
    pub(crate) fn has_same_acl_claim(&self, other: &Self) -> bool {
        self.acl_claim == other.acl_claim
    }

    /// Whether anything in the configuration makes a token another one in the hands of another client.
    pub(crate) fn ties_to_client(&self) -> bool {
        let mut conditions = self.verify_claims.iter();
        self.username_claim.is_some()
            || conditions.any(|(_, expectation)| expectation.condition.names_client())
            || (self.operator.as_ref()).is_some_and(|operator| operator.rules.name_client())
    }

    /// Compares the claims with what is expected of the client, and reads what they grant it. Only who walks on
    /// behind a refusal is told of one that is not admitted; its topic permissions are read with the user name
    /// that it sent, where they have none by `username_claim`.
    #[inline]
    pub(crate) fn admit<'d>(
        &self,
        claims: Claims<'d>,
        client: &Client<'_>,
        need: Need,
        buffers: &mut acl::Buffers,
        mut walk: impl Walk,
    ) -> Result<Admission<'d>, Refusal> {
        for (index, (path, expectation)) in self.verify_claims.iter().enumerate() {
            let outcome = expectation.check(path.find(&claims), client);
            walk.at(Check::Claim(index), outcome)?;
        }
        let outcome = match claims.confirmation() {
            Some(confirmation) => self.certificate_binding.check(confirmation, client),
            None => Ok(()),
        };
        walk.at(Check::Certificate, outcome)?;
        let username = match &self.username_claim {
            Some(claim) => claim.find(&claims).map(Some),
            None => Ok(None),
        };
        let username = walk.at(Check::Username, username)?;
        let superuser = (self.superuser_claim.as_ref())
            .and_then(|path| path.find(&claims))
            .is_some_and(is_true);
        let attributes = claims.client_attrs().and_then(Value::as_object);
        // A superuser passes them, so they do not refuse it.
        let operator = self.operator.as_ref().filter(|_| !superuser);
        let acl = if need == Need::Session
            || !claims.acl_valid_for_all().is_set()
            || operator.is_some_and(|operator| operator.rules.may_refuse())
        {
            let bearer = Bearer {
                client,
                attributes,
                claims: claims.all(),
            };
            self.acl(&claims, &bearer, username, operator, need, buffers)
        } else {
            Ok((None, false))
        };
        let (acl, has_invalid_filters) = walk.at(Check::Acl, acl)?;
        let terms = Terms {
            superuser,
            token_expires_at: claims.expires_at,
            outlives_token: self.outlives_token,
        };
        Ok(Admission {
            claims,
            terms,
            attributes,
            username,
            acl,
            has_invalid_filters,
        })
    }

    /// The topic permissions, if there are any and a session is needed; and whether some of them never match.
    fn acl(
        &self,
        claims: &Claims<'_>,
        bearer: &Bearer<'_>,
        username: Option<Value<'_>>,
        operator: Option<&OperatorRules>,
        need: Need,
        buffers: &mut acl::Buffers,
    ) -> Result<(Option<Box<Acl>>, bool), Refusal> {
        // In topic permissions the user name is that of the session, not what the client sent.
        let name = username.and_then(Value::as_bytes);
        let client = Client {
            username: name.as_deref().or(bearer.client.username),
            ..*bearer.client
        };
        let bearer = &Bearer {
            client: &client,
            ..*bearer
        };
        let claim = self.acl_claim.find(claims);
        let reading = match operator {
            None if claim.is_none() => return Ok((None, false)),
            None => acl::read(claim, bearer, need, buffers)?,
            Some(operator) => {
                let applies = operator.decider(claims, bearer.client);
                acl::read_all(&operator.rules, applies, claim, bearer, need, buffers)?
            }
        };
        if claim.is_some() && reading.valid_for_all {
            claims.acl_valid_for_all().set();
        }
        Ok((reading.acl, reading.has_invalid_filters))
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
