//! What is unfinished is removed when the program is interrupted.
//!
//! A thread waits for SIGINT and SIGTERM, which all others block. It is an ordinary thread, so it may do what
//! a signal handler may not.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};

use nix::sys::signal::{SigSet, Signal};

/// The file that is unfinished.
static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);
static WATCH: Once = Once::new();

/// Removes this file when the program is interrupted, until [`forget`]. To be called before there are other
/// threads: these inherit that the signals are blocked.
pub(crate) fn remove_when_interrupted(path: &Path) {
    WATCH.call_once(|| {
        let signals = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM]);
        if signals.thread_block().is_ok() {
            std::thread::spawn(move || {
                if let Ok(signal) = signals.wait() {
                    end(signal);
                }
            });
        }
    });
    *UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner) = Some(path.to_owned());
}

/// The file is finished, or gone.
pub(crate) fn forget() {
    *UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// Does something that an interruption waits for.
pub(crate) fn uninterrupted<T>(action: impl FnOnce() -> T) -> T {
    let _held = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
    action()
}

/// Ends the program as a shell tells of a signal. The lock is held to the end, so that nothing is finished
/// meanwhile.
fn end(signal: Signal) -> ! {
    let unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(path) = &*unfinished {
        let _ = fs::remove_file(path);
    }
    std::process::exit((signal as i32).saturating_add(128))
}
