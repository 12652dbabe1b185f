//! What a check answers, asserted whole.

use std::ffi::CStr;

use jwt_auth::ffi::{
    self, jwt_auth_result, jwt_auth_session, jwt_auth_session_claims, jwt_auth_status,
};
use jwt_auth::{Decision, Reason};

use super::connect::bytes;

/// A result that a call must overwrite whole.
pub(super) const POISON: jwt_auth_result = jwt_auth_result {
    decision: 1,
    reason: 1,
    expires_at: -1,
    superuser: 1,
    mqtt5_code: 0,
    mqtt3_code: 0,
    reserved: [0xff; 5],
};

pub(super) fn claims(session: *const jwt_auth_session) -> Option<Vec<u8>> {
    if session.is_null() {
        return None;
    }
    let mut json = bytes(None);
    // SAFETY: the session is not NULL and lives.
    let status = unsafe { jwt_auth_session_claims(session, &raw mut json) };
    assert_eq!(status, jwt_auth_status::Ok);
    // SAFETY: the bytes live as long as the session.
    Some(unsafe { std::slice::from_raw_parts(json.data, json.len) }.to_vec())
}

/// What a check answered.
#[derive(Debug)]
pub struct Answer {
    pub status: jwt_auth_status,
    pub result: jwt_auth_result,
    pub claims: Option<Vec<u8>>,
}

impl Answer {
    /// Asserts the whole outcome: the call went well, the decision, the reason, and the codes that
    /// belong to them.
    #[track_caller]
    pub fn is(&self, decision: Decision, reason: Reason) -> &Self {
        self.is_so("", decision, reason)
    }

    /// The same, with a name for the case.
    #[track_caller]
    pub fn is_so(&self, case: &str, decision: Decision, reason: Reason) -> &Self {
        let case: String = case.chars().take(200).collect();
        assert_eq!(self.status, jwt_auth_status::Ok, "{case}");
        // SAFETY: the texts are static.
        let found = unsafe {
            [
                CStr::from_ptr(ffi::jwt_auth_decision_str(self.result.decision)),
                CStr::from_ptr(ffi::jwt_auth_reason_str(self.result.reason)),
            ]
        };
        assert_eq!(found, [decision.name(), reason.name()], "{case}");
        let codes = match (decision, reason) {
            (Decision::Allow, _) => (0x00, 0),
            (Decision::Ignore, _) | (_, Reason::Revoked) => (0x87, 5),
            (_, Reason::KeysUnavailable | Reason::RevocationsUnavailable) => (0x88, 3),
            _ => (0x86, 4),
        };
        assert_eq!(
            (self.result.mqtt5_code, self.result.mqtt3_code),
            codes,
            "{case}"
        );
        self
    }

    #[track_caller]
    pub fn allowed(&self) -> &Self {
        self.is(Decision::Allow, Reason::Accepted)
    }

    #[track_caller]
    pub fn denied(&self, reason: Reason) -> &Self {
        self.is(Decision::Deny, reason)
    }

    #[track_caller]
    pub fn ignored(&self, reason: Reason) -> &Self {
        self.is(Decision::Ignore, reason)
    }
}
