//! The configuration.

mod conditions;
mod loaded;
mod options;
mod verify_claims;
mod warnings;
