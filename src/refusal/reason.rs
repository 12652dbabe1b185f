//! What is decided about a client, and the number and name of why.

use std::ffi::CStr;

/// What to do with the client. Zero, as in memory nobody wrote, denies.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Refuse the connection.
    Deny = 0,
    /// Accept the connection.
    Allow = 1,
    /// Not for this library to decide: let the broker's next authenticator try. A broker without
    /// another authenticator must refuse.
    Ignore = 2,
}

impl Decision {
    pub(crate) const ALL: [Self; 3] = [Self::Deny, Self::Allow, Self::Ignore];

    /// The decision's name in lower case.
    #[must_use]
    pub fn name(self) -> &'static CStr {
        match self {
            Self::Deny => c"deny",
            Self::Allow => c"allow",
            Self::Ignore => c"ignore",
        }
    }

    pub(crate) fn from_number(number: i32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|decision| *decision as i32 == number)
    }
}

/// Why it was so decided: one number for each cause that an operator can act on.
///
/// The numbers are part of the binary interface. They are never reused.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nothing was decided, because the call failed.
    Undecided = 0,
    /// The token is good for this client.
    Accepted = 1,
    /// The client sent no token: the CONNECT field named by `from` is absent. See `on_missing`.
    MissingToken = 2,
    /// The token is longer than `max_token_size`.
    TokenTooLarge = 3,
    /// The field does not hold a signed token (RFC 7515 section 7.1). Often it is a plain
    /// password; see `on_malformed`.
    MalformedToken = 4,
    /// The token's `alg` is `none`, unknown, or spelled in another way.
    UnsupportedAlgorithm = 5,
    /// The token's `alg` is not in `algorithms`.
    AlgorithmNotAllowed = 6,
    /// The token demands an extension that is not supported: `crit`, or `b64` other than true.
    UnsupportedCriticalHeader = 7,
    /// No configured key can verify the token's `alg`, or none of those that its `kid` names can; see
    /// `on_unknown_key`. Of a session: the key that verified its token is not configured any more.
    NoKey = 8,
    /// The token's `kid` names no configured key, and no key without a `kid` fits its `alg`; or by
    /// `kid_from` the client has no key of its name. See `on_unknown_key`.
    UnknownKeyId = 9,
    /// The keys of `endpoint` are not there: they have not arrived yet, or they were dropped after
    /// `max_fail_count` failures. No other key fits; the client may try again. The log says why.
    KeysUnavailable = 10,
    /// The signature is not that of a configured key over this token: another key signed it, or it
    /// was changed.
    BadSignature = 11,
    /// The ECDSA signature is good, but not encoded as `signature_format` says. Set that option.
    SignatureFormat = 12,
    /// The claims are not a strict JSON object, or `exp`, `nbf` or `iat` is no numeric date.
    MalformedClaims = 13,
    /// The token's `exp` has passed. If the clocks differ, see `leeway`.
    Expired = 14,
    /// The token's `nbf` is yet to come. If the clocks differ, see `leeway`.
    NotYetValid = 15,
    /// The token's `iat` is yet to come, and `check_iat` is on or `max_lifetime` is set.
    IssuedInFuture = 16,
    /// A claim that `verify_claims`, `require_exp`, `max_lifetime` or `username_claim` asks for is
    /// absent. The log names it.
    MissingClaim = 17,
    /// A claim differs from what `verify_claims` expects of this client, or that of `username_claim`
    /// is no user name. The log names it.
    ClaimMismatch = 18,
    /// The token's topic permissions are malformed, or have a condition that cannot be checked; or a
    /// rule of the operator that denies something cannot be kept to for this client. The log says which
    /// rule, and why.
    BadAcl = 19,
    /// The token is named by `revocations_file`, or by the list of `revocations_endpoint`.
    Revoked = 20,
    /// The header's `typ` is not among those of `token_type`, or there is none. The log shows it.
    WrongTokenType = 21,
    /// More keys fit the token than `max_key_trials`, so none was tried: it has no `kid`, or one that
    /// no key has, or one that many share. Give each key a `kid` that its tokens name, or raise that
    /// option.
    AmbiguousKey = 22,
    /// The token is signed by a key of another issuer than the one that its `iss` names, which does not
    /// have this key. See `issuers`.
    WrongIssuer = 23,
    /// The token is good for longer, from its `iat` to its `exp`, than `max_lifetime` allows.
    LifetimeTooLong = 24,
    /// The token is bound to a TLS certificate by the claim `cnf` (RFC 8705), and the client did not
    /// connect with this certificate. See `certificate_binding`.
    CertificateMismatch = 25,
    /// A session was to be renewed by a token of somebody else: its `iss`, its `sub` or, by
    /// `username_claim`, its user name is not that of the session. The log says which.
    IdentityChanged = 26,
    /// No list has come from `revocations_endpoint` yet, so it is not known whether the token is revoked.
    RevocationsUnavailable = 27,
}

