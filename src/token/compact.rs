//! From bytes to a [`Token`]: well-formed, and nothing in it to be trusted yet.

use std::sync::Arc;

use base64_simd::{AsOut, URL_SAFE_NO_PAD};
use memchr::memrchr;

use crate::algorithm::Algorithm;
use crate::bytes;
use crate::json::Json;
use crate::refusal::Refusal;

/// Which tokens are looked at.
#[derive(Debug)]
pub(crate) struct TokenRules {
    /// The longest token, in bytes.
    pub(crate) max_size: usize,
    /// The algorithms that are allowed; none: all.
    pub(crate) algorithms: Option<Vec<Algorithm>>,
}

/// A token in JWS compact serialisation (RFC 7515 section 7.1), not verified. Its claims are read
/// only from what [`Token::verify`](crate::token::signature) makes of it.
#[derive(Debug)]
pub(crate) struct Token<'a> {
    pub(crate) header: &'a Arc<Header>,
    /// `alg`: selects among what a key may verify, and never changes what a key is.
    pub(crate) algorithm: Algorithm,
    /// The first two segments with the dot between them: what is signed.
    pub(crate) signing_input: &'a [u8],
    /// The second segment, decoded.
    pub(crate) payload: &'a [u8],
    pub(crate) signature: Signature<'a>,
}

/// Where a token is decoded, but for its signature.
#[derive(Default)]
pub(crate) struct Decoded {
    header: Buffer,
    payload: Buffer,
    /// Headers that were read lately: an issuer writes the same one again and again.
    headers: Vec<Arc<Header>>,
}

impl<'a> Token<'a> {
    /// Takes a CONNECT field apart, in the order: size, segments, `alg` and `kid`, what is allowed,
    /// critical extensions.
    #[expect(
        clippy::inline_always,
        reason = "a step of every check, whose result would be copied"
    )]
    #[inline(always)]
    pub(crate) fn parse(
        field: &'a [u8],
        rules: &TokenRules,
        decoded: &'a mut Decoded,
    ) -> Result<Self, Refusal> {
        if field.len() > rules.max_size {
            return Err(Refusal::TokenTooLarge);
        }
        let Some(segments) = Segments::split(field) else {
            return Err(Refusal::MalformedToken(
                "not three segments with dots between",
            ));
        };
        let Decoded {
            header,
            payload,
            headers,
        } = decoded;
        let known = headers
            .iter()
            .position(|header| *header.segment == *segments.header);
        let unknown = match known {
            Some(_) => None,
            None => Some(header.decode(segments.header, "the header is not base64url")?),
        };
        let payload = payload.decode(segments.payload, "the payload is not base64url")?;
        let signature = Signature(segments.signature);
        if let Some(header) = unknown {
            let header = Header::parse(segments.header, header)?;
            headers.truncate(Decoded::HEADERS.saturating_sub(1));
            headers.insert(0, Arc::new(header));
        }
        let Some(header) = headers.get(known.unwrap_or(0)) else {
            return Err(Refusal::MalformedToken("no header"));
        };
        let algorithm = header
            .algorithm(rules)
            .map_err(|refusal| signature.malformed_or(refusal))?;
        Ok(Self {
            header,
            algorithm,
            signing_input: segments.signing_input,
            payload,
            signature,
        })
    }
}

impl Decoded {
    /// How many headers are remembered.
    const HEADERS: usize = 8;

    /// How many bytes the buffers take.
    pub(crate) fn size(&self) -> usize {
        let headers = self.headers.iter().map(|header| header.segment.len());
        [&self.header, &self.payload]
            .into_iter()
            .map(Buffer::size)
            .chain(headers)
            .fold(0, usize::saturating_add)
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
    /// Between the first dot and the last one: what is left there is base64url or not.
    fn split(field: &'a [u8]) -> Option<Self> {
        // Neither waits for the other: of very many tokens, each is waited for.
        let first = bytes::find(field, 0, |block| block.is(b'.'));
        let last = memrchr(b'.', field)?;
        let (signing_input, signature) = cut(field, last)?;
        let (header, payload) = cut(signing_input, first)?;
        Some(Self {
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

/// The third segment of a token. It is decoded when it is verified, so of a token that is remembered it
/// is not: base64url has one spelling.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signature<'a>(&'a [u8]);

impl<'a> Signature<'a> {
    const MALFORMED: &'static str = "the signature is not base64url";

    pub(crate) fn decode(self, buffer: &mut Buffer) -> Result<&[u8], Refusal> {
        buffer.decode(self.0, Self::MALFORMED)
    }

    /// Why a token is refused that has something else wrong with it: its form comes first.
    #[cold]
    pub(crate) fn malformed_or(self, refusal: Refusal) -> Refusal {
        match URL_SAFE_NO_PAD.check(self.0) {
            Ok(()) => refusal,
            Err(_) => Refusal::MalformedToken(Self::MALFORMED),
        }
    }

    /// The beginning, which names the token where it is remembered, by a keyed hash; and the rest, which
    /// is compared: that is cheaper.
    pub(crate) fn parts(self) -> (&'a [u8], &'a [u8]) {
        // So many characters hold 128 bits.
        const HASHED: usize = 22;
        let middle = self.0.len().min(HASHED);
        self.0.split_at_checked(middle).unwrap_or_default()
    }
}

/// Where a segment is decoded. It grows to the longest that there was.
#[derive(Default)]
pub(crate) struct Buffer(Vec<u8>);

impl Buffer {
    /// How many bytes it takes.
    pub(crate) fn size(&self) -> usize {
        self.0.capacity()
    }

    /// Decodes base64url as RFC 7515 section 2 has it: no padding, no other alphabet, no white space,
    /// and no bits left over, so that a segment has one spelling.
    fn decode(&mut self, segment: &[u8], defect: &'static str) -> Result<&[u8], Refusal> {
        // Three bytes come of four.
        if self.0.len() < segment.len() {
            self.0.resize(segment.len(), 0);
        }
        match URL_SAFE_NO_PAD.decode(segment, self.0.as_mut_slice().as_out()) {
            Ok(decoded) => Ok(decoded),
            Err(_) => Err(Refusal::MalformedToken(defect)),
        }
    }
}

/// What counts of the JOSE header (RFC 7515 section 4). Key material in it (`jwk`, `jku`, `x5c`,
/// `x5u`) is never looked at.
#[derive(Debug)]
pub(crate) struct Header {
    /// The segment of the token that it was.
    pub(crate) segment: Box<[u8]>,
    /// None: not one of ours.
    algorithm: Option<Algorithm>,
    /// Which key signed the token.
    pub(crate) kid: Option<String>,
    /// An extension must be understood (`crit`, section 4.1.11), or the payload is not base64url
    /// (`b64`, RFC 7797).
    critical: bool,
}

impl Header {
    fn parse(segment: &[u8], bytes: &[u8]) -> Result<Self, Refusal> {
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

    /// The algorithm, if tokens with this header are looked at.
    fn algorithm(&self, rules: &TokenRules) -> Result<Algorithm, Refusal> {
        let Some(algorithm) = self.algorithm else {
            return Err(Refusal::UnsupportedAlgorithm);
        };
        let allowed = rules.algorithms.as_ref();
        if allowed.is_some_and(|allowed| !allowed.contains(&algorithm)) {
            return Err(Refusal::AlgorithmNotAllowed(algorithm));
        }
        if self.critical {
            return Err(Refusal::UnsupportedCriticalHeader);
        }
        Ok(algorithm)
    }
}
