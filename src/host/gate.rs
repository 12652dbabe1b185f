//! A hook of the caller's that can be closed.

use std::sync::{Arc, Mutex, PoisonError};

use super::log::Log;

/// Stands between a thread that may outlive the verifier and a hook of the caller's, which may not be
/// called then.
pub(crate) struct Gate<T>(Arc<Mutex<Option<T>>>);

impl<T> Gate<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self(Arc::new(Mutex::new(Some(inner))))
    }

    /// Calls what may be behind the gate; none: it is closed.
    pub(crate) fn pass<R>(&self, call: impl FnOnce(&T) -> R) -> Option<R> {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.as_ref().map(call)
    }

    /// Waits for a hook that is running. Nothing passes afterwards.
    pub(crate) fn close(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl<T> Clone for Gate<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl Gate<Log> {
    /// A log whose lines pass through the gate.
    pub(crate) fn log(&self) -> Log {
        let gate = self.clone();
        Log::new(Some(Box::new(move |level, line| {
            gate.pass(|log| log.write(level, || line));
        })))
    }
}
