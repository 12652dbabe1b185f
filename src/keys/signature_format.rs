//! How ECDSA signatures are encoded, and what is said of one in the other encoding.

use serde::Deserialize;

/// How an ECDSA signature is encoded. Other signatures have one form only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize, schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum SignatureFormat {
    /// An ASN.1 SEQUENCE of two INTEGERs in DER: what Erlang's `public_key` makes.
    Der,
    /// Two numbers of fixed length in a row (RFC 7518 section 3.4): what JWT libraries make.
    Raw,
    /// Either: what has exactly the length of the raw form is raw.
    Auto,
}

/// Why a key did not verify a signature.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// It is not this key's signature over this input.
    Signature,
    /// It is, but in the encoding that is not configured.
    Format,
}
