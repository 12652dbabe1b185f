//! The JOSE header of a token (RFC 7515 section 4).

use crate::algorithm::Algorithm;
use crate::json::Json;
use crate::refusal::Refusal;

/// What is used of a header. Key material in it (`jwk`, `jku`, `x5c`, `x5u`) is never looked at.
#[derive(Debug)]
pub(super) struct Header {
    /// The segment of the token that it was read from.
    pub(super) segment: Box<[u8]>,
    /// None: an `alg` that is not supported.
    algorithm: Option<Algorithm>,
    /// The name that the issuer gave to the key.
    pub(super) kid: Option<String>,
    /// The token demands an extension (`crit`, section 4.1.11), or its payload is not base64url
    /// (`b64`, RFC 7797).
    critical: bool,
}

impl Header {
    /// Reads a header from its segment and the bytes that the segment decodes to.
    pub(super) fn parse(segment: &[u8], bytes: &[u8]) -> Result<Self, Refusal> {
        let malformed = Refusal::MalformedToken;
        let text = std::str::from_utf8(bytes).map_err(|_| malformed("the header is not UTF-8"))?;
        let json = Json::parse(text).map_err(|error| malformed(error.defect()))?;
        let Json::Object(members) = json else {
            return Err(malformed("the header is not a JSON object"));
        };
        let alg = members
            .get("alg")
            .and_then(Json::as_str)
            .ok_or(malformed("the header's alg is not a string"))?;
        let kid = match members.get("kid") {
            None => None,
            Some(Json::String(kid)) => Some(kid.to_string()),
            Some(_) => return Err(malformed("the header's kid is not a string")),
        };
        Ok(Self {
            segment: segment.into(),
            algorithm: Algorithm::from_name(alg),
            kid,
            critical: members.get("crit").is_some()
                || !matches!(members.get("b64"), None | Some(Json::Bool(true))),
        })
    }

    pub(super) fn is_hmac(&self) -> bool {
        self.algorithm.is_some_and(Algorithm::is_hmac)
    }

    /// The algorithm, if it is supported and among those `allowed` (none: all are), and the token demands
    /// no extension.
    pub(super) fn algorithm(&self, allowed: Option<&[Algorithm]>) -> Result<Algorithm, Refusal> {
        let Some(algorithm) = self.algorithm else {
            return Err(Refusal::UnsupportedAlgorithm);
        };
        if allowed.is_some_and(|allowed| !allowed.contains(&algorithm)) {
            return Err(Refusal::AlgorithmNotAllowed(algorithm));
        }
        if self.critical {
            return Err(Refusal::UnsupportedCriticalHeader);
        }
        Ok(algorithm)
    }
}
