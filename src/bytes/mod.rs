//! Bytes, several at a time: a search that looks at sixteen, and short texts compared as numbers.

mod find;
mod short_key;

pub(crate) use find::{Block16, Hits, find};
pub(crate) use short_key::ShortKey;
