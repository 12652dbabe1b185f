//! A payload that is kept: for the session of its client, or until the token comes again.

use std::borrow::Cow;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use base64_simd::URL_SAFE_NO_PAD;
use triomphe::ThinArc;

use super::compact::{PermittedToken, Token};
use super::fingerprint::Fingerprint;
use super::header::Header;
use super::names::{ClaimSlot, FoundClaims};
use super::observer::Observer;
use super::payload::{Dates, Latch, Payload};
use crate::bytes::shares_run;
use crate::json::tape::Tape;
use crate::keys::{Key, KeyIdentity, KeyName, Keys, SignatureFormat};
use crate::stats::SeriesNumber;

/// The longest signature that a session keeps, in characters: that of ES384. To verify a longer one takes so long
/// that to hash the token at once costs next to nothing.
const LONGEST_SIGNATURE: usize = 128;

/// In front of a digest. No signature of a token has it, for a token is split at its last dot: so no signature
/// can pose as the digest of another.
const DIGEST_MARK: u8 = b'.';

/// The payload of a token that was verified. Clones share one allocation: among very many tokens each
/// further one would be a cache miss.
///
/// Behind the head the allocation holds, in this order:
///
/// ```text
/// nodes of the found claims | kid of the key | payload | signature as it was sent | nodes of the payload
/// ```
///
/// A signature of ML-DSA takes kilobytes: in its place stand a dot and its SHA-256.
///
/// What a check reads each time comes first. A session, whose claims are shown and no longer read, keeps
/// the payload and a short signature only.
#[derive(Debug, Clone)]
pub(crate) struct Remembered(ThinArc<Head, u8>);

#[derive(Debug)]
struct Head {
    header: Arc<Header>,
    key: Arc<KeyIdentity>,
    dates: Dates,
    acl_valid_for_all: Latch,
    /// The moment of the keys among which the token's key was chosen last; 0: not known.
    chosen_at: AtomicU64,
    told_of_filters: Latch,
    /// Where the key is counted that was chosen last.
    series: SeriesNumber,
    /// The `signature_format` by which the signature was good.
    format: Option<SignatureFormat>,
    fingerprint: OnceLock<Fingerprint>,
    /// The lengths of the first four parts, in bytes.
    found_len: usize,
    kid_len: usize,
    text_len: usize,
    signature_len: usize,
}

impl Remembered {
    /// For when the token comes again. The parts are put together in `buffer`.
    pub(super) fn new(
        token: PermittedToken<'_>,
        payload: &Payload<'_>,
        format: Option<SignatureFormat>,
        buffer: &mut Vec<u8>,
    ) -> Self {
        let segment = token.token.signature;
        let digest = token.algorithm.is_ml_dsa().then(|| segment.digest());
        let (mark, signature) = match &digest {
            Some(digest) => (&[DIGEST_MARK][..], digest.as_slice()),
            None => (&[][..], segment.text()),
        };
        let signature_len = mark.len().saturating_add(signature.len());
        buffer.clear();
        let found = payload.found.nodes().as_flattened();
        let kid = payload.key.kid.as_deref().unwrap_or_default();
        for part in [
            found,
            kid.as_bytes(),
            payload.tape.text(),
            mark,
            signature,
            payload.tape.nodes().as_flattened(),
        ] {
            buffer.extend_from_slice(part);
        }
        let lens = [found.len(), kid.len(), signature_len];
        Self::allocate(payload, format, lens, buffer)
    }

    /// For a session by this token, which shows the claims and reads them no more.
    pub(super) fn claims_only(payload: &Payload<'_>, token: &[u8], buffer: &mut Vec<u8>) -> Self {
        let signature = token.rsplit(|byte| *byte == b'.').next();
        let is_short = |signature: &&[u8]| signature.len() <= LONGEST_SIGNATURE;
        let signature = signature.filter(is_short).unwrap_or_default();
        buffer.clear();
        buffer.extend_from_slice(payload.tape.text());
        buffer.extend_from_slice(signature);
        Self::allocate(payload, None, [0, 0, signature.len()], buffer)
    }

    fn allocate(
        payload: &Payload<'_>,
        format: Option<SignatureFormat>,
        [found_len, kid_len, signature_len]: [usize; 3],
        parts: &[u8],
    ) -> Self {
        let head = Head {
            header: Arc::clone(payload.header),
            key: Arc::clone(payload.key),
            dates: *payload.dates,
            acl_valid_for_all: Latch::default(),
            chosen_at: AtomicU64::default(),
            told_of_filters: Latch::default(),
            series: SeriesNumber::default(),
            format,
            fingerprint: OnceLock::new(),
            found_len,
            kid_len,
            text_len: payload.tape.text().len(),
            signature_len,
        };
        head.series.copy(&payload.key.series);
        Self(ThinArc::from_header_and_slice(head, parts))
    }

    fn head(&self) -> &Head {
        &self.0.header.header
    }

