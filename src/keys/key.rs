//! One key, parsed once, with the algorithms it may verify.

use std::sync::Arc;

use once_cell::sync::OnceCell;

use super::ecdsa::{Curve, Ecdsa};
use super::identity::{KeyIdentity, Material};
use super::misreading::Misreadings;
use super::primitives::{Primitive, Primitives};
use super::signature_format::{Mismatch, SignatureFormat};
use super::{ed25519, ml_dsa, rsa};
use crate::algorithm::Algorithm;
use crate::host::log::{Log, LogLevel};
use crate::stats::SeriesNumber;

/// A key and what it may verify. The algorithms are the key's own: a token's `alg` selects among
/// them, so no `alg` can make an HMAC secret of a public key.
pub(crate) struct Key {
    /// How messages name it.
    name: Box<str>,
    pub(crate) identity: Arc<KeyIdentity>,
    primitives: Primitives,
    warned_of_format: OnceCell<()>,
    /// Of a secret that people write and read in several ways.
    misreadings: Option<Box<Misreadings>>,
}

impl Key {
    fn new(name: String, kid: Option<String>, material: Material, primitives: Primitives) -> Self {
        Self {
            name: name.into(),
            identity: Arc::new(KeyIdentity {
                material,
                kid: kid.map(String::into_boxed_str),
                is_fetched: false,
                usual_format: primitives.usual_format(),
                series: SeriesNumber::default(),
            }),
            primitives,
            warned_of_format: OnceCell::new(),
            misreadings: None,
        }
    }

    fn of_one(
        name: String,
        kid: Option<String>,
        material: Material,
        primitive: (Algorithm, Primitive),
    ) -> Self {
        let primitives = Primitives::new(std::iter::once(primitive));
        Self::new(name, kid, material, primitives)
    }

    /// An HMAC secret. The caller has seen to it that it is not empty.
    pub(super) fn from_secret(name: String, kid: Option<String>, secret: &[u8]) -> Self {
        let material = Material::of("oct", &[secret]);
        Self::new(name, kid, material, Primitives::of_secret(secret))
    }

    /// An RSA public key: modulus and exponent, big-endian.
    pub(super) fn from_rsa(
        name: String,
        kid: Option<String>,
        modulus: &[u8],
        exponent: &[u8],
    ) -> Result<Self, String> {
        let (parsed, material) = rsa::parse(modulus, exponent)?;
        let primitives = parsed
            .into_iter()
            .map(|(algorithm, key)| (algorithm, Primitive::Signature(key)));
        Ok(Self::new(name, kid, material, Primitives::new(primitives)))
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
        let primitive = (curve.algorithm(), Primitive::Ecdsa(key));
        Ok(Self::of_one(name, kid, material, primitive))
    }

    /// An Ed25519 public key: 32 bytes (RFC 8032 section 5.1.5).
    pub(super) fn from_ed25519(
        name: String,
        kid: Option<String>,
        bytes: &[u8],
    ) -> Result<Self, String> {
        let (parsed, material) = ed25519::parse(bytes)?;
        let primitive = (Algorithm::EdDSA, Primitive::Signature(parsed));
        Ok(Self::of_one(name, kid, material, primitive))
    }

    /// An ML-DSA public key for this algorithm (FIPS 204 section 4).
    pub(super) fn from_ml_dsa(
        name: String,
        kid: Option<String>,
        algorithm: Algorithm,
        bytes: &[u8],
    ) -> Result<Self, String> {
        let (parsed, material) = ml_dsa::parse(algorithm, bytes)?;
        let primitive = (algorithm, Primitive::Signature(parsed));
        Ok(Self::of_one(name, kid, material, primitive))
    }

    /// The same secret, with what it may have been taken for.
    #[must_use]
    pub(super) fn with_misreadings(mut self, misreadings: Misreadings) -> Self {
        self.misreadings = Some(Box::new(misreadings));
        self
    }

    /// Takes every algorithm but these away from the key; false if none is left.
    #[must_use]
    pub(super) fn bind(&mut self, algorithms: &[Algorithm]) -> bool {
        self.primitives.bind(algorithms)
    }

    /// How messages name it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    #[inline]
    pub(crate) fn serves(&self, algorithm: Algorithm) -> bool {
        self.primitives.serve(algorithm)
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
        self.primitives.verify(algorithm, input, signature, format)
    }

    /// What the issuer may have taken the secret for.
    pub(crate) fn misreadings(&self) -> Option<&Misreadings> {
        self.misreadings.as_deref()
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
