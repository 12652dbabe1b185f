//! The keys a verifier trusts, and which of them may have signed a token.

pub(crate) mod file;
mod identity;
pub(crate) mod jwk;
mod key;
pub(crate) mod pem;
pub(crate) mod secret;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::algorithm::Algorithm;
use crate::verdict::Refusal;
use identity::Material;

pub(crate) use identity::KeyIdentity;
pub(crate) use key::{Key, Mismatch, SignatureFormat};

/// All keys, in the order of the configuration, and by their `kid`.
pub(crate) struct KeySet {
    all: Vec<Arc<Key>>,
    without_kid: Vec<Arc<Key>>,
    by_kid: HashMap<String, Vec<Arc<Key>>>,
    materials: HashSet<Material>,
}

impl KeySet {
    /// A set of these keys.
    pub(crate) fn new(keys: Vec<Key>) -> Self {
        let all: Vec<Arc<Key>> = keys.into_iter().map(Arc::new).collect();
        let mut without_kid = Vec::new();
        let mut by_kid: HashMap<String, Vec<Arc<Key>>> = HashMap::new();
        for key in &all {
            match &key.identity.kid {
                None => without_kid.push(Arc::clone(key)),
                Some(kid) => by_kid.entry(kid.clone()).or_default().push(Arc::clone(key)),
            }
        }
        Self {
            materials: all.iter().map(|key| key.identity.material).collect(),
            all,
            without_kid,
            by_kid,
        }
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether this key is among them, under whatever `kid`.
    pub(crate) fn holds(&self, key: &KeyIdentity) -> bool {
        self.materials.contains(&key.material)
    }

    /// Whether any key may verify this algorithm.
    pub(crate) fn serves(&self, algorithm: Algorithm) -> bool {
        self.all.iter().any(|key| key.serves(algorithm))
    }

    /// The keys that may have signed a token with this `alg` and `kid`; at least one.
    pub(crate) fn select<'k>(
        &'k self,
        algorithm: Algorithm,
        kid: Option<&str>,
    ) -> Result<impl Iterator<Item = &'k Key> + use<'k>, Refusal> {
        let named = kid.and_then(|kid| self.by_kid.get(kid));
        let keys = match (named, kid) {
            (Some(named), _) => named,
            (None, Some(_)) => &self.without_kid,
            (None, None) => &self.all,
        };
        let mut fitting = keys
            .iter()
            .map(Arc::as_ref)
            .filter(move |key| key.serves(algorithm))
            .peekable();
        if fitting.peek().is_some() {
            return Ok(fitting);
        }
        Err(match kid {
            Some(kid) if named.is_none() => Refusal::UnknownKeyId(kid.to_owned()),
            kid => Refusal::NoKey(algorithm, kid.map(str::to_owned)),
        })
    }
}
