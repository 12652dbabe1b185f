//! What is counted in each lane, and in all lanes together.

use std::array;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use once_cell::race::OnceBox;

use super::lane::{LANES, LaneNumber};
use super::series::{self, SeriesLabels, SeriesNumber, SeriesTable};
use crate::refusal::{Decision, Reason};

/// A counter for each reason, by its number. A power of two is quick to multiply by.
type ByReason = [AtomicU64; Reason::NUMBERS.next_power_of_two()];

/// What has been counted for one verifier since it was made.
pub(crate) struct Counters {
    /// Each is made when a thread counts in it first.
    lanes: [OnceBox<Lane>; LANES],
    series: Arc<SeriesTable>,
}

/// The counters that one thread adds to, in cache lines of their own. Those of every check come first.
#[repr(C, align(128))]
pub(crate) struct Lane {
    is_shared: bool,
    series: Arc<SeriesTable>,
    cache_hits: AtomicU64,
    cache_misses: AtomicU64,
    /// By the number of the decision.
    checks: [ByReason; Decision::ALL.len()],
    rechecks: ByReason,
    /// By the number of the series.
    keys: [AtomicU64; series::NUMBERS],
}

impl Counters {
    pub(crate) fn new() -> Self {
        Self {
            lanes: array::from_fn(|_| OnceBox::new()),
            series: Arc::default(),
        }
    }

    /// The lane of this number.
    #[inline]
    pub(crate) fn lane(&self, number: &LaneNumber) -> &Lane {
        let lane = number.of(&self.lanes);
        lane.get_or_init(|| Lane::boxed(number.is_shared(), Arc::clone(&self.series)))
    }

    /// How many checks ended with this decision and reason.
    pub(crate) fn checks(&self, decision: Decision, reason: Reason) -> u64 {
        self.sum(|lane| lane.checks.get(decision as usize)?.get(reason as usize))
    }

    /// How many sessions were rechecked with this outcome.
    pub(crate) fn rechecks(&self, reason: Reason) -> u64 {
        self.sum(|lane| lane.rechecks.get(reason as usize))
    }

    pub(crate) fn cache_hits(&self) -> u64 {
        self.sum(|lane| Some(&lane.cache_hits))
    }

    pub(crate) fn cache_misses(&self) -> u64 {
        self.sum(|lane| Some(&lane.cache_misses))
    }

    /// How many tokens each key has verified, of those that have verified one.
    pub(crate) fn key_checks(&self) -> BTreeMap<SeriesLabels, u64> {
        let mut found = BTreeMap::new();
        for (labels, number) in self.series.all() {
            let count = self.sum(|lane| lane.keys.get(usize::from(number)));
            if count > 0 {
                let known: &mut u64 = found.entry(labels).or_default();
                *known = known.saturating_add(count);
            }
        }
        found
    }

    fn sum<'s>(&'s self, counter: impl Fn(&'s Lane) -> Option<&'s AtomicU64>) -> u64 {
        let lanes = self.lanes.iter().filter_map(OnceBox::get);
        let counts = lanes.filter_map(|lane| Some(counter(lane)?.load(Relaxed)));
        counts.fold(0, u64::wrapping_add)
    }
}

impl Lane {
    #[cold]
    fn boxed(is_shared: bool, series: Arc<SeriesTable>) -> Box<Self> {
        let zeros = || array::from_fn(|_| AtomicU64::new(0));
        Box::new(Self {
            is_shared,
            series,
            cache_hits: AtomicU64::new(0),
            cache_misses: AtomicU64::new(0),
            checks: array::from_fn(|_| zeros()),
            rechecks: zeros(),
            keys: array::from_fn(|_| AtomicU64::new(0)),
        })
    }

    #[inline]
    fn add(&self, counter: Option<&AtomicU64>) {
        let Some(counter) = counter else { return };
        if self.is_shared {
            counter.fetch_add(1, Relaxed);
        } else {
            // Nobody else adds to it.
            counter.store(counter.load(Relaxed).wrapping_add(1), Relaxed);
        }
    }

    /// A check was decided.
    #[inline]
    pub(crate) fn check(&self, decision: Decision, reason: Reason) {
        let checks = self.checks.get(decision as usize);
        self.add(checks.and_then(|checks| checks.get(reason as usize)));
    }

    /// A session was rechecked.
    pub(crate) fn recheck(&self, reason: Reason) {
        self.add(self.rechecks.get(reason as usize));
    }

    /// A token was remembered that the key of this number verified.
    #[inline]
    pub(crate) fn remembered(&self, number: &SeriesNumber) {
        self.add(Some(&self.cache_hits));
        self.known_key(number);
    }

    /// A token was not remembered.
    #[inline]
    pub(crate) fn cache_miss(&self) {
        self.add(Some(&self.cache_misses));
    }

    /// The key of this number made a signature good.
    #[inline]
    fn known_key(&self, number: &SeriesNumber) {
        let index = usize::from(number.get()) % series::NUMBERS;
        self.add(self.keys.get(index));
    }

    /// A key of this issuer made a signature good.
    #[inline]
    pub(crate) fn key(&self, number: &SeriesNumber, issuer: &str, kid: Option<&str>) {
        self.find(number, issuer, kid);
        self.known_key(number);
    }

    /// Finds the number of a key's counter, unless it is known.
    #[inline]
    pub(crate) fn find(&self, number: &SeriesNumber, issuer: &str, kid: Option<&str>) {
        if number.get() == 0 {
            self.look_up(number, issuer, kid);
        }
    }

    #[cold]
    fn look_up(&self, number: &SeriesNumber, issuer: &str, kid: Option<&str>) {
        number.set(self.series.number(issuer, kid.unwrap_or_default()));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn what_threads_count_is_summed_whether_they_share_a_lane_or_not() {
        const MANY: u64 = 200_000;
        for make in [LaneNumber::default, LaneNumber::shared] {
            let (counters, start) = (Counters::new(), Barrier::new(4));
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        let lane = make();
                        start.wait();
                        for _ in 0..MANY {
                            counters.lane(&lane).cache_miss();
                        }
                    });
                }
            });
            assert_eq!(counters.cache_misses(), 4 * MANY);
            assert_eq!(counters.cache_hits(), 0);
        }
    }
}
