//! Another configuration, while a verifier is in use.

mod configurations;
mod sessions;
