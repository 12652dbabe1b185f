//! A token, and what becomes of it until its claims are read.

mod cache;
mod form;
mod signatures;
