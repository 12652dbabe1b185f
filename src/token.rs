//! From bytes to a [`Token`]: well-formed, and nothing in it to be trusted yet.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

use crate::algorithm::Algorithm;
use crate::json::Json;
use crate::verdict::Refusal;

/// Base64url as RFC 7515 section 2 has it: no padding, no other alphabet, no white space, and no
/// bits left over, so that a segment has one spelling.
pub(crate) const BASE64URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, NO_PAD);

/// Which tokens are looked at.
#[derive(Debug)]
pub(crate) struct TokenRules {
    /// The longest token, in bytes.
    pub(crate) max_size: usize,
    /// The algorithms that are allowed; none: all.
    pub(crate) algorithms: Option<Vec<Algorithm>>,
}

/// A token in JWS compact serialisation (RFC 7515 section 7.1), not verified. Its claims are read
/// only from what [`Token::verify`](crate::signature) makes of it.
#[derive(Debug)]
pub(crate) struct Token<'a> {
    /// `alg`: selects among what a key may verify, and never changes what a key is.
    pub(crate) algorithm: Algorithm,
    /// `kid`: which key signed it.
    pub(crate) kid: Option<String>,
    /// The first two segments with the dot between them: what is signed.
    pub(crate) signing_input: &'a [u8],
    /// The second segment, decoded.
    pub(crate) payload: Vec<u8>,
    /// The third segment, decoded.
    pub(crate) signature: Vec<u8>,
}

impl<'a> Token<'a> {
    /// Takes a CONNECT field apart, in the order: size, segments, `alg` and `kid`, what is allowed,
    /// critical extensions.
    pub(crate) fn parse(field: &'a [u8], rules: &TokenRules) -> Result<Self, Refusal> {
        if field.len() > rules.max_size {
            return Err(Refusal::TokenTooLarge);
        }
        let segments = Segments::split(field).ok_or(Refusal::MalformedToken(
            "not three segments with dots between",
        ))?;
        let header = decode(segments.header, "the header is not base64url")?;
        let payload = decode(segments.payload, "the payload is not base64url")?;
        let signature = decode(segments.signature, "the signature is not base64url")?;
        let header = Header::parse(&header)?;

        let algorithm = Algorithm::from_name(&header.alg).ok_or(Refusal::UnsupportedAlgorithm)?;
        if rules
            .algorithms
            .as_ref()
            .is_some_and(|allowed| !allowed.contains(&algorithm))
        {
            return Err(Refusal::AlgorithmNotAllowed(algorithm));
        }
        if header.critical {
            return Err(Refusal::UnsupportedCriticalHeader);
        }
        Ok(Self {
            algorithm,
            kid: header.kid,
            signing_input: segments.signing_input,
            payload,
            signature,
        })
    }
}

/// A token between its two dots.
struct Segments<'a> {
    header: &'a [u8],
    payload: &'a [u8],
    signature: &'a [u8],
    /// Header and payload with the dot between them.
    signing_input: &'a [u8],
}

impl<'a> Segments<'a> {
    fn split(field: &'a [u8]) -> Option<Self> {
        let is_dot = |byte: &u8| *byte == b'.';
        let (signing_input, signature) = cut(field, field.iter().rposition(is_dot)?)?;
        let (header, payload) = cut(signing_input, signing_input.iter().position(is_dot)?)?;
        (!payload.iter().any(is_dot)).then_some(Self {
            header,
            payload,
            signature,
            signing_input,
        })
    }
}

/// What stands before and after one byte.
fn cut(bytes: &[u8], at: usize) -> Option<(&[u8], &[u8])> {
    let (before, rest) = bytes.split_at_checked(at)?;
    Some((before, rest.get(1..)?))
}

fn decode(segment: &[u8], defect: &'static str) -> Result<Vec<u8>, Refusal> {
    BASE64URL
        .decode(segment)
        .map_err(|_| Refusal::MalformedToken(defect))
}

/// What counts of the JOSE header (RFC 7515 section 4). Key material in it (`jwk`, `jku`, `x5c`,
/// `x5u`) is never looked at.
struct Header {
    alg: String,
    kid: Option<String>,
    /// An extension must be understood (`crit`, section 4.1.11), or the payload is not base64url
    /// (`b64`, RFC 7797).
    critical: bool,
}

impl Header {
    fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
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
            alg: alg.to_owned(),
            kid,
            critical: members.get("crit").is_some()
                || !matches!(members.get("b64"), None | Some(Json::Bool(true))),
        })
    }
}
