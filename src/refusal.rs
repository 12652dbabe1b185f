//! What is decided about a client, and why: the words for "no".

use std::ffi::CStr;
use std::fmt;
use std::sync::Arc;

use crate::algorithm::Algorithm;
use crate::host::quote::quoted;
use crate::missed_date::MissedDate;

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
    const ALL: [Self; 3] = [Self::Deny, Self::Allow, Self::Ignore];

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
    /// A claim that `verify_claims`, `require_exp` or `max_lifetime` asks for is absent. The log names it.
    MissingClaim = 17,
    /// A claim differs from what `verify_claims` expects of this client. The log names it.
    ClaimMismatch = 18,
    /// The token's topic permissions are malformed, or have a condition that cannot be checked. The log
    /// says which rule, and why.
    BadAcl = 19,
    /// The token is named by `revocations_file`.
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
}

impl Reason {
    /// One more than the largest number.
    pub(crate) const NUMBERS: usize = Self::CertificateMismatch as usize + 1;

    const ALL: [Self; 26] = [
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
        }
    }

    pub(crate) fn from_number(number: i32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|reason| *reason as i32 == number)
    }
}

/// Why a token was refused, with what an operator needs to find the cause. Of the token itself it
/// holds no more than a known `alg`, the `kid`, the `typ` and a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// See [`Reason::MissingToken`].
    MissingToken,
    /// See [`Reason::TokenTooLarge`].
    TokenTooLarge,
    /// See [`Reason::MalformedToken`]; what is wrong with it.
    MalformedToken(&'static str),
    /// See [`Reason::UnsupportedAlgorithm`].
    UnsupportedAlgorithm,
    /// See [`Reason::AlgorithmNotAllowed`].
    AlgorithmNotAllowed(Algorithm),
    /// See [`Reason::UnsupportedCriticalHeader`].
    UnsupportedCriticalHeader,
    /// See [`Reason::WrongTokenType`]; the `typ` as it is compared, if the token has one.
    WrongTokenType(Option<Box<str>>),
    /// See [`Reason::NoKey`]; the `kid`, where it names keys.
    NoKey(Algorithm, Option<String>),
    /// See [`Reason::NoKey`]: the key that verified the token of a session is not configured.
    KeyGone,
    /// See [`Reason::UnknownKeyId`]; the `kid`.
    UnknownKeyId(String),
    /// See [`Reason::UnknownKeyId`]: by `kid_from` the client names its key, and has none.
    ClientWithoutKey,
    /// See [`Reason::WrongIssuer`]; the issuer whose key it is, and none for the top level of the
    /// configuration.
    WrongIssuer(Option<Box<str>>),
    /// See [`Reason::AmbiguousKey`]; the `kid`, if the token has one.
    AmbiguousKey(Algorithm, Option<String>),
    /// See [`Reason::KeysUnavailable`].
    KeysUnavailable,
    /// See [`Reason::BadSignature`].
    BadSignature,
    /// See [`Reason::SignatureFormat`].
    SignatureFormat,
    /// See [`Reason::MalformedClaims`]; what is wrong with them.
    MalformedClaims(&'static str),
    /// See [`Reason::Expired`]; `exp`.
    Expired(MissedDate),
    /// See [`Reason::Expired`]: the token of a session.
    SessionExpired,
    /// See [`Reason::NotYetValid`]; `nbf`.
    NotYetValid(MissedDate),
    /// See [`Reason::IssuedInFuture`]; `iat`.
    IssuedInFuture(MissedDate),
    /// See [`Reason::LifetimeTooLong`]; the longest, in seconds.
    LifetimeTooLong(u32),
    /// See [`Reason::MissingClaim`]; the claim's name in the configuration.
    MissingClaim(Arc<str>),
    /// See [`Reason::ClaimMismatch`].
    ClaimMismatch {
        /// The claim's name in the configuration.
        claim: Arc<str>,
        /// What kind of value it has.
        found: ValueKind,
        /// Why that is not what is expected.
        mismatch: Mismatch,
    },
    /// See [`Reason::BadAcl`].
    BadAcl {
        /// The rule that is wrong, counted from 1, if the claim is a list of rules.
        rule: Option<u32>,
        /// What is wrong.
        defect: &'static str,
    },
    /// See [`Reason::Revoked`].
    Revoked,
    /// See [`Reason::CertificateMismatch`]; what does not fit.
    CertificateMismatch(&'static str),
}

/// What kind of value a claim has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in RFC 8259")]
pub enum ValueKind {
    Null,
    Boolean,
    Number,
    String,
    List,
    Object,
}

impl fmt::Display for ValueKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::List => "a list",
            Self::Object => "an object",
        })
    }
}

