//! What verifies signatures: one primitive for each algorithm of a key, ready for use.

use aws_lc_rs::signature::ParsedPublicKey;

use super::ecdsa::Ecdsa;
use super::mac::MacKey;
use super::signature_format::{Mismatch, SignatureFormat};
use crate::algorithm::Algorithm;

/// What verifies one algorithm.
pub(super) enum Primitive {
    Hmac(Box<MacKey>),
    Signature(ParsedPublicKey),
    Ecdsa(Box<Ecdsa>),
}

/// The algorithms of one key.
pub(super) struct Primitives(Vec<(Algorithm, Primitive)>);

impl Primitives {
    pub(super) fn new(primitives: impl Iterator<Item = (Algorithm, Primitive)>) -> Self {
        Self(primitives.collect())
    }

    /// Those of an HMAC secret.
    pub(super) fn of_secret(secret: &[u8]) -> Self {
        let algorithms = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
        Self::new(algorithms.into_iter().filter_map(|algorithm| {
            let key = MacKey::new(algorithm, secret)?;
            Some((algorithm, Primitive::Hmac(Box::new(key))))
        }))
    }

    /// Takes every algorithm but these away; false if none is left.
    #[must_use]
    pub(super) fn bind(&mut self, algorithms: &[Algorithm]) -> bool {
        self.0.retain(|(own, _)| algorithms.contains(own));
        !self.0.is_empty()
    }

    /// How the signatures are encoded, unless the configuration says; none: in one way only.
    pub(super) fn usual_format(&self) -> Option<SignatureFormat> {
        self.0.iter().find_map(|(_, primitive)| match primitive {
            Primitive::Ecdsa(key) => Some(key.usual),
            Primitive::Hmac(_) | Primitive::Signature(_) => None,
        })
    }

    pub(super) fn get(&self, algorithm: Algorithm) -> Option<&Primitive> {
        self.0
            .iter()
            .find_map(|(own, primitive)| (*own == algorithm).then_some(primitive))
    }

    /// Whether the signature is good, by an algorithm that is there. One of ECDSA must be encoded as `format`
    /// says, or else as is usual for the key.
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        input: &[u8],
        signature: &[u8],
        format: Option<SignatureFormat>,
    ) -> Result<(), Mismatch> {
        let verifies = match self.get(algorithm) {
            None => false,
            Some(Primitive::Ecdsa(key)) => return key.verify(input, signature, format),
            Some(Primitive::Hmac(key)) => key.verifies(input, signature),
            Some(Primitive::Signature(key)) => key.verify_sig(input, signature).is_ok(),
        };
        verifies.then_some(()).ok_or(Mismatch::Signature)
    }
}
