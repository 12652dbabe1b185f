//! The tests of the library: one program, with a module for each part of it.
//!
//! Beside it are the tests that need a process of their own: `allocations.rs` replaces the
//! allocator, and `endpoint_end.rs` and `revocations_end.rs` count the threads of the process.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that panics fails, and that is all"
)]

mod acl;
mod claims;
mod config;
mod documents;
mod emqx;
mod grants;
mod harness;
#[cfg(feature = "header")]
mod header;
mod issuers;
mod keys;
#[cfg(not(feature = "endpoint"))]
mod no_endpoint;
mod registry;
mod reload;
#[cfg(feature = "endpoint")]
mod remote;
mod revocations;
mod stats;
mod token;
mod verifier;
