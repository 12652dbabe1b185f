//! The straight line: each stage takes what the stage before it made, and the first to refuse gives the
//! reason.
//!
//! `Token::parse`, `Token::permitted`, `Cache::verified` and `Payload::in_date` are inlined here. What they return is a few
//! hundred bytes, and calls would copy it from stage to stage, which costs more than the stages themselves
//! where a token is remembered.

use super::running::Running;
use super::scratch::Scratch;
use crate::acl::Need;
use crate::client::Client;
use crate::host::log::Log;
use crate::policy::Admission;
use crate::refusal::Refusal;
use crate::token::{Token, Verified};

impl Running {
    /// Decides whether a client is accepted at the Unix second `now`. `answer` makes what is to be known of
    /// one that is.
    pub(super) fn check<T>(
        &self,
        client: &Client<'_>,
        now: i64,
        need: Need,
        log: &Log,
        scratch: &mut Scratch,
        answer: impl FnOnce(Admission<'_>, &Verified<'_>) -> T,
    ) -> Result<T, Refusal> {
        let Self {
            rules,
            issuer,
            cache,
            ..
        } = self;
        let Some(field) = client.field(rules.from) else {
            return Err(Refusal::MissingToken);
        };
        let token = Token::parse(field, rules.max_token_size, &mut scratch.token)?;
        let token = token.permitted(&issuer.rules.header)?;
        let keys = issuer.keys.now();
        let verified = cache.verified(
            token,
            &keys,
            &issuer.rules.signature,
            &rules.claims,
            log,
            &mut scratch.payload,
        )?;
        let payload = verified.payload();
        let claims = payload.in_date(&issuer.rules.dates, now)?;
        let admission = issuer
            .rules
            .policy
            .admit(claims, client, need, &mut scratch.acl)?;
        self.not_revoked(payload.key(), || admission.claims.issued())?;
        Ok(answer(admission, &verified))
    }
}
