//! Keeps one reason, for which many clients are refused, from filling the log.

use std::array;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::host::log::{Log, LogLevel};
use crate::refusal::{Reason, text};

/// So many refusals for one reason are written at INFO in a second.
const LIMIT: u64 = 10;

/// Counts the refusals of the current second, each reason by itself. Those beyond the limit are written at
/// DEBUG, and a later call tells how many they were.
///
/// A call that refuses nobody loads `due` and no more. That is stored to once in a second in which there is
/// something to tell; the counters, which each refusal stores to, are in cache lines of their own. In the
/// sequentially consistent order a call that takes back `due` finds the counts of all who saw it stored.
pub(super) struct Throttle {
    /// The last second of which there is something to tell, plus 1; 0: there is nothing.
    due: AtomicU64,
    counters: Box<Counters>,
}

/// By the number of the reason, each a packed [`Count`].
#[repr(align(128))]
struct Counters([AtomicU64; Reason::NUMBERS]);

impl Throttle {
    pub(super) fn new() -> Self {
        Self {
            due: AtomicU64::new(0),
            counters: Box::new(Counters(array::from_fn(|_| AtomicU64::new(0)))),
        }
    }

    /// Counts a refusal, and says at which level it is to be written.
    pub(super) fn level(&self, reason: Reason, now: i64, log: &Log) -> LogLevel {
        let Some(counter) = self.counters.0.get(reason as usize) else {
            return LogLevel::Info;
        };
        let add = |word| Some(Count::unpack(word).and_one(now).pack());
        let before = counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, add);
        let before = Count::unpack(before.unwrap_or_default());
        if before.is_over(now) {
            // Counted by a thread that has not stored to `due` yet.
            before.tell(reason, log);
            return LogLevel::Info;
        }
        if before.refused < LIMIT {
            return LogLevel::Info;
        }
        let due = before.second.saturating_add(1);
        if self.due.load(Ordering::SeqCst) != due {
            self.due.store(due, Ordering::SeqCst);
        }
        LogLevel::Debug
    }

    /// Tells the numbers of seconds that are over.
    #[inline]
    pub(super) fn tell_of_past(&self, now: i64, log: &Log) {
        let due = self.due.load(Ordering::Relaxed);
        if due != 0 {
            self.tell_if_over(due, now, log);
        }
    }

    #[cold]
    #[inline(never)]
    fn tell_if_over(&self, due: u64, now: i64, log: &Log) {
        let second = due.saturating_sub(1);
        if (Count { second, refused: 0 }).is_over(now) {
            // Not if it is a later second meanwhile.
            let _ = self
                .due
                .compare_exchange(due, 0, Ordering::SeqCst, Ordering::SeqCst);
            self.tell(log, |count| count.is_over(now));
        }
    }

    /// Tells all numbers, that of the current second as well.
    pub(super) fn tell_all(&self, log: &Log) {
        self.tell(log, |_| true);
    }

    /// Tells each number once, whichever threads do so. What is refused in such a second by a thread that is
    /// late stays at DEBUG, and is told then.
    fn tell(&self, log: &Log, is_wanted: impl Fn(Count) -> bool) {
        let take = |word| {
            let count = Count::unpack(word);
            let told = Count {
                refused: LIMIT,
                ..count
            };
            (count.beyond_limit() > 0 && is_wanted(count)).then(|| told.pack())
        };
        for (number, counter) in (0..).zip(&self.counters.0) {
            let taken = counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take);
            if let (Ok(word), Some(reason)) = (taken, Reason::from_number(number)) {
                Count::unpack(word).tell(reason, log);
            }
        }
    }
}

/// How many clients were refused in a second. Packed into one number, so that both change at once.
#[derive(Clone, Copy)]
struct Count {
    second: u64,
    refused: u64,
}

impl Count {
    const BITS: u32 = 24;
    const MOST: u64 = (1 << Self::BITS) - 1;
    /// In the year 36812.
    const LAST_SECOND: u64 = u64::MAX >> Self::BITS;

    fn unpack(word: u64) -> Self {
        Self {
            second: word >> Self::BITS,
            refused: word & Self::MOST,
        }
    }

    fn pack(self) -> u64 {
        self.second << Self::BITS | self.refused.min(Self::MOST)
    }

    /// Whether the second has ended. A clock that is one second behind is that of a thread that read it
    /// earlier; one that is further behind was set back, and what it tells next is another second.
    fn is_over(self, now: i64) -> bool {
        let now = Self::second(now);
        now != self.second && now.saturating_add(1) != self.second
    }

    fn second(now: i64) -> u64 {
        now.unsigned_abs().min(Self::LAST_SECOND)
    }

    fn and_one(self, now: i64) -> Self {
        if self.is_over(now) {
            let second = Self::second(now);
            return Self { second, refused: 1 };
        }
        Self {
            refused: self.refused.saturating_add(1),
            ..self
        }
    }

    fn beyond_limit(self) -> u64 {
        self.refused.saturating_sub(LIMIT)
    }

    fn tell(self, reason: Reason, log: &Log) {
        let (second, number) = (self.second, self.beyond_limit());
        if number > 0 {
            let reason = text(reason.name());
            log.write(LogLevel::Info, || {
                format!(
                    "refused: {reason}: {number} more in the Unix second {second}, at level DEBUG"
                )
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_counted_by_itself() {
        let (throttle, log) = (Throttle::new(), Log::new(None));
        for reason in (0..100).filter_map(Reason::from_number) {
            for _ in 0..LIMIT {
                assert_eq!(throttle.level(reason, 7, &log), LogLevel::Info);
            }
            assert_eq!(
                throttle.level(reason, 7, &log),
                LogLevel::Debug,
                "{reason:?}"
            );
        }
    }
}
