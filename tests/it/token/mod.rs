//! A token: its form, its signature, and the cache of tokens that were seen before.

mod cache;
mod form;
mod ml_dsa;
mod signatures;
mod types;
