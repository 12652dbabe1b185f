//! The line in slow motion, for an operator who asks why a client was refused.
//!
//! It calls the stages that a check calls, and hands them a [`Trace`] in the place of
//! [`ToFirstRefusal`](crate::refusal::ToFirstRefusal): the outcome of each check is noted, and a refusal ends the walk
//! only where the checks behind it need its result. What a check would remember, count or log is left out.

use serde::Serialize;

use super::details::{Words, date};
use super::issuers::Issuer;
use super::running::Running;
use super::scratch::Later;
use crate::acl::Need;
use crate::algorithm::Algorithm;
use crate::client::Client;
use crate::config::IssuerRules;
use crate::host::quote::cut;
use crate::keys::{Keys, KidFrom};
use crate::refusal::{Check, Decision, Reason, Refusal, Walk, text};
use crate::token::{
    Fingerprint, PayloadBuffers, PayloadReader, PermittedToken, Preview, Signed, Token,
    TokenBuffers, alg,
};

/// The answer, as it is written.
#[derive(Serialize)]
struct Explanation {
    decision: &'static str,
    reason: &'static str,
    token: Option<String>,
    alg: Option<String>,
    kid: Option<String>,
    issuer: Option<String>,
    expires_at: Option<i64>,
    cached: bool,
    steps: Vec<Step>,
}

#[derive(Serialize)]
struct Step {
    check: String,
    outcome: &'static str,
    detail: Option<String>,
}

/// What is told of the token beside the checks.
#[derive(Default)]
struct Facts {
    token: Option<String>,
    alg: Option<String>,
    kid: Option<String>,
    issuer: Option<String>,
    expires_at: Option<i64>,
    cached: bool,
}

/// What the checks found that were reached, in their order.
#[derive(Default)]
struct Trace(Vec<Found>);

struct Found {
    check: Check,
    refusal: Option<Refusal>,
    detail: Option<String>,
}

impl Walk for Trace {
    fn needed<T>(&mut self, check: Check, outcome: Result<T, Refusal>) -> Result<T, Refusal> {
        self.note(check, outcome.as_ref().err());
        outcome
    }

    fn or<T>(
        &mut self,
        check: Check,
        outcome: Result<T, Refusal>,
        otherwise: impl FnOnce() -> T,
    ) -> Result<T, Refusal> {
        self.note(check, outcome.as_ref().err());
        Ok(outcome.unwrap_or_else(|_| otherwise()))
    }
}

impl Trace {
    fn note(&mut self, check: Check, refusal: Option<&Refusal>) {
        let is_date = (Check::Exp..=Check::Lifetime).contains(&check);
        let lacks_date =
            check == Check::Lifetime && matches!(refusal, Some(Refusal::MissingClaim(_)));
        if lacks_date || (is_date && self.has_failed(Check::Claims)) {
            return;
        }
        let refusal = refusal.cloned();
        match self.0.iter_mut().find(|found| found.check == check) {
            // A check in two parts.
            Some(found) => found.refusal = found.refusal.take().or(refusal),
            None => self.0.push(Found {
                check,
                refusal,
                detail: None,
            }),
        }
    }

    fn found(&self, check: Check) -> Option<&Found> {
        self.0.iter().find(|found| found.check == check)
    }

    fn has_failed(&self, check: Check) -> bool {
        self.found(check)
            .is_some_and(|found| found.refusal.is_some())
    }

    /// The refusal by which a check would have ended, and where.
    fn first_refusal(&self) -> Option<(Check, &Refusal)> {
        let failed = |found: &'_ Found| found.refusal.is_some();
        let first = self.0.iter().filter(|found| failed(found));
        let first = first.min_by_key(|found| found.check)?;
        Some((first.check, first.refusal.as_ref()?))
    }

    /// Says in words what was found, of those checks that were reached and of which nothing is said yet.
    fn tell(&mut self, words: &Words<'_>, say: impl Fn(Check, Option<&Refusal>) -> String) {
        for found in self.0.iter_mut().filter(|found| found.detail.is_none()) {
            let sentence = say(found.check, found.refusal.as_ref());
            found.detail = Some(words.sentence(sentence));
        }
    }

