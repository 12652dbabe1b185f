//! How an endpoint fares, for the statistics.

/// How an endpoint fares, at one moment. Times are Unix seconds by the verifier's clock; 0: never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EndpointStatus {
    pub(crate) last_success: i64,
    pub(crate) next_refresh: i64,
    pub(crate) consecutive_failures: u32,
    pub(crate) succeeded: u64,
    pub(crate) failed: u64,
}

impl EndpointStatus {
    /// What is told of two that have the same labels: the worse of each state, and the sums.
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            last_success: self.last_success.min(other.last_success),
            next_refresh: self.next_refresh.min(other.next_refresh),
            consecutive_failures: self.consecutive_failures.max(other.consecutive_failures),
            succeeded: self.succeeded.saturating_add(other.succeeded),
            failed: self.failed.saturating_add(other.failed),
        }
    }
}
