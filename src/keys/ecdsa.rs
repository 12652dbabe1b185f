//! ECDSA, whose signatures have two encodings.

use aws_lc_rs::signature::{self as algorithms, EcdsaVerificationAlgorithm, ParsedPublicKey};

use super::identity::{Material, rejected};
use super::signature_format::{Mismatch, SignatureFormat};
use crate::algorithm::Algorithm;

/// An ECDSA key for both encodings of a signature, so that a good signature in the other encoding is told
/// from a bad one.
pub(super) struct Ecdsa {
    /// The encoding to expect, unless the configuration says.
    pub(super) usual: SignatureFormat,
    raw_len: usize,
    der: ParsedPublicKey,
    raw: ParsedPublicKey,
}

/// A curve of RFC 7518 section 3.4. The curve decides the algorithm.
#[derive(Debug, Clone, Copy)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

impl Ecdsa {
    /// A public key: a point as SEC 1 section 2.3.3 encodes it.
    pub(super) fn new(
        curve: Curve,
        point: &[u8],
        usual: SignatureFormat,
    ) -> Result<(Self, Material), String> {
        // The parser takes more than points: a whole SubjectPublicKeyInfo, and the hybrid form.
        let len = curve.coordinate_len();
        // Of y, the compressed form has the last bit, which is all that the other form adds.
        let (x, odd) = match point.split_first() {
            Some((form @ (2 | 3), x)) if x.len() == len => (x, *form == 3),
            Some((4, x_and_y)) if x_and_y.len() == len.saturating_mul(2) => {
                let odd = x_and_y.last().is_some_and(|last| last % 2 == 1);
                (x_and_y.get(..len).unwrap_or_default(), odd)
            }
            _ => return Err("an elliptic curve key that is no point".to_owned()),
        };
        let material = Material::of(curve.algorithm().name(), &[x, &[odd.into()]]);
        let (der, raw) = curve.encodings();
        let parse = |encoding| ParsedPublicKey::new(encoding, point).map_err(rejected);
        let key = Self {
            usual,
            raw_len: len.saturating_mul(2),
            der: parse(der)?,
            raw: parse(raw)?,
        };
        Ok((key, material))
    }

    /// Whether the signature is this key's, encoded as `format` says, or else as is usual for the key.
    pub(super) fn verify(
        &self,
        input: &[u8],
        signature: &[u8],
        format: Option<SignatureFormat>,
    ) -> Result<(), Mismatch> {
        let is_raw = signature.len() == self.raw_len;
        // A signature that has the shape of the configured encoding is not tried in the other one: no
        // signature may cost two verifications.
        let (configured, other) = match format.unwrap_or(self.usual) {
            SignatureFormat::Der => (&self.der, (!is_der(signature)).then_some(&self.raw)),
            SignatureFormat::Raw => (&self.raw, (!is_raw).then_some(&self.der)),
            SignatureFormat::Auto if is_raw => (&self.raw, None),
            SignatureFormat::Auto => (&self.der, None),
        };
        let verifies = |key: &ParsedPublicKey| key.verify_sig(input, signature).is_ok();
        if verifies(configured) {
            Ok(())
        } else if other.is_some_and(verifies) {
            Err(Mismatch::Format)
        } else {
            Err(Mismatch::Signature)
        }
    }
}

/// Whether this is one ASN.1 SEQUENCE in DER, by its first bytes.
fn is_der(signature: &[u8]) -> bool {
    match signature {
        [0x30, len @ ..=0x7f, rest @ ..] | [0x30, 0x81, len @ 0x80..=0xff, rest @ ..] => {
            rest.len() == usize::from(*len)
        }
        _ => false,
    }
}

impl Curve {
    /// The length of a coordinate in bytes.
    pub(super) fn coordinate_len(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The algorithm of RFC 7518 section 3.4.
    pub(super) fn algorithm(self) -> Algorithm {
        match self {
            Self::P256 => Algorithm::ES256,
            Self::P384 => Algorithm::ES384,
            Self::P521 => Algorithm::ES512,
        }
    }

    /// The same with signatures in DER, and raw.
    fn encodings(
        self,
    ) -> (
        &'static EcdsaVerificationAlgorithm,
        &'static EcdsaVerificationAlgorithm,
    ) {
        match self {
            Self::P256 => (
                &algorithms::ECDSA_P256_SHA256_ASN1,
                &algorithms::ECDSA_P256_SHA256_FIXED,
            ),
            Self::P384 => (
                &algorithms::ECDSA_P384_SHA384_ASN1,
                &algorithms::ECDSA_P384_SHA384_FIXED,
            ),
            Self::P521 => (
                &algorithms::ECDSA_P521_SHA512_ASN1,
                &algorithms::ECDSA_P521_SHA512_FIXED,
            ),
        }
    }
}
