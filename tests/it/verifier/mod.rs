//! What a verifier decides, and what it logs.

mod decisions;
mod explain;
mod log_lines;
mod mistakes;
mod robustness;
mod secrets;
mod throttle;
