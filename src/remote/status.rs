//! What the thread of an endpoint counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed};

use super::endpoint_status::EndpointStatus;

/// What the endpoint's thread writes, and the statistics read.
#[derive(Default)]
pub(super) struct Status {
    last_success: AtomicI64,
    next_refresh: AtomicI64,
    consecutive_failures: AtomicU32,
    fetches: Arc<Fetches>,
}

/// How many fetches there were. It goes on where another source takes the place of the one before.
#[derive(Default)]
struct Fetches {
    succeeded: AtomicU64,
    failed: AtomicU64,
}

impl Status {
    /// That of an endpoint that goes on to count where this one stops.
    pub(super) fn of_next(&self) -> Self {
        Self {
            fetches: Arc::clone(&self.fetches),
            ..Self::default()
        }
    }

    pub(super) fn succeeded(&self, now: i64) {
        self.last_success.store(now, Relaxed);
        self.consecutive_failures.store(0, Relaxed);
        self.fetches.succeeded.fetch_add(1, Relaxed);
    }

    pub(super) fn failed(&self, failures_in_a_row: u32) {
        self.consecutive_failures.store(failures_in_a_row, Relaxed);
        self.fetches.failed.fetch_add(1, Relaxed);
    }

    pub(super) fn refreshes_at(&self, time: i64) {
        self.next_refresh.store(time, Relaxed);
    }

    pub(super) fn now(&self) -> EndpointStatus {
        EndpointStatus {
            last_success: self.last_success.load(Relaxed),
            next_refresh: self.next_refresh.load(Relaxed),
            consecutive_failures: self.consecutive_failures.load(Relaxed),
            succeeded: self.fetches.succeeded.load(Relaxed),
            failed: self.fetches.failed.load(Relaxed),
        }
    }
}
