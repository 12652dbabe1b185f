//! ECDSA, whose signatures have two encodings.

use aws_lc_rs::signature::{self as algorithms, EcdsaVerificationAlgorithm, ParsedPublicKey};
use x509_cert::der::asn1::UintRef;
use x509_cert::der::{Encode, EncodeValue, FixedTag, Length, Tag, Writer};

use super::identity::{Material, rejected};
use super::signature_format::{Mismatch, SignatureFormat};
use crate::algorithm::Algorithm;

/// An ECDSA key. It verifies both encodings of a signature, so that a good one in the other encoding is told
/// from a bad one. AWS-LC verifies DER; what it would do itself with a raw signature is to encode it so, by
/// allocating both numbers. A key for each encoding would take twice the memory.
pub(super) struct Ecdsa {
    /// The encoding to expect, unless the configuration says.
    pub(super) usual: SignatureFormat,
    curve: Curve,
    key: ParsedPublicKey,
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
        let key = ParsedPublicKey::new(curve.verification(), point).map_err(rejected)?;
        Ok((Self { usual, curve, key }, material))
    }

    /// Whether the signature is this key's, encoded as `format` says, or else as is usual for the key.
    pub(super) fn verify(
        &self,
        input: &[u8],
        signature: &[u8],
        format: Option<SignatureFormat>,
    ) -> Result<(), Mismatch> {
        let is_raw = signature.len() == self.curve.coordinate_len().saturating_mul(2);
        // A signature that has the shape of the configured encoding is not tried in the other one: no
        // signature may cost two verifications.
        let (configured, other) = match format.unwrap_or(self.usual) {
            SignatureFormat::Der => (Encoding::Der, (!is_der(signature)).then_some(Encoding::Raw)),
            SignatureFormat::Raw => (Encoding::Raw, (!is_raw).then_some(Encoding::Der)),
            SignatureFormat::Auto if is_raw => (Encoding::Raw, None),
            SignatureFormat::Auto => (Encoding::Der, None),
        };
        let verifies = |encoding| match encoding {
            Encoding::Der => self.key.verify_sig(input, signature).is_ok(),
            Encoding::Raw => is_raw && self.verifies_raw(input, signature),
        };
        if verifies(configured) {
            Ok(())
        } else if other.is_some_and(verifies) {
            Err(Mismatch::Format)
        } else {
            Err(Mismatch::Signature)
        }
    }

    /// Verifies two numbers in a row, each as long as a coordinate.
    fn verifies_raw(&self, input: &[u8], signature: &[u8]) -> bool {
        let mut buffer = [0; LONGEST_DER];
        let (r, s) = signature
            .split_at_checked(self.curve.coordinate_len())
            .unwrap_or_default();
        let der = Numbers::new(r, s).and_then(|numbers| numbers.encode_to_slice(&mut buffer).ok());
        der.is_some_and(|der| self.key.verify_sig(input, der).is_ok())
    }
}

/// One of the two ways to write a signature.
#[derive(Clone, Copy)]
enum Encoding {
    Der,
    Raw,
}

/// The longest signature in DER, that of P-521: a SEQUENCE with three bytes in front, of two INTEGERs with two
/// in front of 66 bytes that begin with no set bit.
const LONGEST_DER: usize = 3 + 2 * (2 + 66);

/// The two numbers of a signature, as RFC 3279 section 2.2.3 writes them: Ecdsa-Sig-Value.
struct Numbers<'s> {
    r: UintRef<'s>,
    s: UintRef<'s>,
}

impl<'s> Numbers<'s> {
    fn new(r: &'s [u8], s: &'s [u8]) -> Option<Self> {
        let (r, s) = (UintRef::new(r).ok()?, UintRef::new(s).ok()?);
        Some(Self { r, s })
    }
}

impl FixedTag for Numbers<'_> {
    const TAG: Tag = Tag::Sequence;
}

impl EncodeValue for Numbers<'_> {
    fn value_len(&self) -> x509_cert::der::Result<Length> {
        let (r, s) = (self.r.encoded_len()?, self.s.encoded_len()?);
        Ok(r.saturating_add(s))
    }

    fn encode_value(&self, writer: &mut impl Writer) -> x509_cert::der::Result<()> {
        self.r.encode(writer)?;
        self.s.encode(writer)
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

    /// The same with signatures in DER.
    fn verification(self) -> &'static EcdsaVerificationAlgorithm {
        match self {
            Self::P256 => &algorithms::ECDSA_P256_SHA256_ASN1,
            Self::P384 => &algorithms::ECDSA_P384_SHA384_ASN1,
            Self::P521 => &algorithms::ECDSA_P521_SHA512_ASN1,
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
        ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    };

    use super::*;

    /// Of six hundred signatures some have numbers that begin with zeros, and half of them a set bit.
    #[test]
    fn a_raw_signature_is_good_whatever_its_numbers_begin_with() {
        for (curve, signing, signatures) in [
            (Curve::P256, &ECDSA_P256_SHA256_FIXED_SIGNING, 600_u32),
            (Curve::P384, &ECDSA_P384_SHA384_FIXED_SIGNING, 30),
            (Curve::P521, &ECDSA_P521_SHA512_FIXED_SIGNING, 30),
        ] {
            let pair = EcdsaKeyPair::generate(signing).unwrap_or_else(|_| unreachable!());
            let key = Ecdsa::new(curve, pair.public_key().as_ref(), SignatureFormat::Raw);
            let (key, _) = key.unwrap_or_else(|error| unreachable!("{error}"));
            for number in 0..signatures {
                let input = number.to_be_bytes();
                let signature = pair.sign(&SystemRandom::new(), &input);
                let signature = signature.unwrap_or_else(|_| unreachable!());
                let mut signature = signature.as_ref().to_vec();
                assert_eq!(key.verify(&input, &signature, None), Ok(()));
                if let Some(last) = signature.last_mut() {
                    *last ^= 1;
                }
                let refused = key.verify(&input, &signature, None);
                assert_eq!(refused, Err(Mismatch::Signature));
                let refused = key.verify(&input, &vec![0; signature.len()], None);
                assert_eq!(refused, Err(Mismatch::Signature));
            }
        }
    }
}
