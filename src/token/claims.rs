//! From a [`Signed`] payload to [`Claims`] that are in date (RFC 7519 section 4.1).

use std::sync::Arc;

use super::date::{Date, numeric_date};
use crate::json;
use crate::json::tape::{Node, Object, Tape, Value};
use crate::refusal::Refusal;
use crate::revocations::Issue;
use crate::token::signature::{Mark, Signed};

pub(crate) use super::names::{Found, Names, Place};

/// The last second of the year 9999, where expiry times end: a client a century hence must still
/// be able to write the date.
const LAST_EXPIRY: i64 = 253_402_300_799;

/// How the dates of a token are compared with the clock.
#[derive(Debug)]
pub(crate) struct DateRules {
    /// Seconds of clock skew.
    pub(crate) leeway: i64,
    /// Refuse tokens without `exp`.
    pub(crate) require_exp: bool,
    /// Refuse tokens issued in the future.
    pub(crate) check_iat: bool,
}

/// The claims of an authentic token that is in date.
pub(crate) struct Claims<'a> {
    payload: &'a Tape<'a>,
    found: Found<'a>,
    issued: Option<Date>,
    /// The ACL claim is well-formed, for whichever client.
    pub(crate) acl_suits_all: &'a Mark,
    /// The first second at which the token has expired; none: it never does.
    pub(crate) expires_at: Option<i64>,
}

impl<'a> Claims<'a> {
    pub(crate) fn is_superuser(&self) -> Option<Value<'a>> {
        self.get(Place::IS_SUPERUSER)
    }

    pub(crate) fn client_attrs(&self) -> Option<Value<'a>> {
        self.get(Place::CLIENT_ATTRS)
    }

    /// What a revocation can name.
    pub(crate) fn issue(&self) -> Issue<'a> {
        let text = |place| self.get(place).and_then(Value::to_text);
        Issue {
            id: text(Place::JTI),
            subject: text(Place::SUB),
            at: self.issued.map(|iat| iat.floor),
        }
    }

    /// All of them.
    pub(crate) fn members(&self) -> Option<Object<'a>> {
        self.payload.outermost().as_object()
    }

    /// The claim of one of the names that were looked for.
    #[inline]
    pub(crate) fn get(&self, place: Place) -> Option<Value<'a>> {
        Some(self.payload.value(self.found.node(place)?))
    }
}

/// The dates of a token.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Dates {
    exp: Option<Date>,
    nbf: Option<Date>,
    iat: Option<Date>,
}

/// Describes claims in `nodes`, finds those of all names, each in its place of `found`, and reads their
/// dates.
pub(crate) fn read<'d>(
    text: &'d [u8],
    names: &Names,
    nodes: &'d mut Vec<Node>,
    found: &mut Vec<Node>,
) -> Result<(Tape<'d>, Dates), &'static str> {
    found.clear();
    found.resize(names.len(), Node::default());
    let claims = json::scan(text, nodes, |name, ends, node| {
        if let Some(place) = names.place(name, ends) {
            Found::note(found, place, node);
        }
    })?;
    if claims.outermost().as_object().is_none() {
        return Err("the claims are not a JSON object");
    }
    let date = |place, defect| match Found(found).node(place) {
        None => Ok(None),
        Some(node) => numeric_date(claims.value(node)).map(Some).ok_or(defect),
    };
    let dates = Dates {
        exp: date(Place::EXP, "exp is not a numeric date")?,
        nbf: date(Place::NBF, "nbf is not a numeric date")?,
        iat: date(Place::IAT, "iat is not a numeric date")?,
    };
    Ok((claims, dates))
}

impl Signed<'_> {
    /// Compares the dates of the claims with `now`, in Unix seconds.
    #[expect(
        clippy::inline_always,
        reason = "a step of every check, whose result would be copied"
    )]
    #[inline(always)]
    pub(crate) fn claims(&self, rules: &DateRules, now: i64) -> Result<Claims<'_>, Refusal> {
        let Dates { exp, nbf, iat } = *self.dates;
        let expires_at = exp.map(|exp| exp.ceil().saturating_add(rules.leeway));
        let latest_start = now.saturating_add(rules.leeway);
        match expires_at {
            None if rules.require_exp => return Err(Refusal::MissingClaim(Arc::from("exp"))),
            Some(end) if now >= end => return Err(Refusal::Expired),
            _ => {}
        }
        if nbf.is_some_and(|nbf| nbf.ceil() > latest_start) {
            return Err(Refusal::NotYetValid);
        }
        if rules.check_iat && iat.is_some_and(|iat| iat.ceil() > latest_start) {
            return Err(Refusal::IssuedInFuture);
        }
        Ok(Claims {
            payload: &self.payload,
            found: self.found,
            issued: iat,
            acl_suits_all: self.acl_suits_all,
            expires_at: expires_at.map(|end| end.min(LAST_EXPIRY)),
        })
    }
}
