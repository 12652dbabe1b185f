//! Keys in their order, and by their `kid`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::identity::{KeyIdentity, Material};
use super::key::Key;

/// Some keys that do not change.
pub(crate) struct KeyIndex {
    pub(super) all: Vec<Arc<Key>>,
    pub(super) without_kid: Vec<Arc<Key>>,
    by_kid: HashMap<String, Vec<Arc<Key>>, RandomState>,
    materials: HashSet<Material>,
}

impl KeyIndex {
    pub(crate) fn new(keys: Vec<Key>) -> Self {
        let all: Vec<Arc<Key>> = keys.into_iter().map(Arc::new).collect();
        let mut without_kid = Vec::new();
        let mut by_kid: HashMap<String, Vec<Arc<Key>>, _> = HashMap::default();
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
    pub(super) fn holds(&self, key: &KeyIdentity) -> bool {
        self.materials.contains(&key.material)
    }

    /// The keys of this `kid`.
    pub(super) fn with_kid(&self, kid: &str) -> &[Arc<Key>] {
        self.by_kid.get(kid).map_or(&[], Vec::as_slice)
    }
}
