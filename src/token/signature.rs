//! From a [`Token`] and the keys that may have signed it to a [`Signed`] payload.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use triomphe::ThinArc;

use crate::host::log::Log;
use crate::json::tape::{Node, Tape};
use crate::keys::{Key, KeyIdentity, Mismatch, SignatureFormat};
use crate::refusal::Refusal;
use crate::token::claims::{self, Dates, Found, Names};
use crate::token::compact::{Buffer, Header, Token};

/// The payload of a token whose signature is that of a configured key: claims, whose dates have yet
/// to be compared. It is made by [`Token::verify`], and by [`Kept`], which keeps what that made.
pub(crate) struct Signed<'a> {
    pub(crate) payload: Tape<'a>,
    pub(crate) found: Found<'a>,
    pub(crate) dates: &'a Dates,
    pub(crate) acl_suits_all: &'a Mark,
    header: &'a Arc<Header>,
    key: &'a Arc<KeyIdentity>,
}

impl Signed<'_> {
    /// The key that signed it.
    pub(crate) fn key(&self) -> &KeyIdentity {
        self.key
    }
}

/// What turned out once and holds from then on.
#[derive(Debug, Default)]
pub(crate) struct Mark(AtomicBool);

impl Mark {
    pub(crate) fn get(&self) -> bool {
        self.0.load(Relaxed)
    }

    pub(crate) fn set(&self) {
        self.0.store(true, Relaxed);
    }
}

/// Where a signature is decoded, and the payload described that it signs.
#[derive(Default)]
pub(crate) struct Description {
    signature: Buffer,
    nodes: Vec<Node>,
    found: Vec<Node>,
    dates: Dates,
    acl_suits_all: Mark,
}

impl Description {
    /// How many bytes it takes.
    pub(crate) fn size(&self) -> usize {
        let nodes = self.nodes.capacity().saturating_add(self.found.capacity());
        let nodes = nodes.saturating_mul(size_of::<Node>());
        nodes.saturating_add(self.signature.size())
    }
}

/// By what a signature may be good.
pub(crate) struct Verification<'v, K> {
    /// The keys that may have made it.
    pub(crate) keys: K,
    /// How ECDSA signatures are encoded; none: as is usual for the key.
    pub(crate) format: Option<SignatureFormat>,
    /// The claims that are looked for.
    pub(crate) names: &'v Names,
    pub(crate) log: &'v Log,
}

impl Token<'_> {
    /// Tries the keys in order; the first that fits decides.
    pub(crate) fn verify<'a>(
        &'a self,
        by: Verification<'_, impl Iterator<Item = &'a Key>>,
        into: &'a mut Description,
    ) -> Result<Signed<'a>, Refusal> {
        let signature = self.signature.decode(&mut into.signature)?;
        let mut refusal = Refusal::BadSignature;
        for key in by.keys {
            match key.verify(self.algorithm, self.signing_input, signature, by.format) {
                Ok(()) => return self.signed(key, by.names, into),
                Err(Mismatch::Signature) => {}
                Err(Mismatch::Format) => {
                    key.warn_of_format_once(by.log);
                    refusal = Refusal::SignatureFormat;
                }
            }
        }
        Err(refusal)
    }

    fn signed<'a>(
        &'a self,
        key: &'a Key,
        names: &Names,
        into: &'a mut Description,
    ) -> Result<Signed<'a>, Refusal> {
        let malformed = Refusal::MalformedClaims;
        let payload;
        (payload, into.dates) = claims::read(self.payload, names, &mut into.nodes, &mut into.found)
            .map_err(malformed)?;
        into.acl_suits_all = Mark::default();
        Ok(Signed {
            found: Found(&into.found),
            dates: &into.dates,
            acl_suits_all: &into.acl_suits_all,
            payload,
            header: self.header,
            key: &key.identity,
        })
    }
}

/// A signed payload, from this check or an earlier one.
pub(crate) enum Authentic<'a> {
    Now(Signed<'a>),
    Earlier(Kept),
}

