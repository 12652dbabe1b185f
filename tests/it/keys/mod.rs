//! The keys that are configured.

mod pem;
mod secrets;
mod sets;
