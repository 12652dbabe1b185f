//! Who waits until all has been fetched.

use std::time::Duration;

/// An endpoint, whatever it holds.
pub(crate) trait Awaited {
    /// Waits until it has answered once, well or not, or was stopped; for at most this time. In a child made by
    /// `fork`, which has no thread that fetches, it does not wait.
    fn wait_for_answer(&self, time: Duration);

    /// Whether it holds what it is for.
    fn has_content(&self) -> bool;
}
