//! The signature algorithms of JSON Web Tokens (RFC 7518 section 3, RFC 8037 section 3.1, RFC 9864 section 2.2,
//! RFC 9964 section 3).

use std::fmt;

use serde::Deserialize;

// `jsonwebtoken` has such an enumeration, but without ES512 and ML-DSA.
/// A signature algorithm, named as in the `alg` header parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize, schemars::JsonSchema))]
#[cfg_attr(test, schemars(extend("enum" = Self::names())))]
#[expect(missing_docs, reason = "the names are the standard's")]
pub enum Algorithm {
    HS256,
    HS384,
    HS512,
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    ES512,
    // RFC 9864 names Ed25519 what RFC 8037 calls EdDSA. Another EdDSA is not served, so both names are one.
    #[serde(alias = "Ed25519")]
    EdDSA,
    #[serde(rename = "ML-DSA-44")]
    MlDsa44,
    #[serde(rename = "ML-DSA-65")]
    MlDsa65,
    #[serde(rename = "ML-DSA-87")]
    MlDsa87,
}

impl Algorithm {
    /// Every algorithm, in the order of the standards.
    pub const ALL: [Self; 16] = [
        Self::HS256,
        Self::HS384,
        Self::HS512,
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::ES256,
        Self::ES384,
        Self::ES512,
        Self::EdDSA,
        Self::MlDsa44,
        Self::MlDsa65,
        Self::MlDsa87,
    ];

    /// The other name of `EdDSA` (RFC 9864 section 2.2).
    const ED25519: &str = "Ed25519";

    /// The algorithm of this name, which is spelled exactly so or not at all.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
            .or_else(|| (name == Self::ED25519).then_some(Self::EdDSA))
    }

    /// All names, for the published schema.
    #[cfg(test)]
    fn names() -> Vec<&'static str> {
        let names = Self::ALL.into_iter().map(Self::name);
        names.chain([Self::ED25519]).collect()
    }

    /// Whether it takes a secret, not a public key.
    #[must_use]
    pub fn is_hmac(self) -> bool {
        matches!(self, Self::HS256 | Self::HS384 | Self::HS512)
    }

    /// Whether it is one of RFC 9964, whose signatures take kilobytes.
    pub(crate) fn is_ml_dsa(self) -> bool {
        matches!(self, Self::MlDsa44 | Self::MlDsa65 | Self::MlDsa87)
    }

    /// The name, as the `alg` header parameter spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::ES512 => "ES512",
            Self::EdDSA => "EdDSA",
            Self::MlDsa44 => "ML-DSA-44",
            Self::MlDsa65 => "ML-DSA-65",
            Self::MlDsa87 => "ML-DSA-87",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
