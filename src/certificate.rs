//! Tokens that are bound to the TLS certificate of their client (RFC 8705 section 3.1).

use base64_simd::{AsOut, URL_SAFE_NO_PAD};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::client::Client;
use crate::json::tape::Value;
use crate::refusal::Refusal;

/// What becomes of a token's binding to a certificate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize, schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum CertificateBinding {
    /// Only the client with the certificate may use the token.
    #[default]
    Enforce,
    /// Nobody looks at it.
    Ignore,
}

/// The member of the claim `cnf` that holds the SHA-256 of a certificate.
const THUMBPRINT: &str = "x5t#S256";

/// How many characters of base64url a SHA-256 takes.
const THUMBPRINT_LEN: usize = 43;

impl CertificateBinding {
    /// Compares the claim `cnf` of a token with the certificate of its client. Without a thumbprint the
    /// claim binds the token to no certificate.
    ///
    /// # Errors
    ///
    /// The client may not use the token.
    pub(crate) fn check(self, confirmation: Value<'_>, client: &Client<'_>) -> Result<(), Refusal> {
        if self == Self::Ignore {
            return Ok(());
        }
        let Some(confirmation) = confirmation.as_object() else {
            return Err(Refusal::CertificateMismatch("cnf is not an object"));
        };
        let Some(bound) = confirmation.get(THUMBPRINT) else {
            return Ok(());
        };
        let text = bound.as_bytes().filter(|text| is_digest(text));
        let Some(bound) = text else {
            return Err(Refusal::CertificateMismatch(
                "x5t#S256 is not a SHA-256 in base64url",
            ));
        };
        // A broker whose clients show no certificate may say so by an empty one.
        let shown = client.peer_certificate.filter(|shown| !shown.is_empty());
        let Some(certificate) = shown else {
            return Err(Refusal::CertificateMismatch(
                "the client showed no certificate",
            ));
        };
        let mut buffer = [0; THUMBPRINT_LEN];
        let digest = Sha256::digest(certificate);
        // A digest has one spelling in base64url.
        let thumbprint = URL_SAFE_NO_PAD.encode(&digest, buffer.as_mut_slice().as_out());
        if *bound == *thumbprint {
            Ok(())
        } else {
            Err(Refusal::CertificateMismatch(
                "the client's certificate has another SHA-256",
            ))
        }
    }
}

/// Whether a text is a SHA-256 in base64url.
fn is_digest(text: &[u8]) -> bool {
    text.len() == THUMBPRINT_LEN && URL_SAFE_NO_PAD.check(text).is_ok()
}
