//! What time it is: by the system, or by the caller's hook.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// A function that tells the time in Unix seconds, from any thread.
pub type ClockHook = Box<dyn Fn() -> i64 + Send + Sync>;

/// Tells the time for one verifier.
pub(crate) struct Clock(pub(crate) Option<ClockHook>);

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

impl Clock {
    /// The current Unix second.
    pub(crate) fn now(&self) -> Result<i64, ClockError> {
        let seconds = if let Some(hook) = &self.0 {
            hook()
        } else {
            let elapsed = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_err(|_| ClockError)?;
            i64::try_from(elapsed.as_secs()).map_err(|_| ClockError)?
        };
        if seconds < 0 {
            Err(ClockError)
        } else {
            Ok(seconds)
        }
    }
}
