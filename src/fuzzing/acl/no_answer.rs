//! Why the naive reading has no answer.

#[derive(Debug)]
pub(super) enum NoAnswer {
    /// The claim is malformed.
    BadAcl,
    /// It has conditions that only the library knows.
    NotCompared,
}
