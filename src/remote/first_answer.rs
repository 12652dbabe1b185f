//! Whether an endpoint has answered yet, for those who wait for that.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A flag that is set once, and a way to wait for it.
#[derive(Default)]
pub(super) struct FirstAnswer {
    is_there: Mutex<bool>,
    came: Condvar,
}

impl FirstAnswer {
    /// Whoever waits goes on.
    pub(super) fn set(&self) {
        *self.is_there.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.came.notify_all();
    }

    /// Waits for it, for at most this time.
    pub(super) fn wait(&self, time: Duration) {
        let is_there = self.is_there.lock().unwrap_or_else(PoisonError::into_inner);
        drop(
            self.came
                .wait_timeout_while(is_there, time, |is_there| !*is_there),
        );
    }
}
