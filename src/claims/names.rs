//! The names of the claims that are looked for, so that one pass over a payload finds them all.

use std::sync::Arc;

use crate::json::flat::{Node, Object};

/// The claims that have a meaning here, whatever the configuration. They come first among the names.
const REGISTERED: [&str; 7] = [
    "exp",
    "nbf",
    "iat",
    "jti",
    "sub",
    "is_superuser",
    "client_attrs",
];

/// Which of the names it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place(usize);

impl Place {
    pub(super) const EXP: Self = Self(0);
    pub(super) const NBF: Self = Self(1);
    pub(super) const IAT: Self = Self(2);
    pub(super) const JTI: Self = Self(3);
    pub(super) const SUB: Self = Self(4);
    pub(super) const IS_SUPERUSER: Self = Self(5);
    pub(super) const CLIENT_ATTRS: Self = Self(6);
}

/// Those, and the ones that the configuration names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Names {
    all: Vec<Arc<str>>,
    /// The names of each bucket, by their places.
    buckets: Box<[Vec<usize>; BUCKETS]>,
}

const BUCKETS: usize = 64;

/// By the length and the ends of a name.
#[inline]
fn bucket(name: &[u8]) -> usize {
    let end = |byte: Option<&u8>| usize::from(byte.copied().unwrap_or_default());
    let ends = end(name.first()).wrapping_mul(5) ^ end(name.last()).wrapping_mul(3);
    ends.wrapping_add(name.len()) % BUCKETS
}

impl Names {
    pub(crate) fn new() -> Self {
        let mut names = Self {
            all: Vec::new(),
            buckets: Box::new([const { Vec::new() }; BUCKETS]),
        };
        for name in REGISTERED {
            names.add(name);
        }
        names
    }

    /// The place of a name, which is added if it is new.
    pub(crate) fn add(&mut self, name: &str) -> Place {
        let place = self.place(name).unwrap_or_else(|| {
            let place = self.all.len();
            self.all.push(name.into());
            if let Some(bucket) = self.buckets.get_mut(bucket(name.as_bytes())) {
                bucket.push(place);
            }
            place
        });
        Place(place)
    }

    #[inline]
    fn place(&self, name: &str) -> Option<usize> {
        let bucket = self.buckets.get(bucket(name.as_bytes()))?;
        let is_it = |place: &&usize| self.all.get(**place).is_some_and(|it| **it == *name);
        bucket.iter().find(is_it).copied()
    }

    /// Finds the claims of all names, each in its place of `found`: its node, or zero.
    pub(super) fn find(&self, claims: Object<'_>, found: &mut Vec<Node>) {
        found.clear();
        found.resize(self.all.len(), Node::default());
        for (name, value) in claims.iter() {
            let found = self.place(&name).and_then(|place| found.get_mut(place));
            if let Some(found) = found {
                // The first node is that of the claims themselves.
                *found = (value.index() as u64).to_ne_bytes();
            }
        }
    }
}

/// What was found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'d>(pub(crate) &'d [Node]);

impl Found<'_> {
    /// The node of a claim, if it is there.
    #[inline]
    pub(super) fn node(self, place: Place) -> Option<usize> {
        let node = u64::from_ne_bytes(*self.0.get(place.0)?);
        usize::try_from(node).ok().filter(|node| *node != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registered_names_have_their_places() {
        let places = [
            Place::EXP,
            Place::NBF,
            Place::IAT,
            Place::JTI,
            Place::SUB,
            Place::IS_SUPERUSER,
            Place::CLIENT_ATTRS,
        ];
        let mut names = Names::new();
        assert_eq!(REGISTERED.map(|name| names.add(name)), places);
        assert_eq!(names.add("acl"), Place(7));
        assert_eq!(names.add("acl"), Place(7));
    }
}
