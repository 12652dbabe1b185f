//! The search through sorted filters, along the levels of a topic.

use std::iter::once;
use std::{mem, slice};

use super::entry::{Entry, first_level};
use crate::acl::request::{Action, Request};

/// So few filters are compared with a topic name one after the other: to search them costs more.
const FEW: usize = 4;

/// How a filter must relate to the topic that is asked for. A topic name is covered by the filters that it
/// overlaps: those that match it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Relation {
    Covers,
    Overlaps,
}

/// One search: what it looks for, and what it has found.
pub(super) struct Search<'s> {
    /// The text of the filters.
    pub(super) text: &'s [u8],
    pub(super) request: &'s Request<'s>,
    pub(super) topic: &'s str,
    pub(super) relation: Relation,
    /// The lowest number of a rule that was found.
    pub(super) first: Option<u32>,
}

impl<'s> Search<'s> {
    /// Searches a run whose filters agree with the topic up to the byte `at`, for the levels of the topic
    /// that are left; none: the topic has ended.
    ///
    /// It recurses into all branches but the largest, and loops for that one. A branch it recurses into
    /// has at most half of the run's filters, so the depth of the stack is at most the binary logarithm of
    /// their number.
    pub(super) fn walk(
        &mut self,
        mut run: &'s [Entry],
        mut at: usize,
        mut levels: Option<&'s [u8]>,
    ) {
        while !run.is_empty() {
            if let Some(left) = levels
                && run.len() <= FEW
                && self.request.action != Action::Subscribe
            {
                return self.compare_each(run, at, left);
            }
            let [ended, hash, plus, others] = self.branches(run, at);
            let Some(left) = levels else {
                // At the byte 1 the level before is all of the topic, and empty: `/#` has no such topic.
                if at > 1 {
                    self.consider(hash);
                }
                return self.consider(ended);
            };
            self.consider(hash);
            let (level, deeper) = first_level(left);
            run = match (level, self.relation) {
                (b"#", Relation::Covers) => return,
                (b"#", Relation::Overlaps) => {
                    self.consider(ended);
                    self.consider(plus);
                    return self.consider(others);
                }
                (b"+", Relation::Overlaps) => {
                    let text = self.text;
                    let parts = others.chunk_by(|a, b| a.level(text, at) == b.level(text, at));
                    self.walk_all_but_largest(once(plus).chain(parts), at, deeper)
                }
                _ => {
                    let (_, not_before) = split(others, |entry| self.is_before(entry, at, level));
                    let (same, _) = split(not_before, |entry| self.is_level(entry, at, level));
                    self.walk_all_but_largest([plus, same].into_iter(), at, deeper)
                }
            };
            at = self.next_level(run, at);
            levels = deeper;
        }
    }

    /// Compares what is left of a few filters with what is left of a topic name, one after the other.
    fn compare_each(&mut self, run: &[Entry], at: usize, levels: &[u8]) {
        for entry in run {
            let rest = entry.rest(self.text, at);
            if rest.is_some_and(|rest| matches_name(rest, levels)) {
                self.consider(slice::from_ref(entry));
            }
        }
    }

    /// Searches the branches of a run, but for the largest, which it returns.
    fn walk_all_but_largest(
        &mut self,
        parts: impl Iterator<Item = &'s [Entry]>,
        at: usize,
        levels: Option<&'s [u8]>,
    ) -> &'s [Entry] {
        let mut largest: &[Entry] = &[];
        for mut part in parts {
            if part.len() > largest.len() {
                mem::swap(&mut part, &mut largest);
            }
            if !part.is_empty() {
                self.walk(part, self.next_level(part, at), levels);
            }
        }
        largest
    }

    /// The level at the byte `at` of a filter.
    fn level(&self, entry: &Entry, at: usize) -> &'s [u8] {
        entry.level(self.text, at)
    }

    /// Whether the level at the byte `at` of a filter is this one.
    fn is_level(&self, entry: &Entry, at: usize, level: &[u8]) -> bool {
        let rest = entry.rest(self.text, at).unwrap_or_default();
        let after = rest.strip_prefix(level).map(<[u8]>::first);
        matches!(after, Some(None | Some(b'/')))
    }

    /// Whether the level at the byte `at` of a filter stands before this one.
    fn is_before(&self, entry: &Entry, at: usize, level: &[u8]) -> bool {
        !self.is_level(entry, at, level) && self.level(entry, at) < level
    }

    /// Splits a run into the filters that end, that go on with `#`, with `+`, and with another level.
    fn branches(&self, run: &'s [Entry], at: usize) -> [&'s [Entry]; 4] {
        let going_on = |entry: &Entry| entry.rest(self.text, at).map(<[u8]>::first);
        if let [head, ..] = run
            && !matches!(going_on(head), None | Some(Some(b'#' | b'+')))
        {
            return [&[], &[], &[], run];
        }
        let (ended, rest) = split(run, |entry| going_on(entry).is_none());
        let (hash, rest) = split(rest, |entry| going_on(entry) == Some(Some(&b'#')));
        let (plus, others) = split(rest, |entry| going_on(entry) == Some(Some(&b'+')));
        [ended, hash, plus, others]
    }

    /// Where the level after that at the byte `at` begins, in a run of one level there.
    fn next_level(&self, run: &[Entry], at: usize) -> usize {
        let level = run.first().map_or(&b""[..], |entry| self.level(entry, at));
        at.saturating_add(level.len()).saturating_add(1)
    }

    /// Keeps the lowest number of a rule whose filter is in this run and whose conditions hold.
    fn consider(&mut self, run: &[Entry]) {
        for entry in run {
            let sooner = self.first.is_none_or(|first| entry.rule < first);
            if sooner && self.applies(entry) {
                self.first = Some(entry.rule);
            }
        }
    }

    /// Whether a rule whose filter relates to the topic is about the request. An exact filter is about itself
    /// alone, but at a delivery: a client that was let subscribe to it is sent what it matches.
    fn applies(&self, entry: &Entry) -> bool {
        let is_delivered =
            || self.request.action == Action::Receive && self.relation == Relation::Covers;
        let itself = || entry.text(self.text) == self.topic.as_bytes();
        entry.conditions.hold(self.request) && (!entry.exact || is_delivered() || itself())
    }
}

/// Whether the last levels of a filter match those of a topic name.
fn matches_name(mut filter: &[u8], mut name: &[u8]) -> bool {
    loop {
        (filter, name) = match (filter, name) {
            (b"#", _) | ([] | b"/#", []) => return true,
            ([b'+', filter @ ..], _) => {
                let level = name.iter().take_while(|byte| **byte != b'/').count();
                (filter, name.get(level..).unwrap_or_default())
            }
            ([one, filter @ ..], [other, name @ ..]) if one == other => (filter, name),
            _ => return false,
        }
    }
}

/// Splits a sorted run where `first` becomes false. Mostly one side is the whole run, so its two ends are
/// tested before the binary search.
fn split(run: &[Entry], first: impl Fn(&Entry) -> bool) -> (&[Entry], &[Entry]) {
    let middle = match run {
        [only] => usize::from(first(only)),
        [head, ..] if !first(head) => 0,
        [.., tail] if first(tail) => run.len(),
        _ => run.partition_point(first),
    };
    run.split_at_checked(middle).unwrap_or_default()
}
