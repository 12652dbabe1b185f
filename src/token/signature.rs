//! Stage 2: from a [`Token`] and the keys that may have signed it to [`Signed`].

use std::sync::Arc;

use super::base64url::Buffer;
use super::compact::{PermittedToken, Token};
use crate::host::log::Log;
use crate::keys::{Key, KeyIdentity, Keys, Mismatch, SignatureFormat};
use crate::refusal::Refusal;

/// A token whose signature is that of a configured key. It is made by [`PermittedToken::verify`] only.
pub(super) struct Signed<'a> {
    pub(super) token: &'a Token<'a>,
    /// The key that signed it.
    pub(super) key: &'a Arc<KeyIdentity>,
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
    pub(super) fn candidates<'k>(
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
    /// encoded as `format` says; none: as is usual for the key. Where none accepts it, the most specific
    /// refusal is told, whatever the order: a good signature in the other encoding comes before a bad one.
    pub(super) fn verify(
        self,
        candidates: impl Iterator<Item = &'a Key>,
        format: Option<SignatureFormat>,
        log: &Log,
        buffer: &mut Buffer,
    ) -> Result<Signed<'a>, Refusal> {
        let Self {
            token, algorithm, ..
        } = self;
        let signature = token.signature.decode(buffer)?;
        let (mut other_format, mut misreadings) = (None, None);
        for key in candidates {
            match key.verify(algorithm, token.signing_input, signature, format) {
                Ok(()) => {
                    return Ok(Signed {
                        token,
                        key: &key.identity,
                    });
                }
                Err(Mismatch::Signature) => misreadings = misreadings.or(key.misreadings()),
                Err(Mismatch::Format) => other_format = other_format.or(Some(key)),
            }
        }
        let Some(key) = other_format else {
            if let Some(misreadings) = misreadings {
                misreadings.try_each(algorithm, token.signing_input, signature, log);
            }
            return Err(Refusal::BadSignature);
        };
        key.warn_of_format_once(log);
        Err(Refusal::SignatureFormat)
    }
}
