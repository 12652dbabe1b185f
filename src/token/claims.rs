//! Stage 4: from a [`Payload`] to [`Claims`] that are in date (RFC 7519 section 4.1).

use std::sync::Arc;

use super::date::{Date, is_longer_than};
use super::names::ClaimSlot;
use super::payload::{Dates, Latch, Payload};
use crate::host::clock::LAST_SECOND;
use crate::json::tape::{Object, Value};
use crate::missed_date::MissedDate;
use crate::refusal::Refusal;
use crate::revocations::Issued;

/// How the dates of a token are compared with the clock.
#[derive(Debug)]
pub(crate) struct DateRules {
    /// Seconds of clock skew.
    pub(crate) leeway: i64,
    /// Refuse tokens without `exp`.
    pub(crate) require_exp: bool,
    /// Refuse tokens issued in the future.
    pub(crate) check_iat: bool,
    /// How many seconds after its `iat` a token may expire. It must have both then, and `iat` is compared
    /// as with `check_iat`.
    pub(crate) max_lifetime: Option<u32>,
}

/// The claims of a token that one of our keys signed and that is in date.
pub(crate) struct Claims<'a> {
    payload: &'a Payload<'a>,
    /// The first second at which the token has expired; none: it never does.
    pub(crate) expires_at: Option<i64>,
}

impl<'a> Claims<'a> {
    pub(crate) fn client_attrs(&self) -> Option<Value<'a>> {
        self.get(ClaimSlot::CLIENT_ATTRS)
    }

    /// What the token is bound to (RFC 7800 section 3.1).
    pub(crate) fn confirmation(&self) -> Option<Value<'a>> {
        self.get(ClaimSlot::CNF)
    }

    /// What a revocation can name.
    pub(crate) fn issued(&self) -> Issued<'a> {
        let text = |slot| self.get(slot).and_then(Value::to_text);
        Issued {
            id: text(ClaimSlot::JTI),
            subject: text(ClaimSlot::SUB),
            issuer: self.get(ClaimSlot::ISS).and_then(Value::as_str),
            at: self.payload.dates.iat.map(|iat| iat.floor),
        }
    }

    /// Compares the time from `iat` to `exp` with the longest, in seconds.
    fn check_lifetime(&self, longest: u32) -> Result<(), Refusal> {
        let date = |date: Option<Date>, slot| date.zip(self.get(slot));
        let Dates { exp, iat, .. } = *self.payload.dates;
        let missing = |name: &str| Refusal::MissingClaim(Arc::from(name));
        let exp = date(exp, ClaimSlot::EXP).ok_or_else(|| missing("exp"))?;
        let iat = date(iat, ClaimSlot::IAT).ok_or_else(|| missing("iat"))?;
        if is_longer_than(longest, iat, exp) {
            return Err(Refusal::LifetimeTooLong(longest));
        }
        Ok(())
    }

    /// Whether the ACL claim was found to be well-formed for every client, and where to note it.
    pub(crate) fn acl_valid_for_all(&self) -> &'a Latch {
        self.payload.acl_valid_for_all
    }

    /// All claims, for what no slot is kept for.
    pub(crate) fn all(&self) -> Option<Object<'a>> {
        self.payload.tape.outermost().as_object()
    }

    /// The claim of a slot.
    #[inline]
    pub(super) fn get(&self, slot: ClaimSlot) -> Option<Value<'a>> {
        Some(self.payload.tape.value(self.payload.found.node(slot)?))
    }
}

impl Payload<'_> {
    /// Compares the dates with `now`, in Unix seconds.
    #[expect(
        clippy::inline_always,
        reason = "a stage of every check: a call would copy its result"
    )]
    #[inline(always)]
    pub(crate) fn in_date(&self, rules: &DateRules, now: i64) -> Result<Claims<'_>, Refusal> {
        let Dates { exp, nbf, iat } = *self.dates;
        let expires_at = exp.map(|exp| exp.ceil().saturating_add(rules.leeway));
        let latest_start = now.saturating_add(rules.leeway);
        let missed = |date: Date| MissedDate {
            date: date.ceil(),
            now,
            leeway: rules.leeway,
        };
        match (exp, expires_at) {
            (None, _) if rules.require_exp || rules.max_lifetime.is_some() => {
                return Err(Refusal::MissingClaim(Arc::from("exp")));
            }
            (Some(exp), Some(end)) if now >= end => return Err(Refusal::Expired(missed(exp))),
            _ => {}
        }
        let in_future = |date: &Date| date.ceil() > latest_start;
        if let Some(nbf) = nbf.filter(in_future) {
            return Err(Refusal::NotYetValid(missed(nbf)));
        }
        if let Some(iat) = iat.filter(in_future)
            && (rules.check_iat || rules.max_lifetime.is_some())
        {
            return Err(Refusal::IssuedInFuture(missed(iat)));
        }
        let claims = Claims {
            payload: self,
            // A broker must still be able to write the date.
            expires_at: expires_at.map(|end| end.min(LAST_SECOND)),
        };
        if let Some(longest) = rules.max_lifetime {
            claims.check_lifetime(longest)?;
        }
        Ok(claims)
    }
}
