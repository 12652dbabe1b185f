//! Signals stay with the broker's own threads.

use nix::sys::signal::{SigSet, SigmaskHow};

/// Starts a thread that no signal is delivered to: it inherits the mask of the thread that starts it.
/// A broker that waits for a signal in one of its threads would not be woken by one that ours takes.
pub(super) fn without_signals<T>(start: impl FnOnce() -> T) -> T {
    let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK);
    let started = start();
    if let Ok(before) = before {
        // It was a mask a moment ago, so it is a good one.
        let _ = before.thread_set_mask();
    }
    started
}
