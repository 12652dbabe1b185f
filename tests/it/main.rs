//! The tests of the library: one program, with a room for each part of it. Tests that look at the
//! process they run in are programs of their own, beside this one.
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
mod emqx;
mod grants;
mod harness;
mod header;
mod keys;
mod reload;
mod remote;
mod revocations;
mod token;
mod verifier;
