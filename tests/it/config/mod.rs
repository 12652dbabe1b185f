//! The configuration.

mod conditions;
mod options;
mod verify_claims;
