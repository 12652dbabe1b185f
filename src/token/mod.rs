//! A token, stage by stage.

pub(crate) mod cache;
pub(crate) mod claims;
pub(crate) mod compact;
mod date;
mod names;
pub(crate) mod signature;
