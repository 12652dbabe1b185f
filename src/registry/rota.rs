//! The sessions in the order in which they are asked whether they are still good.

use std::collections::VecDeque;

use super::ticket::{Ticket, are_too_many};

/// A queue: who was asked goes to its end. In each second the share of it is asked that makes a whole lap in half
/// of the time that is given, so that callers whose calls are up to that far apart still keep to it. A share is
/// counted by what passed of the verifier's clock, and not by calls.
#[derive(Debug)]
pub(super) struct Rota {
    seconds: i64,
    /// With the second in which each was last asked, or a little before.
    turns: VecDeque<(Ticket, i64)>,
    /// The second of the last call; none: there was no call.
    second: Option<i64>,
    /// How much later it was than the second of the call before.
    elapsed: i64,
    /// How many are still to be asked in this second.
    left: usize,
}

impl Rota {
    pub(super) fn new(seconds: u32) -> Self {
        Self {
            seconds: i64::from(seconds.max(1)),
            turns: VecDeque::new(),
            second: None,
            elapsed: 0,
            left: 0,
        }
    }

    /// Adds a session that was just found good.
    pub(super) fn add(&mut self, ticket: Ticket) {
        let asked = self.second.unwrap_or(i64::MIN);
        self.turns.push_back((ticket, asked));
    }

    /// The next one to be asked now.
    pub(super) fn next(&mut self, now: i64) -> Option<Ticket> {
        if self.second != Some(now) {
            self.begin(now);
        }
        let (ticket, asked) = *self.turns.front()?;
        let age = now.saturating_sub(asked);
        let would_be_late = age > 0 && age.saturating_add(self.elapsed) > self.seconds;
        if self.left == 0 && !would_be_late {
            return None;
        }
        self.left = self.left.saturating_sub(1);
        self.turns.pop_front();
        Some(ticket)
    }

    /// Puts one that was taken to the end.
    pub(super) fn asked(&mut self, ticket: Ticket, now: i64) {
        self.turns.push_back((ticket, now));
    }

    /// A second later, or more. A clock that was set back begins anew.
    fn begin(&mut self, now: i64) {
        let first = self.seconds;
        self.elapsed = (self.second).map_or(first, |before| now.saturating_sub(before).max(0));
        self.second = Some(now);
        let count = self.turns.len();
        let lap = u128::try_from(self.seconds).unwrap_or(1);
        let passed = u128::try_from(self.elapsed).unwrap_or(0);
        let share = (count as u128)
            .saturating_mul(passed)
            .saturating_mul(2)
            .div_ceil(lap.max(1));
        self.left = usize::try_from(share).unwrap_or(count).min(count);
    }

    /// Drops the tickets that are of no use, if there may be too many of them: a lap does so as well, so there are
    /// many beside many that are good only if nobody calls the timer.
    pub(super) fn tidy(&mut self, useful: usize, is_good: impl Fn(Ticket) -> bool) {
        if are_too_many(self.turns.len(), useful) {
            self.turns.retain(|(ticket, _)| is_good(*ticket));
            self.turns.shrink_to(useful.saturating_mul(2));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(connection: u64) -> Ticket {
        Ticket {
            connection,
            version: connection,
        }
    }

    /// Each second those leave who were just asked, so that a share of those who are left is less than a share
    /// of those who were there.
    #[test]
    fn nobody_is_asked_too_late_because_others_leave() {
        let mut rota = Rota::new(10);
        assert_eq!(rota.next(0), None);
        (0..4096).for_each(|connection| rota.add(ticket(connection)));
        let mut last = 0;
        for now in 1..=10 {
            while let Some(asked) = rota.next(now) {
                last = asked.connection;
            }
            let useful = usize::try_from(4095 - last).unwrap_or(0);
            rota.tidy(useful, |ticket| ticket.connection > last);
        }
        assert_eq!(last, 4095);
    }

    #[test]
    fn whoever_was_asked_is_asked_again_half_the_time_later() {
        let mut rota = Rota::new(4);
        assert_eq!(rota.next(0), None);
        (0..4).for_each(|connection| rota.add(ticket(connection)));
        let mut asked_in = |now| -> Vec<u64> {
            let mut asked = Vec::new();
            while let Some(next) = rota.next(now) {
                asked.push(next.connection);
                rota.asked(next, now);
            }
            asked
        };
        assert_eq!(asked_in(1), [0, 1]);
        assert!(asked_in(1).is_empty());
        assert_eq!(asked_in(2), [2, 3]);
        assert_eq!(asked_in(3), [0, 1]);
        assert_eq!(asked_in(9), [2, 3, 0, 1]);
    }
}
