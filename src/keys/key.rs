//! One key, parsed once, with the algorithms it may verify.

use std::sync::Arc;

use aws_lc_rs::error::KeyRejected;
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    self as algorithms, ED25519_PUBLIC_KEY_LEN, ParsedPublicKey, RsaParameters,
};
use once_cell::sync::OnceCell;

use super::ecdsa::{Curve, Ecdsa, SignatureFormat};
use super::identity::{KeyIdentity, Material};
use super::mac::MacKey;
use crate::algorithm::Algorithm;
use crate::host::log::{Log, LogLevel};

/// The sizes of RSA moduli in bits that are neither weak nor a way to burn processor time.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The longest RSA exponent in bits: the one limit that the verification has as well.
const LONGEST_EXPONENT: usize = 33;

/// A key and what it may verify. The algorithms are the key's own: a token's `alg` selects among
/// them, so no `alg` can make an HMAC secret of a public key.
pub(crate) struct Key {
    /// How messages name it.
    name: String,
    pub(crate) identity: Arc<KeyIdentity>,
    primitives: Vec<(Algorithm, Primitive)>,
    warned_of_format: OnceCell<()>,
}

/// What verifies one algorithm, ready for use.
enum Primitive {
    Hmac(Box<MacKey>),
    Signature(ParsedPublicKey),
    Ecdsa(Box<Ecdsa>),
}

/// Why a key did not verify a signature.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// It is not this key's signature over this input.
    Signature,
    /// It is, but in the encoding that is not configured.
    Format,
}

impl Key {
    fn new(
        name: String,
        kid: Option<String>,
        material: Material,
        primitives: Vec<(Algorithm, Primitive)>,
    ) -> Self {
        Self {
            name,
            identity: Arc::new(KeyIdentity {
                material,
                kid,
                is_secret: primitives.iter().any(|(algorithm, _)| algorithm.is_hmac()),
                usual_format: primitives
                    .iter()
                    .find_map(|(_, primitive)| match primitive {
                        Primitive::Ecdsa(key) => Some(key.usual),
                        Primitive::Hmac(_) | Primitive::Signature(_) => None,
                    }),
            }),
            primitives,
            warned_of_format: OnceCell::new(),
        }
    }

    /// An HMAC secret. The caller has seen to it that it is not empty.
    pub(super) fn from_secret(name: String, kid: Option<String>, secret: &[u8]) -> Self {
        let algorithms = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
        let prepared = |algorithm| {
            let key = MacKey::new(algorithm, secret)?;
            Some((algorithm, Primitive::Hmac(Box::new(key))))
        };
        let primitives: Vec<_> = algorithms.into_iter().filter_map(prepared).collect();
        let material = Material::of("oct", &[secret]);
        Self::new(name, kid, material, primitives)
    }

