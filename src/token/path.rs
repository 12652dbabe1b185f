//! Where a claim is that the configuration names.

use super::claims::Claims;
use super::names::{ClaimSlot, ClaimTable};
use crate::json::tape::Value;

/// The place of a claim by its name. A name with dots leads to a nested member where no claim has the whole name:
/// from the longest part before a dot that is the name of an object, and failing that, from the next shorter one;
/// and so at every level.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ClaimPath {
    slot: ClaimSlot,
    /// The parts before a dot, the longest first, with what follows the dot.
    shorter: Box<[(ClaimSlot, Box<str>)]>,
}

impl ClaimPath {
    /// How many dots a name may have: for each a search goes through the members of an object.
    const MOST_DOTS: usize = 32;

    /// What is wrong with a name, if anything.
    pub(crate) fn defect(name: &str) -> Option<&'static str> {
        if name.is_empty() {
            Some("the name is empty")
        } else if name.matches('.').count() > Self::MOST_DOTS {
            Some("the name has more than 32 dots")
        } else {
            None
        }
    }

    /// The path of a claim whose name gets slots in `table`.
    pub(crate) fn new(name: &str, table: &mut ClaimTable) -> Self {
        let slot = table.add(name);
        let parts = name.rmatch_indices('.').filter_map(|(dot, _)| {
            let (outer, rest) = name.split_at_checked(dot)?;
            Some((table.add(outer), rest.strip_prefix('.')?.into()))
        });
        Self {
            slot,
            shorter: parts.collect(),
        }
    }

    /// The value that the name leads to.
    #[inline]
    pub(crate) fn find<'d>(&self, claims: &Claims<'d>) -> Option<Value<'d>> {
        claims.get(self.slot).or_else(|| {
            let mut shorter = self.shorter.iter();
            shorter.find_map(|(outer, rest)| claims.get(*outer)?.as_object()?.get_dotted(rest))
        })
    }
}
