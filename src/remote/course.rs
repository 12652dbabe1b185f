//! How far a fetch has come, as far as its requests and the connections below them must know.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// The course of one fetch at a time.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// It has left the endpoint's own origin. Whoever it came to chooses what comes next, so from then on
    /// nobody is told who we are, not even the endpoint.
    has_left: AtomicBool,
    /// A server has asked for a client certificate.
    is_asked: AtomicBool,
}

impl Course {
    /// Another fetch begins, at the endpoint itself.
    pub(super) fn begin(&self) {
        self.has_left.store(false, Relaxed);
    }

    pub(super) fn leave(&self) {
        self.has_left.store(true, Relaxed);
    }

    /// Whether every request so far was to the endpoint's own origin.
    pub(super) fn is_at_home(&self) -> bool {
        !self.has_left.load(Relaxed)
    }

    /// Another request is sent, and no server has asked yet.
    pub(super) fn visit(&self) {
        self.is_asked.store(false, Relaxed);
    }

    pub(super) fn ask(&self) {
        self.is_asked.store(true, Relaxed);
    }

    /// Whether a server has asked for a client certificate since the last request.
    pub(super) fn is_asked(&self) -> bool {
        self.is_asked.load(Relaxed)
    }
}
