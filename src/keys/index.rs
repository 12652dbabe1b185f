//! Keys in their order, and by their `kid`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::identity::{KeyIdentity, Material};
use super::key::Key;
use crate::algorithm::Algorithm;

/// Some keys that do not change.
pub(crate) struct KeyIndex {
    pub(crate) all: Vec<Arc<Key>>,
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

    /// The names under which more than `max` keys serve one algorithm, with such an algorithm and
    /// their number. None: the keys without a `kid`.
    pub(crate) fn ambiguous(&self, max: usize) -> Vec<(Option<&str>, Algorithm, usize)> {
        let named = self
            .by_kid
            .iter()
            .map(|(kid, keys)| (Some(kid.as_str()), keys));
        let too_many = |(kid, keys): (_, &Vec<Arc<Key>>)| {
            let counted = |algorithm| {
                let serving = keys.iter().filter(|key| key.serves(algorithm));
                (kid, algorithm, serving.count())
            };
            let mut counts = Algorithm::ALL.into_iter().map(counted);
            counts.find(|(.., count)| keys.len() > max && *count > max)
        };
        let mut found: Vec<_> = std::iter::once((None, &self.without_kid))
            .chain(named)
            .filter_map(too_many)
            .collect();
        found.sort_unstable_by_key(|(kid, ..)| *kid);
        found
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
