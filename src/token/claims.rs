//! Stage 4: from a [`Payload`] to [`Claims`] that are in date (RFC 7519 section 4.1).

use std::sync::Arc;

use super::date::{Date, is_longer_than};
use super::names::ClaimSlot;
use super::payload::{Dates, Latch, Payload};
use crate::host::clock::LAST_SECOND;
use crate::json::tape::{Object, Value};
use crate::missed_date::MissedDate;
use crate::refusal::{Check, Refusal, Walk};
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

/// The dates of a token, beside the clock; those that it has.
pub(crate) struct ComparedDates {
    pub(crate) exp: Option<MissedDate>,
    pub(crate) nbf: Option<MissedDate>,
    pub(crate) iat: Option<MissedDate>,
}

#[inline]
fn missed(date: Date, rules: &DateRules, now: i64) -> MissedDate {
    MissedDate {
        date: date.ceil(),
        now,
        leeway: rules.leeway,
    }
}

impl Payload<'_> {
    /// The dates, for who asks by how much they are met or missed.
    pub(crate) fn compared(&self, rules: &DateRules, now: i64) -> ComparedDates {
        let compared = |date: Option<Date>| Some(missed(date?, rules, now));
        ComparedDates {
            exp: compared(self.dates.exp),
            nbf: compared(self.dates.nbf),
            iat: compared(self.dates.iat),
        }
    }

    /// Compares the dates with `now`, in Unix seconds. Only who walks on behind a refusal is given claims that
    /// are not in date.
    #[expect(
        clippy::inline_always,
        reason = "a stage of every check: a call would copy its result"
    )]
    #[inline(always)]
    pub(crate) fn in_date(
        &self,
        rules: &DateRules,
        now: i64,
        mut walk: impl Walk,
    ) -> Result<Claims<'_>, Refusal> {
        let Dates { exp, nbf, iat } = *self.dates;
        let expires_at = exp.map(|exp| exp.ceil().saturating_add(rules.leeway));
        let latest_start = now.saturating_add(rules.leeway);
        let missed = |date| missed(date, rules, now);
        let in_future = |date: Date| date.ceil() > latest_start;
        let missing = |name: &str| Err(Refusal::MissingClaim(Arc::from(name)));
        let is_limited = rules.max_lifetime.is_some();
        let outcome = match (exp, expires_at) {
            (None, _) if rules.require_exp || is_limited => missing("exp"),
            (Some(exp), Some(end)) if now >= end => Err(Refusal::Expired(missed(exp))),
            _ => Ok(()),
        };
        walk.at(Check::Exp, outcome)?;
        let outcome = match nbf {
            Some(nbf) if in_future(nbf) => Err(Refusal::NotYetValid(missed(nbf))),
            _ => Ok(()),
        };
        walk.at(Check::Nbf, outcome)?;
        let outcome = match iat {
            Some(iat) if (rules.check_iat || is_limited) && in_future(iat) => {
                Err(Refusal::IssuedInFuture(missed(iat)))
            }
            None if is_limited => missing("iat"),
            _ => Ok(()),
        };
        walk.at(Check::Iat, outcome)?;
        let claims = Claims {
            payload: self,
            // A broker must still be able to write the date.
            expires_at: expires_at.map(|end| end.min(LAST_SECOND)),
        };
        let outcome = match rules.max_lifetime {
            Some(longest) => claims.check_lifetime(longest),
            None => Ok(()),
        };
        walk.at(Check::Lifetime, outcome)?;
        Ok(claims)
    }
}
