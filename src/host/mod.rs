//! The process that we are a guest in: its log, its clock, its files, and our threads in it.

pub(crate) mod clock;
pub(crate) mod file;
mod gate;
pub(crate) mod log;
pub(crate) mod quote;
pub(crate) mod thread;
