//! What the topic permissions of one token may cost: a client sends an id and a user name of its choice, and
//! whoever has tokens issued the claim.

/// The longest value that is filled in for a placeholder, in bytes.
pub(super) const LONGEST_VALUE: usize = 1_024;

/// How many bytes of values are filled in for the placeholders of a claim.
pub(super) const MOST_FILLED_IN: usize = 1 << 16;
