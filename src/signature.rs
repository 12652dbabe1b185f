//! From a [`Token`] and the keys that may have signed it to a [`Signed`] payload.

use std::sync::Arc;

use crate::claims::Named;
use crate::json::flat::{self, Flat, Node};
use crate::keys::{Key, KeyIdentity, Mismatch, SignatureFormat};
use crate::log::Log;
use crate::token::Token;
use crate::verdict::Refusal;

/// The payload of a token whose signature is that of a configured key: claims, whose dates have yet
/// to be compared. It is made by [`Token::verify`], and by [`Kept`], which keeps what that made.
pub(crate) struct Signed<'a> {
    pub(crate) payload: Flat<'a>,
    pub(crate) named: Named,
    key: &'a Arc<KeyIdentity>,
}

impl Signed<'_> {
    /// The key that signed it.
    pub(crate) fn key(&self) -> &KeyIdentity {
        self.key
    }
}

/// By what a signature may be good.
pub(crate) struct Verification<'v, K> {
    /// The keys that may have made it.
    pub(crate) keys: K,
    /// How ECDSA signatures are encoded; none: as is usual for the key.
    pub(crate) format: Option<SignatureFormat>,
    pub(crate) log: &'v Log,
}

impl Token<'_> {
    /// Tries the keys in order; the first that fits decides. `nodes` is where the payload is
    /// described.
    pub(crate) fn verify<'a>(
        &'a self,
        by: Verification<'_, impl Iterator<Item = &'a Key>>,
        nodes: &'a mut Vec<Node>,
    ) -> Result<Signed<'a>, Refusal> {
        let mut refusal = Refusal::BadSignature;
        for key in by.keys {
            match key.verify(
                self.algorithm,
                self.signing_input,
                self.signature,
                by.format,
            ) {
                Ok(()) => return self.signed(key, nodes),
                Err(Mismatch::Signature) => {}
                Err(Mismatch::Format) => {
                    key.warn_of_format_once(by.log);
                    refusal = Refusal::SignatureFormat;
                }
            }
        }
        Err(refusal)
    }

    fn signed<'a>(&'a self, key: &'a Key, nodes: &'a mut Vec<Node>) -> Result<Signed<'a>, Refusal> {
        let malformed = Refusal::MalformedClaims;
        let text =
            std::str::from_utf8(self.payload).map_err(|_| malformed("the claims are not UTF-8"))?;
        let payload = flat::describe(text, nodes).map_err(malformed)?;
        Ok(Signed {
            named: Named::find(&payload).map_err(malformed)?,
            payload,
            key: &key.identity,
        })
    }
}

/// A signed payload, from this check or an earlier one.
pub(crate) enum Authentic<'a> {
    Now(Signed<'a>),
    Earlier(Arc<Kept>),
}

impl Authentic<'_> {
    pub(crate) fn signed(&self) -> Signed<'_> {
        match self {
            Self::Now(signed) => Signed { ..*signed },
            Self::Earlier(kept) => kept.signed(),
        }
    }

    /// The payload, to be kept.
    pub(crate) fn kept(&self) -> Arc<Kept> {
        match self {
            Self::Now(signed) => Arc::new(Kept::text_of(signed)),
            Self::Earlier(kept) => Arc::clone(kept),
        }
    }
}

/// A signed payload that is kept: for the session of its client, or for when the token comes again.
#[derive(Debug)]
pub(crate) struct Kept {
    key: Arc<KeyIdentity>,
    named: Named,
    /// The payload, and behind it its nodes, or none.
    bytes: Box<[u8]>,
    text_len: usize,
}

impl Kept {
    /// For when the token comes again.
    pub(crate) fn new(signed: &Signed<'_>) -> Self {
        Self::with_nodes(signed, signed.payload.nodes())
    }

    /// For a session, whose claims are shown and not read any more.
    fn text_of(signed: &Signed<'_>) -> Self {
        Self::with_nodes(signed, &[])
    }

    fn with_nodes(signed: &Signed<'_>, nodes: &[Node]) -> Self {
        let text = signed.payload.text();
        Self {
            key: Arc::clone(signed.key),
            named: signed.named,
            bytes: [text.as_bytes(), nodes.as_flattened()].concat().into(),
            text_len: text.len(),
        }
    }

    /// What was signed, of one that was made for when the token comes again.
    pub(crate) fn signed(&self) -> Signed<'_> {
        let (text, nodes) = self.parts();
        // It was a text when it was put here.
        let text = std::str::from_utf8(text).unwrap_or_default();
        Signed {
            payload: Flat::new(text, nodes.as_chunks().0),
            named: self.named,
            key: &self.key,
        }
    }

    /// The payload, byte for byte.
    pub(crate) fn text(&self) -> &[u8] {
        self.parts().0
    }

    pub(crate) fn key(&self) -> &KeyIdentity {
        &self.key
    }

    /// How many bytes it takes.
    pub(crate) fn size(&self) -> usize {
        size_of::<Self>().saturating_add(self.bytes.len())
    }

    fn parts(&self) -> (&[u8], &[u8]) {
        self.bytes
            .split_at_checked(self.text_len)
            .unwrap_or_default()
    }
}
