//! Tokens whose signature was good, so that it need not be verified again.
//!
//! Nothing else is remembered: dates, claims and revocations are looked at each time, and a token is
//! taken for verified only if the key that verified it is still one that may have signed it. A token
//! with a bad signature is never remembered, so it drives out no good one.

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache as Map;
use siphasher::sip128::{Hasher128, SipHasher24};

use crate::json::flat::Node;
use crate::keys::{Key, SignatureFormat};
use crate::signature::{Authentic, Kept, Verification};
use crate::token::Token;
use crate::verdict::Refusal;

/// What a token of ordinary size may take, in bytes. A larger one counts for several.
const ORDINARY: u64 = 1024;

/// [`Token::verify`], unless the token is remembered.
pub(crate) fn verify<'a>(
    cache: Option<&Cache>,
    token: &'a Token<'_>,
    by: Verification<'_, impl Iterator<Item = &'a Key> + Clone>,
    nodes: &'a mut Vec<Node>,
) -> Result<Authentic<'a>, Refusal> {
    // An HMAC costs no more than looking it up among many.
    let Some(cache) = cache.filter(|_| !token.algorithm.is_hmac()) else {
        return token.verify(by, nodes).map(Authentic::Now);
    };
    let name = cache.name(token);
    if let Some(kept) = cache.recall(name, token, &by) {
        return Ok(Authentic::Earlier(kept));
    }
    let format = by.format;
    let kept = Arc::new(Kept::new(&token.verify(by, nodes)?));
    let entry = Entry {
        kept: Arc::clone(&kept),
        format,
    };
    cache.tokens.insert(name, entry);
    Ok(Authentic::Earlier(kept))
}

/// The tokens of one verifier.
pub(crate) struct Cache {
    tokens: Map<u128, Entry, Weight, Spread>,
    /// Chosen by chance, so that nobody can find two tokens of one name.
    secret: [u8; 16],
    capacity: u32,
}

#[derive(Clone)]
struct Entry {
    kept: Arc<Kept>,
    /// The `signature_format` by which the signature was good.
    format: Option<SignatureFormat>,
}

impl Cache {
    /// Room for so many tokens of ordinary size; none for 0.
    pub(crate) fn new(capacity: u32) -> Result<Option<Self>, &'static str> {
        if capacity == 0 {
            return Ok(None);
        }
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
        Ok(Some(Self {
            tokens,
            secret,
            capacity,
        }))
    }

    pub(crate) fn capacity(&self) -> u32 {
        self.capacity
    }

    /// The name of a token: a keyed hash (SipHash-2-4, 128 bits) of its header and signature. Its
    /// payload is compared.
    fn name(&self, token: &Token<'_>) -> u128 {
        let mut hasher = SipHasher24::new_with_key(&self.secret);
        hasher.write_usize(token.header.len());
        hasher.write(token.header);
        hasher.write(token.signature);
        hasher.finish128().as_u128()
    }

    /// What was kept of this token, if it would be verified by the same key now, under the same `kid`:
    /// a revocation may name that.
    fn recall<'k, K>(
        &self,
        name: u128,
        token: &Token<'_>,
        by: &Verification<'_, K>,
    ) -> Option<Arc<Kept>>
    where
        K: Iterator<Item = &'k Key> + Clone,
    {
        let Entry { kept, format } = self.tokens.get(&name)?;
        let is_good = kept.text() == token.payload
            && format == by.format
            && by
                .keys
                .clone()
                .find(|key| key.identity.material == kept.key().material)
                .is_some_and(|key| *key.identity == *kept.key());
        is_good.then_some(kept)
    }
}

type Lifecycle = quick_cache::sync::DefaultLifecycle<u128, Entry>;

/// How much of the room a token takes.
#[derive(Clone)]
struct Weight;

impl Weighter<u128, Entry> for Weight {
    fn weight(&self, _: &u128, entry: &Entry) -> u64 {
        ORDINARY.max(entry.kept.size() as u64)
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
