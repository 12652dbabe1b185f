//! The straight line: each stage takes what the stage before it made, and the first to refuse gives the
//! reason.
//!
//! `Token::parse`, `Token::permitted`, `Cache::verified` and `Payload::in_date` are inlined here. What they
//! return is a few hundred bytes, and calls would copy it from stage to stage, which costs more than the
//! stages themselves where a token is remembered.

use super::issuers::Issuer;
use super::running::Running;
use super::scratch::{Later, Scratch};
use crate::acl::Need;
use crate::client::Client;
use crate::host::log::Log;
use crate::keys::KeyName;
use crate::policy::Admission;
use crate::refusal::{Refusal, ToFirstRefusal};
use crate::stats::Lane;
use crate::token::{
    Observer, PayloadReader, PermittedToken, Seen, SignatureBuffers, Token, Verified,
};

/// Who asks to be accepted, and when.
pub(super) struct Question<'q> {
    pub(super) client: &'q Client<'q>,
    /// The Unix second.
    pub(super) now: i64,
    pub(super) need: Need,
    pub(super) log: &'q Log,
    /// Where the thread counts.
    pub(super) lane: &'q Lane,
}

impl Running {
    /// Decides whether a client is accepted. `answer` makes what is to be known of one that is, of
    /// its claims, what was verified, and the token, with buffers to keep it by.
    pub(super) fn check<T>(
        &self,
        question: &Question<'_>,
        scratch: &mut Scratch,
        answer: impl FnOnce(Admission<'_>, &Verified<'_>, &[u8], &mut SignatureBuffers) -> T,
    ) -> Result<T, Refusal> {
        let Self { rules, issuers, .. } = self;
        let Some(field) = question.client.field(rules.from) else {
            return Err(Refusal::MissingToken);
        };
        let token = Token::parse(field, rules.max_token_size, &mut scratch.token)?;
        let payload = PayloadReader {
            table: &rules.claims,
            buffers: &mut scratch.payload,
        };
        let later = &mut scratch.later;
        let answer =
            |admission: Admission<'_>, verified: &Verified<'_>, buffers: &mut SignatureBuffers| {
                answer(admission, verified, field, buffers)
            };
        let key = token.key_name(rules.kid_from, question.client);
        let Some(issuer) = issuers.only() else {
            return self.check_by_issuer(&token, key, payload, question, later, answer);
        };
        let token = token.permitted(&issuer.rules.header, key, ToFirstRefusal)?;
        self.check_by(issuer, token, payload, question, later, answer)
    }

    /// The stages from the choice of the issuer on. Only where issuers are listed, so this is a call.
    #[inline(never)]
    fn check_by_issuer<T>(
        &self,
        token: &Token<'_>,
        key: KeyName<'_>,
        payload: PayloadReader<'_>,
        question: &Question<'_>,
        buffers: &mut Later,
        answer: impl FnOnce(Admission<'_>, &Verified<'_>, &mut SignatureBuffers) -> T,
    ) -> Result<T, Refusal> {
        let Self { issuers, cache, .. } = self;
        let payload = cache.preview(token, payload);
        let issuer = issuers.choose(&payload);
        let token = token.permitted(&issuer.rules.header, key, ToFirstRefusal)?;
        self.check_by(issuer, token, payload, question, buffers, answer)
            .map_err(|refusal| issuers.refuse(refusal, issuer, token))
    }

    /// The stages from the signature on, by the keys and rules of the token's issuer.
    #[inline]
    fn check_by<T>(
        &self,
        issuer: &Issuer,
        token: PermittedToken<'_>,
        payload: impl Seen,
        question: &Question<'_>,
        buffers: &mut Later,
        answer: impl FnOnce(Admission<'_>, &Verified<'_>, &mut SignatureBuffers) -> T,
    ) -> Result<T, Refusal> {
        let Question {
            client,
            now,
            need,
            log,
            lane,
        } = *question;
        let Issuer { name, rules, keys } = issuer;
        let keys = keys.now();
        let observer = Observer {
            log,
            lane,
            issuer: name,
        };
        let verified = self.cache.verified(
            token,
            &keys,
            &rules.signature,
            payload,
            observer,
            &mut buffers.signature,
        )?;
        let payload = verified.payload();
        let claims = payload.in_date(&rules.dates, now, ToFirstRefusal)?;
        let acl = &mut buffers.acl;
        let admission = (rules.policy).admit(claims, client, need, acl, ToFirstRefusal)?;
        self.not_revoked(payload.key(), || admission.claims.issued())
            .inspect_err(|refusal| self.request_revocations(refusal))?;
        if admission.has_invalid_filters && log.is_open() {
            self.tell_of_filters(question, &rules.signature, token, &verified, buffers);
        }
        Ok(answer(admission, &verified, &mut buffers.signature))
    }
}
