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
//! of the number of filters, apart from branches at `+`. It does not allocate.

use super::conditions::Conditions;
use super::rule::Defect;
use super::{Action, Request};

/// Filters of rules of one permission.
#[derive(Debug)]
pub(super) struct Filters {
    /// The filters, one behind the other.
    text: Box<str>,
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

/// Filters that are being collected.
#[derive(Default)]
pub(super) struct Collector {
    text: String,
    entries: Vec<Entry>,
}

/// How much text the filters may be, in bytes: placeholders can make much of a short claim.
const LARGEST: u32 = 1 << 20;

impl Collector {
    /// Adds a filter of a rule.
    pub(super) fn add(
        &mut self,
        rule: u32,
        conditions: Conditions,
        exact: bool,
        filter: &str,
    ) -> Result<(), Defect> {
        let start = u32::try_from(self.text.len());
        self.text.push_str(filter);
        let (Ok(start), Ok(end @ ..=LARGEST)) = (start, u32::try_from(self.text.len())) else {
            return Err("more than 1 MiB of topics");
        };
        self.entries.push(Entry {
            start,
            end,
            rule,
            exact,
            conditions,
        });
        Ok(())
    }

    pub(super) fn sorted(self) -> Filters {
        let Self { text, mut entries } = self;
        entries.sort_unstable_by(|a, b| {
            let (left, right) = (a.text(&text), b.text(&text));
            left.starts_with('$')
                .cmp(&right.starts_with('$'))
                .then_with(|| left.split('/').map(place).cmp(right.split('/').map(place)))
                .then(a.rule.cmp(&b.rule))
        });
        let plain = entries.partition_point(|entry| !entry.text(&text).starts_with('$'));
        Filters {
            plain,
            text: text.into_boxed_str(),
            entries: entries.into_boxed_slice(),
        }
    }
}

/// The place of a level among those at the same depth.
fn place(level: &str) -> (u8, &str) {
    match level {
        "#" => (0, level),
        "+" => (1, level),
        _ => (2, level),
    }
}

impl Entry {
    fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    fn level<'t>(&self, text: &'t str, at: usize) -> &'t str {
        let rest = self.text(text).get(at..).unwrap_or_default();
        rest.split_once('/').map_or(rest, |(level, _)| level)
    }
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
        search.walk(run, 0, Some(levels));
        search.first
    }
}

/// How a filter must relate to what is asked for. For a topic name it is the same: the filter matches.
#[derive(Clone, Copy, PartialEq)]
enum Relation {
    Covers,
    Overlaps,
}

struct Search<'s> {
    text: &'s str,
    request: &'s Request<'s>,
    topic: &'s str,
    relation: Relation,
    first: Option<u32>,
}

impl<'s> Search<'s> {
    /// Looks through a run of filters that are compared up to the byte `at`, for the levels of the
    /// topic that are left; none: it has ended.
    ///
    /// It calls itself only where a run parts, and goes on by itself with the last part. For n calls,
    /// one in the other, n filters of up to n levels are needed: the size of a token bounds the stack.
    fn walk(&mut self, mut run: &'s [Entry], mut at: usize, mut levels: Option<&'s str>) {
        while !run.is_empty() {
            let (ended, going_on) = split(run, |entry| entry.text(self.text).len() < at);
            let (hash, others) = split(going_on, |entry| self.level(entry, at) == "#");
            self.consider(hash);
            let Some(left) = levels else {
                return self.consider(ended);
            };
            let (level, deeper) = match left.split_once('/') {
                Some((level, deeper)) => (level, Some(deeper)),
                None => (left, None),
            };
            run = match (level, self.relation) {
                ("#", Relation::Covers) => return,
                ("#", Relation::Overlaps) => {
                    self.consider(ended);
                    return self.consider(others);
                }
                ("+", Relation::Overlaps) => {
                    let text = self.text;
                    let parts = others.chunk_by(|a, b| a.level(text, at) == b.level(text, at));
                    self.walk_all_but_last(parts, at, deeper)
                }
                _ => {
                    let (plus, others) = split(others, |entry| self.level(entry, at) == "+");
                    let (_, not_before) = split(others, |entry| self.level(entry, at) < level);
                    let (same, _) = split(not_before, |entry| self.level(entry, at) == level);
                    self.walk_all_but_last([plus, same].into_iter(), at, deeper)
                }
            };
            at = self.next_level(run, at);
            levels = deeper;
        }
    }

    /// Walks down the parts of a run that are not empty, but for the last, which it returns.
    fn walk_all_but_last(
        &mut self,
        parts: impl Iterator<Item = &'s [Entry]>,
        at: usize,
        levels: Option<&'s str>,
    ) -> &'s [Entry] {
        let mut last: &[Entry] = &[];
        for part in parts.filter(|part| !part.is_empty()) {
            self.walk(last, self.next_level(last, at), levels);
            last = part;
        }
        last
    }

    /// The level at the byte `at` of a filter.
    fn level(&self, entry: &Entry, at: usize) -> &'s str {
        entry.level(self.text, at)
    }

    /// Where the level after that at the byte `at` begins, in a run of one level there.
    fn next_level(&self, run: &[Entry], at: usize) -> usize {
        let level = run.first().map_or("", |entry| self.level(entry, at));
        at.saturating_add(level.len()).saturating_add(1)
    }

    /// Takes note of the first rule whose filter is among these and whose conditions hold.
    fn consider(&mut self, run: &[Entry]) {
        for entry in run {
            let sooner = self.first.is_none_or(|first| entry.rule < first);
            if sooner && self.applies(entry) {
                self.first = Some(entry.rule);
            }
        }
    }

    fn applies(&self, entry: &Entry) -> bool {
        let itself = || entry.text(self.text) == self.topic;
        entry.conditions.hold(self.request)
            && (!entry.exact || self.request.action == Action::Receive || itself())
    }
}

/// What stands at the beginning of a sorted run, and the rest.
fn split(run: &[Entry], first: impl Fn(&Entry) -> bool) -> (&[Entry], &[Entry]) {
    run.split_at_checked(run.partition_point(first))
        .unwrap_or_default()
}
