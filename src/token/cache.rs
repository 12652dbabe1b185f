//! Stages 2 and 3 at once, for a token that was seen before.
//!
//! Remembered is that a key verified a token, and the tape of its payload. Dates, claims and revocations
//! are looked at each time, and a token is taken for verified only if the key that verified it is still one
//! that may have signed it. A token with a bad signature is never remembered, so it drives out no good one.

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use once_cell::sync::OnceCell;
use quick_cache::Weighter;
use quick_cache::sync::Cache as Map;
use siphasher::sip128::SipHasher13;

use super::base64url::Buffer;
use super::compact::{PermittedToken, Token};
use super::observer::Observer;
use super::payload::{Payload, PayloadReader};
use super::preview::{Preview, Seen};
use super::remembered::Remembered;
use crate::bytes::ShortKey;
use crate::keys::{Key, Keys, SignatureFormat};
use crate::refusal::{Refusal, ToFirstRefusal};

/// What a token of ordinary size may take, in bytes. A larger one counts for several.
const ORDINARY: u64 = 1024;

/// How signatures are verified.
#[derive(Debug)]
pub(crate) struct SignatureRules {
    /// How ECDSA signatures are encoded; none: as is usual for the key.
    pub(crate) format: Option<SignatureFormat>,
    /// How many keys a token is tried with at most.
    pub(crate) max_key_trials: usize,
}

/// Where a signature is decoded, and a payload put together as it will be remembered.
#[derive(Default)]
pub(crate) struct Buffers {
    signature: Buffer,
    remembered: Vec<u8>,
}

impl Buffers {
    /// How many bytes they take.
    pub(crate) fn size(&self) -> usize {
        (self.signature.size()).saturating_add(self.remembered.capacity())
    }
}

/// A token whose signature is good, and whose claims are found.
pub(crate) enum Verified<'a> {
    /// It was verified by this check.
    Fresh(Payload<'a>),
    /// It was verified by an earlier one.
    Cached(Remembered),
}

impl Verified<'_> {
    pub(crate) fn payload(&self) -> Payload<'_> {
        match self {
            Self::Fresh(payload) => Payload { ..*payload },
            Self::Cached(remembered) => remembered.payload(),
        }
    }

    /// The payload, byte for byte as signed.
    pub(crate) fn text(&self) -> &[u8] {
        match self {
            Self::Fresh(payload) => payload.tape.text(),
            Self::Cached(remembered) => remembered.text(),
        }
    }

    /// The payload, to be kept for a session by this token.
    pub(crate) fn remember(&self, token: &[u8], buffers: &mut Buffers) -> Remembered {
        match self {
            Self::Fresh(payload) => {
                Remembered::claims_only(payload, token, &mut buffers.remembered)
            }
            Self::Cached(remembered) => remembered.clone(),
        }
    }
}

/// The tokens that one verifier remembers. Clones are the same cache.
#[derive(Clone)]
pub(crate) struct Cache(Option<Arc<Tokens>>);

