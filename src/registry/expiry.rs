//! The sessions by their end.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::ticket::{Ticket, are_too_many};

/// A heap of tickets with the Unix second at which the session ends, the first on top. Who has gone since stays
/// in it until it is on top, or until there are too many of them.
#[derive(Debug, Default)]
pub(super) struct Expiry(BinaryHeap<Reverse<(i64, Ticket)>>);

impl Expiry {
    pub(super) fn add(&mut self, expires_at: i64, ticket: Ticket) {
        self.0.push(Reverse((expires_at, ticket)));
    }

    /// Takes a ticket whose time has come.
    pub(super) fn take(&mut self, now: i64) -> Option<Ticket> {
        let Reverse((expires_at, ticket)) = *self.0.peek()?;
        if expires_at > now {
            return None;
        }
        self.0.pop();
        Some(ticket)
    }

    /// Drops the tickets that are of no use, if there may be too many of them.
    pub(super) fn tidy(&mut self, useful: usize, is_good: impl Fn(Ticket) -> bool) {
        if are_too_many(self.0.len(), useful) {
            self.0.retain(|Reverse((_, ticket))| is_good(*ticket));
            self.0.shrink_to(useful.saturating_mul(2));
        }
    }
}
