//! From a [`Token`] and the keys that may have signed it to a [`Signed`] payload.

use std::sync::Arc;

use crate::keys::{Key, KeyIdentity, Mismatch, SignatureFormat};
use crate::log::Log;
use crate::token::Token;
use crate::verdict::Refusal;

/// The payload of a token whose signature is that of a configured key. [`Token::verify`] alone
/// makes one.
pub(crate) struct Signed {
    payload: Vec<u8>,
    key: Arc<KeyIdentity>,
}

impl Signed {
    pub(crate) fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The key that signed it.
    pub(crate) fn key(&self) -> &Arc<KeyIdentity> {
        &self.key
    }

    pub(crate) fn into_payload(self) -> Vec<u8> {
        self.payload
    }
}

impl Token<'_> {
    /// Tries `keys` in order; the first that fits decides.
    pub(crate) fn verify<'k>(
        self,
        keys: impl Iterator<Item = &'k Key>,
        format: Option<SignatureFormat>,
        log: &Log,
    ) -> Result<Signed, Refusal> {
        let mut refusal = Refusal::BadSignature;
        for key in keys {
            match key.verify(self.algorithm, self.signing_input, &self.signature, format) {
                Ok(()) => {
                    return Ok(Signed {
                        payload: self.payload,
                        key: Arc::clone(&key.identity),
                    });
                }
                Err(Mismatch::Signature) => {}
                Err(Mismatch::Format) => {
                    key.warn_of_format_once(log);
                    refusal = Refusal::SignatureFormat;
                }
            }
        }
        Err(refusal)
    }
}
