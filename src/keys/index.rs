//! Keys in their order, and by their `kid`.

use std::borrow::Borrow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use foldhash::fast::RandomState;

use super::identity::{KeyIdentity, Material};
use super::key::Key;
use crate::algorithm::Algorithm;

/// Some keys that do not change.
pub(crate) struct KeyIndex {
    /// Tells it from every other one of this process; none: there were too many.
    pub(super) number: Option<NonZeroU32>,
    pub(crate) all: Vec<Arc<Key>>,
    pub(super) without_kid: Vec<Arc<Key>>,
    by_kid: HashMap<Kid, SameKid, RandomState>,
    materials: HashSet<Material>,
}

/// The `kid` of a key, which is not copied for that.
struct Kid(Arc<KeyIdentity>);

/// The keys of one `kid`. Mostly there is one, which is kept without a further allocation.
enum SameKid {
    One([Arc<Key>; 1]),
    Several(Vec<Arc<Key>>),
}

/// The number of the next index. No number comes again: after four thousand million there are none.
static NEXT: AtomicU64 = AtomicU64::new(1);

impl KeyIndex {
    #[expect(
        clippy::mutable_key_type,
        reason = "hashed and compared is the text of a `kid`, which never changes"
    )]
    pub(crate) fn new(all: Vec<Arc<Key>>) -> Self {
        let mut without_kid = Vec::new();
        let mut by_kid: HashMap<_, SameKid, _> =
            HashMap::with_capacity_and_hasher(all.len(), RandomState::default());
        for key in &all {
            if key.identity.kid.is_none() {
                without_kid.push(Arc::clone(key));
                continue;
            }
            match by_kid.entry(Kid(Arc::clone(&key.identity))) {
                Entry::Vacant(vacant) => {
                    vacant.insert(SameKid::One([Arc::clone(key)]));
                }
                Entry::Occupied(mut occupied) => occupied.get_mut().push(Arc::clone(key)),
            }
        }
        Self {
            number: u32::try_from(NEXT.fetch_add(1, Relaxed))
                .ok()
                .and_then(NonZeroU32::new),
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
            .map(|(kid, keys)| (Some(kid.text()), keys.all()));
        let too_many = |(kid, keys): (_, &[Arc<Key>])| {
            let counted = |algorithm| {
                let serving = keys.iter().filter(|key| key.serves(algorithm));
                (kid, algorithm, serving.count())
            };
            let mut counts = Algorithm::ALL.into_iter().map(counted);
            counts.find(|(.., count)| keys.len() > max && *count > max)
        };
        let mut found: Vec<_> = std::iter::once((None, self.without_kid.as_slice()))
            .chain(named)
            .filter_map(too_many)
            .collect();
        found.sort_unstable_by_key(|(kid, ..)| *kid);
        found
    }

    /// How many keys have no `kid` that can be the name of a client.
    pub(crate) fn nameless(&self) -> usize {
        self.without_kid
            .len()
            .saturating_add(self.with_kid("").len())
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether this key is among them, under whatever `kid`.
    pub(super) fn holds(&self, key: &KeyIdentity) -> bool {
        self.materials.contains(&key.material)
    }

    /// Whether this key is among them under the same `kid`, which can be the name of a client.
    pub(super) fn holds_by_name(&self, key: &KeyIdentity) -> bool {
        let kid = key.kid.as_deref().filter(|kid| !kid.is_empty());
        kid.is_some_and(|kid| {
            let mut named = self.with_kid(kid).iter();
            named.any(|named| named.identity.material == key.material)
        })
    }

    /// The keys of this `kid`.
    pub(super) fn with_kid(&self, kid: &str) -> &[Arc<Key>] {
        self.by_kid.get(kid).map_or(&[], SameKid::all)
    }
}

impl SameKid {
    fn all(&self) -> &[Arc<Key>] {
        match self {
            Self::One(one) => one,
            Self::Several(several) => several,
        }
    }

    fn push(&mut self, key: Arc<Key>) {
        match self {
            Self::One([first]) => *self = Self::Several(vec![Arc::clone(first), key]),
            Self::Several(several) => several.push(key),
        }
    }
}

impl Kid {
    fn text(&self) -> &str {
        self.0.kid.as_deref().unwrap_or_default()
    }
}

impl Borrow<str> for Kid {
    fn borrow(&self) -> &str {
        self.text()
    }
}

impl Hash for Kid {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text().hash(state);
    }
}

impl PartialEq for Kid {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Kid {}
