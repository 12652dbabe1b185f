//! What a broker may ask about a client of the table.

/// What the table knows of a client, on its connection and under its user name. A number that the
/// library adds later is to be taken for "absent".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum State {
    /// It has no session here: the broker's own rules decide.
    Absent = 0,
    /// It is connected.
    Connected = 1,
    /// It is gone and may come back. Its session answers for its will, and for what is queued for it.
    Offline = 2,
    /// Its token has expired, was revoked or lost its key, and the broker was told.
    /// Everything is denied to it.
    Over = 3,
}
