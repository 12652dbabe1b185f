//! The configuration.

mod conditions;
mod options;
