//! Topic filters sorted by level: a trie without nodes.
//!
//! Filters that begin with the same levels stand next to each other, so a run of the list is a node
//! of the trie that they would make, and the run's filters have the next level at the same place.
//! Within a run the filters that end stand first, then those that go on with `#`, then with `+`, then
//! with other levels in their order:
//!
//! ```text
//! a/#      run "a/"  : #
//! a/+/x              : run "a/+/"
//! a/b                : run "a/b", which ends here ...
//! a/b/c                                           ... and goes on here
//! ```
//!
//! So the next run is found by bisection, and asking costs the depth of the topic times the logarithm
//! of the number of filters, apart from branches at `+`. It does not allocate. All are valid filters, so
//! a level that begins with a wildcard is one. A level is mostly shorter than ten bytes: they are
//! compared as bytes, and looked through one by one.

mod search;

use std::cmp::Ordering;

use super::Request;
use super::conditions::Conditions;
use super::rule::Defect;
use search::{Relation, Search};

/// Filters of rules of one permission.
#[derive(Debug)]
pub(super) struct Filters {
    /// The filters, one behind the other.
    text: Box<[u8]>,
    /// First those that do not begin with `$`.
    entries: Box<[Entry]>,
    /// How many those are. A leading wildcard matches none of the others (MQTT 5 section 4.7.2).
    plain: usize,
}

/// One filter of one rule.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Where the filter is in the text.
    start: u32,
    end: u32,
    /// The number of its rule.
    rule: u32,
    /// It stands for itself alone, not for the topics that it matches: `eq `.
    exact: bool,
    conditions: Conditions,
}

/// A topic of a rule, for one client.
#[derive(Clone, Copy)]
pub(super) struct Filter<'t> {
    pub(super) text: &'t [u8],
    /// It stands for itself alone.
    pub(super) exact: bool,
}

/// Filters that are being collected, or only counted.
#[derive(Default)]
pub(super) struct Collector {
    is_kept: bool,
    size: usize,
    text: Vec<u8>,
    entries: Vec<Entry>,
}

/// How much text the filters may be, in bytes: placeholders can make much of a short claim.
const LARGEST: u32 = 1 << 20;

impl Collector {
    /// Forgets all. If those that come are not to be kept, they are held to the same limits.
    pub(super) fn start(&mut self, is_kept: bool) {
        self.is_kept = is_kept;
        self.size = 0;
        self.text.clear();
        self.entries.clear();
    }

    /// How many bytes it takes.
    pub(super) fn size(&self) -> usize {
        let entries = self.entries.capacity().saturating_mul(size_of::<Entry>());
        entries.saturating_add(self.text.capacity())
    }

    /// Adds a filter of a rule.
    pub(super) fn add(
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

    pub(super) fn sorted(&mut self) -> Filters {
        let Self { text, entries, .. } = self;
        entries.sort_unstable_by(|a, b| {
            let (left, right) = (a.text(text), b.text(text));
            left.starts_with(b"$")
                .cmp(&right.starts_with(b"$"))
                .then_with(|| order(left, right))
                .then(a.rule.cmp(&b.rule))
        });
        let plain = entries.partition_point(|entry| !entry.text(text).starts_with(b"$"));
        Filters {
            plain,
            text: text.as_slice().into(),
            entries: entries.as_slice().into(),
        }
    }
}

/// The order of filters that is told above. Where two differ first, a wildcard is a level by itself, and
/// a level or a filter that ends there stands before one that goes on.
fn order(left: &[u8], right: &[u8]) -> Ordering {
    let same = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    place(left.get(same)).cmp(&place(right.get(same)))
}

fn place(next: Option<&u8>) -> (u8, u8) {
    match next {
        Some(b'#') => (0, 0),
        Some(b'+') => (1, 0),
        None => (2, 0),
        Some(b'/') => (3, 0),
        Some(byte) => (4, *byte),
    }
}

impl Entry {
    fn text<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    /// The filter from this byte on; none: it has ended.
    fn rest<'t>(&self, text: &'t [u8], at: usize) -> Option<&'t [u8]> {
        self.text(text).get(at..)
    }

    fn level<'t>(&self, text: &'t [u8], at: usize) -> &'t [u8] {
        first_level(self.rest(text, at).unwrap_or_default()).0
    }
}

/// The first level, and what follows it; none: it is the last one.
fn first_level(levels: &[u8]) -> (&[u8], Option<&[u8]>) {
    let end = levels.iter().position(|byte| *byte == b'/');
    let Some((level, rest)) = end.and_then(|end| levels.split_at_checked(end)) else {
        return (levels, None);
    };
    (level, rest.get(1..))
}

impl Filters {
    /// The first rule with a filter that matches every topic which `topic`, a name or a filter, does.
    pub(super) fn first_that_covers(&self, request: &Request<'_>, topic: &str) -> Option<u32> {
        self.first(request, topic, Relation::Covers)
    }

    /// The first rule with a filter that matches some topic which `topic`, a name or a filter, does.
    pub(super) fn first_that_overlaps(&self, request: &Request<'_>, topic: &str) -> Option<u32> {
        self.first(request, topic, Relation::Overlaps)
    }

    fn first(&self, request: &Request<'_>, topic: &str, relation: Relation) -> Option<u32> {
        let (plain, dollar) = self.entries.split_at_checked(self.plain)?;
        let mut search = Search {
            text: &self.text,
            request,
            topic,
            relation,
            first: None,
        };
        let run = if topic.starts_with('$') {
            dollar
        } else {
            plain
        };
        // A topic has one level at least, so these two are the same.
        let levels = if topic == "#" { "+/#" } else { topic };
        search.walk(run, 0, Some(levels.as_bytes()));
        search.first
    }
}