impl Reason {
    /// One more than the largest number.
    pub(crate) const NUMBERS: usize = Self::RevocationsUnavailable as usize + 1;

    pub(crate) const ALL: [Self; 28] = [
        Self::Undecided,
        Self::Accepted,
        Self::MissingToken,
        Self::TokenTooLarge,
        Self::MalformedToken,
        Self::UnsupportedAlgorithm,
        Self::AlgorithmNotAllowed,
        Self::UnsupportedCriticalHeader,
        Self::NoKey,
        Self::UnknownKeyId,
        Self::KeysUnavailable,
        Self::BadSignature,
        Self::SignatureFormat,
        Self::MalformedClaims,
        Self::Expired,
        Self::NotYetValid,
        Self::IssuedInFuture,
        Self::MissingClaim,
        Self::ClaimMismatch,
        Self::BadAcl,
        Self::Revoked,
        Self::WrongTokenType,
        Self::AmbiguousKey,
        Self::WrongIssuer,
        Self::LifetimeTooLong,
        Self::CertificateMismatch,
        Self::IdentityChanged,
        Self::RevocationsUnavailable,
    ];

    /// The reason's name in lower case.
    #[must_use]
    pub fn name(self) -> &'static CStr {
        match self {
            Self::Undecided => c"undecided",
            Self::Accepted => c"accepted",
            Self::MissingToken => c"missing_token",
            Self::TokenTooLarge => c"token_too_large",
            Self::MalformedToken => c"malformed_token",
            Self::UnsupportedAlgorithm => c"unsupported_algorithm",
            Self::AlgorithmNotAllowed => c"algorithm_not_allowed",
            Self::UnsupportedCriticalHeader => c"unsupported_critical_header",
            Self::NoKey => c"no_key",
            Self::UnknownKeyId => c"unknown_key_id",
            Self::KeysUnavailable => c"keys_unavailable",
            Self::BadSignature => c"bad_signature",
            Self::SignatureFormat => c"signature_format",
            Self::MalformedClaims => c"malformed_claims",
            Self::Expired => c"expired",
            Self::NotYetValid => c"not_yet_valid",
            Self::IssuedInFuture => c"issued_in_future",
            Self::MissingClaim => c"missing_claim",
            Self::ClaimMismatch => c"claim_mismatch",
            Self::BadAcl => c"bad_acl",
            Self::Revoked => c"revoked",
            Self::WrongTokenType => c"wrong_token_type",
            Self::AmbiguousKey => c"ambiguous_key",
            Self::WrongIssuer => c"wrong_issuer",
            Self::LifetimeTooLong => c"lifetime_too_long",
            Self::CertificateMismatch => c"certificate_mismatch",
            Self::IdentityChanged => c"identity_changed",
            Self::RevocationsUnavailable => c"revocations_unavailable",
        }
    }

    pub(crate) fn from_number(number: i32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|reason| *reason as i32 == number)
    }
}

/// A static name as Rust text.
pub(crate) fn text(name: &'static CStr) -> &'static str {
    name.to_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_leads_back_to_its_reason_and_no_other_does() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_number(reason as i32), Some(reason));
        }
        let largest = Reason::ALL.map(|reason| reason as usize).into_iter().max();
        assert_eq!(largest.map(|largest| largest + 1), Some(Reason::NUMBERS));
        let known = |number| Reason::ALL.map(|reason| reason as i32).contains(&number);
        for number in (-1..256).filter(|number| !known(*number)) {
            assert_eq!(Reason::from_number(number), None);
        }
    }
}