    /// An RSA public key: modulus and exponent, big-endian.
    pub(super) fn from_rsa(
        name: String,
        kid: Option<String>,
        modulus: &[u8],
        exponent: &[u8],
    ) -> Result<Self, String> {
        let (n, e) = (
            without_leading_zeros(modulus),
            without_leading_zeros(exponent),
        );
        let size = bits(n);
        if !RSA_BITS.contains(&size) {
            return Err(format!(
                "an RSA key of {size} bits; {} to {} bits are accepted",
                RSA_BITS.start(),
                RSA_BITS.end()
            ));
        }
        let even = |number: &[u8]| number.last().is_none_or(|byte| byte % 2 == 0);
        if even(n) {
            return Err("an RSA key with an even modulus".to_owned());
        }
        if even(e) || e == [1] || bits(e) > LONGEST_EXPONENT {
            return Err("an RSA key whose exponent is even, below 3, or too long".to_owned());
        }
        let components = PublicKeyComponents { n, e };
        // The first verification prepares a key under a lock. It is done here, so that no check ever
        // takes that lock, and no process is forked while one holds it.
        let no_signature: Vec<u8> = (0..n.len()).map(|index| u8::from(index > 0)).collect();
        let parse = |parameters: &'static RsaParameters| {
            let key = components
                .to_parsed_public_key(parameters)
                .map_err(rejected)?;
            let _ = key.verify_sig(b"", &no_signature);
            Ok::<_, String>(Primitive::Signature(key))
        };
        let primitives = vec![
            (
                Algorithm::RS256,
                parse(&algorithms::RSA_PKCS1_2048_8192_SHA256)?,
            ),
            (
                Algorithm::RS384,
                parse(&algorithms::RSA_PKCS1_2048_8192_SHA384)?,
            ),
            (
                Algorithm::RS512,
                parse(&algorithms::RSA_PKCS1_2048_8192_SHA512)?,
            ),
            (
                Algorithm::PS256,
                parse(&algorithms::RSA_PSS_2048_8192_SHA256)?,
            ),
            (
                Algorithm::PS384,
                parse(&algorithms::RSA_PSS_2048_8192_SHA384)?,
            ),
            (
                Algorithm::PS512,
                parse(&algorithms::RSA_PSS_2048_8192_SHA512)?,
            ),
        ];
        let material = Material::of("RSA", &[n, e]);
        Ok(Self::new(name, kid, material, primitives))
    }

    /// An elliptic curve public key: a point as SEC 1 section 2.3.3 encodes it, and the encoding of
    /// signatures that is usual where such keys come from.
    pub(super) fn from_point(
        name: String,
        kid: Option<String>,
        curve: Curve,
        point: &[u8],
        usual: SignatureFormat,
    ) -> Result<Self, String> {
        let (key, material) = Ecdsa::new(curve, point, usual)?;
        let primitives = vec![(curve.algorithm(), Primitive::Ecdsa(Box::new(key)))];
        Ok(Self::new(name, kid, material, primitives))
    }

    /// An Ed25519 public key: 32 bytes (RFC 8032 section 5.1.5).
    pub(super) fn from_ed25519(
        name: String,
        kid: Option<String>,
        bytes: &[u8],
    ) -> Result<Self, String> {
        let mut y: [u8; ED25519_PUBLIC_KEY_LEN] = bytes
            .try_into()
            .map_err(|_| "an Ed25519 key that is not 32 bytes long".to_owned())?;
        // The last bit is the sign of x; both signs have the same order.
        y[ED25519_PUBLIC_KEY_LEN - 1] &= 0x7f;
        if SMALL_ORDER.contains(&y) {
            return Err("an Ed25519 key for which anybody can sign".to_owned());
        }
        let parsed = ParsedPublicKey::new(&algorithms::ED25519, bytes).map_err(rejected)?;
        Ok(Self::new(
            name,
            kid,
            Material::of("Ed25519", &[bytes]),
            vec![(Algorithm::EdDSA, Primitive::Signature(parsed))],
        ))
    }

    /// Takes every algorithm but this one away from the key; false if none is left.
    #[must_use]
    pub(super) fn bind(&mut self, algorithm: Algorithm) -> bool {
        self.primitives.retain(|(own, _)| *own == algorithm);
        !self.primitives.is_empty()
    }

    pub(super) fn serves(&self, algorithm: Algorithm) -> bool {
        self.primitive(algorithm).is_some()
    }

    fn primitive(&self, algorithm: Algorithm) -> Option<&Primitive> {
        self.primitives
            .iter()
            .find_map(|(own, primitive)| (*own == algorithm).then_some(primitive))
    }

    /// Whether `signature` is this key's over `input`, by an algorithm that is its own. One of ECDSA
    /// must be encoded as `format` says, or else as is usual for the key.
    pub(crate) fn verify(
        &self,
        algorithm: Algorithm,
        input: &[u8],
        signature: &[u8],
        format: Option<SignatureFormat>,
    ) -> Result<(), Mismatch> {
        let verifies = match self.primitive(algorithm) {
            None => false,
            Some(Primitive::Ecdsa(key)) => return key.verify(input, signature, format),
            Some(Primitive::Hmac(key)) => key.verifies(input, signature),
            Some(Primitive::Signature(key)) => key.verify_sig(input, signature).is_ok(),
        };
        verifies.then_some(()).ok_or(Mismatch::Signature)
    }

    /// Tells the operator which option to change, once for each key.
    pub(crate) fn warn_of_format_once(&self, log: &Log) {
        if self.warned_of_format.set(()).is_ok() {
            log.write(LogLevel::Warn, || {
                format!(
                    "{}: a token carries a good ECDSA signature in the form that is not \
                     configured; set `signature_format` to \"raw\" if its issuer follows RFC 7518, \
                     to \"der\" if it writes ASN.1, or to \"auto\" for both",
                    self.name
                )
            });
        }
    }
}

/// The y coordinates of the points of order 4, 1, 8, 8 and 2 on Ed25519's curve, as keys encode them.
/// For a key of such an order signatures can be made without a private key, and the verification
/// does not refuse them by itself.
const SMALL_ORDER: [[u8; ED25519_PUBLIC_KEY_LEN]; 5] = [
    [
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00,
    ],
    [
        0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00,
    ],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
    [
        0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0x7f,
    ],
];

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// The length in bits of a number without leading zeros.
fn bits(number: &[u8]) -> usize {
    let unused = number
        .first()
        .map_or(0, |byte| byte.leading_zeros() as usize);
    number.len().saturating_mul(8).saturating_sub(unused)
}

pub(super) fn rejected(_: KeyRejected) -> String {
    "the numbers do not make a key".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R is the neutral element and S is 0: good for every key A and message with h * A = R, which
    /// for a point of small order is every eighth message at least.
    fn can_be_forged(key: [u8; ED25519_PUBLIC_KEY_LEN]) -> bool {
        let mut signature = [0; 64];
        signature[0] = 1;
        ParsedPublicKey::new(&algorithms::ED25519, key).is_ok_and(|key| {
            (0_u32..400).any(|message| key.verify_sig(&message.to_le_bytes(), &signature).is_ok())
        })
    }

    #[test]
    fn a_key_that_anybody_can_sign_for_is_refused() {
        for mut key in SMALL_ORDER {
            assert!(can_be_forged(key), "{key:02x?}");
            for sign in [0, 0x80] {
                key[31] |= sign;
                let refused = Key::from_ed25519(String::new(), None, &key).err();
                assert_eq!(
                    refused.as_deref(),
                    Some("an Ed25519 key for which anybody can sign")
                );
            }
        }
    }
}
