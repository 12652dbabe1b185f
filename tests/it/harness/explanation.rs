//! What a broker is told of why a client is refused, and whether that is what a check decides.

use std::collections::HashSet;
use std::ffi::CStr;
use std::ptr::dangling_mut;

use jwt_auth::ffi::{
    jwt_auth_decision_str, jwt_auth_explain, jwt_auth_reason_str, jwt_auth_result, jwt_auth_status,
    jwt_auth_string_free,
};
use serde_json::Value;

use super::{Broker, Connect, SECRET};

/// The checks and the reasons that each may give, in order; `claim` stands for each of them.
pub const CHECKS: [(&str, &[&str]); 19] = [
    ("token", &["missing_token"]),
    ("size", &["token_too_large"]),
    ("form", &["malformed_token"]),
    ("issuer", &["wrong_issuer"]),
    (
        "algorithm",
        &["unsupported_algorithm", "algorithm_not_allowed"],
    ),
    ("critical", &["unsupported_critical_header"]),
    ("token_type", &["wrong_token_type"]),
    (
        "key",
        &[
            "no_key",
            "unknown_key_id",
            "ambiguous_key",
            "keys_unavailable",
        ],
    ),
    ("signature", &["bad_signature", "signature_format"]),
    ("claims", &["malformed_claims"]),
    ("exp", &["expired", "missing_claim"]),
    ("nbf", &["not_yet_valid"]),
    ("iat", &["issued_in_future", "missing_claim"]),
    ("lifetime", &["lifetime_too_long"]),
    ("claim", &["missing_claim", "claim_mismatch"]),
    ("certificate", &["certificate_mismatch"]),
    ("username", &["missing_claim", "claim_mismatch"]),
    ("acl", &["bad_acl"]),
    ("revocation", &["revoked", "revocations_unavailable"]),
];

impl Broker {
    /// Why a client would be refused, or that it would not. No eight bytes of a secret in a row
    /// are told.
    #[track_caller]
    pub fn explain(&self, client: Connect<'_>) -> Value {
        let text = self.explained(client).unwrap();
        for secret in [Some(SECRET.as_bytes()), client.password]
            .into_iter()
            .flatten()
        {
            assert_tells_nothing(&text, secret);
        }
        well_formed(&text)
    }

    /// The text; none: the library failed.
    #[track_caller]
    pub(super) fn explained(&self, client: Connect<'_>) -> Option<String> {
        let (fields, mut json) = (client.fields(), dangling_mut());
        // SAFETY: all pointers are good.
        let status = unsafe { jwt_auth_explain(self.auth, &raw const fields, &raw mut json) };
        if json.is_null() {
            assert_eq!(status, jwt_auth_status::Internal);
            return None;
        }
        assert_eq!(status, jwt_auth_status::Ok);
        // SAFETY: it ends with a NUL.
        let text = unsafe { CStr::from_ptr(json) }.to_str().unwrap().to_owned();
        // SAFETY: it is not used any more.
        unsafe { jwt_auth_string_free(json) };
        Some(text)
    }
}

/// No eight bytes in a row of a secret are told.
#[track_caller]
pub fn assert_tells_nothing(explained: &str, secret: &[u8]) {
    let runs: HashSet<_> = explained.as_bytes().windows(8).collect();
    let told = secret.windows(8).find(|run| runs.contains(run));
    let told = told.map(String::from_utf8_lossy);
    assert_eq!(told, None, "{explained}");
}

/// All checks in order, each with a sentence if it was reached; the reason is that of the first
/// that failed.
#[track_caller]
fn well_formed(text: &str) -> Value {
    let explained: Value = serde_json::from_str(text).unwrap();
    let steps = explained["steps"].as_array().unwrap();
    let name = |step: &Value| step["check"].as_str().unwrap().to_owned();
    let kind = |step: &Value| name(step).split(' ').next().unwrap().to_owned();
    let mut kinds: Vec<_> = steps.iter().map(kind).collect();
    kinds.dedup();
    let mut expected = CHECKS.map(|(name, _)| name.to_owned()).to_vec();
    if !kinds.contains(&"claim".to_owned()) {
        expected.retain(|name| name != "claim");
    }
    assert_eq!(kinds, expected);
    for step in steps {
        let detail = step["detail"].as_str();
        let is_reached = step["outcome"] != "not_reached";
        assert_eq!(detail.is_some(), is_reached, "{step}");
        let len = detail.map(|detail| detail.chars().count());
        assert!(
            len.is_none_or(|len| (1..=200).contains(&len)),
            "{len:?}: {step}"
        );
    }
    let first = steps.iter().find(|step| step["outcome"] == "failed");
    let reasons = first.map_or(&["accepted"][..], |step| {
        let kind = kind(step);
        CHECKS.iter().find(|(name, _)| *name == kind).unwrap().1
    });
    let reason = explained["reason"].as_str().unwrap();
    assert!(reasons.contains(&reason), "{explained}");
    assert_eq!(explained["decision"] == "allow", first.is_none());
    explained
}

/// A check decided what was explained before. What is explained after it is asked for where the two
/// differ: something may have changed meanwhile, such as the keys of an endpoint.
#[track_caller]
pub(super) fn assert_agrees(
    (status, result): (jwt_auth_status, &jwt_auth_result),
    before: Option<&str>,
    after: impl FnOnce() -> Option<String>,
) {
    // SAFETY: the texts are static.
    let [decision, reason] = unsafe {
        [
            CStr::from_ptr(jwt_auth_decision_str(result.decision)),
            CStr::from_ptr(jwt_auth_reason_str(result.reason)),
        ]
    };
    let expires_at = Some(result.expires_at).filter(|at| *at != 0);
    let expected = [
        Value::from(decision.to_str().unwrap()),
        reason.to_str().unwrap().into(),
        expires_at.into(),
    ];
    let agrees = |explained: Option<&str>| match explained {
        None => status == jwt_auth_status::Internal,
        Some(text) => {
            let explained = well_formed(text);
            let decided = ["decision", "reason", "expires_at"].map(|name| &explained[name]);
            status == jwt_auth_status::Ok && decided == expected.each_ref()
        }
    };
    assert!(
        agrees(before) || agrees(after().as_deref()),
        "{expected:?}, and explained was {before:?}"
    );
}
