//! What one fetch may take: time, bytes, redirects and keys.

use std::time::Duration;

/// For TCP and TLS to be set up, on each redirect anew.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// From the request to the last byte of the answer, redirects included.
pub(super) const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest key set, in bytes: room for a thousand keys.
pub(crate) const LARGEST_KEY_SET: u64 = 1 << 20;

/// The largest list of revocations, in bytes: room for a quarter of a million tokens.
pub(crate) const LARGEST_LIST: u64 = 1 << 24;

/// How many redirects are followed.
pub(super) const MOST_REDIRECTS: usize = 3;

/// The most keys that a fetched set may have.
pub(crate) const MOST_KEYS: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_are_those_that_the_documents_name() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
        let document = std::fs::read_to_string(path).unwrap_or_default();
        let words = document.split_whitespace().collect::<Vec<_>>().join(" ");
        let (connect, total) = (CONNECT_TIMEOUT.as_secs(), TOTAL_TIMEOUT.as_secs());
        for expected in [
            format!(
                "up to {} MiB and {},{:03} keys; a connection within {connect} seconds, TLS \
                 included, and all of the answer within {total}.",
                LARGEST_KEY_SET >> 20,
                MOST_KEYS / 1_000,
                MOST_KEYS % 1_000,
            ),
            format!("Up to {MOST_REDIRECTS} redirects are followed"),
            format!("An answer may have {} MiB", LARGEST_LIST >> 20),
        ] {
            assert!(words.contains(&expected), "{expected}");
        }
    }
}