impl Cache {
    /// Room for so many tokens of ordinary size; 0 turns it off.
    ///
    /// # Errors
    ///
    /// The system has no random numbers.
    pub(crate) fn new(capacity: u32) -> Result<Self, &'static str> {
        let tokens = (capacity > 0).then(|| Tokens::new(capacity)).transpose()?;
        Ok(Self(tokens.map(Arc::new)))
    }

    pub(crate) fn capacity(&self) -> u32 {
        self.0.as_ref().map_or(0, |tokens| tokens.capacity)
    }

    /// How many tokens are remembered.
    pub(crate) fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |tokens| tokens.map.len())
    }

    /// What a token says of its issuer: by what is remembered of it, or else by reading its payload.
    pub(crate) fn preview<'a>(&self, token: &Token<'a>, reader: PayloadReader<'a>) -> Preview<'a> {
        match self.0.as_deref().and_then(|tokens| tokens.seen(token)) {
            Some(remembered) => Preview::Remembered(remembered, reader),
            None => Preview::of(token, reader),
        }
    }

    /// Verifies a token with one of the keys and reads its payload, unless both are remembered.
    #[expect(
        clippy::inline_always,
        reason = "a stage of every check: a call would copy its result"
    )]
    #[inline(always)]
    pub(crate) fn verified<'a>(
        &self,
        token: PermittedToken<'a>,
        keys: &'a Keys<'_>,
        rules: &SignatureRules,
        payload: impl Seen + 'a,
        observer: Observer<'_>,
        buffers: &mut Buffers,
    ) -> Result<Verified<'a>, Refusal> {
        let candidates = || token.candidates(keys, rules.max_key_trials);
        let tokens = self.0.as_deref();
        let lane = observer.lane;
        // An HMAC costs no more than a look-up among many tokens, so only one that was accepted lately is
        // looked up.
        let is_looked_up = |tokens: &&Tokens| {
            !token.algorithm.is_hmac() || tokens.recent_hmacs.contain(token.token)
        };
        let Some(tokens) = tokens.filter(is_looked_up) else {
            if tokens.is_some() {
                lane.cache_miss();
            }
            let payload = fresh(token, candidates()?, rules, payload, observer, buffers)?;
            if let Some(tokens) = tokens {
                tokens.recent_hmacs.add(token.token);
            }
            return Ok(Verified::Fresh(payload));
        };
        let name = tokens.name(token.token);
        let seen = match payload.remembered() {
            Some(remembered) => Some(remembered.clone()),
            None => tokens.recall(name, token.token),
        };
        let seen = seen.filter(|seen| seen.format() == rules.format);
        let seen = match seen {
            Some(seen) if seen.is_chosen(token.key, keys) => {
                lane.remembered(seen.series());
                return Ok(Verified::Cached(seen));
            }
            seen => seen,
        };
        let candidates = candidates().inspect_err(|_| lane.cache_miss())?;
        if let Some(seen) = seen
            && seen.is_chosen_again(token.key, keys, candidates.clone(), observer)
        {
            lane.remembered(seen.series());
            return Ok(Verified::Cached(seen));
        }
        lane.cache_miss();
        let Buffers {
            signature,
            remembered,
        } = buffers;
        let payload = token
            .verify(candidates, rules.format, observer, signature)?
            .payload(payload, ToFirstRefusal)?;
        let remembered = Remembered::new(token, &payload, rules.format, remembered);
        remembered.set_chosen(token.key, keys);
        tokens.map.insert(name, remembered.clone());
        Ok(Verified::Cached(remembered))
    }

    /// Whether a check would recall that a key of these verified the token. Nothing is changed by asking.
    pub(crate) fn holds(
        &self,
        token: PermittedToken<'_>,
        keys: &Keys<'_>,
        rules: &SignatureRules,
    ) -> bool {
        let remembered = || {
            let tokens = self.0.as_deref()?;
            let is_looked_up = !token.token.is_hmac() || tokens.recent_hmacs.contain(token.token);
            let name = is_looked_up.then(|| tokens.name(token.token))?;
            let remembered = tokens.map.peek(&name)?;
            remembered.matches(token.token).then_some(remembered)
        };
        let candidates = token.candidates(keys, rules.max_key_trials);
        remembered().is_some_and(|remembered| {
            remembered.format() == rules.format
                && (remembered.is_chosen(token.key, keys)
                    || candidates.is_ok_and(|candidates| remembered.is_first_of(candidates)))
        })
    }

    /// Whether the log was told of the topics in a token's ACL claim that never match, for as long as the token
    /// is remembered. From now on it was: an HMAC token is remembered for that at first sight.
    #[cold]
    pub(crate) fn was_told_of_filters(
        &self,
        token: PermittedToken<'_>,
        verified: &Verified<'_>,
        rules: &SignatureRules,
        buffers: &mut Buffers,
    ) -> bool {
        match (verified, self.0.as_deref()) {
            (Verified::Cached(remembered), _) => remembered.was_told_of_filters(),
            (Verified::Fresh(_), None) => false,
            (Verified::Fresh(payload), Some(tokens)) => {
                let name = tokens.name(token.token);
                let remembered = tokens.recall(name, token.token).unwrap_or_else(|| {
                    let buffer = &mut buffers.remembered;
                    let remembered = Remembered::new(token, payload, rules.format, buffer);
                    tokens.map.insert(name, remembered.clone());
                    remembered
                });
                remembered.was_told_of_filters()
            }
        }
    }
}

