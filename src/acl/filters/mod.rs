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

mod entry;
mod search;

use super::request::Request;
use entry::{Entry, order};
use search::{Relation, Search};

pub(super) use entry::{Collector, Filter};

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

impl Filters {
    /// Sorts what was collected.
    pub(super) fn sorted(collected: &mut Collector) -> Self {
        let Collector { text, entries, .. } = collected;
        entries.sort_unstable_by(|a, b| {
            let (left, right) = (a.text(text), b.text(text));
            left.starts_with(b"$")
                .cmp(&right.starts_with(b"$"))
                .then_with(|| order(left, right))
                .then(a.rule.cmp(&b.rule))
        });
        let plain = entries.partition_point(|entry| !entry.text(text).starts_with(b"$"));
        Self {
            plain,
            text: text.as_slice().into(),
            entries: entries.as_slice().into(),
        }
    }

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
