//! Stage 1: from bytes to a [`Token`]: well-formed, and nothing in it to be trusted yet.

use std::sync::Arc;

use memchr::memrchr;
use sha2::{Digest, Sha256};

use super::base64url::{self, Buffer};
use super::header::{Header, TokenType};
use crate::algorithm::Algorithm;
use crate::bytes;
use crate::client::Client;
use crate::keys::{KeyName, KidFrom};
use crate::refusal::{Refusal, Walk};

/// What a header must say.
#[derive(Debug)]
pub(crate) struct HeaderRules {
    /// The algorithms that are allowed; none: all.
    pub(crate) algorithms: Option<Vec<Algorithm>>,
    /// What they may be; none: anything.
    pub(crate) token_types: Option<Vec<TokenType>>,
}

/// A token in JWS compact serialization (RFC 7515 section 7.1), not verified. There is no way to its
/// claims but through the stages that follow.
#[derive(Debug)]
pub(crate) struct Token<'a> {
    pub(super) header: &'a Arc<Header>,
    /// The first two segments with the dot between them: what is signed.
    pub(super) signing_input: &'a [u8],
    /// The second segment, decoded.
    pub(super) payload: &'a [u8],
    pub(super) signature: SignatureSegment<'a>,
}

/// A token whose header says what is demanded of it. [`Token::permitted`] makes it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PermittedToken<'a> {
    pub(super) token: &'a Token<'a>,
    /// `alg`: selects among what a key may verify, and never changes what a key is.
    pub(super) algorithm: Algorithm,
    /// The name of its key.
    pub(super) key: KeyName<'a>,
}

impl<'a> PermittedToken<'a> {
    pub(crate) fn key(self) -> KeyName<'a> {
        self.key
    }

    pub(crate) fn algorithm(self) -> Algorithm {
        self.algorithm
    }
}

/// Where the first two segments are decoded.
#[derive(Default)]
pub(crate) struct Buffers {
    header: Buffer,
    payload: Buffer,
    /// The headers that were read last, the latest first: an issuer writes the same one again and again.
    headers: Vec<Arc<Header>>,
}

impl<'a> Token<'a> {
    /// Takes a CONNECT field of at most `max_size` bytes apart, in the order: size, segments, base64url,
    /// header.
    #[expect(
        clippy::inline_always,
        reason = "a stage of every check: a call would copy its result"
    )]
    #[inline(always)]
    pub(crate) fn parse(
        field: &'a [u8],
        max_size: usize,
        buffers: &'a mut Buffers,
    ) -> Result<Self, Refusal> {
        if field.len() > max_size {
            return Err(Refusal::TokenTooLarge);
        }
        let Some(segments) = Segments::split(field) else {
            return Err(Refusal::MalformedToken(
                "not three segments with dots between",
            ));
        };
        let Buffers {
            header,
            payload,
            headers,
        } = buffers;
        let known = headers
            .iter()
            .position(|header| *header.segment == *segments.header);
        let unknown = match known {
            Some(_) => None,
            None => Some(header.decode(segments.header, "the header is not base64url")?),
        };
        let payload = payload.decode(segments.payload, "the payload is not base64url")?;
        let signature = SignatureSegment(segments.signature);
        if let Some(header) = unknown {
            let header = Header::parse(segments.header, header)?;
            headers.truncate(Buffers::HEADERS.saturating_sub(1));
            headers.insert(0, Arc::new(header));
        }
        let Some(header) = headers.get(known.unwrap_or(0)) else {
            return Err(Refusal::MalformedToken("no header"));
        };
        Ok(Self {
            header,
            signing_input: segments.signing_input,
            payload,
            signature,
        })
    }

    /// Looks at the form of the signature, which is not decoded yet.
    ///
    /// # Errors
    ///
    /// It is not base64url.
    pub(crate) fn check_signature_form(&self) -> Result<(), Refusal> {
        self.signature.check_form()
    }

    /// Whether its `alg` is one of HMAC.
    pub(super) fn is_hmac(&self) -> bool {
        self.header.is_hmac()
    }

    /// The name of the key that is to have signed it, if this client presents it.
    pub(crate) fn key_name(&'a self, kid_from: KidFrom, client: &Client<'a>) -> KeyName<'a> {
        kid_from.name(self.header.kid.as_deref(), client)
    }

    /// Looks at what the header says: `alg`, whether it is allowed, critical extensions, type. A signature that
    /// is not base64url is refused before: a token's form comes first.
    #[expect(
        clippy::inline_always,
        reason = "a stage of every check: a call would copy its result"
    )]
    #[inline(always)]
    pub(crate) fn permitted(
        &'a self,
        rules: &HeaderRules,
        key: KeyName<'a>,
        walk: impl Walk,
    ) -> Result<PermittedToken<'a>, Refusal> {
        let (algorithms, types) = (rules.algorithms.as_deref(), rules.token_types.as_deref());
        let algorithm = self
            .header
            .algorithm(algorithms, types, walk)
            .map_err(|refusal| self.signature.malformed_or(refusal))?;
        Ok(PermittedToken {
            token: self,
            algorithm,
            key,
        })
    }
}