/// Stages 2 and 3, one after the other.
#[inline]
fn fresh<'a>(
    token: PermittedToken<'a>,
    candidates: impl Iterator<Item = &'a Key>,
    rules: &SignatureRules,
    payload: impl Seen + 'a,
    observer: Observer<'_>,
    buffers: &mut Buffers,
) -> Result<Payload<'a>, Refusal> {
    token
        .verify(candidates, rules.format, observer, &mut buffers.signature)?
        .payload(payload, ToFirstRefusal)
}

struct Tokens {
    map: Map<u128, Remembered, Weight, Identity>,
    recent_hmacs: RecentHmacs,
    /// The key of the hash, from the system's random numbers: nobody can find two tokens of one name.
    secret: [u8; 16],
    capacity: u32,
}

impl Tokens {
    fn new(capacity: u32) -> Result<Self, &'static str> {
        let mut secret = [0; 16];
        getrandom::fill(&mut secret).map_err(|_| "the system has no random numbers")?;
        let room = u64::from(capacity).saturating_mul(ORDINARY);
        Ok(Self {
            map: Map::with(
                capacity as usize,
                room,
                Weight,
                Identity,
                Lifecycle::default(),
            ),
            recent_hmacs: RecentHmacs::default(),
            secret,
            capacity,
        })
    }

    /// The name of a token: a keyed hash (SipHash-1-3, 128 bits) of the beginning of its signature. All
    /// of the token is compared.
    fn name(&self, token: &Token<'_>) -> u128 {
        SipHasher13::new_with_key(&self.secret)
            .hash(token.signature.hashed())
            .as_u128()
    }

    /// What is remembered of the token of this name.
    fn recall(&self, name: u128, token: &Token<'_>) -> Option<Remembered> {
        let remembered = self.map.get(&name)?;
        remembered.matches(token).then_some(remembered)
    }

    /// The same, unless it is a token that is not looked up.
    fn seen(&self, token: &Token<'_>) -> Option<Remembered> {
        if token.is_hmac() && !self.recent_hmacs.contain(token) {
            return None;
        }
        self.recall(self.name(token), token)
    }
}

/// HMAC tokens that were accepted lately: a direct-mapped table. Two tokens with one entry replace each
/// other, so of very many tokens none stays long. A weak hash will do, since only signatures that were
/// verified get in, and those are evenly distributed.
#[derive(Default)]
struct RecentHmacs(OnceCell<Box<[AtomicU64]>>);

impl RecentHmacs {
    const BITS: u32 = 14;
    const ENTRIES: u64 = 1 << Self::BITS;

    fn contain(&self, token: &Token<'_>) -> bool {
        let (hash, entry) = self.entry(token);
        entry.is_some_and(|entry| entry.load(Relaxed) == hash)
    }

    fn add(&self, token: &Token<'_>) {
        let (hash, entry) = self.entry(token);
        if let Some(entry) = entry {
            entry.store(hash, Relaxed);
        }
    }

    /// A hash of the signature, and the entry that its upper bits choose.
    fn entry(&self, token: &Token<'_>) -> (u64, Option<&AtomicU64>) {
        let hash = ShortKey::of(token.signature.hashed()).hash();
        let entries = self
            .0
            .get_or_init(|| (0..Self::ENTRIES).map(|_| AtomicU64::default()).collect());
        // The entries are fewer than any `usize`.
        let index = usize::try_from(hash >> (u64::BITS - Self::BITS)).unwrap_or_default();
        (hash, entries.get(index))
    }
}

type Lifecycle = quick_cache::sync::DefaultLifecycle<u128, Remembered>;

/// How much of the room a token takes.
#[derive(Clone)]
struct Weight;

impl Weighter<u128, Remembered> for Weight {
    fn weight(&self, _: &u128, remembered: &Remembered) -> u64 {
        ORDINARY.max(remembered.size() as u64)
    }
}

/// The hash of a name is its first 64 bits: a name is a hash already.
#[derive(Clone, Default)]
struct Identity;

#[derive(Default)]
struct First64(u64);

impl BuildHasher for Identity {
    type Hasher = First64;

    fn build_hasher(&self) -> First64 {
        First64::default()
    }
}

impl Hasher for First64 {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_ne_bytes(*first);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
