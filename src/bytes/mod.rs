//! Bytes, many at a time.

pub(crate) mod find;
pub(crate) mod short_key;
