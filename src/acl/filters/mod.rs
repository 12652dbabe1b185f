//! Topic filters sorted by level: a trie as a sorted array.
//!
//! Filters that begin with the same levels are neighbours in the array, so each node of the trie is a run
//! of the array, and the filters of a run have their next level at the same offset. A run begins with the
//! filters that end; those follow that go on with `#`, with `+`, and with other levels in byte order:
//!
//! ```text
//! a/#      run "a/"  : #
//! a/+/x              : run "a/+/"
//! a/b                : run "a/b", which ends here ...
//! a/b/c                                           ... and goes on here
//! ```
//!
//! A child of a node is found by binary search, so a look-up costs the depth of the topic times the
//! logarithm of the number of filters, apart from branches at `+`, and does not allocate. All filters are
//! valid, so a level that begins with a wildcard is nothing else. Levels are mostly shorter than ten bytes,
//! so plain loops over bytes find their ends and compare them.

mod entry;
mod search;

use super::request::Request;
use entry::{Entry, order};
use search::{Relation, Search};

pub(super) use entry::{Collector, Filter, Target};

/// The filters of rules.
#[derive(Debug)]
pub(super) struct Filters {
    /// The text of all filters, concatenated.
    text: Box<[u8]>,
    allow: Sorted,
    deny: Sorted,
}

/// Those of one permission.
#[derive(Debug)]
struct Sorted {
    /// Those that do not begin with `$` come first.
    entries: Box<[Entry]>,
    /// How many do not begin with `$`. A leading wildcard matches none of the others (MQTT 5 section
    /// 4.7.2).
    plain: usize,
}

impl Filters {
    /// Sorts what was collected.
    pub(super) fn sorted(collected: &mut Collector) -> Self {
        let Collector {
            text, allow, deny, ..
        } = collected;
        Self {
            allow: Sorted::new(&mut allow.list, text),
            deny: Sorted::new(&mut deny.list, text),
            text: text.as_slice().into(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The first rule that allows every topic which `topic`, a name or a filter, matches.
    #[inline]
    pub(super) fn first_that_allows(&self, request: &Request<'_>, topic: &str) -> Option<u32> {
        self.first(&self.allow, request, topic, Relation::Covers)
    }

    /// The first rule that denies some topic which `topic`, a name or a filter, matches.
    #[inline]
    pub(super) fn first_that_denies(&self, request: &Request<'_>, topic: &str) -> Option<u32> {
        self.first(&self.deny, request, topic, Relation::Overlaps)
    }

    #[inline]
    fn first(
        &self,
        sorted: &Sorted,
        request: &Request<'_>,
        topic: &str,
        relation: Relation,
    ) -> Option<u32> {
        let (plain, dollar) = sorted.entries.split_at_checked(sorted.plain)?;
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
        // `#` matches also the level before it. There is no topic without levels, and none that is empty
        // (MQTT 5 section 4.7.3), so before a first or second `#` that level adds nothing.
        let levels = match topic {
            "#" => "+/#",
            "/#" => "/+/#",
            _ => topic,
        };
        search.walk(run, 0, Some(levels.as_bytes()));
        search.first
    }
}

impl Sorted {
    fn new(entries: &mut [Entry], text: &[u8]) -> Self {
        entries.sort_unstable_by(|a, b| {
            let (left, right) = (a.text(text), b.text(text));
            left.starts_with(b"$")
                .cmp(&right.starts_with(b"$"))
                .then_with(|| order(left, right))
                .then(a.rule.cmp(&b.rule))
        });
        // Lists of claims may make a filter many times.
        let mut entries = entries.to_vec();
        entries.dedup_by(|one, other| one.is_same(other, text));
        Self {
            plain: entries.partition_point(|entry| !entry.text(text).starts_with(b"$")),
            entries: entries.into(),
        }
    }
}
