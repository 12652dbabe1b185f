//! What is decided about a client, and why: the words for "no".

mod check;
mod reason;

use std::fmt;
use std::sync::Arc;

use crate::algorithm::Algorithm;
use crate::host::quote::quoted;
use crate::missed_date::MissedDate;

pub(crate) use check::{Check, ToFirstRefusal, Walk};
pub(crate) use reason::text;
pub use reason::{Decision, Reason};

/// Why a token was refused, with what an operator needs to find the cause. Of the token itself it
/// holds no more than a known `alg`, the `kid`, the `typ`, a date and the name of a member that is wrong.
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
    /// See [`Reason::BadAcl`]: a rule of the operator that denies something cannot be kept to for this client.
    /// Its path in the configuration, and why.
    BadOperatorRule(Box<(Arc<str>, &'static str)>),
    /// See [`Reason::BadAcl`]: what is wrong with the claim as a whole. It quotes at most the name of a
    /// member.
    BadAclForm(Box<str>),
    /// See [`Reason::Revoked`].
    Revoked,
    /// See [`Reason::RevocationsUnavailable`].
    RevocationsUnavailable,
    /// See [`Reason::CertificateMismatch`]; what does not fit.
    CertificateMismatch(&'static str),
    /// See [`Reason::IdentityChanged`]; what is not as in the session.
    IdentityChanged(&'static str),
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

/// Why a claim is not what the configuration expects.
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
    /// It is the claim of `username_claim`, and no user name.
    Username,
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
            Self::Username => "a user name that is not empty is expected",
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
            Self::BadAcl { .. } | Self::BadAclForm(_) | Self::BadOperatorRule(_) => Reason::BadAcl,
            Self::Revoked => Reason::Revoked,
            Self::RevocationsUnavailable => Reason::RevocationsUnavailable,
            Self::CertificateMismatch(_) => Reason::CertificateMismatch,
            Self::IdentityChanged(_) => Reason::IdentityChanged,
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
            Self::IdentityChanged(what) => write!(f, " ({what} is not that of the session)"),
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
            Self::WrongIssuer(None) => {
                f.write_str(" (signed by a key of the configuration's top level)")
            }
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
            Self::BadAclForm(defect) => write!(f, " ({defect})"),
            Self::BadAcl {
                rule: Some(rule),
                defect,
            } => write!(f, " (rule {rule}: {defect})"),
            Self::BadOperatorRule(what) => {
                let (rule, defect) = &**what;
                write!(f, " ({}: {defect})", quoted(rule))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_small_because_each_stage_returns_it() {
        assert!(size_of::<Refusal>() <= 32);
    }
}
