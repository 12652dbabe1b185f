//! What is asked about a client that was accepted.

use std::sync::atomic::Ordering;

use super::scratch::Scratch;
use super::{Verdict, Verifier};
use crate::acl::{Answer, Denial, Permission, Request};
use crate::grant::Grant;
use crate::host::clock::ClockError;
use crate::host::log::LogLevel;
use crate::refusal::{Decision, Reason, Refusal, text};

impl Verifier {
    /// Decides whether a connected client may do what it asks for. It does not allocate, unless the log is told
    /// of it.
    ///
    /// # Errors
    ///
    /// Nothing is decided without the time.
    pub fn authorize(
        &self,
        grant: &Grant,
        request: &Request<'_>,
    ) -> Result<Permission, ClockError> {
        let now = self.now()?;
        let answer = self.answer(grant, request, now);
        let permission = answer.permission();
        if permission != Permission::Allow && self.log.is_open() {
            self.tell_of_topic(grant, request, &answer, now);
        }
        Ok(permission)
    }

    /// Tells that a session has ended, for each is given to the broker once. Some devices send their token as
    /// client identifier as well, and the token is not at hand to compare it with, so its name is all that is
    /// said.
    pub(crate) fn tell_of_end(&self, grant: &Grant, reason: Reason, offline: bool) {
        self.log.write(LogLevel::Info, || {
            let what = if offline {
                "ended while offline"
            } else {
                "disconnected"
            };
            let token = grant.fingerprint();
            format!("{what}: {}: token {token}", text(reason.name()))
        });
    }

    #[inline]
    pub(super) fn answer<'g>(
        &self,
        grant: &'g Grant,
        request: &Request<'_>,
        now: i64,
    ) -> Answer<'g> {
        if self.revokes.load(Ordering::SeqCst) && self.running.load().revokes(grant) {
            Answer::Deny(Denial::Revoked)
        } else {
            grant.answer(request, now)
        }
    }

    /// Decides whether a client that was accepted would be so still, without its token.
    ///
    /// # Errors
    ///
    /// Nothing is decided without the time.
    pub fn recheck<'g>(&self, grant: &'g Grant) -> Result<Verdict<&'g Grant>, ClockError> {
        Ok(self.recheck_at(grant, self.now()?))
    }

    /// The same at a time that [`Self::now`] has told.
    pub(crate) fn recheck_at<'g>(&self, grant: &'g Grant, now: i64) -> Verdict<&'g Grant> {
        let running = self.running.load();
        let outcome = if grant.has_expired(now) {
            Err(Refusal::SessionExpired)
        } else if running.revokes(grant) {
            Err(Refusal::Revoked)
        } else if running.lacks_key_of(grant) {
            Err(Refusal::KeyGone)
        } else {
            Ok(grant)
        };
        let decision = match &outcome {
            Ok(_) => Decision::Allow,
            // The session was ours to decide about, so `on_unknown_key` does not count.
            Err(_) => Decision::Deny,
        };
        let verdict = Verdict { decision, outcome };
        Scratch::lend(|scratch| {
            (self.counters.lane(&scratch.lane)).recheck(verdict.reason());
        });
        verdict
    }
}
