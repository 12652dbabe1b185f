//! The process that we are a guest in: its log, its clock, its files, our threads in it, and its signals.

pub(crate) mod clock;
pub(crate) mod file;
pub(crate) mod gate;
pub(crate) mod log;
pub(crate) mod quote;
mod signals;
pub(crate) mod stack;
pub(crate) mod thread;
