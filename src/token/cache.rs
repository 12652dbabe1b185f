//! Tokens whose signature was good, so that it need not be verified again.
//!
//! Nothing else is remembered: dates, claims and revocations are looked at each time, and a token is
//! taken for verified only if the key that verified it is still one that may have signed it. A token
//! with a bad signature is never remembered, so it drives out no good one.

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use once_cell::sync::OnceCell;
use quick_cache::Weighter;
use quick_cache::sync::Cache as Map;
use siphasher::sip128::SipHasher13;

use crate::bytes::ShortKey;
use crate::keys::Key;
use crate::refusal::Refusal;
use crate::token::compact::Token;
use crate::token::signature::{Authentic, Description, Kept, Verification};

/// What a token of ordinary size may take, in bytes. A larger one counts for several.
const ORDINARY: u64 = 1024;

/// [`Token::verify`], unless the token is remembered. `bytes` is for what comes and goes meanwhile.
#[expect(
    clippy::inline_always,
    reason = "a step of every check, whose result would be copied"
)]
#[inline(always)]
pub(crate) fn verify<'a>(
    cache: &Cache,
    token: &'a Token<'_>,
    by: Verification<'_, impl Iterator<Item = &'a Key> + Clone>,
    into: &'a mut Description,
    bytes: &mut Vec<u8>,
) -> Result<Authentic<'a>, Refusal> {
    let Some(cache) = cache.0.as_deref() else {
        return token.verify(by, into).map(Authentic::Now);
    };
    // An HMAC costs no more than looking it up among many: only one that was seen lately is.
    if token.algorithm.is_hmac() && !cache.lately.has(token) {
        let signed = token.verify(by, into)?;
        cache.lately.add(token);
        return Ok(Authentic::Now(signed));
    }
    let name = cache.name(token);
    if let Some(kept) = cache.recall(name, token, &by) {
        return Ok(Authentic::Earlier(kept));
    }
    let format = by.format;
    let kept = Kept::new(token, &token.verify(by, into)?, format, bytes);
    cache.tokens.insert(name, kept.clone());
    Ok(Authentic::Earlier(kept))
}

/// The tokens of one verifier. Clones are the same cache.
#[derive(Clone)]
pub(crate) struct Cache(Option<Arc<Table>>);

struct Table {
    tokens: Map<u128, Kept, Weight, Spread>,
    lately: Lately,
    /// Chosen by chance, so that nobody can find two tokens of one name.
    secret: [u8; 16],
    capacity: u32,
}

impl Cache {
    /// Room for so many tokens of ordinary size; 0 remembers none.
    ///
    /// # Errors
    ///
    /// The system has no random numbers.
    pub(crate) fn new(capacity: u32) -> Result<Self, &'static str> {
        if capacity == 0 {
            return Ok(Self(None));
        }
        Ok(Self(Some(Arc::new(Table::new(capacity)?))))
    }

    pub(crate) fn capacity(&self) -> u32 {
        self.0.as_ref().map_or(0, |table| table.capacity)
    }
}

impl Table {
    fn new(capacity: u32) -> Result<Self, &'static str> {
        let mut secret = [0; 16];
        getrandom::fill(&mut secret).map_err(|_| "the system has no random numbers")?;
        let room = u64::from(capacity).saturating_mul(ORDINARY);
        let tokens = Map::with(
            capacity as usize,
            room,
            Weight,
            Spread,
            Lifecycle::default(),
        );
        Ok(Self {
            tokens,
            lately: Lately::default(),
            secret,
            capacity,
        })
    }

    /// The name of a token: a keyed hash (SipHash-1-3, 128 bits) of the beginning of its signature. All
    /// the rest of the token is compared.
    fn name(&self, token: &Token<'_>) -> u128 {
        let (hashed, _) = token.signature.parts();
        SipHasher13::new_with_key(&self.secret)
            .hash(hashed)
            .as_u128()
    }

    /// What was kept of this token, if it would be verified by the same key now, under the same `kid`:
    /// a revocation may name that.
    fn recall<'k, K>(&self, name: u128, token: &Token<'_>, by: &Verification<'_, K>) -> Option<Kept>
    where
        K: Iterator<Item = &'k Key> + Clone,
    {
        let kept = self.tokens.get(&name)?;
        let is_good = kept.is_of(token)
            && kept.format() == by.format
            && by
                .keys
                .clone()
                .find(|key| key.identity.material == kept.key().material)
                .is_some_and(|key| *key.identity == *kept.key());
        is_good.then_some(kept)
    }
}

/// Tokens with an HMAC that were accepted lately, each in the one place that it has. It drives out whose
/// place it is as well, so of very many none stays long.
#[derive(Default)]
struct Lately(OnceCell<Box<[AtomicU64]>>);

impl Lately {
    const BITS: u32 = 14;
    const PLACES: u64 = 1 << Self::BITS;

    fn has(&self, token: &Token<'_>) -> bool {
        let (mark, place) = self.place(token);
        place.is_some_and(|place| place.load(Relaxed) == mark)
    }

    fn add(&self, token: &Token<'_>) {
        let (mark, place) = self.place(token);
        if let Some(place) = place {
            place.store(mark, Relaxed);
        }
    }

    /// A number of the signature, by its ends, and the token's place. Signatures are spread evenly; those
    /// that somebody chose are not accepted.
    fn place(&self, token: &Token<'_>) -> (u64, Option<&AtomicU64>) {
        let mark = ShortKey::of(token.signature.parts().0).hash();
        let places = self
            .0
            .get_or_init(|| (0..Self::PLACES).map(|_| AtomicU64::default()).collect());
        // The upper bits are the best, and the places are fewer than any `usize`.
        let place = usize::try_from(mark >> (u64::BITS - Self::BITS)).unwrap_or_default();
        (mark, places.get(place))
    }
}

type Lifecycle = quick_cache::sync::DefaultLifecycle<u128, Kept>;

/// How much of the room a token takes.
#[derive(Clone)]
struct Weight;

impl Weighter<u128, Kept> for Weight {
    fn weight(&self, _: &u128, kept: &Kept) -> u64 {
        ORDINARY.max(kept.size() as u64)
    }
}

/// A name is spread evenly by itself.
#[derive(Clone, Default)]
struct Spread;

#[derive(Default)]
struct Low(u64);

impl BuildHasher for Spread {
    type Hasher = Low;

    fn build_hasher(&self) -> Low {
        Low::default()
    }
}

impl Hasher for Low {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_ne_bytes(*first);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
