//! JSON, read strictly: token headers, claims, key sets and the configuration all pass through here.
//!
//! RFC 8259 leaves two questions open on which attacks are built: which of two members of one name
//! counts, and how deep a text may nest. Here a name given twice is an error at any depth, and a
//! text nests at most 32 levels. [`tree`] lets `serde_json` do the parsing, into a tree of our own:
//! its `Value` keeps the last duplicate in silence. [`tape`] reads claims without allocating.

mod decode;
mod grammar;
mod number;
mod same;
mod scan;
mod syntax;
pub(crate) mod tape;
mod tree;

pub(crate) use decode::Mismatch;
pub(crate) use scan::scan;
pub(crate) use tree::{Error, Json, Object};

#[cfg(test)]
mod tests;
