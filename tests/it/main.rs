//! The tests of the library: one program, with a room for each part of it. Tests that look at the
//! process they run in are programs of their own, beside this one.

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
