//! What is kept of an entry beside the table.

/// An entry as it was when this was made. It is of no use any more when the entry has gone, or has been
/// changed: what keeps tickets does not look for them when that happens, and finds out later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket {
    pub(super) connection: u64,
    /// Given once, and again to an entry whose session changes.
    pub(super) version: u64,
}

/// Whether it pays to look for tickets that are of no use, where no more than `useful` are.
pub(super) fn are_too_many(tickets: usize, useful: usize) -> bool {
    tickets > useful.saturating_mul(2).saturating_add(64)
}
