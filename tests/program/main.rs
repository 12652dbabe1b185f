//! The program `jwt-auth`, as an operator runs it, on real files. What it makes is given to the
//! library.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test may fail"
)]

mod batch;
mod check;
mod documents;
mod examples;
mod explain;
mod harness;
mod inspect;
mod issue;
mod jwks;
mod keygen;
mod lint;
mod mistakes;
mod revoke;