    /// It is a key of another issuer: that comes before all that was said of the keys of this one.
    fn blame_issuer(&mut self, refusal: Refusal) {
        self.0.retain(|found| {
            found.check < Check::Issuer || {
                (Check::Algorithm..=Check::TokenType).contains(&found.check)
            }
        });
        self.0.push(Found {
            check: Check::Issuer,
            refusal: Some(refusal),
            detail: None,
        });
    }

    /// All checks, where these are the names of the claims with conditions.
    fn into_steps<'n>(mut self, conditions: impl Iterator<Item = &'n str>) -> Vec<Step> {
        let names: Vec<_> = conditions.collect();
        let step = |check: Check| {
            let name = match check {
                Check::Claim(index) => names.get(index).map(|name| format!(" {name}")),
                _ => None,
            };
            let found = self.0.iter().position(|found| found.check == check);
            let found = found.map(|found| self.0.swap_remove(found));
            Step {
                check: format!("{}{}", check.name(), name.unwrap_or_default()),
                outcome: match &found {
                    None => "not_reached",
                    Some(found) if found.refusal.is_none() => "passed",
                    Some(_) => "failed",
                },
                detail: found.and_then(|found| found.detail),
            }
        };
        Check::all(names.len()).map(step).collect()
    }
}

impl Running {
    /// All that a check would find, in JSON.
    pub(super) fn explain(&self, client: &Client<'_>, now: i64) -> String {
        let (mut trace, mut facts) = (Trace::default(), Facts::default());
        let walked = self.walk(client, now, &mut trace, &mut facts);
        let refusal = trace.first_refusal().map(|(_, refusal)| refusal.clone());
        let refusal = refusal.or(walked.err());
        let (decision, reason) = match &refusal {
            None => (Decision::Allow, Reason::Accepted),
            Some(refusal) => (self.rules.dispositions.decide(refusal), refusal.reason()),
        };
        let issuer = self.issuers.named(facts.issuer.as_deref());
        let conditions = issuer.rules.policy.conditions();
        let explanation = Explanation {
            decision: text(decision.name()),
            reason: text(reason.name()),
            token: facts.token,
            alg: facts.alg,
            kid: facts.kid,
            issuer: facts.issuer,
            expires_at: facts.expires_at.filter(|_| refusal.is_none()),
            cached: facts.cached,
            steps: trace.into_steps(conditions.map(|(_, expectation)| &*expectation.claim)),
        };
        // Texts and numbers can be written.
        serde_json::to_string(&explanation).unwrap_or_default()
    }

    /// Walks the line as [`Running::check`] does, to its end or to the first refusal that the checks behind it cannot
    /// do without.
    fn walk(
        &self,
        client: &Client<'_>,
        now: i64,
        trace: &mut Trace,
        facts: &mut Facts,
    ) -> Result<(), Refusal> {
        let rules = &self.rules;
        let words = Words::new(client, rules);
        let (buffers, payload) = (&mut TokenBuffers::default(), &mut PayloadBuffers::default());
        let later = &mut Later::default();
        let field = client.field(rules.from).ok_or(Refusal::MissingToken);
        let token = trace.needed(Check::Token, field).and_then(|field| {
            let parsed = Token::parse(field, rules.max_token_size, buffers);
            if let Err(too_large @ Refusal::TokenTooLarge) = parsed {
                return trace.needed(Check::Size, Err(too_large));
            }
            trace.needed(Check::Size, Ok(()))?;
            let token = parsed.and_then(|token| token.check_signature_form().map(|()| token));
            trace.needed(Check::Form, token.map(|token| (field, token)))
        });
        trace.tell(&words, |check, refusal| words.form(check, refusal));
        let (field, token) = token?;
        facts.describe(&token, client, field, &words);
        let payload = PayloadReader {
            table: &rules.claims,
            buffers: payload,
        };
        let payload = Preview::of(&token, payload);
        self.walk_by_issuer(&token, payload, (&words, now), later, trace, facts)
    }

