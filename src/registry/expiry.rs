//! The sessions by their end.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::mem;

use super::ticket::{Ticket, are_too_many};

/// A heap of tickets with the Unix second at which the session ends, the first on top.
type Heap = BinaryHeap<Reverse<(i64, Ticket)>>;

/// Who has gone since stays in the heap until it is on top, or until there are too many of them: then the heap
/// becomes the old one, and each call takes a few tickets from there and keeps those that are good. To look at
/// all of them in one call would keep others waiting.
#[derive(Debug, Default)]
pub(super) struct Expiry {
    heap: Heap,
    old: Heap,
}

/// How many tickets of the old heap a call looks at: more than it adds.
const A_FEW: usize = 4;

impl Expiry {
    pub(super) fn add(&mut self, expires_at: i64, ticket: Ticket) {
        self.heap.push(Reverse((expires_at, ticket)));
    }

    /// Takes a ticket whose time has come.
    pub(super) fn take(&mut self, now: i64) -> Option<Ticket> {
        for heap in [&mut self.old, &mut self.heap] {
            if let Some(Reverse((expires_at, ticket))) = heap.peek().copied()
                && expires_at <= now
            {
                heap.pop();
                return Some(ticket);
            }
        }
        None
    }

    /// Drops some tickets that are of no use, if there may be too many of them.
    pub(super) fn tidy(&mut self, useful: usize, is_good: impl Fn(Ticket) -> bool) {
        if self.old.is_empty() && are_too_many(self.heap.len(), useful) {
            self.old = mem::take(&mut self.heap);
        }
        for _ in 0..A_FEW {
            let Some(Reverse((expires_at, ticket))) = self.old.pop() else {
                return;
            };
            if is_good(ticket) {
                self.add(expires_at, ticket);
            }
            if self.old.is_empty() {
                self.old = Heap::new();
            }
        }
    }
}
