//! One filter of one rule, and the list in which they are collected.

use std::cmp::Ordering;

use crate::acl::Defect;
use crate::acl::conditions::Conditions;
use crate::acl::request::Permission;

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

/// A rule whose filters are collected.
#[derive(Clone, Copy)]
pub(in crate::acl) struct Target {
    pub(in crate::acl) number: u32,
    pub(in crate::acl) permission: Permission,
    pub(in crate::acl) conditions: Conditions,
}

impl Entry {
    pub(super) fn text<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    /// Whether both say the same.
    pub(super) fn is_same(&self, other: &Self, text: &[u8]) -> bool {
        self.rule == other.rule
            && self.exact == other.exact
            && self.conditions == other.conditions
            && self.text(text) == other.text(text)
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

/// Filters while rules are read.
#[derive(Default)]
pub(in crate::acl) struct Collector {
    is_kept: bool,
    pub(super) text: Vec<u8>,
    pub(super) allow: Entries,
    pub(super) deny: Entries,
}

/// Those of one permission.
#[derive(Default)]
pub(super) struct Entries {
    /// How much text they are, since the count was started.
    size: usize,
    pub(super) list: Vec<Entry>,
}

/// How much text the filters of one permission in a claim may be, in bytes: placeholders can make much of a short
/// claim.
const LARGEST: usize = 1 << 20;

impl Collector {
    /// Empties the collector. Filters that will not be kept are counted against the same limits.
    pub(in crate::acl) fn start(&mut self, is_kept: bool) {
        self.is_kept = is_kept;
        self.text.clear();
        self.allow.list.clear();
        self.deny.list.clear();
        self.start_count();
    }

    /// Counts the filters from here on anew.
    pub(in crate::acl) fn start_count(&mut self) {
        self.allow.size = 0;
        self.deny.size = 0;
    }

    pub(in crate::acl) fn is_empty(&self) -> bool {
        self.allow.list.is_empty() && self.deny.list.is_empty()
    }

    /// How many bytes it takes.
    pub(in crate::acl) fn size(&self) -> usize {
        let entries = (self.allow.list.capacity()).saturating_add(self.deny.list.capacity());
        let entries = entries.saturating_mul(size_of::<Entry>());
        entries.saturating_add(self.text.capacity())
    }

    /// Adds a filter of a rule.
    #[inline]
    pub(in crate::acl) fn add(&mut self, rule: Target, filter: Filter<'_>) -> Result<(), Defect> {
        const TOO_MUCH: Defect = "more than 1 MiB of topics";
        let entries = match rule.permission {
            Permission::Deny => &mut self.deny,
            Permission::Allow | Permission::NoMatch => &mut self.allow,
        };
        entries.size = entries.size.saturating_add(filter.text.len());
        if entries.size > LARGEST {
            return Err(TOO_MUCH);
        }
        if self.is_kept {
            let start = u32::try_from(self.text.len()).map_err(|_| TOO_MUCH)?;
            self.text.extend_from_slice(filter.text);
            let end = u32::try_from(self.text.len()).map_err(|_| TOO_MUCH)?;
            entries.list.push(Entry {
                start,
                end,
                rule: rule.number,
                exact: filter.exact,
                conditions: rule.conditions,
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
