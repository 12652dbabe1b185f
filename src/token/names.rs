//! The names of the claims that are used, so that one scan of a payload finds them all.

use crate::bytes::ShortKey;
use crate::json::tape::Node;

/// The claims that have a meaning here, whatever the configuration. Theirs are the first slots.
const REGISTERED: [&str; 8] = [
    "exp",
    "nbf",
    "iat",
    "jti",
    "sub",
    "client_attrs",
    "cnf",
    "iss",
];

/// Which claim of a [`ClaimTable`]: its index in the table, and in what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClaimSlot(usize);

impl ClaimSlot {
    pub(super) const EXP: Self = Self(0);
    pub(super) const NBF: Self = Self(1);
    pub(super) const IAT: Self = Self(2);
    pub(super) const JTI: Self = Self(3);
    pub(super) const SUB: Self = Self(4);
    pub(super) const CLIENT_ATTRS: Self = Self(5);
    pub(super) const CNF: Self = Self(6);
    pub(super) const ISS: Self = Self(7);
}

/// The names of the registered claims and of those that the configuration uses: a hash table with chained
/// buckets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ClaimTable {
    /// By slot.
    names: Vec<Name>,
    /// The first name of each bucket; the others follow by [`Name::next`].
    buckets: [Option<ClaimSlot>; BUCKETS],
}

#[derive(Debug, PartialEq, Eq)]
struct Name {
    text: Box<[u8]>,
    key: ShortKey,
    /// The next name in the same bucket.
    next: Option<ClaimSlot>,
}

const BUCKETS: usize = 64;

/// The bucket of names with this key: the upper six bits of its hash.
#[inline]
fn bucket(key: ShortKey) -> usize {
    (key.hash() >> 58) as usize % BUCKETS
}

impl ClaimTable {
    /// A table of the registered claims.
    pub(crate) fn new() -> Self {
        let mut table = Self {
            names: Vec::new(),
            buckets: [None; BUCKETS],
        };
        for name in REGISTERED {
            table.add(name);
        }
        table
    }

    /// The slot of a name, which is added if it is new.
    pub(crate) fn add(&mut self, name: &str) -> ClaimSlot {
        let key = ShortKey::of(name.as_bytes());
        if let Some(slot) = self.slot(name.as_bytes(), key) {
            return slot;
        }
        let slot = ClaimSlot(self.names.len());
        let first = self.buckets.get_mut(bucket(key));
        self.names.push(Name {
            text: name.as_bytes().into(),
            key,
            next: first.and_then(|first| first.replace(slot)),
        });
        slot
    }

    /// The slot of a name with this key.
    #[inline]
    pub(super) fn slot(&self, name: &[u8], key: ShortKey) -> Option<ClaimSlot> {
        let mut next = *self.buckets.get(bucket(key))?;
        while let Some(slot) = next {
            let known = self.names.get(slot.0)?;
            if known.key == key && (!key.is_lossy() || *known.text == *name) {
                return next;
            }
            next = known.next;
        }
        None
    }

    /// How many slots there are.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }
}

/// The nodes of the claims that were found, by slot; all zeros where there is no such claim.
#[derive(Debug, Clone, Copy)]
pub(super) struct FoundClaims<'d>(&'d [Node]);

impl<'d> FoundClaims<'d> {
    pub(super) fn new(nodes: &'d [Node]) -> Self {
        Self(nodes)
    }

    /// Puts the node of a claim into its slot.
    #[inline]
    pub(super) fn put(found: &mut [Node], slot: ClaimSlot, node: Node) {
        if let Some(found) = found.get_mut(slot.0) {
            *found = node;
        }
    }

    /// The node of a claim, if it was found.
    #[inline]
    pub(super) fn node(self, slot: ClaimSlot) -> Option<Node> {
        self.0
            .get(slot.0)
            .copied()
            .filter(|node| *node != Node::default())
    }

    /// All slots.
    pub(super) fn nodes(self) -> &'d [Node] {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registered_names_have_their_places() {
        let slots = [
            ClaimSlot::EXP,
            ClaimSlot::NBF,
            ClaimSlot::IAT,
            ClaimSlot::JTI,
            ClaimSlot::SUB,
            ClaimSlot::CLIENT_ATTRS,
            ClaimSlot::CNF,
            ClaimSlot::ISS,
        ];
        let mut table = ClaimTable::new();
        assert_eq!(REGISTERED.map(|name| table.add(name)), slots);
        assert_eq!(table.add("acl"), ClaimSlot(8));
        assert_eq!(table.add("acl"), ClaimSlot(8));
    }
}
