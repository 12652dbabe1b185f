//! Signals stay with the broker's own threads.

use std::mem::MaybeUninit;
use std::ptr::null_mut;

/// Starts a thread that no signal is delivered to: it inherits the mask of the thread that starts it.
/// A broker that waits for a signal in one of its threads would not be woken by one that ours takes.
pub(crate) fn without_signals<T>(start: impl FnOnce() -> T) -> T {
    let mut all = MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the sets are writable, and the first call fills the one that the second reads.
    let is_blocked = unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr()) == 0
    };
    let started = start();
    if is_blocked {
        // SAFETY: the call that succeeded filled the set.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), null_mut()) };
    }
    started
}
