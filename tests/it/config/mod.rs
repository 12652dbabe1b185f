//! The configuration.

mod options;