    /// The payload, of one that was made for when the token comes again.
    pub(super) fn payload(&self) -> Payload<'_> {
        let head = self.head();
        let [found, _, text, _, nodes] = self.parts();
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
        let [_, _, text, ..] = self.parts();
        text
    }

    /// Whether this is the token that it was made of, if their signatures begin alike.
    #[expect(
        clippy::inline_always,
        reason = "each check of a remembered token asks it: a call would be dearer"
    )]
    #[inline(always)]
    pub(super) fn matches(&self, token: &Token<'_>) -> bool {
        let (ours, theirs) = (&self.head().header, token.header);
        let [_, _, text, signature, _] = self.parts();
        (Arc::ptr_eq(ours, theirs) || ours.segment == theirs.segment)
            && text == token.payload
            && (signature == token.signature.text() || is_digest(signature, token))
    }

    /// The key that signed the token.
    pub(crate) fn key(&self) -> &KeyIdentity {
        &self.head().key
    }

    pub(super) fn format(&self) -> Option<SignatureFormat> {
        self.head().format
    }

    /// Whether this name has chosen the token's key among just these keys, so that it would again.
    #[inline]
    pub(super) fn is_chosen(&self, name: KeyName<'_>, keys: &Keys<'_>) -> bool {
        let [_, kid, ..] = self.parts();
        // A name that is the token's own is the same: it is the same token.
        NonZeroU64::new(self.head().chosen_at.load(Relaxed))
            .is_some_and(|at| keys.moment() == Some(at))
            && (!name.is_clients || name.kid.map(str::as_bytes) == Some(kid))
    }

    /// Whether this name, which chooses these candidates, chooses the key that signed the token: the first of
    /// its material, under the same `kid`, which a revocation may name. Other keys are seldom there, so this
    /// is a call. The number of the key's counter may be another by now, if it is another issuer's.
    #[inline(never)]
    pub(super) fn is_chosen_again<'k>(
        &self,
        name: KeyName<'_>,
        keys: &Keys<'_>,
        candidates: impl Iterator<Item = &'k Key>,
        observer: Observer<'_>,
    ) -> bool {
        let Some(key) = self.first_of(candidates) else {
            return false;
        };
        observer.find(&key.identity);
        self.series().copy(&key.identity.series);
        self.set_chosen(name, keys);
        true
    }

    /// Where the key is counted that was chosen last.
    #[inline]
    pub(super) fn series(&self) -> &SeriesNumber {
        &self.head().series
    }

    /// Whether the first of these candidates that has the material of its key is that key.
    pub(super) fn is_first_of<'k>(&self, candidates: impl Iterator<Item = &'k Key>) -> bool {
        self.first_of(candidates).is_some()
    }

    /// The first of these candidates that has the material of its key, if it is that key.
    fn first_of<'k>(&self, mut candidates: impl Iterator<Item = &'k Key>) -> Option<&'k Key> {
        candidates
            .find(|key| key.identity.material == self.key().material)
            .filter(|key| *key.identity == *self.key())
    }

    /// Keeps that this name has chosen it among these keys. A `kid` that none of them has does not count where
    /// there is an endpoint, which is to be asked for it each time.
    pub(super) fn set_chosen(&self, name: KeyName<'_>, keys: &Keys<'_>) {
        let head = self.head();
        let is_named = head.key.kid.is_some() || name.kid.is_none();
        if is_named || !keys.are_fetched() {
            let moment = keys.moment().map_or(0, NonZeroU64::get);
            head.chosen_at.store(moment, Relaxed);
        }
    }

    /// Whether the log was told of the topics in its ACL claim that never match. From now on it was.
    pub(super) fn was_told_of_filters(&self) -> bool {
        self.head().told_of_filters.was_set()
    }

    /// Whether a short text has a run of bytes in common with the token, which has this signature.
    pub(crate) fn shares_run_with(&self, text: &[u8], signature: &[u8]) -> bool {
        let payload = URL_SAFE_NO_PAD.encode_to_string(self.text());
        let header: &[u8] = &self.head().header.segment;
        let token = [header, payload.as_bytes(), signature].join(&b'.');
        shares_run(text, &token)
    }

    /// What the log calls the token. It is hashed when that is asked for first: for an HMAC token this takes
    /// a third of the time that all of a check does.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        *self.head().fingerprint.get_or_init(|| {
            let [_, _, text, signature, _] = self.parts();
            let payload = URL_SAFE_NO_PAD.encode_to_string(text);
            let header: &[u8] = &self.head().header.segment;
            Fingerprint::of(&[header, payload.as_bytes(), signature].join(&b'.'))
        })
    }

    /// The same, where the token is at hand.
    pub(crate) fn fingerprint_of(&self, token: &[u8]) -> Fingerprint {
        let known = &self.head().fingerprint;
        *known.get_or_init(|| Fingerprint::of(token))
    }

    /// Whether it can tell its fingerprint without the token.
    pub(crate) fn keeps_signature(&self) -> bool {
        let [_, _, _, signature, _] = self.parts();
        signature.first().is_some_and(|first| *first != DIGEST_MARK)
    }

    /// How many bytes it takes.
    pub(super) fn size(&self) -> usize {
        let header = self.head().header.segment.len();
        [header, self.0.slice.len()]
            .into_iter()
            .fold(size_of::<Head>(), usize::saturating_add)
    }

    fn parts(&self) -> [&[u8]; 5] {
        let head = self.head();
        let parts = || {
            let (found, rest) = self.0.slice.split_at_checked(head.found_len)?;
            let (kid, rest) = rest.split_at_checked(head.kid_len)?;
            let (text, rest) = rest.split_at_checked(head.text_len)?;
            let (signature, nodes) = rest.split_at_checked(head.signature_len)?;
            Some([found, kid, text, signature, nodes])
        };
        parts().unwrap_or_default()
    }
}

