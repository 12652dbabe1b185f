//! The clock of a thread that may outlive the verifier.

use crate::host::clock::Clock;
use crate::host::gate::Gate;

impl Gate<Clock> {
    /// A clock that is asked through the gate, and fails when that is closed.
    pub(crate) fn clock(&self) -> Clock {
        const FAILED: i64 = -1;
        let gate = self.clone();
        Clock::new(Some(Box::new(move || {
            let now = gate.pass(Clock::now);
            now.and_then(Result::ok).unwrap_or(FAILED)
        })))
    }
}
