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
    Ecdsa(Ecdsa),
}

/// The algorithms of one key.
pub(super) struct Primitives {
    /// A bit for each algorithm.
    algorithms: u32,
    kept: Kept,
}

/// Most keys are for one algorithm, which is kept without a further allocation.
enum Kept {
    One(Algorithm, Primitive),
    Several(Vec<(Algorithm, Primitive)>),
}

/// A bit for each of these.
fn bits(algorithms: impl IntoIterator<Item = Algorithm>) -> u32 {
    let bit = |algorithm| 1_u32.wrapping_shl(algorithm as u32);
    (algorithms.into_iter()).fold(0, |all, algorithm| all | bit(algorithm))
}

impl Primitives {
    pub(super) fn new(primitives: impl Iterator<Item = (Algorithm, Primitive)>) -> Self {
        let mut all: Vec<_> = primitives.collect();
        let algorithms = bits(all.iter().map(|(algorithm, _)| *algorithm));
        let kept = match all.pop() {
            Some((algorithm, primitive)) if all.is_empty() => Kept::One(algorithm, primitive),
            last => {
                all.extend(last);
                all.shrink_to_fit();
                Kept::Several(all)
            }
        };
        Self { algorithms, kept }
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
        let left = self.algorithms & bits(algorithms.iter().copied());
        if let Kept::Several(all) = &mut self.kept {
            let is_left = |(own, _): &(Algorithm, _)| algorithms.contains(own);
            *self = Self::new(std::mem::take(all).into_iter().filter(is_left));
        }
        self.algorithms = left;
        left != 0
    }

    #[inline]
    pub(super) fn serve(&self, algorithm: Algorithm) -> bool {
        self.algorithms & bits([algorithm]) != 0
    }

    /// How the signatures are encoded, unless the configuration says; none: in one way only.
    pub(super) fn usual_format(&self) -> Option<SignatureFormat> {
        // A key for ECDSA is for one algorithm.
        match &self.kept {
            Kept::One(_, Primitive::Ecdsa(key)) => Some(key.usual),
            Kept::One(..) | Kept::Several(_) => None,
        }
    }

    fn get(&self, algorithm: Algorithm) -> Option<&Primitive> {
        match &self.kept {
            Kept::One(own, primitive) => (*own == algorithm).then_some(primitive),
            Kept::Several(all) => {
                (all.iter()).find_map(|(own, primitive)| (*own == algorithm).then_some(primitive))
            }
        }
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
