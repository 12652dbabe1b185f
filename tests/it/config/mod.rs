//! The configuration.

mod conditions;
mod file;
mod loaded;
mod options;
mod verify_claims;
mod warnings;
