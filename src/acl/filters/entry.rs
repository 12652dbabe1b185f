//! One filter of one rule, and the list in which they are collected.

use std::cmp::Ordering;

use crate::acl::Defect;
use crate::acl::conditions::Conditions;

/// One filter of one rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// Where the filter is in the text.
    start: u32,
    end: u32,
    /// The number of its rule.
    pub(super) rule: u32,
    /// It stands for itself alone, not for the topics that it matches: `eq `.
    pub(super) exact: bool,
    pub(super) conditions: Conditions,
}

/// A topic of a rule, for one client.
#[derive(Clone, Copy)]
pub(in crate::acl) struct Filter<'t> {
    pub(in crate::acl) text: &'t [u8],
    /// It stands for itself alone.
    pub(in crate::acl) exact: bool,
}

impl Entry {
    pub(super) fn text<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    /// The filter from this byte on; none: it has ended.
    pub(super) fn rest<'t>(&self, text: &'t [u8], at: usize) -> Option<&'t [u8]> {
        self.text(text).get(at..)
    }

    pub(super) fn level<'t>(&self, text: &'t [u8], at: usize) -> &'t [u8] {
        first_level(self.rest(text, at).unwrap_or_default()).0
    }
}

/// The first level, and what follows it; none: it is the last one.
pub(super) fn first_level(levels: &[u8]) -> (&[u8], Option<&[u8]>) {
    let end = levels.iter().position(|byte| *byte == b'/');
    let Some((level, rest)) = end.and_then(|end| levels.split_at_checked(end)) else {
        return (levels, None);
    };
    (level, rest.get(1..))
}

/// Filters of one permission while a claim is read.
#[derive(Default)]
pub(in crate::acl) struct Collector {
    is_kept: bool,
    size: usize,
    pub(super) text: Vec<u8>,
    pub(super) entries: Vec<Entry>,
}

/// How much text the filters may be, in bytes: placeholders can make much of a short claim.
const LARGEST: u32 = 1 << 20;

impl Collector {
    /// Empties the collector. Filters that will not be kept are counted against the same limits.
    pub(in crate::acl) fn start(&mut self, is_kept: bool) {
        self.is_kept = is_kept;
        self.size = 0;
        self.text.clear();
        self.entries.clear();
    }

    /// How many bytes it takes.
    pub(in crate::acl) fn size(&self) -> usize {
        let entries = self.entries.capacity().saturating_mul(size_of::<Entry>());
        entries.saturating_add(self.text.capacity())
    }

    /// Adds a filter of a rule.
    pub(in crate::acl) fn add(
        &mut self,
        rule: u32,
        conditions: Conditions,
        filter: Filter<'_>,
    ) -> Result<(), Defect> {
        let start = u32::try_from(self.size);
        self.size = self.size.saturating_add(filter.text.len());
        let (Ok(start), Ok(end @ ..=LARGEST)) = (start, u32::try_from(self.size)) else {
            return Err("more than 1 MiB of topics");
        };
        if self.is_kept {
            self.text.extend_from_slice(filter.text);
            self.entries.push(Entry {
                start,
                end,
                rule,
                exact: filter.exact,
                conditions,
            });
        }
        Ok(())
    }
}

/// Compares filters in the order that [`super`] describes, by the first byte in which they differ: the two
/// have the level up to there in common, so a wildcard is a whole level, and a level or a filter that ends
/// comes before one that goes on.
pub(super) fn order(left: &[u8], right: &[u8]) -> Ordering {
    let same = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    rank(left.get(same)).cmp(&rank(right.get(same)))
}

/// The rank of the byte in which a filter differs from another; none: it has ended.
fn rank(next: Option<&u8>) -> (u8, u8) {
    match next {
        Some(b'#') => (0, 0),
        Some(b'+') => (1, 0),
        None => (2, 0),
        Some(b'/') => (3, 0),
        Some(byte) => (4, *byte),
    }
}
