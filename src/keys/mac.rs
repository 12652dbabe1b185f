//! HMAC with SHA-2 (RFC 7518 section 3.2), with a secret that was prepared once.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384, Sha512};

use crate::algorithm::Algorithm;

/// A secret for one algorithm: the state of the hash after the padded secret, inner and outer. It is
/// wiped when dropped.
pub(super) enum MacKey {
    Sha256(Hmac<Sha256>),
    Sha384(Hmac<Sha384>),
    Sha512(Hmac<Sha512>),
}

impl MacKey {
    /// None: the algorithm is not one of these.
    pub(super) fn new(algorithm: Algorithm, secret: &[u8]) -> Option<Self> {
        // HMAC takes a secret of any length.
        match algorithm {
            Algorithm::HS256 => KeyInit::new_from_slice(secret).ok().map(Self::Sha256),
            Algorithm::HS384 => KeyInit::new_from_slice(secret).ok().map(Self::Sha384),
            Algorithm::HS512 => KeyInit::new_from_slice(secret).ok().map(Self::Sha512),
            _ => None,
        }
    }

    /// Whether `tag` is the whole MAC of `input`, in time that does not depend on where it differs.
    pub(super) fn verifies(&self, input: &[u8], tag: &[u8]) -> bool {
        match self {
            Self::Sha256(key) => verifies(key, input, tag),
            Self::Sha384(key) => verifies(key, input, tag),
            Self::Sha512(key) => verifies(key, input, tag),
        }
    }
}

fn verifies(key: &(impl Mac + Clone), input: &[u8], tag: &[u8]) -> bool {
    key.clone().chain_update(input).verify_slice(tag).is_ok()
}
