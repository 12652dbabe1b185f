//! Bytes, several at a time: a search that looks at sixteen, short texts compared as numbers, and what two
//! texts have in common.

mod find;
mod shared_run;
mod short_key;

pub(crate) use find::{Block16, Hits, find};
pub(crate) use shared_run::{RUN, shares_run};
pub(crate) use short_key::ShortKey;