impl Buffers {
    /// How many headers are remembered.
    const HEADERS: usize = 8;

    /// How many bytes they take.
    pub(crate) fn size(&self) -> usize {
        let headers = self.headers.iter().map(|header| header.segment.len());
        [&self.header, &self.payload]
            .into_iter()
            .map(Buffer::size)
            .chain(headers)
            .fold(0, usize::saturating_add)
    }
}

/// A token split at its first and its last dot.
struct Segments<'a> {
    header: &'a [u8],
    payload: &'a [u8],
    signature: &'a [u8],
    /// Header and payload with the dot between them.
    signing_input: &'a [u8],
}

impl<'a> Segments<'a> {
    /// Splits a field. A further dot ends up in the payload, whose decoding refuses it.
    fn split(field: &'a [u8]) -> Option<Self> {
        // The two searches are independent, so the processor overlaps their cache misses: the beginning
        // and the end of a long token are in different cache lines.
        let first = bytes::find(field, 0, |block| block.is(b'.'));
        let last = memrchr(b'.', field)?;
        let (signing_input, signature) = split_around(field, last)?;
        let (header, payload) = split_around(signing_input, first)?;
        Some(Self {
            header,
            payload,
            signature,
            signing_input,
        })
    }
}

/// What comes before and after the byte at an index.
fn split_around(bytes: &[u8], at: usize) -> Option<(&[u8], &[u8])> {
    let (before, rest) = bytes.split_at_checked(at)?;
    Some((before, rest.get(1..)?))
}

/// The third segment of a token. Only the verification decodes it: base64url spells each signature in one
/// way, so a remembered token is recognised by the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct SignatureSegment<'a>(&'a [u8]);

impl<'a> SignatureSegment<'a> {
    const MALFORMED: &'static str = "the signature is not base64url";

    pub(super) fn decode(self, buffer: &mut Buffer) -> Result<&[u8], Refusal> {
        buffer.decode(self.0, Self::MALFORMED)
    }

    /// The refusal of a token that has something else wrong with it as well: its form comes first.
    #[cold]
    pub(super) fn malformed_or(self, refusal: Refusal) -> Refusal {
        self.check_form().err().unwrap_or(refusal)
    }

    fn check_form(self) -> Result<(), Refusal> {
        if base64url::is_valid(self.0) {
            Ok(())
        } else {
            Err(Refusal::MalformedToken(Self::MALFORMED))
        }
    }

    /// The SHA-256 of the text.
    pub(super) fn digest(self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    pub(super) fn text(self) -> &'a [u8] {
        self.0
    }

    /// The first characters, by whose keyed hash the cache finds the token. All of them are compared: that is
    /// cheaper than hashing, and 22 characters hold 128 bits.
    pub(super) fn hashed(self) -> &'a [u8] {
        const HASHED: usize = 22;
        self.0.get(..HASHED).unwrap_or(self.0)
    }
}
