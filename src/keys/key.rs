//! One key, parsed once, with the algorithms it may verify.

use std::sync::Arc;

use aws_lc_rs::signature::ParsedPublicKey;
use once_cell::sync::OnceCell;

use super::ecdsa::{Curve, Ecdsa};
use super::identity::{KeyIdentity, Material};
use super::mac::MacKey;
use super::misreading::Misreadings;
use super::signature_format::{Mismatch, SignatureFormat};
use super::{ed25519, ml_dsa, rsa};
use crate::algorithm::Algorithm;
use crate::host::log::{Log, LogLevel};

/// A key and what it may verify. The algorithms are the key's own: a token's `alg` selects among
/// them, so no `alg` can make an HMAC secret of a public key.
pub(crate) struct Key {
    /// How messages name it.
    name: String,
    pub(crate) identity: Arc<KeyIdentity>,
    primitives: Vec<(Algorithm, Primitive)>,
    warned_of_format: OnceCell<()>,
    /// Of a secret that people write and read in several ways.
    misreadings: Option<Box<Misreadings>>,
}

/// What verifies one algorithm, ready for use.
enum Primitive {
    Hmac(Box<MacKey>),
    Signature(ParsedPublicKey),
    Ecdsa(Box<Ecdsa>),
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
                is_fetched: false,
                usual_format: primitives
                    .iter()
                    .find_map(|(_, primitive)| match primitive {
                        Primitive::Ecdsa(key) => Some(key.usual),
                        Primitive::Hmac(_) | Primitive::Signature(_) => None,
                    }),
            }),
            primitives,
            warned_of_format: OnceCell::new(),
            misreadings: None,
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
        let (parsed, material) = rsa::parse(modulus, exponent)?;
        let primitives = parsed
            .into_iter()
            .map(|(algorithm, key)| (algorithm, Primitive::Signature(key)));
        Ok(Self::new(name, kid, material, primitives.collect()))
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
        let (parsed, material) = ed25519::parse(bytes)?;
        let primitives = vec![(Algorithm::EdDSA, Primitive::Signature(parsed))];
        Ok(Self::new(name, kid, material, primitives))
    }

    /// An ML-DSA public key for this algorithm (FIPS 204 section 4).
    pub(super) fn from_ml_dsa(
        name: String,
        kid: Option<String>,
        algorithm: Algorithm,
        bytes: &[u8],
    ) -> Result<Self, String> {
        let (parsed, material) = ml_dsa::parse(algorithm, bytes)?;
        let primitives = vec![(algorithm, Primitive::Signature(parsed))];
        Ok(Self::new(name, kid, material, primitives))
    }

    /// The same secret, with what it may have been taken for.
    #[must_use]
    pub(super) fn with_misreadings(mut self, misreadings: Misreadings) -> Self {
        self.misreadings = Some(Box::new(misreadings));
        self
    }

    /// The same key, as one that came from an endpoint.
    #[must_use]
    pub(super) fn fetched(mut self) -> Self {
        Arc::make_mut(&mut self.identity).is_fetched = true;
        self
    }

    /// Takes every algorithm but these away from the key; false if none is left.
    #[must_use]
    pub(super) fn bind(&mut self, algorithms: &[Algorithm]) -> bool {
        self.primitives.retain(|(own, _)| algorithms.contains(own));
        !self.primitives.is_empty()
    }

    pub(crate) fn serves(&self, algorithm: Algorithm) -> bool {
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
