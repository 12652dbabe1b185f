//! A log that can be closed.

use std::sync::{Arc, Mutex, PoisonError};

use super::log::Log;

/// Stands between a thread that may outlive the verifier and the caller's hook, which may not be
/// called then.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Mutex<Option<Log>>>);

impl Gate {
    pub(crate) fn new(log: Log) -> Self {
        Self(Arc::new(Mutex::new(Some(log))))
    }

    /// A log whose lines pass through the gate.
    pub(crate) fn log(&self) -> Log {
        let gate = self.clone();
        Log::new(Some(Box::new(move |level, line| {
            let log = gate.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(log) = log.as_ref() {
                log.write(level, || line);
            }
        })))
    }

    /// Waits for a hook that is running. No line passes afterwards.
    pub(crate) fn close(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
