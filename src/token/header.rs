//! The JOSE header of a token (RFC 7515 section 4).

use crate::algorithm::Algorithm;
use crate::json::Json;
use crate::refusal::{Check, Refusal, Walk};

/// What a token is (`typ`, section 4.1.9), in the one spelling in which types are compared: case does not count,
/// nor `application/` in front where no other `/` follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenType(Box<str>);

impl TokenType {
    pub(crate) fn new(typ: &str) -> Self {
        let typ = typ.to_ascii_lowercase();
        let short = typ.strip_prefix("application/");
        let short = short.filter(|rest| !rest.contains('/'));
        Self(short.unwrap_or(&typ).into())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is used of a header. Key material in it (`jwk`, `jku`, `x5c`, `x5u`) is never looked at.
#[derive(Debug)]
pub(super) struct Header {
    /// The segment of the token that it was read from.
    pub(super) segment: Box<[u8]>,
    /// None: an `alg` that is not supported.
    algorithm: Option<Algorithm>,
    /// The name that the issuer gave to the key.
    pub(super) kid: Option<String>,
    typ: Option<TokenType>,
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
        let text = |name, defect| match members.get(name) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(_) => Err(malformed(defect)),
        };
        let kid = text("kid", "the header's kid is not a string")?;
        let typ = text("typ", "the header's typ is not a string")?;
        Ok(Self {
            segment: segment.into(),
            algorithm: Algorithm::from_name(alg),
            kid: kid.map(ToString::to_string),
            typ: typ.map(|typ| TokenType::new(typ)),
            critical: members.get("crit").is_some()
                || !matches!(members.get("b64"), None | Some(Json::Bool(true))),
        })
    }

    pub(super) fn is_hmac(&self) -> bool {
        self.algorithm.is_some_and(Algorithm::is_hmac)
    }

    /// The algorithm, if it is supported and among those `allowed`, the token demands no extension, and
    /// it is of one of the `types`; none: of any.
    #[inline]
    pub(super) fn algorithm(
        &self,
        allowed: Option<&[Algorithm]>,
        types: Option<&[TokenType]>,
        mut walk: impl Walk,
    ) -> Result<Algorithm, Refusal> {
        let algorithm = walk.needed(Check::Algorithm, self.allowed_algorithm(allowed))?;
        walk.at(Check::Critical, self.check_extensions())?;
        walk.at(Check::TokenType, self.check_type(types))?;
        Ok(algorithm)
    }

    #[inline]
    fn check_extensions(&self) -> Result<(), Refusal> {
        if self.critical {
            return Err(Refusal::UnsupportedCriticalHeader);
        }
        Ok(())
    }

    #[inline]
    fn allowed_algorithm(&self, allowed: Option<&[Algorithm]>) -> Result<Algorithm, Refusal> {
        let Some(algorithm) = self.algorithm else {
            return Err(Refusal::UnsupportedAlgorithm);
        };
        if allowed.is_some_and(|allowed| !allowed.contains(&algorithm)) {
            return Err(Refusal::AlgorithmNotAllowed(algorithm));
        }
        Ok(algorithm)
    }

    #[inline]
    fn check_type(&self, types: Option<&[TokenType]>) -> Result<(), Refusal> {
        if let Some(types) = types
            && !self.typ.as_ref().is_some_and(|typ| types.contains(typ))
        {
            let typ = self.typ.as_ref().map(|TokenType(typ)| typ.clone());
            return Err(Refusal::WrongTokenType(typ));
        }
        Ok(())
    }
}
