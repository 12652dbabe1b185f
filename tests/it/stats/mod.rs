//! What a verifier tells of itself.

mod cache;
mod checks;
mod configuration;
#[cfg(feature = "endpoint")]
mod endpoint;
mod keys;
mod labels;
mod threads;