/// Whether this, which is not the token's signature, is its digest.
#[cold]
fn is_digest(signature: &[u8], token: &Token<'_>) -> bool {
    signature
        .split_first()
        .is_some_and(|(mark, digest)| *mark == DIGEST_MARK && digest == token.signature.digest())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::client::Client;
    use crate::host::clock::Clock;
    use crate::host::log::Log;
    use crate::json::Json;
    use crate::keys::{KeyIndex, KeySet, KeySources, KidFrom, jwk};
    use crate::refusal::ToFirstRefusal;
    use crate::stats::{Counters, LaneNumber};
    use crate::token::{
        Cache, ClaimTable, HeaderRules, PayloadBuffers, PayloadReader, SignatureBuffers,
        SignatureRules, TokenBuffers, Verified,
    };

    /// What is remembered of a token when it comes for the first and for the second time.
    fn remembered_twice(set: &str, token: &str) -> [Remembered; 2] {
        let log = Log::new(None);
        let keys = Json::parse(set)
            .map_err(|error| error.to_string())
            .and_then(|set| jwk::read_set("jwks", set, &log))
            .and_then(|keys| {
                let local = KeyIndex::new(keys);
                let sources = KeySources {
                    local,
                    counts: Vec::new(),
                    endpoint: None,
                };
                KeySet::start(sources, None, &log, &Clock::new(None))
            })
            .unwrap_or_else(|error| unreachable!("{error}"));
        let header = HeaderRules {
            algorithms: None,
            token_types: None,
        };
        let rules = SignatureRules {
            format: None,
            max_key_trials: 8,
        };
        let cache = Cache::new(16).unwrap_or_else(|error| unreachable!("{error}"));
        let counters = Counters::new();
        let observer = Observer {
            log: &log,
            lane: counters.lane(&LaneNumber::default()),
            issuer: "",
        };
        [(), ()].map(|()| {
            let mut buffers = (TokenBuffers::default(), PayloadBuffers::default());
            let reader = PayloadReader {
                table: &ClaimTable::new(),
                buffers: &mut buffers.1,
            };
            let (keys, mut signature) = (keys.now(), SignatureBuffers::default());
            let verified = Token::parse(token.as_bytes(), 16_384, &mut buffers.0).map(|token| {
                let key = token.key_name(KidFrom::Header, &Client::default());
                let token = token.permitted(&header, key, ToFirstRefusal)?;
                match cache.verified(token, &keys, &rules, reader, observer, &mut signature)? {
                    Verified::Cached(remembered) => Ok(remembered),
                    Verified::Fresh(_) => unreachable!("it is not remembered"),
                }
            });
            match verified {
                Ok(Ok(remembered)) => remembered,
                Ok(Err(refusal)) | Err(refusal) => unreachable!("{refusal}"),
            }
        })
    }

    #[test]
    fn a_signature_of_kilobytes_is_remembered_by_its_digest() {
        let vectors = include_str!("../../tests/vectors/ml_dsa.json");
        let vectors: Value = serde_json::from_str(vectors).unwrap_or_default();
        let good = vectors.get("good").and_then(Value::as_array);
        let good = good.map_or(&[][..], Vec::as_slice);
        assert_eq!(good.len(), 3);
        for vector in good {
            let set = format!(
                "{{\"keys\": [{}]}}",
                vector.get("jwk").unwrap_or(&Value::Null)
            );
            let token = vector.get("token").and_then(Value::as_str);
            let token = token.unwrap_or_default();
            let [first, second] = remembered_twice(&set, token);
            let is_same = std::ptr::eq(first.text(), second.text());
            assert!(is_same, "it was verified again");
            let signature = token.rsplit('.').next().unwrap_or_default().as_bytes();
            assert!(signature.len() > 3_000);
            for part in signature.windows(24).step_by(8) {
                let mut kept = first.0.slice.windows(24);
                assert!(!kept.any(|bytes| bytes == part), "it holds the signature");
            }
            assert!(first.size() < 1_024, "{}", first.size());
        }
    }
}
