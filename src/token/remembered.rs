//! A payload that is kept: for the session of its client, or until the token comes again.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use triomphe::ThinArc;

use super::compact::Token;
use super::header::Header;
use super::names::{ClaimSlot, FoundClaims};
use super::payload::{Dates, Latch, Payload};
use crate::json::tape::Tape;
use crate::keys::{Key, KeyIdentity, SignatureFormat};

/// The payload of a token that was verified. Clones share one allocation: among very many tokens each
/// further one would be a cache miss.
///
/// Behind the head the allocation holds, in this order:
///
/// ```text
/// nodes of the found claims | payload | rest of the signature | nodes of the payload
/// ```
///
/// What a check reads each time comes first. A session, whose claims are shown and no longer read, keeps
/// the payload only.
#[derive(Debug, Clone)]
pub(crate) struct Remembered(ThinArc<Head, u8>);

#[derive(Debug)]
struct Head {
    header: Arc<Header>,
    key: Arc<KeyIdentity>,
    dates: Dates,
    acl_valid_for_all: Latch,
    /// The `signature_format` by which the signature was good.
    format: Option<SignatureFormat>,
    fingerprint: OnceLock<u32>,
    /// The lengths of the first three parts, in bytes.
    found_len: usize,
    text_len: usize,
    signature_len: usize,
}

impl Remembered {
    /// For when the token comes again. The parts are put together in `buffer`.
    pub(super) fn new(
        token: &Token<'_>,
        payload: &Payload<'_>,
        format: Option<SignatureFormat>,
        buffer: &mut Vec<u8>,
    ) -> Self {
        let (_, signature) = token.signature.hashed_and_compared();
        buffer.clear();
        let found = payload.found.nodes().as_flattened();
        for part in [
            found,
            payload.tape.text(),
            signature,
            payload.tape.nodes().as_flattened(),
        ] {
            buffer.extend_from_slice(part);
        }
        Self::allocate(payload, format, [found.len(), signature.len()], buffer)
    }

    /// For a session, which shows the claims and reads them no more.
    pub(super) fn claims_only(payload: &Payload<'_>) -> Self {
        Self::allocate(payload, None, [0, 0], payload.tape.text())
    }

    fn allocate(
        payload: &Payload<'_>,
        format: Option<SignatureFormat>,
        [found_len, signature_len]: [usize; 2],
        parts: &[u8],
    ) -> Self {
        let head = Head {
            header: Arc::clone(payload.header),
            key: Arc::clone(payload.key),
            dates: *payload.dates,
            acl_valid_for_all: Latch::default(),
            format,
            fingerprint: OnceLock::new(),
            found_len,
            text_len: payload.tape.text().len(),
            signature_len,
        };
        Self(ThinArc::from_header_and_slice(head, parts))
    }

    fn head(&self) -> &Head {
        &self.0.header.header
    }

    /// The payload, of one that was made for when the token comes again.
    pub(super) fn payload(&self) -> Payload<'_> {
        let head = self.head();
        let [found, text, _, nodes] = self.parts();
        Payload {
            tape: Tape::new(text, nodes.as_chunks().0),
            found: FoundClaims::new(found.as_chunks().0),
            dates: &head.dates,
            acl_valid_for_all: &head.acl_valid_for_all,
            header: &head.header,
            key: &head.key,
        }
    }

    /// The claim `iss`, if it is a text.
    pub(super) fn issuer(&self) -> Option<Cow<'_, str>> {
        let payload = self.payload();
        payload.tape.string(payload.found.node(ClaimSlot::ISS)?)
    }

    /// The payload, byte for byte as signed.
    pub(crate) fn text(&self) -> &[u8] {
        let [_, text, ..] = self.parts();
        text
    }

    /// Whether this is the token that it was made of, if their signatures begin alike.
    pub(super) fn matches(&self, token: &Token<'_>) -> bool {
        let (ours, theirs) = (&self.head().header, token.header);
        let [_, text, signature, _] = self.parts();
        (Arc::ptr_eq(ours, theirs) || ours.segment == theirs.segment)
            && text == token.payload
            && signature == token.signature.hashed_and_compared().1
    }

    /// The key that signed the token.
    pub(crate) fn key(&self) -> &KeyIdentity {
        &self.head().key
    }

    /// Whether the same key would verify the token now, under the same `kid`, which a revocation may name.
    #[inline]
    pub(super) fn is_good<'k>(
        &self,
        format: Option<SignatureFormat>,
        mut candidates: impl Iterator<Item = &'k Key>,
    ) -> bool {
        self.head().format == format
            && candidates
                .find(|key| key.identity.material == self.key().material)
                .is_some_and(|key| *key.identity == *self.key())
    }

    /// What the log calls the token, once that was asked for.
    pub(crate) fn fingerprint(&self) -> &OnceLock<u32> {
        &self.head().fingerprint
    }

    /// How many bytes it takes.
    pub(super) fn size(&self) -> usize {
        let header = self.head().header.segment.len();
        [header, self.0.slice.len()]
            .into_iter()
            .fold(size_of::<Head>(), usize::saturating_add)
    }

    fn parts(&self) -> [&[u8]; 4] {
        let head = self.head();
        let parts = || {
            let (found, rest) = self.0.slice.split_at_checked(head.found_len)?;
            let (text, rest) = rest.split_at_checked(head.text_len)?;
            let (signature, nodes) = rest.split_at_checked(head.signature_len)?;
            Some([found, text, signature, nodes])
        };
        parts().unwrap_or_default()
    }
}
