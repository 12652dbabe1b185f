//! One verifier: what it decides, and what it says of that.

mod decisions;
mod log_lines;
mod robustness;