    /// The stages from the choice of the issuer on.
    fn walk_by_issuer(
        &self,
        token: &Token<'_>,
        payload: Preview<'_>,
        (words, now): (&Words<'_>, i64),
        buffers: &mut Later,
        trace: &mut Trace,
        facts: &mut Facts,
    ) -> Result<(), Refusal> {
        let issuer = self.issuers.choose(&payload);
        let name = self.issuers.name(issuer);
        facts.issuer = name.map(str::to_owned);
        let IssuerRules {
            header,
            signature,
            dates,
            policy,
        } = &issuer.rules;
        trace.needed(Check::Issuer, Ok(()))?;
        let key = token.key_name(self.rules.kid_from, words.client());
        let permitted = token.permitted(header, key, &mut *trace);
        trace.tell(words, |check, refusal| {
            words.header(check, refusal, name, header)
        });
        let token = permitted?;
        let keys = issuer.keys.looked_at();
        facts.cached = self.cache.holds(token, &keys, signature);
        let signed = self.signed(issuer, &keys, token, words, trace)?;
        let payload = signed.payload(payload, &mut *trace);
        trace.tell(words, |_, refusal| words.claims(refusal));
        let payload = payload?;
        let claims = payload.in_date(dates, now, &mut *trace)?;
        let compared = payload.compared(dates, now);
        trace.tell(words, |check, refusal| {
            date(check, refusal, &compared, dates)
        });
        let (client, acl) = (words.client(), &mut buffers.acl);
        let admission = policy.admit(claims, client, Need::Decision, acl, &mut *trace)?;
        trace.tell(words, |check, refusal| {
            words.admission(check, refusal, &admission, policy, acl.invalid())
        });
        let named = admission.claims.issued();
        let revoked = self.not_revoked(payload.key(), || &named);
        trace.at(Check::Revocation, revoked)?;
        trace.tell(words, |_, refusal| {
            words.revocation(refusal, &named, payload.key())
        });
        facts.expires_at = admission.terms.expires_at();
        Ok(())
    }

    /// The stages of the key and the signature.
    fn signed<'a>(
        &self,
        issuer: &'a Issuer,
        keys: &'a Keys<'_>,
        token: PermittedToken<'a>,
        words: &Words<'_>,
        trace: &mut Trace,
    ) -> Result<Signed<'a>, Refusal> {
        let rules = &issuer.rules.signature;
        let candidates = token.candidates(keys, rules.max_key_trials);
        let candidates = trace.needed(Check::Key, candidates);
        let signed = candidates.and_then(|candidates| {
            trace.tell(words, |_, _| {
                words.candidates(token.algorithm(), candidates.clone())
            });
            let signed = token.signed(candidates.clone(), rules.format);
            let signed = trace.needed(Check::Signature, signed)?;
            trace.tell(words, |_, _| words.signer(candidates.clone(), signed.key()));
            Ok(signed)
        });
        signed.map_err(|refusal| {
            // An earlier refusal would have ended the check before.
            let is_first = (trace.first_refusal()).is_some_and(|(check, _)| check >= Check::Key);
            let refusal = match self.issuers.refuse(refusal, issuer, token) {
                wrong @ Refusal::WrongIssuer(_) if is_first => {
                    trace.blame_issuer(wrong.clone());
                    wrong
                }
                refusal => refusal,
            };
            trace.tell(words, |_, refusal| {
                words.key(refusal, token.algorithm(), rules)
            });
            refusal
        })
    }
}

impl Facts {
    /// What the token is called, and what its header says.
    fn describe(
        &mut self,
        token: &Token<'_>,
        client: &Client<'_>,
        field: &[u8],
        words: &Words<'_>,
    ) {
        let shown = |text: &str| {
            let text = cut(text, LONGEST).shown().to_owned();
            Some(text).filter(|text| !words.tell_too_much(text))
        };
        self.token = Some(Fingerprint::of(field).to_string());
        self.alg = alg(field).and_then(|alg| match Algorithm::from_name(&alg) {
            Some(_) => Some(alg),
            None => shown(&alg),
        });
        let kid = token.key_name(KidFrom::Header, client).kid;
        self.kid = kid.and_then(shown);
    }
}

/// How much is told of a member of the header, in characters.
const LONGEST: usize = 128;
