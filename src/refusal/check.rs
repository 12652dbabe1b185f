//! The checks in their one order, and how far they are walked.

use super::Refusal;

/// A check, in the order in which they are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Check {
    Token,
    Size,
    Form,
    Issuer,
    Algorithm,
    Critical,
    TokenType,
    Key,
    Signature,
    Claims,
    Exp,
    Nbf,
    Iat,
    Lifetime,
    /// A condition of `verify_claims`, by its index.
    Claim(usize),
    Certificate,
    Username,
    Acl,
    Revocation,
}

impl Check {
    const BEFORE_CONDITIONS: [Self; 14] = [
        Self::Token,
        Self::Size,
        Self::Form,
        Self::Issuer,
        Self::Algorithm,
        Self::Critical,
        Self::TokenType,
        Self::Key,
        Self::Signature,
        Self::Claims,
        Self::Exp,
        Self::Nbf,
        Self::Iat,
        Self::Lifetime,
    ];

    const BEHIND_CONDITIONS: [Self; 4] = [
        Self::Certificate,
        Self::Username,
        Self::Acl,
        Self::Revocation,
    ];

    /// All checks in their order, where `verify_claims` has so many conditions.
    pub(crate) fn all(conditions: usize) -> impl Iterator<Item = Self> {
        let before = Self::BEFORE_CONDITIONS.into_iter();
        let behind = Self::BEHIND_CONDITIONS.into_iter();
        before.chain((0..conditions).map(Self::Claim)).chain(behind)
    }

    /// What it is called; that of a claim is followed by the claim's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Size => "size",
            Self::Form => "form",
            Self::Issuer => "issuer",
            Self::Algorithm => "algorithm",
            Self::Critical => "critical",
            Self::TokenType => "token_type",
            Self::Key => "key",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Exp => "exp",
            Self::Nbf => "nbf",
            Self::Iat => "iat",
            Self::Lifetime => "lifetime",
            Self::Claim(_) => "claim",
            Self::Certificate => "certificate",
            Self::Username => "username",
            Self::Acl => "acl",
            Self::Revocation => "revocation",
        }
    }
}

/// Who walks along the checks, and decides whether to go on behind a refusal.
pub(crate) trait Walk {
    /// Takes the outcome of a check. Those behind it need its result, so a refusal ends the walk.
    fn needed<T>(&mut self, check: Check, outcome: Result<T, Refusal>) -> Result<T, Refusal>;

    /// Takes the outcome of a check. Who goes on behind a refusal does so with `otherwise` for its result.
    fn or<T>(
        &mut self,
        check: Check,
        outcome: Result<T, Refusal>,
        otherwise: impl FnOnce() -> T,
    ) -> Result<T, Refusal>;

    /// The same, for a check that those behind it can do without.
    #[inline]
    fn at<T: Default>(&mut self, check: Check, outcome: Result<T, Refusal>) -> Result<T, Refusal> {
        self.or(check, outcome, T::default)
    }
}

impl<W: Walk> Walk for &mut W {
    fn needed<T>(&mut self, check: Check, outcome: Result<T, Refusal>) -> Result<T, Refusal> {
        (**self).needed(check, outcome)
    }

    fn or<T>(
        &mut self,
        check: Check,
        outcome: Result<T, Refusal>,
        otherwise: impl FnOnce() -> T,
    ) -> Result<T, Refusal> {
        (**self).or(check, outcome, otherwise)
    }
}

/// Walks to the first refusal. Nothing of it is left in the compiled code.
#[derive(Clone, Copy)]
pub(crate) struct ToFirstRefusal;

impl Walk for ToFirstRefusal {
    #[inline]
    fn needed<T>(&mut self, _: Check, outcome: Result<T, Refusal>) -> Result<T, Refusal> {
        outcome
    }

    #[inline]
    fn or<T>(
        &mut self,
        _: Check,
        outcome: Result<T, Refusal>,
        _: impl FnOnce() -> T,
    ) -> Result<T, Refusal> {
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_checks_come_once_and_in_their_order() {
        let all: Vec<_> = Check::all(2).collect();
        assert!(all.is_sorted_by(|one, next| one < next));
        assert_eq!(all.len(), 20);
    }
}
