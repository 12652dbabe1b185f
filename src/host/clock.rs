//! What time it is: by the system, or by the caller's hook.

use std::fmt;
use std::sync::Arc;
#[cfg(not(target_os = "linux"))]
use std::time::{SystemTime, UNIX_EPOCH};

#[cfg(target_os = "linux")]
use rustix::time::ClockId;

/// The last second of the year 9999, in Unix seconds: calendars and date formats end there.
pub(crate) const LAST_SECOND: i64 = 253_402_300_799;

/// A function that tells the time in Unix seconds, from any thread.
pub type ClockHook = Box<dyn Fn() -> i64 + Send + Sync>;

/// Tells the time for one verifier.
#[derive(Clone)]
pub(crate) struct Clock(Option<Arc<ClockHook>>);

/// The clock tells a time before 1970. `time()` in C returns -1 when it fails, and by such a clock
/// no token would ever have expired, so it decides nothing.
#[derive(Debug, PartialEq, Eq)]
pub struct ClockError;

impl fmt::Display for ClockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the clock tells a time before 1970")
    }
}

impl std::error::Error for ClockError {}

/// The time of the kernel's last tick, a few milliseconds ago: it costs less than the exact time, and only
/// whole seconds are used.
#[cfg(target_os = "linux")]
fn system_seconds() -> i64 {
    rustix::time::clock_gettime(ClockId::RealtimeCoarse).tv_sec
}

#[cfg(not(target_os = "linux"))]
fn system_seconds() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(-1, |elapsed| {
            i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)
        })
}

impl Clock {
    pub(crate) fn new(hook: Option<ClockHook>) -> Self {
        Self(hook.map(Arc::new))
    }

    /// The current Unix second.
    pub(crate) fn now(&self) -> Result<i64, ClockError> {
        let seconds = if let Some(hook) = &self.0 {
            hook()
        } else {
            system_seconds()
        };
        if seconds < 0 {
            Err(ClockError)
        } else {
            Ok(seconds)
        }
    }
}
