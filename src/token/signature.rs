//! Stage 2: from a [`Token`] and the keys that may have signed it to [`Signed`].

use std::sync::Arc;

use super::base64url::Buffer;
use super::compact::{PermittedToken, Token};
use super::observer::Observer;
use crate::host::log::Log;
use crate::keys::{Key, KeyIdentity, Keys, Mismatch, Misreadings, SignatureFormat};
use crate::refusal::Refusal;

/// A token whose signature is that of a configured key. It is made by [`PermittedToken::verify`] and
/// [`PermittedToken::signed`] only.
pub(crate) struct Signed<'a> {
    pub(super) token: &'a Token<'a>,
    /// The key that signed it.
    pub(super) key: &'a Arc<KeyIdentity>,
}

impl Signed<'_> {
    /// The key that signed it.
    pub(crate) fn key(&self) -> &KeyIdentity {
        self.key
    }
}

impl<'a> PermittedToken<'a> {
    /// The keys that may have signed the token, by its `alg` and the name of its key; at least one, and at most
    /// `max_trials`. A signature that is not base64url is refused before a key that is missing: a token's
    /// form comes first.
    #[expect(
        clippy::inline_always,
        reason = "a step of every check: a call would copy its result"
    )]
    #[inline(always)]
    pub(crate) fn candidates<'k>(
        self,
        keys: &'k Keys<'_>,
        max_trials: usize,
    ) -> Result<impl Iterator<Item = &'k Key> + Clone, Refusal> {
        keys.select(self.algorithm, self.key, max_trials)
            .map_err(|refusal| self.token.signature.malformed_or(refusal))
    }

    /// Whether one of these keys signed the token.
    pub(crate) fn is_signed_by<'k>(
        self,
        keys: impl Iterator<Item = &'k Key>,
        format: Option<SignatureFormat>,
    ) -> bool {
        let Self {
            token, algorithm, ..
        } = self;
        let mut buffer = Buffer::default();
        let Ok(signature) = token.signature.decode(&mut buffer) else {
            return false;
        };
        let verifies = |key: &Key| {
            key.verify(algorithm, token.signing_input, signature, format)
                .is_ok()
        };
        keys.into_iter().any(verifies)
    }

    /// Tries the candidates in order; the first whose signature it is decides. An ECDSA signature must be
    /// encoded as `format` says; none: as is usual for the key. The log is told what an operator can do where
    /// none accepts it.
    pub(super) fn verify(
        self,
        candidates: impl Iterator<Item = &'a Key>,
        format: Option<SignatureFormat>,
        observer: Observer<'_>,
        buffer: &mut Buffer,
    ) -> Result<Signed<'a>, Refusal> {
        let signature = self.token.signature.decode(buffer)?;
        let signed = self
            .try_keys(candidates, signature, format)
            .map_err(|unverified| {
                unverified.tell(self, signature, observer.log);
                unverified.refusal()
            })?;
        observer.count(signed.key);
        Ok(signed)
    }

    /// The same, and nobody is told anything.
    pub(crate) fn signed(
        self,
        candidates: impl Iterator<Item = &'a Key>,
        format: Option<SignatureFormat>,
    ) -> Result<Signed<'a>, Refusal> {
        let mut buffer = Buffer::default();
        let signature = self.token.signature.decode(&mut buffer)?;
        self.try_keys(candidates, signature, format)
            .map_err(|unverified| unverified.refusal())
    }

    #[inline]
    fn try_keys(
        self,
        candidates: impl Iterator<Item = &'a Key>,
        signature: &[u8],
        format: Option<SignatureFormat>,
    ) -> Result<Signed<'a>, Unverified<'a>> {
        let Self {
            token, algorithm, ..
        } = self;
        let mut unverified = Unverified {
            other_format: None,
            misreadings: None,
        };
        for key in candidates {
            match key.verify(algorithm, token.signing_input, signature, format) {
                Ok(()) => {
                    return Ok(Signed {
                        token,
                        key: &key.identity,
                    });
                }
                Err(Mismatch::Signature) => {
                    unverified.misreadings = unverified.misreadings.or(key.misreadings());
                }
                Err(Mismatch::Format) => {
                    unverified.other_format = unverified.other_format.or(Some(key));
                }
            }
        }
        Err(unverified)
    }
}

/// A signature that is that of no candidate.
struct Unverified<'k> {
    /// The first key whose signature it is in the other encoding.
    other_format: Option<&'k Key>,
    /// The first secret that may have been read in another way.
    misreadings: Option<&'k Misreadings>,
}

impl Unverified<'_> {
    /// The most specific refusal, whatever the order of the keys: a good signature in the other encoding comes
    /// before a bad one.
    fn refusal(&self) -> Refusal {
        match self.other_format {
            Some(_) => Refusal::SignatureFormat,
            None => Refusal::BadSignature,
        }
    }

    fn tell(&self, token: PermittedToken<'_>, signature: &[u8], log: &Log) {
        match (self.other_format, self.misreadings) {
            (Some(key), _) => key.warn_of_format_once(log),
            (None, Some(misreadings)) => {
                let input = token.token.signing_input;
                misreadings.try_each(token.algorithm, input, signature, log);
            }
            (None, None) => {}
        }
    }
}
