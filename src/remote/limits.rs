//! What one fetch may take: time, bytes, redirects and keys.

use std::time::Duration;

/// For TCP and TLS to be set up, on each redirect anew.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// From the request to the last byte of the answer, redirects included.
pub(super) const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest answer, in bytes: room for a thousand keys.
pub(super) const LARGEST_BODY: u64 = 1 << 20;

/// How many redirects are followed.
pub(super) const MOST_REDIRECTS: usize = 3;

/// The most keys that a fetched set may have.
pub(crate) const MOST_KEYS: usize = 1_000;
