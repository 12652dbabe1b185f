//! Which counters a thread adds to.
//!
//! A counter that all threads share would move between the processors' caches with each check. So there are
//! 64 lanes of counters. A thread takes one for itself and gives it back when it ends; in it one addition is
//! a load and a store, which cost nothing beside a locked instruction. The threads that come when all are
//! taken share one lane, and add to it by locked instructions.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many lanes there are.
pub(super) const LANES: usize = 64;

/// The lane of those who found none.
const SHARED: u8 = 0;

/// The lanes of this process that are taken, a bit each. Nobody can take the shared one.
static TAKEN: AtomicU64 = AtomicU64::new(1 << SHARED);

/// The number of a lane, which is given back when this is dropped. The default is one that is free.
#[derive(Debug)]
pub(crate) struct LaneNumber(u8);

impl LaneNumber {
    /// What belongs to this lane.
    #[inline]
    pub(super) fn of<'l, T>(&self, lanes: &'l [T; LANES]) -> &'l T {
        let [first, ..] = lanes;
        // The remainder is the number itself; with it the compiler sees that it is in range.
        lanes.get(usize::from(self.0) % LANES).unwrap_or(first)
    }

    #[cfg(test)]
    pub(crate) fn number(&self) -> u8 {
        self.0
    }

    #[cfg(test)]
    pub(super) fn shared() -> Self {
        Self(SHARED)
    }

    /// Whether other threads may have this lane at the same time.
    pub(super) fn is_shared(&self) -> bool {
        self.0 == SHARED
    }
}

impl Default for LaneNumber {
    fn default() -> Self {
        let mut number = SHARED;
        // Acquire: whoever had the lane before has counted in it with mere stores.
        let _ = TAKEN.fetch_update(Ordering::Acquire, Ordering::Relaxed, |taken| {
            let free = taken.trailing_ones();
            let bit = 1_u64.checked_shl(free);
            number = bit.and_then(|_| u8::try_from(free).ok()).unwrap_or(SHARED);
            bit.map(|bit| taken | bit)
        });
        Self(number)
    }
}

impl Drop for LaneNumber {
    fn drop(&mut self) {
        if !self.is_shared() {
            TAKEN.fetch_and(!(1_u64 << self.0), Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_lane_is_taken_by_one_until_it_is_given_back_and_the_last_ones_share() {
        // Other tests of this process take some as well, and give them back.
        let own = |lane: &LaneNumber| !lane.is_shared();
        for _ in 0..3 {
            let lanes = (0..2 * LANES).map(|_| LaneNumber::default());
            let taken: Vec<_> = lanes.take_while(own).collect();
            let different: HashSet<_> = taken.iter().map(|lane| lane.0).collect();
            assert_eq!(different.len(), taken.len());
            assert!((1..LANES).contains(&taken.len()), "{}", taken.len());
        }
    }
}
