//! The names of the claims that are looked for, so that one pass over a payload finds them all.

use crate::bytes::ShortKey;
use crate::json::tape::Node;

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
    all: Vec<Name>,
    /// The first name of each bucket, by its place, and those that come behind it in [`Name::next`].
    buckets: [Option<Place>; BUCKETS],
}

#[derive(Debug, PartialEq, Eq)]
struct Name {
    text: Box<[u8]>,
    ends: ShortKey,
    /// The next name of the same bucket.
    next: Option<Place>,
}

const BUCKETS: usize = 64;

/// The bucket of names of these ends.
#[inline]
fn bucket(ends: ShortKey) -> usize {
    (ends.hash() >> 58) as usize % BUCKETS
}

impl Names {
    pub(crate) fn new() -> Self {
        let mut names = Self {
            all: Vec::new(),
            buckets: [None; BUCKETS],
        };
        for name in REGISTERED {
            names.add(name);
        }
        names
    }

    /// The place of a name, which is added if it is new.
    pub(crate) fn add(&mut self, name: &str) -> Place {
        let ends = ShortKey::of(name.as_bytes());
        if let Some(place) = self.place(name.as_bytes(), ends) {
            return place;
        }
        let place = Place(self.all.len());
        let first = self.buckets.get_mut(bucket(ends));
        self.all.push(Name {
            text: name.as_bytes().into(),
            ends,
            next: first.and_then(|first| first.replace(place)),
        });
        place
    }

    #[inline]
    pub(super) fn place(&self, name: &[u8], ends: ShortKey) -> Option<Place> {
        let mut next = *self.buckets.get(bucket(ends))?;
        while let Some(place) = next {
            let known = self.all.get(place.0)?;
            if known.ends == ends && (!ends.is_lossy() || *known.text == *name) {
                return next;
            }
            next = known.next;
        }
        None
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }
}

/// What was found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'d>(pub(crate) &'d [Node]);

impl Found<'_> {
    /// Keeps the node of a claim.
    #[inline]
    pub(super) fn note(found: &mut [Node], place: Place, node: Node) {
        if let Some(found) = found.get_mut(place.0) {
            *found = node;
        }
    }

    /// The node of a claim, if it is there.
    #[inline]
    pub(super) fn node(self, place: Place) -> Option<Node> {
        self.0
            .get(place.0)
            .copied()
            .filter(|node| *node != Node::default())
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