impl Authentic<'_> {
    pub(crate) fn signed(&self) -> Signed<'_> {
        match self {
            Self::Now(signed) => Signed { ..*signed },
            Self::Earlier(kept) => kept.signed(),
        }
    }

    /// The payload, to be kept.
    pub(crate) fn kept(&self) -> Kept {
        match self {
            Self::Now(signed) => Kept::text_of(signed),
            Self::Earlier(kept) => kept.clone(),
        }
    }
}

/// A signed payload that is kept: for the session of its client, or for when the token comes again. All
/// clones are one, in one piece of memory: among very many tokens each further piece is waited for.
#[derive(Debug, Clone)]
pub(crate) struct Kept(ThinArc<Head, u8>);

/// What stands before the bytes: of one that is for when the token comes again, the nodes of the claims that
/// were found; the payload; and of the former again, the part of the signature that is compared, and the
/// nodes of the payload. What is needed each time stands together.
#[derive(Debug)]
struct Head {
    header: Arc<Header>,
    key: Arc<KeyIdentity>,
    dates: Dates,
    acl_suits_all: Mark,
    /// The `signature_format` by which the signature was good.
    format: Option<SignatureFormat>,
    fingerprint: OnceLock<u32>,
    found_len: usize,
    text_len: usize,
    signature_len: usize,
}

impl Kept {
    /// For when the token comes again. `bytes` is for what comes and goes meanwhile.
    pub(crate) fn new(
        token: &Token<'_>,
        signed: &Signed<'_>,
        format: Option<SignatureFormat>,
        bytes: &mut Vec<u8>,
    ) -> Self {
        let (_, signature) = token.signature.parts();
        bytes.clear();
        let found = signed.found.0.as_flattened();
        for part in [
            found,
            signed.payload.text(),
            signature,
            signed.payload.nodes().as_flattened(),
        ] {
            bytes.extend_from_slice(part);
        }
        Self::of(signed, format, [found.len(), signature.len()], bytes)
    }

    /// For a session, whose claims are shown and not read any more.
    fn text_of(signed: &Signed<'_>) -> Self {
        Self::of(signed, None, [0, 0], signed.payload.text())
    }

    fn of(
        signed: &Signed<'_>,
        format: Option<SignatureFormat>,
        [found_len, signature_len]: [usize; 2],
        bytes: &[u8],
    ) -> Self {
        let head = Head {
            header: Arc::clone(signed.header),
            key: Arc::clone(signed.key),
            dates: *signed.dates,
            acl_suits_all: Mark::default(),
            format,
            fingerprint: OnceLock::new(),
            found_len,
            text_len: signed.payload.text().len(),
            signature_len,
        };
        Self(ThinArc::from_header_and_slice(head, bytes))
    }

    fn head(&self) -> &Head {
        &self.0.header.header
    }

    /// What was signed, of one that was made for when the token comes again.
    pub(crate) fn signed(&self) -> Signed<'_> {
        let head = self.head();
        let [found, text, _, nodes] = self.parts();
        Signed {
            payload: Tape::new(text, nodes.as_chunks().0),
            found: Found(found.as_chunks().0),
            dates: &head.dates,
            acl_suits_all: &head.acl_suits_all,
            header: &head.header,
            key: &head.key,
        }
    }

    /// The payload, byte for byte.
    pub(crate) fn text(&self) -> &[u8] {
        let [_, text, ..] = self.parts();
        text
    }

    /// Whether it is what was kept of this token, whose beginning of the signature is known to be the same.
    pub(crate) fn is_of(&self, token: &Token<'_>) -> bool {
        let (ours, its) = (&self.head().header, token.header);
        let [_, text, signature, _] = self.parts();
        (Arc::ptr_eq(ours, its) || ours.segment == its.segment)
            && text == token.payload
            && signature == token.signature.parts().1
    }

    pub(crate) fn key(&self) -> &KeyIdentity {
        &self.head().key
    }

    pub(crate) fn format(&self) -> Option<SignatureFormat> {
        self.head().format
    }

    /// What the token is called in the log, once that was found out.
    pub(crate) fn fingerprint(&self) -> &OnceLock<u32> {
        &self.head().fingerprint
    }

    /// How many bytes it takes.
    pub(crate) fn size(&self) -> usize {
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
