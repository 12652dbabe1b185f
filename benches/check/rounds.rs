//! What is compared takes turns, in slices of a few milliseconds and in a new order each round, so
//! that a noisy neighbour hits all alike. Time is the processor's, of the thread that measures.

use std::time::Duration;

/// How often each takes its turn.
pub(crate) const ROUNDS: usize = 21;

/// How long a slice is to take, in nanoseconds.
const SLICE: f64 = 4e6;

/// Runs for a slice and tells the nanoseconds per operation.
pub(crate) type Slice<'a> = Box<dyn FnMut() -> f64 + 'a>;

/// The processor time of this thread.
pub(crate) fn cpu_time() -> Duration {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is good.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut now) };
    assert_eq!(status, 0);
    Duration::new(
        now.tv_sec.try_into().unwrap(),
        now.tv_nsec.try_into().unwrap(),
    )
}

/// The nanoseconds that each of so many operations takes.
#[expect(clippy::cast_precision_loss, reason = "a figure of three digits")]
pub(crate) fn timed(count: usize, mut operation: impl FnMut(usize)) -> f64 {
    let start = cpu_time();
    for number in 0..count {
        operation(number);
    }
    cpu_time().saturating_sub(start).as_nanos() as f64 / count as f64
}

/// Slices of an operation, which is told its number.
pub(crate) fn slice<'a>(mut operation: impl FnMut(usize) + 'a) -> Slice<'a> {
    let mut done = 0;
    let mut run = move |count| {
        let cost = timed(count, |number| operation(done + number));
        done += count;
        cost
    };
    // Once to warm up, and once to see how long it takes.
    run(64);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small positive number"
    )]
    let count = ((SLICE / run(64)) as usize).max(16);
    Box::new(move || run(count))
}

/// For each, the nanoseconds per operation of every round.
pub(crate) fn interleave(slices: &mut [Slice<'_>]) -> Vec<Vec<f64>> {
    let mut figures = vec![Vec::with_capacity(ROUNDS); slices.len()];
    let mut order: Vec<usize> = (0..slices.len()).collect();
    let mut random = Random(1);
    for _ in 0..ROUNDS {
        random.shuffle(&mut order);
        for number in &order {
            figures[*number].push(slices[*number]());
        }
    }
    figures
}

/// The same numbers in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        #[expect(clippy::cast_possible_truncation, reason = "64 bits")]
        let number = self.0 as usize;
        number % end
    }

    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            list.swap(end, self.below(end + 1));
        }
    }
}

/// The middle half of some figures.
#[derive(Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) low: f64,
    pub(crate) median: f64,
    pub(crate) high: f64,
}

pub(crate) fn spread(figures: &[f64]) -> Spread {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |quarter: usize| sorted[(sorted.len() - 1) * quarter / 4];
    Spread {
        low: at(1),
        median: at(2),
        high: at(3),
    }
}

/// The quotients of each round.
pub(crate) fn ratio(figures: &[f64], by: &[f64]) -> Spread {
    let quotients: Vec<f64> = figures.iter().zip(by).map(|(a, b)| a / b).collect();
    spread(&quotients)
}