/// Why a claim is not what `verify_claims` expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    /// Another value is expected.
    Value,
    /// It is none of a list.
    List,
    /// It lacks a word.
    Has,
    /// It does not match an expression.
    Matches,
    /// It must not be there.
    Exists,
    /// It is compared with a field that the client did not send.
    NotSent,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value => "another value is expected",
            Self::List => "it is none of what is expected",
            Self::Has => "it lacks what it must have",
            Self::Matches => "it does not match",
            Self::Exists => "it must not be there",
            Self::NotSent => "it is compared with what the client did not send",
        })
    }
}

impl Refusal {
    /// The reason's number and name.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::MissingToken => Reason::MissingToken,
            Self::TokenTooLarge => Reason::TokenTooLarge,
            Self::MalformedToken(_) => Reason::MalformedToken,
            Self::UnsupportedAlgorithm => Reason::UnsupportedAlgorithm,
            Self::AlgorithmNotAllowed(_) => Reason::AlgorithmNotAllowed,
            Self::UnsupportedCriticalHeader => Reason::UnsupportedCriticalHeader,
            Self::WrongTokenType(_) => Reason::WrongTokenType,
            Self::NoKey(..) | Self::KeyGone => Reason::NoKey,
            Self::UnknownKeyId(_) | Self::ClientWithoutKey => Reason::UnknownKeyId,
            Self::AmbiguousKey(..) => Reason::AmbiguousKey,
            Self::WrongIssuer(_) => Reason::WrongIssuer,
            Self::KeysUnavailable => Reason::KeysUnavailable,
            Self::BadSignature => Reason::BadSignature,
            Self::SignatureFormat => Reason::SignatureFormat,
            Self::MalformedClaims(_) => Reason::MalformedClaims,
            Self::Expired(_) | Self::SessionExpired => Reason::Expired,
            Self::NotYetValid(_) => Reason::NotYetValid,
            Self::IssuedInFuture(_) => Reason::IssuedInFuture,
            Self::LifetimeTooLong(_) => Reason::LifetimeTooLong,
            Self::MissingClaim(_) => Reason::MissingClaim,
            Self::ClaimMismatch { .. } => Reason::ClaimMismatch,
            Self::BadAcl { .. } => Reason::BadAcl,
            Self::Revoked => Reason::Revoked,
            Self::CertificateMismatch(_) => Reason::CertificateMismatch,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(text(self.reason().name()))?;
        match self {
            Self::MalformedToken(defect)
            | Self::MalformedClaims(defect)
            | Self::CertificateMismatch(defect) => {
                write!(f, " ({defect})")
            }
            Self::AlgorithmNotAllowed(algorithm)
            | Self::NoKey(algorithm, None)
            | Self::AmbiguousKey(algorithm, None) => {
                write!(f, " (alg {algorithm})")
            }
            Self::NoKey(algorithm, Some(kid)) | Self::AmbiguousKey(algorithm, Some(kid)) => {
                write!(f, " (alg {algorithm}, kid {})", quoted(kid))
            }
            Self::WrongTokenType(None) => f.write_str(" (no typ)"),
            Self::WrongTokenType(Some(typ)) => write!(f, " (typ {})", quoted(typ)),
            Self::LifetimeTooLong(longest) => {
                write!(f, " (exp is more than {longest} seconds after iat)")
            }
            Self::UnknownKeyId(kid) => write!(f, " (kid {})", quoted(kid)),
            Self::ClientWithoutKey => f.write_str(" (by `kid_from`, no key is this client's)"),
            Self::WrongIssuer(Some(signer)) => {
                write!(f, " (signed by a key of the issuer {})", quoted(signer))
            }
            Self::WrongIssuer(None) => f.write_str(" (signed by a key that is of no issuer)"),
            Self::MissingClaim(name) => write!(f, " (claim {})", quoted(name)),
            Self::ClaimMismatch {
                claim,
                found,
                mismatch,
            } => write!(f, " (claim {} is {found}: {mismatch})", quoted(claim)),
            Self::Expired(exp) => write!(f, " (exp {exp})"),
            Self::NotYetValid(nbf) => write!(f, " (nbf {nbf})"),
            Self::IssuedInFuture(iat) => write!(f, " (iat {iat})"),
            Self::BadAcl { rule: None, defect } => write!(f, " ({defect})"),
            Self::BadAcl {
                rule: Some(rule),
                defect,
            } => write!(f, " (rule {rule}: {defect})"),
            _ => Ok(()),
        }
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
    fn a_refusal_is_small_because_each_stage_returns_it() {
        assert!(size_of::<Refusal>() <= 32);
    }

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
