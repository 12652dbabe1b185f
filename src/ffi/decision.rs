//! Where the decision about a client goes.

use std::ptr::null_mut;

use triomphe::Arc;

use super::ptr::{self, Slot};
use super::types::{jwt_auth_result, jwt_auth_session, jwt_auth_status};
use crate::grant::Grant;
use crate::policy::Terms;
use crate::verifier::Verdict;

/// The out-parameters of a call that decides about a client: the result, which is required, and the session of one
/// that is accepted, which may be NULL.
pub(super) struct Decision {
    result: Slot<jwt_auth_result>,
    session: Slot<*mut jwt_auth_session>,
}

impl Decision {
    /// Takes both, and says deny and no session before anything else is done.
    ///
    /// # Safety
    ///
    /// Each is NULL or may be written, by nobody else, while this lives.
    pub(super) unsafe fn new(
        result: *mut jwt_auth_result,
        session: *mut *mut jwt_auth_session,
    ) -> Result<Self, jwt_auth_status> {
        // SAFETY: the caller's promise, for both.
        let (session, result) = unsafe {
            let session = Slot::new(session, null_mut());
            (session, Slot::new(result, jwt_auth_result::UNDECIDED))
        };
        let result = result.required()?;
        Ok(Self { result, session })
    }

    pub(super) fn wants_session(&self) -> bool {
        self.session.is_wanted()
    }

    /// Hands over a decision, and the session of a client that is accepted, if it is wanted.
    pub(super) fn give<G>(mut self, verdict: Verdict<G>)
    where
        G: AsRef<Terms> + Into<Arc<Grant>>,
    {
        let decided = (&verdict).into();
        if let Some(grant) = verdict.outcome.ok().filter(|_| self.wants_session()) {
            self.session.set(ptr::give_session(grant));
        }
        self.result.set(decided);
    }

    /// Hands over a decision alone.
    pub(super) fn tell(mut self, verdict: &Verdict<Terms>) {
        self.result.set(verdict.into());
    }
}
